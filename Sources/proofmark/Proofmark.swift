@main struct Proofmark { static func main() {} }
