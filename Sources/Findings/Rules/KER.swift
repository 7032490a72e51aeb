// Findings of the keras family.
extension Rule {
  static let kerasRules: [Rule] = []
}
