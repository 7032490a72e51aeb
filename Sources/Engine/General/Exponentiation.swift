import Bytes
import CKernels

/// x^y, element by element, each stretched to the other's shape; the result has the bases' type.
///
/// Binary32: `Power`. Binary16 and bfloat16: the binary32 power rounded once more. Binary64: its
/// error is below 2^-52 of it; bases beyond binary32's range and powers beyond e^180 are refused.
/// Integer bases: whole exponents wrap like products, 0 to a negative one is an error and other
/// bases round towards 0; a broken exponent gives the binary32 power without its fraction.
public struct Exponentiation: GeneralOperator {
  /// Creates the operator.
  public init() {}

  /// "power".
  public var name: String { "power" }

  /// The common shape and the bases' element type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    for input in inputs where input.element == .bool {
      throw EngineError("input", expected: "numbers", found: "bool")
    }
    return TensorType(try Broadcast.shape(of: inputs.map(\.shape)), inputs[0].element)
  }

  /// x^y.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let (bases, exponents) = (
      inputs[0].broadcast(to: type.shape), inputs[1].broadcast(to: type.shape)
    )
    if type.element == .float64 {
      var powers: [Double] = []
      for (x, y) in zip(bases.doubles, exponents.doubles) { powers.append(try wide(x, y)) }
      return AnyTensor(type.shape, doubles: powers, element: .float64)
    }
    if type.element.isFloat {
      let powers = Power.values(bases.floats, exponents: exponents.floats)
      return AnyTensor(type.shape, floats: powers, element: type.element)
    }
    let singles = Power.values(bases.floats, exponents: exponents.floats)
    var powers: [Int64] = []
    for (index, (x, y)) in zip(bases.integers, exponents.doubles).enumerated() {
      let isWhole = y == y.rounded(.towardZero) && y.magnitude < 0x1p62
      powers.append(
        isWhole ? try whole(x, Int64(y)) : Int64(Double(singles[index]).clamped))
    }
    return AnyTensor(type.shape, integers: powers, element: type.element)
  }

  private func wide(_ x: Double, _ y: Double) throws(EngineError) -> Double {
    let isOrdinary = x.isFinite && y.isFinite && x != 0 && y != 0
    let power = ck_power64(x, y)
    guard
      !isOrdinary || power.isNaN
        || ((0x1p-149...0x1p128).contains(x.magnitude)
          && (0x1p-259...0x1p259).contains(power.magnitude))
    else {
      throw EngineError(
        .unsupported, "power", expected: "bases and powers within binary32's range",
        found: "\(x)^\(y)")
    }
    return power
  }

  private func whole(_ base: Int64, _ exponent: Int64) throws(EngineError) -> Int64 {
    if exponent < 0 {
      guard base != 0 else {
        throw EngineError("exponent", expected: "0 or more for a base 0", found: "\(exponent)")
      }
      if base == 1 { return 1 }
      return base == -1 ? (exponent.isMultiple(of: 2) ? 1 : -1) : 0
    }
    var (result, square, rest) = (Int64(1), base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result &*= square }
      square &*= square
      rest >>= 1
    }
    return result
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dx = round(dz y x^(y - 1)); dy = round(dz (z log x)) in binary64 from the rounded z and log x,
  /// +0 where z is 0. What was stretched is summed.
  public func gradients(
    _ dz: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let shape = dz.shape
    let bases = inputs[0].broadcast(to: shape).floats
    let exponents = inputs[1].broadcast(to: shape).floats
    let (dz, z) = (dz.floats, output.floats)
    let dx = Power.gradients(bases: bases, exponents: exponents, dz: dz)
    let logarithms = ElementaryFunction.log.values(bases)
    let dy = z.indices.map { index in
      z[index] == 0
        ? 0 : Float(Double(dz[index]) * (Double(z[index]) * Double(logarithms[index])))
    }
    return [
      Broadcast.reduced(dx, of: shape, to: inputs[0].shape),
      inputs[1].element == .float32 ? Broadcast.reduced(dy, of: shape, to: inputs[1].shape) : nil,
    ]
  }
}

extension Double {
  /// The number held within what `Int64` takes; NaN is 0.
  fileprivate var clamped: Double {
    isNaN ? 0 : Swift.min(Swift.max(self, -0x1p63), 0x1p63.nextDown)
  }
}
