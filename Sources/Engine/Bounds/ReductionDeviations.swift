import Bytes
import Glibc

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

// Many elements become one. Their deviations s are taken as erring together: they often go back to
// one value. A is the sum of the magnitudes that evaluations give; n additions in each of two
// evaluations, of partial sums that A bounds, add sqrt(2 n) u A.

extension Reduction {
  /// With a the largest magnitudes within reach:
  ///
  ///     sum, l1      sum of s + sqrt(2 n) u A
  ///     mean         as for an average pool (`AverageRule`)
  ///     maximum, minimum   the largest s
  ///     product      (product of a - product of |x|) / t + sqrt(2 n) u product of a
  ///     sumSquare    sum of 2 |x| s + t s^2, + sqrt(2 (n + 3)) u sum of a^2
  ///     l2           root of the sum of s^2, a norm of a difference, + (sqrt(2 (n + 3)) + 4) u |a|
  ///     logSum       that of the sum over the least sum, and the logarithm's error
  ///     logSumExp    the mean of s by exp(x - y), grown by e^(2 t max s), and as for a softmax
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    if inputs[0].isExact, operation == .maximum || operation == .minimum { return .exact }
    let groups = AxisGroups(inputs[0].tensor.shape, axes: axes)
    let (x, s, y) = (inputs[0].tensor.doubles, inputs[0].allDeviations, output.doubles)
    return .known(
      groups.starts.enumerated().map { group, start in
        deviation(
          groups.steps.map { x[start + $0] }, groups.steps.map { s[start + $0] }, y: y[group])
      })
  }

  private func deviation(_ x: [Double], _ s: [Double], y: Double) -> Double {
    let n = Double(x.count)
    let a = zip(x, s).map { $0.magnitude + t * $1 }
    let (sum, reach) = (s.reduce(0, +), a.reduce(0, +))
    func squares(_ numbers: [Double]) -> Double { numbers.reduce(0) { $0 + $1 * $1 } }
    let (summing, squaring) = ((2 * n).squareRoot() * u, (2 * (n + 3)).squareRoot() * u)
    let function = 2 * AnyOrderBound.functionUlps * u
    switch operation {
    case .sum, .l1: return sum + summing * reach
    case .mean: return meanDeviation(sum / n, magnitude: reach / n, count: x.count)
    case .maximum, .minimum: return s.max() ?? 0
    case .product:
      let product = a.reduce(1, *)
      return (product - x.reduce(1) { $0 * $1.magnitude }) / t + summing * product
    case .sumSquare:
      return zip(x, s).reduce(0) { $0 + (2 * $1.0.magnitude + t * $1.1) * $1.1 }
        + squaring * squares(a)
    case .l2: return squares(s).squareRoot() + (squaring + 4 * u) * squares(a).squareRoot()
    case .logSum:
      let deviation = sum + summing * reach
      let least = x.reduce(0, +) - t * deviation
      guard least > 0 else { return .infinity }
      return deviation / least + function * (y.magnitude + t * deviation / least)
    case .logSumExp:
      guard y.isFinite, let largest = x.max() else { return .infinity }
      let p = x.map { exp($0 - y) }
      let growth = exp(2 * t * (s.max() ?? 0))
      let carried = growth * zip(p, s).reduce(0) { $0 + $1.0 * $1.1 }
      let distances = zip(p, x).reduce(0) { $0 + $1.0 * (largest - $1.1) }
      return carried + u * (2 * distances + 4 * (y.magnitude + t * carried)) + summing
        + function * (1 + (y - largest).magnitude)
    }
  }
}

extension CumulativeSum {
  /// As for a sum, of all elements along the axis.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let summing = (2 * Double(output.shape[axis])).squareRoot() * u
    let sums = try evaluate([inputs[0].movable]).doubles
    let magnitudes = try evaluate([inputs[0].reachTensor]).doubles
    return .known(zip(sums, magnitudes).map { $0 + summing * $1 })
  }
}

extension AveragePoolND {
  /// As for an average pool of the core (`AverageRule`).
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    return .known(
      meanDeviations(
        try evaluate([inputs[0].movable]).doubles,
        magnitudes: try evaluate([inputs[0].reachTensor]).doubles,
        count: pool.window.kernel.reduce(1) { saturatingProduct($0, $1) }))
  }
}

extension MaxPoolND {
  /// The largest of the window's; of places none is known.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    if inputs[0].isExact { return .exact }
    guard result == .values else { return .unknown }
    return .known(try evaluate([inputs[0].movable]).doubles)
  }
}

extension LpPoolND {
  /// The norm of the deviations, since | |z| - |x| | <= |z - x|; beside it n additions, powers and
  /// a root.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let taps = Double(pool.window.kernel.reduce(1) { saturatingProduct($0, $1) })
    let rounding =
      ((2 * (taps + 3)).squareRoot() + 4 * AnyOrderBound.functionUlps) * u
    let norms = try evaluate([inputs[0].movable]).doubles
    let magnitudes = try evaluate([inputs[0].reachTensor]).doubles
    return .known(zip(norms, magnitudes).map { $0 + rounding * $1 })
  }
}

extension Resize {
  /// Nearest elements are moved; that all evaluations agree on which is the nearest is taken for
  /// granted. Between two elements the deviations are mixed as the elements are; their places have
  /// an error of 4 u times the axis' size where they are computed in binary32, which weighs the
  /// difference of two elements. Of cubics, and where a reduction looks at more elements, none is
  /// known.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    let mixing = Resize(requests, method: method)
    if case .nearest = method.mode {
      if inputs[0].isExact { return .exact }
      return .known(try mixing.evaluate([inputs[0].movable]).doubles)
    }
    guard output.element == .float32, method.mode == .linear, !method.antialiases,
      !method.excludesOutside
    else { return .unknown }
    let mixed = axes(of: inputs[0].tensor.shape).values.filter { !$0.isIdentity }
    let sizes = mixed.reduce(0) { $0 + Double($1.inputSize) }
    let places = 8 * u * sizes * (inputs[0].reach.max() ?? 0)
    let carried = try mixing.evaluate([inputs[0].movable]).doubles
    let magnitudes = try mixing.evaluate([inputs[0].reachTensor]).doubles
    let rounding = 8 * Double(mixed.count) * u
    return .known(zip(carried, magnitudes).map { $0 + rounding * $1 + places })
  }
}

/// The deviation of a mean of so many numbers (`AverageRule`) from the means of their deviations and
/// magnitudes.
func meanDeviation(_ deviation: Double, magnitude: Double, count: Int) -> Double {
  let rounding = (2 * (Double(count) + 3)).squareRoot() * u * magnitude
  return (deviation * deviation + rounding * rounding).squareRoot()
}

/// The same for many means.
func meanDeviations(_ deviations: [Double], magnitudes: [Double], count: Int) -> [Double] {
  zip(deviations, magnitudes).map { meanDeviation($0, magnitude: $1, count: count) }
}
