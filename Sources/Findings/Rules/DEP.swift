// Findings of the dependency family.
extension Rule {
  static let dependencyRules: [Rule] = []
}
