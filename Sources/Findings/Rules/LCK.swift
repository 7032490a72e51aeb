// Findings of the lock family.
extension Rule {
  static let lockRules: [Rule] = []
}
