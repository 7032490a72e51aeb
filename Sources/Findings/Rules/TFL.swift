// Findings of the scan in TFLite models.
extension Rule {
  /// A TFLite model has custom operators or delegates.
  public static let liteCustomOperator = Rule(
    "TFL001", .high, cwe: 829,
    title: "a TFLite model has custom operators or delegates",
    why: "they need a library that is not in the model, so nobody can say what they do",
    fix: "convert the model with built-in operators")
  /// Offsets, sizes or counts of a TFLite model leave the file or overlap.
  public static let liteBounds = Rule(
    "TFL002", .high, cwe: 125,
    title: "offsets, sizes or counts of a TFLite model leave the file or overlap",
    why: "readers that trust them read or write past their memory",
    fix: "convert the model again")

  static let liteRules: [Rule] = [
    liteCustomOperator, liteBounds,
  ]
}
