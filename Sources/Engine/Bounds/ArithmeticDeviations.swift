import Bytes
import Glibc

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

extension Arithmetic {
  /// With r and s the deviations of x and z, which are added: they often go back to one value.
  ///
  ///     add, subtract      r + s + 2 u (|x| + |z|)        the sum may also be folded into others
  ///     multiply           |z| r + |x| s + t r s + 4 u |x z|
  ///     divide             (r + |y| s) / (|z| - t s) + 4 u |y|, infinite where z may be 0
  ///     minimum, maximum   the larger of r and s
  ///     prelu              r where x > t r, else as the product, or r if that is larger
  ///
  /// |x|, |y| and |z| are as large as an evaluation gives them.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else {
      return inputs.allSatisfy(\.isExact) && !output.element.isFloat ? .exact : .unknown
    }
    func stretched(_ numbers: [Double], _ input: InexactTensor) -> [Double] {
      input.tensor.shape == output.shape
        ? numbers : Broadcast.places(of: input.tensor.shape, in: output.shape).map { numbers[$0] }
    }
    let (x, z) = (
      stretched(inputs[0].tensor.doubles, inputs[0]), stretched(inputs[1].tensor.doubles, inputs[1])
    )
    let (r, s) = (
      stretched(inputs[0].allDeviations, inputs[0]), stretched(inputs[1].allDeviations, inputs[1])
    )
    let y = output.doubles
    let isExact = inputs.allSatisfy(\.isExact)
    func product(_ i: Int) -> Double {
      let (a, b) = (x[i].magnitude, z[i].magnitude)
      return b * r[i] + a * s[i] + t * r[i] * s[i]
        + 4 * u * (a + t * r[i]) * (b + t * s[i])
    }
    switch operation {
    case .add, .subtract:
      return .known(
        y.indices.map { i in
          r[i] + s[i] + 2 * u * (x[i].magnitude + z[i].magnitude + t * (r[i] + s[i]))
        })
    case .multiply: return .known(y.indices.map(product))
    case .divide:
      return .known(
        y.indices.map { i in
          let least = z[i].magnitude - t * s[i]
          guard least > 0 else { return .infinity }
          let carried = (r[i] + y[i].magnitude * s[i]) / least
          return carried + 4 * u * (y[i].magnitude + t * carried)
        })
    case .minimum, .maximum: return isExact ? .exact : .known(y.indices.map { max(r[$0], s[$0]) })
    case .prelu:
      return .known(y.indices.map { x[$0] > t * r[$0] ? r[$0] : max(r[$0], product($0)) })
    case .modulo, .remainder, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight:
      return isExact ? .exact : .unknown
    }
  }
}

extension MeanOfTensors {
  /// As for an average pool (`AverageRule`).
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    return .known(
      meanDeviations(
        try evaluate(inputs.map(\.movable)).doubles,
        magnitudes: try evaluate(inputs.map(\.reachTensor)).doubles, count: inputs.count))
  }
}

extension Exponentiation {
  /// x^c, where all evaluations agree on c: the largest slope |c| |x|^(c - 1) within reach, which
  /// lies at an end of it, and the error of a power by way of c log x: `functionUlps` and the
  /// logarithm's rounding times its size.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32, inputs[1].isExact else { return .unknown }
    let bases = Broadcast.places(of: inputs[0].tensor.shape, in: output.shape)
    let exponents = inputs[1].tensor.broadcast(to: output.shape).doubles
    let (x, s, y) = (inputs[0].tensor.doubles, inputs[0].allDeviations, output.doubles)
    return .known(
      y.indices.map { i in
        deviation(x[bases[i]], to: exponents[i], s: s[bases[i]], y: y[i])
      })
  }

  private func deviation(_ x: Double, to c: Double, s: Double, y: Double) -> Double {
    if c == 0 { return 0 }
    if c == 1 { return s }
    guard x.isFinite, y.isFinite else { return .infinity }
    let carried = s == 0 ? 0 : s * c.magnitude * slope(x, to: c, reach: t * s)
    let logarithm = x == 0 ? 0 : (c * log(x.magnitude)).magnitude
    return carried
      + 2 * (AnyOrderBound.functionUlps + logarithm) * u * (y.magnitude + t * carried)
  }

  /// The largest |z|^(c - 1) within reach of x; infinite where a power may have no slope.
  private func slope(_ x: Double, to c: Double, reach: Double) -> Double {
    let (near, far) = (x.magnitude - reach, x.magnitude + reach)
    let isWhole = c == c.rounded()
    if isWhole && c > 1 { return pow(far, c - 1) }
    guard near > 0, isWhole || x > 0 else { return .infinity }
    return max(pow(near, c - 1), pow(far, c - 1))
  }
}
