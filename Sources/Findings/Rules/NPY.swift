// Findings of the array family.
extension Rule {
  static let arrayRules: [Rule] = []
}
