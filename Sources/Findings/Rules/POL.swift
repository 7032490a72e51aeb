// Findings of the policy family.
extension Rule {
  static let policyRules: [Rule] = []
}
