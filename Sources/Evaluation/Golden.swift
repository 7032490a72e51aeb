public import Engine
public import Formats

/// Inputs with the outputs that the training framework recorded for them.
public struct Golden: Sendable {
  /// The manifest's name for it.
  public let name: String
  /// The recorded inputs, one a row.
  public let inputs: Tensor
  /// The recorded outputs, one a row.
  public let outputs: Tensor

  /// Creates a golden from the stored arrays; inputs are what the network takes, unscaled.
  ///
  /// - Throws: `EvaluationError` when the arrays do not fit the network or each other.
  public init(
    name: String, inputs: StoredTensor, outputs: StoredTensor, sampleShape: [Int],
    outputShape: [Int]
  ) throws(EvaluationError) {
    self.name = name
    self.inputs = try InputScale.identity.inputs(from: inputs, sampleShape: sampleShape)
    self.outputs = try InputScale.identity.inputs(from: outputs, sampleShape: outputShape)
    guard self.inputs.shape[0] == self.outputs.shape[0] else {
      throw EvaluationError("\(self.inputs.shape[0]) inputs and \(self.outputs.shape[0]) outputs")
    }
  }

  /// How computed outputs stand to the recorded ones.
  public struct Comparison: Sendable, Equatable {
    /// The rows compared.
    public let rows: Int
    /// The largest absolute difference; infinite when one side alone is NaN.
    public let maxAbs: Double
    /// The row with the largest difference.
    public let worstRow: Int
    /// The rows whose arg max differs.
    public let otherArgmax: [Int]
  }

  /// Compares outputs of the same shape element by element.
  public func compare(_ computed: Tensor) -> Comparison {
    precondition(computed.shape == outputs.shape, "the network gives outputs of its own shape")
    let rows = outputs.shape[0]
    let columns = outputs.count / rows
    var maxAbs = 0.0
    var worstRow = 0
    let recorded = outputs.values
    for (index, (ours, theirs)) in zip(computed.values, recorded).enumerated() {
      guard ours != theirs, !(ours.isNaN && theirs.isNaN) else { continue }
      let difference = abs(Double(ours) - Double(theirs))
      let distance = difference.isNaN ? Double.infinity : difference
      if distance > maxAbs {
        maxAbs = distance
        worstRow = index / columns
      }
    }
    let other = zip(computed.argMaxOfRows, outputs.argMaxOfRows).enumerated()
      .filter { $0.element.0 == nil || $0.element.0 != $0.element.1 }
      .map(\.offset)
    return Comparison(rows: rows, maxAbs: maxAbs, worstRow: worstRow, otherArgmax: other)
  }
}
