// Findings of the scan family.
extension Rule {
  static let scanRules: [Rule] = []
}
