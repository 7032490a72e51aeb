public import Bytes

/// An operation on each element of a tensor that no rounding touches.
public struct UnaryOperation: GeneralOperator {
  /// Which operation.
  public enum Operation: Sendable, Hashable {
    /// -x; of integers wrapping.
    case negate
    /// |x|.
    case absolute
    /// 1, -1 or +0; NaN stays.
    case sign
    /// The largest whole number that is not above x.
    case floor
    /// The least whole number that is not below x.
    case ceiling
    /// The nearest whole number, ties to the even one.
    case round
    /// Whether x is false, of truth values.
    case not
    /// Bit by bit, of integers.
    case bitNot
    /// Whether x is NaN.
    case isNaN
    /// Whether x is infinite, of the signs asked for.
    case isInfinite(negative: Bool, positive: Bool)
  }

  /// Which operation.
  public let operation: Operation

  /// Creates the operator.
  public init(_ operation: Operation) {
    self.operation = operation
  }

  /// The operation's name.
  public var name: String {
    if case .isInfinite = operation { "isInfinite" } else { "\(operation)" }
  }

  /// The input's type; of questions truth values.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    let input = inputs[0]
    switch operation {
    case .negate, .absolute, .sign:
      guard input.element != .bool else {
        throw EngineError("input", expected: "numbers", found: "bool")
      }
    case .floor, .ceiling, .round: try requireFloat(input)
    case .not:
      guard input.element == .bool else {
        throw EngineError("input", expected: "bool", found: input.element.rawValue)
      }
    case .bitNot:
      guard !input.element.isFloat, input.element != .bool else {
        throw EngineError("input", expected: "integers", found: input.element.rawValue)
      }
    case .isNaN, .isInfinite:
      try requireFloat(input)
      return TensorType(input.shape, .bool)
    }
    return input
  }

  /// The operation, element by element.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let x = inputs[0]
    switch operation {
    case .isNaN, .isInfinite:
      return AnyTensor(
        x.shape, integers: x.doubles.map { holds($0) ? 1 : 0 }, element: .bool)
    default: break
    }
    if !x.element.isFloat {
      return AnyTensor(
        x.shape, integers: x.integers.map { whole($0, isUnsigned: x.element == .uint64) },
        element: x.element)
    }
    if x.element == .float64 {
      return AnyTensor(x.shape, doubles: x.doubles.map(real), element: .float64)
    }
    return AnyTensor(x.shape, floats: x.floats.map(real), element: x.element)
  }

  private func holds(_ x: Double) -> Bool {
    guard case .isInfinite(let negative, let positive) = operation else { return x.isNaN }
    return x.isInfinite && (x < 0 ? negative : positive)
  }

  private func real<Number: BinaryFloatingPoint>(_ x: Number) -> Number {
    switch operation {
    case .negate: -x
    case .absolute: x.magnitude
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x.isNaN ? x : 0
    case .floor: x.rounded(.down)
    case .ceiling: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .not, .bitNot, .isNaN, .isInfinite:
      preconditionFailure("the type was checked")
    }
  }

  private func whole(_ x: Int64, isUnsigned: Bool) -> Int64 {
    switch operation {
    case .negate: 0 &- x
    case .absolute: x < 0 && !isUnsigned ? 0 &- x : x
    case .sign: x == 0 ? 0 : x < 0 && !isUnsigned ? -1 : 1
    case .not: x == 0 ? 1 : 0
    case .bitNot: ~x
    case .floor, .ceiling, .round, .isNaN, .isInfinite:
      preconditionFailure("the type was checked")
    }
  }

  /// -x and |x|; the others are steps, whose slope is 0.
  public var isDifferentiable: Bool { operation == .negate || operation == .absolute }

  /// -dy; dy with the sign of x, +0 at 0.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let dx = zip(inputs[0].floats, dy.floats).map { x, dy in
      operation == .negate ? -dy : x > 0 ? dy : x < 0 ? -dy : 0
    }
    return [AnyTensor(inputs[0].shape, floats: dx)]
  }
}

/// A tensor in another element type.
///
/// Floats are rounded to the nearest, ties to even; floats become integers by truncation (the
/// nearest 64-bit integer where they do not fit, NaN 0, then wrapping), integers wrap, and
/// anything but 0 becomes true.
public struct Cast: GeneralOperator {
  /// The type to convert to.
  public let element: ElementType

  /// Creates the operator.
  public init(to element: ElementType) {
    self.element = element
  }

  /// "cast".
  public var name: String { "cast" }

  /// The input's shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    return TensorType(inputs[0].shape, element)
  }

  /// The converted elements.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    inputs[0].converted(to: element)
  }
}

/// The mean of one or more tensors, element by element, each stretched to the others' shape.
///
///     y = round(S / n),  S the binary64 sum from +0 of the n tensors' elements, in their order
public struct MeanOfTensors: GeneralOperator {
  /// Creates the operator.
  public init() {}

  /// "mean".
  public var name: String { "mean" }

  /// The common shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...EngineLimits.nodes)
    try requireOneElement(inputs)
    try requireFloat(inputs[0])
    return TensorType(try Broadcast.shape(of: inputs.map(\.shape)), inputs[0].element)
  }

  /// The mean.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    var sums = [Double](repeating: 0, count: type.count)
    for input in inputs {
      for (index, value) in input.broadcast(to: type.shape).doubles.enumerated() {
        sums[index] += value
      }
    }
    let count = Double(inputs.count)
    return AnyTensor(type.shape, doubles: sums.map { $0 / count }, element: type.element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// round(dy / n), summed where an input was stretched.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let part = dy.floats.map { $0 / Float(inputs.count) }
    return inputs.map { Broadcast.reduced(part, of: dy.shape, to: $0.shape) }
  }
}
