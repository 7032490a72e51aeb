public import Engine
public import Formats

/// Labelled inputs: what accuracy and robustness are measured on.
public struct EvaluationSet: Sendable {
  /// The network's inputs, one a row.
  public let inputs: Tensor
  /// The true class of each row.
  public let labels: [Int]

  /// The number of rows.
  public var count: Int { labels.count }

  /// Creates a set from the stored arrays.
  ///
  /// - Throws: `EvaluationError` when the arrays are empty, do not fit the network or each other,
  ///   or a label is no class of the network.
  public init(
    inputs: StoredTensor, labels: StoredTensor, sampleShape: [Int], scale: InputScale,
    classCount: Int
  ) throws(EvaluationError) {
    let classes: [Int]
    do { classes = try labels.integers() } catch { throw EvaluationError(error) }
    guard labels.shape.filter({ $0 != 1 }).count <= 1, !classes.isEmpty else {
      throw EvaluationError("expected one label a row, found an array of shape \(labels.shape)")
    }
    self.inputs = try scale.inputs(from: inputs, sampleShape: sampleShape)
    guard self.inputs.shape[0] == classes.count else {
      throw EvaluationError("\(self.inputs.shape[0]) inputs and \(classes.count) labels")
    }
    guard self.inputs.nonFiniteCount == 0 else {
      throw EvaluationError(
        "\(self.inputs.nonFiniteCount) numbers of the inputs are NaN or infinite")
    }
    if let row = classes.firstIndex(where: { !(0..<classCount).contains($0) }) {
      throw EvaluationError(
        "the label of row \(row) is \(classes[row]), the network has classes 0 to "
          + "\(classCount - 1)")
    }
    self.labels = classes
  }

  /// How many rows are decided as labelled; a row whose outputs hold NaN is not.
  public func correctCount(_ outputs: Tensor) -> Int {
    zip(outputs.argMaxOfRows, labels).count { $0 == $1 }
  }
}
