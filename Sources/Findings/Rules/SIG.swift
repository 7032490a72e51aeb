// Findings of the signature family.
extension Rule {
  static let signatureRules: [Rule] = []
}
