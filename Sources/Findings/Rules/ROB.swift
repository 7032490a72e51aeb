// Findings of the robustness check.
extension Rule {
  /// The lower bound is under the policy's.
  public static let belowRobustnessBound = Rule(
    "ROB001", .high, cwe: 1039,
    title: "accuracy under attack is below the policy's bound",
    why: "small changes that a person does not see turn the model's decisions around",
    fix: "train against the attack, or narrow the model's use and the policy with it")
  /// Gradients vanish or are not numbers.
  public static let maskedGradients = Rule(
    "ROB002", .high, .obstacle, cwe: 1039,
    title: "the gradients are masked: the attack cannot be judged",
    why:
      "where the loss has no usable gradient, a gradient attack fails without the model being "
      + "robust (Athalye et al., 2018); a high accuracy under it means nothing",
    fix:
      "export the network without a saturated last layer, or attack a loss that does not saturate")
  /// The attack has nothing to run on.
  public static let noAttackData = Rule(
    "ROB003", .high, .absence, cwe: 353,
    title: "there is no evaluation set to attack",
    why: "robustness is measured on labelled inputs",
    fix: "add the evaluation set and its labels and list them under [evaluation]")
  /// The model or data cannot be attacked.
  public static let attackNotRunnable = Rule(
    "ROB004", .high, .obstacle, cwe: 693,
    title: "the attack could not be run",
    why: "without gradients through every layer the model's robustness stays unknown",
    fix: "export the model with layers that the engine can differentiate")
  /// A sample too small for the policy.
  public static let tooFewSamples = Rule(
    "ROB005", .medium, cwe: 1164,
    title: "fewer samples than the policy demands",
    why: "a small sample gives an interval too wide to decide on",
    fix: "use a larger evaluation set")

  static let robustnessRules: [Rule] = [
    belowRobustnessBound, maskedGradients, noAttackData, attackNotRunnable, tooFewSamples,
  ]
}
