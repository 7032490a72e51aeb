import Bytes
import CKernels

/// An operation on two tensors, element by element, each stretched to the other's shape.
///
/// Floats: one rounding to the element type (IEEE 754). Integers wrap; a quotient of integers is
/// cut towards zero, and division by zero is an error.
public struct Arithmetic: GeneralOperator {
  /// Which operation.
  public enum Operation: String, Sendable, CaseIterable {
    /// x + y.
    case add
    /// x - y.
    case subtract
    /// x y.
    case multiply
    /// x / y.
    case divide
    /// The smaller; NaN where one is.
    case minimum
    /// The larger; NaN where one is.
    case maximum
    /// The rest of x / y with the sign of y (Python's `%`).
    case modulo
    /// The rest of x / y with the sign of x (C's `fmod`).
    case remainder
    /// x where x >= 0, else x y: PReLU, y the slope.
    case prelu
    /// Bit by bit, of integers.
    case bitAnd
    /// Bit by bit, of integers.
    case bitOr
    /// Bit by bit, of integers.
    case bitXor
    /// x shifted left by y bits, of unsigned integers.
    case shiftLeft
    /// x shifted right by y bits, of unsigned integers.
    case shiftRight
  }

  /// Which operation.
  public let operation: Operation

  /// Creates the operator.
  public init(_ operation: Operation) {
    self.operation = operation
  }

  /// The operation's name.
  public var name: String { operation.rawValue }

  /// The common shape; both inputs have one element type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireOneElement(inputs)
    let element = inputs[0].element
    switch operation {
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
      guard !element.isFloat else {
        throw EngineError("input", expected: "integers", found: element.rawValue)
      }
    case .add, .subtract, .multiply, .divide, .minimum, .maximum, .modulo, .remainder, .prelu:
      guard element != .bool else {
        throw EngineError("input", expected: "numbers", found: element.rawValue)
      }
    }
    return TensorType(try Broadcast.shape(of: inputs.map(\.shape)), element)
  }

  /// x op y.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let pair = try BroadcastPair(inputs[0], inputs[1])
    let element = inputs[0].element
    if element == .float64 {
      return AnyTensor(pair.shape, doubles: pair.doubles(floatFunction()), element: element)
    }
    if element.isFloat {
      return AnyTensor(pair.shape, floats: pair.floats(floatFunction()), element: element)
    }
    if operation == .divide || operation == .modulo || operation == .remainder,
      inputs[1].integers.contains(0)
    {
      throw EngineError("divisor", expected: "no integer 0", found: "0")
    }
    return AnyTensor(
      pair.shape, integers: pair.integers(integerFunction(element)), element: element)
  }

  private func floatFunction<Number: FloatingPoint>() -> (Number, Number) -> Number {
    switch operation {
    case .add: { $0 + $1 }
    case .subtract: { $0 - $1 }
    case .multiply: { $0 * $1 }
    case .divide: { $0 / $1 }
    case .minimum: { $0.isNaN || $0 < $1 || ($0 == $1 && $0.sign == .minus) ? $0 : $1 }
    case .maximum: { $0.isNaN || $0 > $1 || ($0 == $1 && $0.sign == .plus) ? $0 : $1 }
    case .modulo: { floored($0.truncatingRemainder(dividingBy: $1), $1) }
    case .remainder: { $0.truncatingRemainder(dividingBy: $1) }
    case .prelu: { $0 < 0 ? $0 * $1 : $0 }
    case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
      preconditionFailure("bits are of integers")
    }
  }

  private func integerFunction(_ element: ElementType) -> (Int64, Int64) -> Int64 {
    let isUnsigned = element == .uint64
    func below(_ x: Int64, _ y: Int64) -> Bool {
      isUnsigned ? UInt64(bitPattern: x) < UInt64(bitPattern: y) : x < y
    }
    func rest(_ x: Int64, _ y: Int64) -> Int64 {
      isUnsigned
        ? Int64(bitPattern: UInt64(bitPattern: x) % UInt64(bitPattern: y))
        : x.remainderReportingOverflow(dividingBy: y).partialValue
    }
    return switch operation {
    case .add: { $0 &+ $1 }
    case .subtract: { $0 &- $1 }
    case .multiply: { $0 &* $1 }
    case .divide:
      isUnsigned
        ? { Int64(bitPattern: UInt64(bitPattern: $0) / UInt64(bitPattern: $1)) }
        : { $0.dividedReportingOverflow(by: $1).partialValue }
    case .minimum: { below($0, $1) ? $0 : $1 }
    case .maximum: { below($0, $1) ? $1 : $0 }
    case .modulo:
      isUnsigned
        ? rest
        : {
          let rest = rest($0, $1)
          return rest != 0 && (rest < 0) != ($1 < 0) ? rest + $1 : rest
        }
    case .remainder: rest
    case .prelu: { $0 < 0 && !isUnsigned ? $0 &* $1 : $0 }
    case .bitAnd: { $0 & $1 }
    case .bitOr: { $0 | $1 }
    case .bitXor: { $0 ^ $1 }
    case .shiftLeft: { $1 >= 0 && $1 < 64 ? $0 << $1 : 0 }
    case .shiftRight:
      { $1 >= 0 && $1 < 64 ? Int64(bitPattern: UInt64(bitPattern: $0) >> UInt64($1)) : 0 }
    }
  }

  /// Yes, where the operation has slopes.
  public var isDifferentiable: Bool {
    switch operation {
    case .add, .subtract, .multiply, .divide, .minimum, .maximum, .prelu: true
    case .modulo, .remainder, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight: false
    }
  }

  /// Each part in binary32, one rounding for each operation named; what was stretched is summed.
  ///
  ///     add       dx = dy              dz = dy
  ///     subtract  dx = dy              dz = -dy
  ///     multiply  dx = dy z            dz = dy x
  ///     divide    dx = dy / z          dz = -(dy y) / z
  ///     minimum, maximum: dy where x was taken, else +0; to both, halved, where they are equal
  ///     prelu     dx = dy, dy z where x < 0;   dz = 0, dy x where x < 0
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let shape = dy.shape
    let x = inputs[0].broadcast(to: shape).floats
    let z = inputs[1].broadcast(to: shape).floats
    let dy = dy.floats
    let y = output.floats
    var dx = dy
    var dz = dy
    for index in dy.indices {
      switch operation {
      case .add: break
      case .subtract: dz[index] = -dy[index]
      case .multiply:
        dx[index] = dy[index] * z[index]
        dz[index] = dy[index] * x[index]
      case .divide:
        dx[index] = dy[index] / z[index]
        dz[index] = -(dy[index] * y[index]) / z[index]
      case .minimum, .maximum:
        let half = dy[index] / 2
        let takesX = operation == .minimum ? x[index] < z[index] : x[index] > z[index]
        dx[index] = x[index] == z[index] ? half : takesX ? dy[index] : 0
        dz[index] = x[index] == z[index] ? half : takesX ? 0 : dy[index]
      case .prelu:
        dx[index] = x[index] < 0 ? dy[index] * z[index] : dy[index]
        dz[index] = x[index] < 0 ? dy[index] * x[index] : 0
      case .modulo, .remainder, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight: break
      }
    }
    return [
      Broadcast.reduced(dx, of: shape, to: inputs[0].shape),
      Broadcast.reduced(dz, of: shape, to: inputs[1].shape),
    ]
  }
}

/// A rest with the sign of its divisor.
private func floored<Number: FloatingPoint>(_ rest: Number, _ divisor: Number) -> Number {
  if rest == 0 { return Number(signOf: divisor, magnitudeOf: rest) }
  return (rest < 0) != (divisor < 0) ? rest + divisor : rest
}

/// Two tensors stretched to one shape.
struct BroadcastPair {
  let shape: [Int]
  private let x: AnyTensor
  private let y: AnyTensor

  init(_ x: AnyTensor, _ y: AnyTensor) throws(EngineError) {
    shape = try Broadcast.shape(of: [x.shape, y.shape])
    self.x = x
    self.y = y
  }

  func floats<Result>(_ function: (Float, Float) -> Result) -> [Result] {
    combined(x.floats, y.floats, function)
  }

  func doubles<Result>(_ function: (Double, Double) -> Result) -> [Result] {
    combined(x.doubles, y.doubles, function)
  }

  func integers<Result>(_ function: (Int64, Int64) -> Result) -> [Result] {
    combined(x.integers, y.integers, function)
  }

  private func combined<Number, Result>(
    _ x: [Number], _ y: [Number], _ function: (Number, Number) -> Result
  ) -> [Result] {
    if self.x.shape == self.y.shape { return zip(x, y).map(function) }
    if y.count == 1, self.x.shape == shape {
      let y = y[0]
      return x.map { function($0, y) }
    }
    if x.count == 1, self.y.shape == shape {
      let x = x[0]
      return y.map { function(x, $0) }
    }
    let places = (
      Broadcast.places(of: self.x.shape, in: shape), Broadcast.places(of: self.y.shape, in: shape)
    )
    return zip(places.0, places.1).map { function(x[$0], y[$1]) }
  }
}
