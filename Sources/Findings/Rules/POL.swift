// Findings of the judgement itself.
extension Rule {
  /// A check that the policy asks for gave no result.
  public static let checkDidNotRun = Rule(
    "POL001", .high, .obstacle, cwe: 693,
    title: "a check that the policy asks for did not run",
    why: "what was not looked at cannot pass",
    fix: "mend what stopped the audit before this check and run it again")
  /// A bound has no measurement to hold against it.
  public static let measurementMissing = Rule(
    "POL002", .high, .obstacle, cwe: 693,
    title: "a number that the policy bounds was not measured",
    why: "a bound that nothing is held against would always be kept",
    fix: "give the release the input that the measurement needs, or drop the bound")

  static let policyRules: [Rule] = [checkDidNotRun, measurementMissing]
}
