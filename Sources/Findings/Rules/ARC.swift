// Findings of the archive family.
extension Rule {
  static let archiveRules: [Rule] = []
}
