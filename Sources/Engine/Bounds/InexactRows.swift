import Bytes

/// A value of each row of a batch, with how far other evaluations lie from it.
struct InexactRows: Sendable {
  /// [N] + the row's shape; a constant is the same for all rows.
  let values: AnyTensor
  /// The type of one row as the graph has it.
  let rowType: TensorType
  let isConstant: Bool
  /// One for each element of `values`; nil where every evaluation has the same numbers.
  var deviations: Tensor?

  init(values: AnyTensor, rowType: TensorType) {
    self.values = values
    self.rowType = rowType
    isConstant = false
  }

  init(constant: AnyTensor) {
    values = constant
    rowType = constant.type
    isConstant = true
  }

  /// One row in the graph's own axes.
  func row(_ index: Int) throws(EngineError) -> InexactTensor {
    if isConstant { return InexactTensor(values) }
    return InexactTensor(
      values.rows(index..<index + 1).reshaped(rowType.shape),
      deviations: try deviations?.rows(index..<index + 1).values.map(Double.init))
  }

  /// The bound on each element.
  func errors() throws(EngineError) -> Tensor {
    guard let deviations else {
      return try Tensor(shape: values.shape) { _ in }
    }
    return try deviations.mapped { Float(deviation: Double($0) * AnyOrderBound.confidence) }
  }

  /// For each element the largest magnitude that an evaluation gives.
  func reach() throws(EngineError) -> Tensor {
    let values = try values.single("value")
    guard let deviations else { return try values.mapped { $0.magnitude } }
    return try values.mapped(with: deviations) {
      Float(deviation: Double($0.magnitude) + AnyOrderBound.confidence * Double($1))
    }
  }
}

/// A tensor with how far other evaluations of the network lie from it.
public struct InexactTensor: Sendable {
  /// The numbers as we compute them.
  public let tensor: AnyTensor
  /// A deviation (see `AnyOrderBound`) for each element; nil where all evaluations agree.
  public let deviations: [Double]?

  /// Creates a value; exact unless deviations are given.
  public init(_ tensor: AnyTensor, deviations: [Double]? = nil) {
    precondition(deviations.map { $0.count == tensor.count } ?? true, "one for each element")
    self.tensor = tensor
    self.deviations = deviations
  }

  /// Whether all evaluations agree on it.
  public var isExact: Bool { deviations == nil }

  /// The deviations, 0 where exact.
  var allDeviations: [Double] { deviations ?? [Double](repeating: 0, count: tensor.count) }

  /// For each element the largest magnitude that an evaluation gives.
  var reach: [Double] {
    zip(tensor.doubles, allDeviations).map { $0.magnitude + AnyOrderBound.confidence * $1 }
  }

  /// The deviations as a tensor that operators which only move elements can move.
  var movable: AnyTensor { AnyTensor(tensor.shape, doubles: allDeviations, element: .float64) }
}

/// What an operator says about the error of its output.
public enum Deviations: Sendable {
  /// Every evaluation gives the same numbers.
  case exact
  /// A deviation for each element of the output.
  case known([Double])
  /// No bound is known.
  case unknown
}

extension Float {
  /// A deviation that was computed in binary64, rounded up: the factor is above the rounding of
  /// this conversion and of 2^29 operations of binary64, the summand above whatever a framework
  /// that flushes subnormals to zero loses; infinite for NaN.
  init(deviation: Double) {
    let widened = deviation * (1 + 0x1p-22) + 0x1p-100
    self = widened.isNaN ? .infinity : Float(widened)
  }
}

extension Tensor {
  /// The tensor of a function of each element.
  func mapped(_ function: (Float) -> Float) throws(EngineError) -> Tensor {
    try Tensor(shape: shape) { result in
      withSpan { span in
        for index in span.indices { result[index] = function(span[index]) }
      }
    }
  }

  /// The tensor of a function of each element and the one at its place in another tensor.
  func mapped(
    with other: Tensor, _ function: (Float, Float) -> Float
  ) throws(EngineError) -> Tensor {
    try Tensor(shape: shape) { result in
      withSpan { span in
        other.withSpan { others in
          for index in span.indices { result[index] = function(span[index], others[index]) }
        }
      }
    }
  }
}
