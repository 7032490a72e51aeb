// Findings of the pickle family.
extension Rule {
  static let pickleRules: [Rule] = []
}
