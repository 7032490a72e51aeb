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
    // What a framework gives for one input has no batch axis where the network's outputs have none.
    let isOneRow = self.inputs.shape[0] == 1 && outputs.shape == outputShape
    let rows = isOneRow ? try Golden.asRow(outputs) : outputs
    self.outputs = try InputScale.identity.inputs(from: rows, sampleShape: outputShape)
    guard self.inputs.shape[0] == self.outputs.shape[0] else {
      throw EvaluationError("\(self.inputs.shape[0]) inputs and \(self.outputs.shape[0]) outputs")
    }
  }

  private static func asRow(_ stored: StoredTensor) throws(EvaluationError) -> StoredTensor {
    do { return try stored.reshaped([1] + stored.shape) } catch { throw EvaluationError(error) }
  }

  /// How computed outputs stand to the recorded ones.
  public struct Comparison: Sendable, Equatable {
    /// The rows compared.
    public let rows: Int
    /// The largest absolute difference; infinite when one side alone is NaN.
    public let maxAbs: Double
    /// The row with the largest difference.
    public let worstRow: Int
    /// The rows whose arg max differs, but for those where the bounds leave open which of the two
    /// outputs is the larger.
    public let otherArgmax: [Int]
    /// How the differences stand to the any-order bound; nil where there is none.
    public let anyOrder: AnyOrder?
  }

  /// The element that uses most of the any-order bound.
  public struct AnyOrder: Sendable, Equatable {
    /// Its difference over its bound: 1 is just within, infinite where an element that differs has
    /// no finite bound.
    public let ratio: Double
    /// Its row.
    public let row: Int
    /// Its place within the row.
    public let column: Int
    /// How far its recorded value lies from the computed one.
    public let difference: Double
    /// How far any evaluation in binary32 may lie from the computed one.
    public let bound: Double
  }

  /// Compares outputs of the same shape element by element, with the bound on each where given.
  public func compare(_ computed: Tensor, errors: Tensor? = nil) -> Comparison {
    precondition(computed.shape == outputs.shape, "the network gives outputs of its own shape")
    precondition(errors.map { $0.shape == outputs.shape } ?? true, "a bound for each output")
    let rows = outputs.shape[0]
    let columns = outputs.count / rows
    var maxAbs = 0.0
    var worstRow = 0
    var anyOrder = errors.map { errors in
      AnyOrder(ratio: 0, row: 0, column: 0, difference: 0, bound: Double(errors[0]))
    }
    let recorded = outputs.values
    for (index, (ours, theirs)) in zip(computed.values, recorded).enumerated() {
      guard ours != theirs, !(ours.isNaN && theirs.isNaN) else { continue }
      let difference = abs(Double(ours) - Double(theirs))
      let distance = difference.isNaN ? Double.infinity : difference
      if distance > maxAbs {
        maxAbs = distance
        worstRow = index / columns
      }
      if let errors {
        let bound = Double(errors[index])
        let ratio = bound.isFinite && bound > 0 ? distance / bound : .infinity
        if ratio > anyOrder?.ratio ?? 0 {
          anyOrder = AnyOrder(
            ratio: ratio, row: index / columns, column: index % columns, difference: distance,
            bound: bound)
        }
      }
    }
    let other = zip(computed.argMaxOfRows, outputs.argMaxOfRows).enumerated()
      .filter { row, best in
        guard let ours = best.0, let theirs = best.1 else { return true }
        guard ours != theirs else { return false }
        guard let errors else { return true }
        let places = (row * columns + ours, row * columns + theirs)
        let lead = Double(computed[places.0]) - Double(computed[places.1])
        return !(lead <= Double(errors[places.0]) + Double(errors[places.1]))
      }
      .map(\.offset)
    return Comparison(
      rows: rows, maxAbs: maxAbs, worstRow: worstRow, otherArgmax: other, anyOrder: anyOrder)
  }
}
