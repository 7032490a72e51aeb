// Findings of the reproduce check.
extension Rule {
  /// The model, a golden or the evaluation set could not be run.
  public static let modelNotRunnable = Rule(
    "REP001", .high, .obstacle, cwe: 693,
    title: "the model cannot be run by the engine",
    why:
      "a network that cannot be executed from its definition cannot be shown to compute what its "
      + "makers recorded",
    fix: "export the model with layers that the engine knows, or ask for the named one")
  /// No goldens.
  public static let noGoldens = Rule(
    "REP002", .high, .absence, cwe: 353,
    title: "the release has no goldens",
    why: "without recorded outputs nobody can tell whether the model still computes the same",
    fix: "record inputs with the training framework's outputs and list them under [[golden]]")
  /// No evaluation set.
  public static let noEvaluationSet = Rule(
    "REP003", .high, .absence, cwe: 353,
    title: "the release has no evaluation set",
    why: "accuracy and robustness are claims until they are measured again",
    fix: "add the evaluation set and its labels and list them under [evaluation]")
  /// A golden or the evaluation set cannot be used.
  public static let unusableData = Rule(
    "REP004", .high, .obstacle, cwe: 20,
    title: "recorded data does not fit the model",
    why: "data of the wrong shape, range or type proves nothing about the model",
    fix: "record the data again for this model")
  /// Outputs leave the tolerance.
  public static let outputDiffers = Rule(
    "REP005", .high, cwe: 345,
    title: "the model does not compute what its makers recorded",
    why: "another file, another preprocessing or a tampered weight gives other outputs",
    fix: "find out which of model and golden changed, and record again if the change is meant")
  /// The arg max of a golden differs.
  public static let argmaxDiffers = Rule(
    "REP006", .high, cwe: 345,
    title: "the model decides otherwise than its makers recorded",
    why: "the class that a user sees is another one",
    fix: "find out which of model and golden changed, and record again if the change is meant")
  /// Our own digest differs.
  public static let digestDiffers = Rule(
    "REP007", .high, cwe: 353,
    title: "the engine's output is not the locked one, bit for bit",
    why:
      "under one numerics contract the same model and input give the same bits on every machine; "
      + "another digest means another model, input or contract",
    fix: "run 'proofmark lock' again if the change is meant, and sign the new lock")
  /// The count of correct answers differs.
  public static let metricDiffers = Rule(
    "REP008", .high, cwe: 345,
    title: "a measured metric is not the locked or claimed one",
    why: "the release does not perform as its makers say",
    fix: "measure again with 'proofmark lock', and correct the manifest's claim")
  /// Fewer golden rows than the policy wants.
  public static let tooFewGoldens = Rule(
    "REP009", .medium, cwe: 1164,
    title: "fewer golden rows than the policy demands",
    why: "a handful of outputs pins only a part of the function",
    fix: "record more rows with the training framework")
  /// NaN or infinities where numbers should be.
  public static let notFinite = Rule(
    "REP010", .high, cwe: 682,
    title: "the model holds or computes NaN or infinity",
    why: "every comparison with NaN is false, so a broken network passes careless checks",
    fix: "find the weight or layer that overflows and train or export again")
  /// Outputs leave what rounding can explain.
  public static let outsideAnyOrderBound = Rule(
    "REP011", .high, cwe: 345,
    title: "recorded outputs lie outside the any-order bound",
    why:
      "no order of the same operations in binary32, fused or not, gives such a difference: "
      + "another weight, another preprocessing or a lower precision does",
    fix:
      "find out which of model and golden changed; record goldens of a lower precision (TF32, "
      + "bfloat16, quantised) again in binary32, or set reproduce.any-order-bound to \"off\"")
  /// An operator has no bound.
  public static let noAnyOrderBound = Rule(
    "REP012", .info, cwe: 1164,
    title: "recorded outputs were compared by max-abs alone",
    why:
      "for an operator of this model it is not known how far another order of its operations can "
      + "lie, so that the tolerance is the policy's number and not derived",
    fix: "set reproduce.max-abs to what the model's outputs mean")

  static let reproductionRules: [Rule] = [
    modelNotRunnable, noGoldens, noEvaluationSet, unusableData, outputDiffers, argmaxDiffers,
    digestDiffers, metricDiffers, tooFewGoldens, notFinite, outsideAnyOrderBound, noAnyOrderBound,
  ]
}
