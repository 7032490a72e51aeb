import Bytes

/// A value of each row of a batch, with how far other evaluations lie from it.
struct InexactRows: Sendable {
  /// [N] + the row's shape; that of a constant, which is the same for all rows.
  let shape: [Int]
  /// The type of one row as the graph has it.
  let rowType: TensorType
  let isConstant: Bool
  /// One for each element; nil where every evaluation has the same numbers.
  var deviations: Tensor?
  private let computed: AnyTensor?

  /// `values` are nil where no rule reads them.
  init(shape: [Int], values: AnyTensor?, rowType: TensorType) {
    self.shape = shape
    self.rowType = rowType
    computed = values
    isConstant = false
  }

  init(constant: AnyTensor) {
    shape = constant.shape
    rowType = constant.type
    computed = constant
    isConstant = true
  }

  /// The numbers as we compute them.
  var values: AnyTensor {
    guard let computed else { preconditionFailure("a rule says which values it reads") }
    return computed
  }

  /// A constant as so many equal rows of a shape.
  func repeated(_ rows: Int, shape: [Int]) -> InexactRows {
    let shape = [rows] + shape
    return InexactRows(
      shape: shape,
      values: AnyTensor(
        stacking: .init(repeating: values, count: rows), shape: shape, element: rowType.element),
      rowType: rowType)
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
    try deviationsOrZero().mapped {
      $0 == 0 ? 0 : Float(deviation: Double($0) * AnyOrderBound.confidence)
    }
  }

  /// The deviations, 0 where exact.
  func deviationsOrZero() throws(EngineError) -> Tensor {
    if let deviations { return deviations }
    return try Tensor(shape: shape) { _ in }
  }

  /// For each element the largest magnitude that an evaluation gives.
  func reach() throws(EngineError) -> Tensor {
    let values = try values.single("value")
    guard let deviations else { return values.mapped { $0.magnitude } }
    return values.mapped(with: deviations) {
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

  /// The largest magnitudes as a tensor, for operators that sum.
  var reachTensor: AnyTensor { AnyTensor(tensor.shape, doubles: reach, element: .float64) }
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
