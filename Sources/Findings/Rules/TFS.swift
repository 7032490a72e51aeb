// Findings of the scan in TensorFlow's SavedModels, graphs and checkpoints.
extension Rule {
  /// A TensorFlow graph reads or writes files.
  public static let tensorFlowFiles = Rule(
    "TFS001", .high, cwe: 73,
    title: "a TensorFlow graph reads or writes files",
    why: "running the model reads or overwrites files of its user",
    fix: "export the model again without file operations")
  /// A TensorFlow graph calls Python or loads a library.
  public static let tensorFlowCode = Rule(
    "TFS002", .critical, cwe: 94,
    title: "a TensorFlow graph calls Python or loads a library",
    why: "running the model runs code that its maker chose",
    fix: "do not load the model; export it again without these operations")
  /// A TensorFlow graph has operations that no release has.
  public static let tensorFlowCustomOperation = Rule(
    "TFS003", .high, cwe: 829,
    title: "a TensorFlow graph has operations that no release has",
    why: "they need a library that is not in the model, so nobody can say what they do",
    fix: "export the model with TensorFlow's own operations")
  /// A SavedModel's assets or variables are not where and what they should be.
  public static let savedModelLayout = Rule(
    "TFS004", .high, cwe: 22,
    title: "a SavedModel's assets or variables are not where and what they should be",
    why:
      "paths out of the folder read files of the host, and data that overlaps is read in two "
      + "ways",
    fix: "export the model again")
  /// A serialised graph lies inside a tensor or attribute.
  public static let graphInTensor = Rule(
    "TFS005", .high, cwe: 506,
    title: "a serialised graph lies inside a tensor or attribute",
    why: "it is data to a scanner and a program to the operation that reads it",
    fix: "export the model again without it")
  /// A SavedModel's Keras metadata carries code.
  public static let savedModelKerasCode = Rule(
    "TFS006", .critical, cwe: 94,
    title: "a SavedModel's Keras metadata carries code",
    why: "Keras runs it when the model is loaded",
    fix: "replace Lambda layers by built-in ones and export again")
  /// A graph, library or table is larger or deeper than the limits.
  public static let graphLimit = Rule(
    "TFS007", .high, .obstacle, cwe: 770,
    title: "a graph, library or table is larger or deeper than the limits",
    why: "what was not read was not judged",
    fix: "widen the policy's limits only if the model's size is honest")

  static let tensorFlowRules: [Rule] = [
    tensorFlowFiles, tensorFlowCode, tensorFlowCustomOperation, savedModelLayout, graphInTensor,
    savedModelKerasCode, graphLimit,
  ]
}
