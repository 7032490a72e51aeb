import Bytes

/// A comparison or a logical operation on two tensors, each stretched to the other's shape; the
/// result is of truth values. Comparisons with NaN are false.
public struct Comparison: GeneralOperator {
  /// Which comparison.
  public enum Operation: String, Sendable, CaseIterable {
    /// x = y.
    case equal
    /// x < y.
    case less
    /// x <= y.
    case lessOrEqual = "less or equal"
    /// x > y.
    case greater
    /// x >= y.
    case greaterOrEqual = "greater or equal"
    /// Both.
    case and
    /// One or both.
    case or
    /// One of the two.
    case exclusiveOr = "xor"
  }

  /// Which comparison.
  public let operation: Operation

  /// Creates the operator.
  public init(_ operation: Operation) {
    self.operation = operation
  }

  /// The operation's name.
  public var name: String { operation.rawValue }

  /// Truth values of the common shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireOneElement(inputs)
    return TensorType(try Broadcast.shape(of: inputs.map(\.shape)), .bool)
  }

  /// x op y.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let pair = try BroadcastPair(inputs[0], inputs[1])
    let truths: [Bool]
    if inputs[0].element.isFloat {
      truths = pair.doubles { compare($0, $1) }
    } else if inputs[0].element == .uint64 {
      truths = pair.integers { compare(UInt64(bitPattern: $0), UInt64(bitPattern: $1)) }
    } else {
      truths = pair.integers { compare($0, $1) }
    }
    return AnyTensor(pair.shape, integers: truths.map { $0 ? 1 : 0 }, element: .bool)
  }

  private func compare<Number: Comparable & Numeric>(_ x: Number, _ y: Number) -> Bool {
    switch operation {
    case .equal: x == y
    case .less: x < y
    case .lessOrEqual: x <= y
    case .greater: x > y
    case .greaterOrEqual: x >= y
    case .and: x != 0 && y != 0
    case .or: x != 0 || y != 0
    case .exclusiveOr: (x != 0) != (y != 0)
    }
  }
}

/// Elements of the second tensor where the first is true, of the third elsewhere; all three are
/// stretched to one shape.
public struct Select: GeneralOperator {
  /// Creates the operator.
  public init() {}

  /// "where".
  public var name: String { "where" }

  /// The common shape and the element type of the choices.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 3...3)
    try requireOneElement(Array(inputs.dropFirst()))
    guard inputs[0].element == .bool else {
      throw EngineError("condition", expected: "bool", found: inputs[0].element.rawValue)
    }
    return TensorType(try Broadcast.shape(of: inputs.map(\.shape)), inputs[1].element)
  }

  /// One of the two, element by element.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let shape = try Broadcast.shape(of: inputs.map(\.shape))
    let isFirst = inputs[0].broadcast(to: shape).integers
    // The two one behind the other, so that one gather serves every element type.
    let choices = AnyTensor(
      stacking: [inputs[1], inputs[2]], shape: [inputs[1].count + inputs[2].count])
    let first = Broadcast.places(of: inputs[1].shape, in: shape)
    let second = Broadcast.places(of: inputs[2].shape, in: shape)
    let shift = inputs[1].count
    return choices.gathered(
      shape, at: isFirst.indices.map { isFirst[$0] != 0 ? first[$0] : second[$0] + shift })
  }

  /// Yes, with respect to the choices.
  public var isDifferentiable: Bool { true }

  /// dy where the choice was taken, else +0.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let isFirst = inputs[0].broadcast(to: dy.shape).integers
    let values = dy.floats
    let first = zip(values, isFirst).map { $1 != 0 ? $0 : 0 }
    let second = zip(values, isFirst).map { $1 != 0 ? 0 : $0 }
    return [
      nil, Broadcast.reduced(first, of: dy.shape, to: inputs[1].shape),
      Broadcast.reduced(second, of: dy.shape, to: inputs[2].shape),
    ]
  }
}
