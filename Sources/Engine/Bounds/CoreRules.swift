import Glibc

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

/// Batch normalisation, y = x s + shift. Frameworks compute (x - mean) s + beta in several orders,
/// with s in binary32, or fold s into weights: at most 8 roundings of each of the three terms,
/// taken as errors in one direction.
struct NormalizationRule: DeviationRule {
  let normalization: BatchNormalization
  let channels: ChannelAxis

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let x = try inputs[0].values.single("input")
    let scale = normalization.scale.map { Double($0.magnitude) }
    let terms = normalization.shiftTerms
    let row = x.count / max(1, rows)
    let deviations = inputs[0].deviations
    return try Tensor(shape: x.shape) { result in
      x.withSpan { x in
        for index in x.indices {
          let channel = channels.channel(of: index % row)
          let carried = deviations.map { Double($0[index]) } ?? 0
          let term = (Double(x[index].magnitude) + t * carried) * scale[channel] + terms[channel]
          let (a, b) = (carried * scale[channel], 8 * u * term)
          result[index] = Float(deviation: (a * a + b * b).squareRoot())
        }
      }
    }
  }
}

/// The mean of n taps: the deviations' mean, as if they erred together, and n + 3 roundings in each
/// of two evaluations of partial sums that the mean magnitude bounds.
struct AverageRule: DeviationRule {
  let pool: Network
  let taps: Int

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let magnitudes = try pool.forward(inputs[0].reach(), threads: threads)
    let rounding = (2 * Double(taps + 3)).squareRoot() * u
    guard let deviations = inputs[0].deviations else {
      return try magnitudes.mapped { Float(deviation: rounding * Double($0)) }
    }
    return try pool.forward(deviations, threads: threads).mapped(with: magnitudes) {
      let (a, b) = (Double($0), rounding * Double($1))
      return Float(deviation: (a * a + b * b).squareRoot())
    }
  }
}

/// Elements moved, or the largest of a window: |max z - max x| <= max |z - x|.
struct MovingRule: DeviationRule {
  let move: Network

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    guard inputs.contains(where: { $0.deviations != nil }) else { return nil }
    var parts: [AnyTensor] = []
    for input in inputs { parts.append(AnyTensor(try input.deviationsOrZero())) }
    return try move.run(parts, threads: threads)[0].single("deviations")
  }
}

/// An operator without a bound: a step in its values, or no slope that is known.
struct UnboundedRule: DeviationRule {
  let name: String

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    if inputs.allSatisfy({ $0.deviations == nil }) { return nil }
    throw EngineError(
      .unsupported, "any-order bound", expected: "operators with a bound",
      found: "operator \(name)")
  }
}

/// A sum of k values in any order. Its terms often go back to one value, so their deviations are
/// added, not their squares.
struct SumRule: DeviationRule {
  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let factor = (2 * Double(inputs.count)).squareRoot() * u
    var sum = try inputs[0].deviationsOrZero()
    var reach = try inputs[0].reach()
    for input in inputs.dropFirst() {
      sum = try sum.mapped(with: input.deviationsOrZero()) {
        Float(deviation: Double($0) + Double($1))
      }
      reach = try reach.mapped(with: input.reach()) { Float(deviation: Double($0) + Double($1)) }
    }
    return try sum.mapped(with: reach) { Float(deviation: Double($0) + factor * Double($1)) }
  }
}

extension InexactRows {
  fileprivate func deviationsOrZero() throws(EngineError) -> Tensor {
    if let deviations { return deviations }
    return try Tensor(shape: values.shape) { _ in }
  }
}

/// An element-wise operator of one input, from x and its deviation s.
struct ElementRule: DeviationRule {
  /// Whether an exact input gives an exact output.
  let keepsExact: Bool
  let deviation: @Sendable (_ x: Double, _ s: Double) -> Double

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let x = try inputs[0].values.single("input")
    func bounded(_ x: Float, _ s: Float) -> Float {
      x.isNaN ? .infinity : Float(deviation: deviation(Double(x), Double(s)))
    }
    guard let deviations = inputs[0].deviations else {
      return keepsExact ? nil : try x.mapped { bounded($0, 0) }
    }
    return try x.mapped(with: deviations, bounded)
  }

  /// 0 where no evaluation lets a positive number pass.
  static let relu = ElementRule(keepsExact: true) { x, s in x + t * s > 0 ? s : 0 }

  /// The product of the slope is rounded once on each side.
  static func leakyReLU(_ slope: Double) -> ElementRule {
    ElementRule(keepsExact: false) { x, s in
      guard x < t * s else { return s }
      return max(1, slope.magnitude) * s + 2 * u * slope.magnitude * (x.magnitude + t * s)
    }
  }

  /// 0 where every evaluation is held at one bound.
  static func clip(_ low: Double, _ high: Double) -> ElementRule {
    ElementRule(keepsExact: true) { x, s in x + t * s < low || x - t * s > high ? 0 : s }
  }

  /// By the largest slope within reach, and the frameworks' error, absolute: relative to a tail of
  /// 1e-8 it has no bound.
  static let sigmoid = ElementRule(keepsExact: false) { x, s in
    let nearest = max(0, x.magnitude - t * s)
    let y = 1 / (1 + exp(-nearest))
    return s * y * (1 - y) + AnyOrderBound.functionUlps * u
  }

  /// By the largest slope within reach, and the frameworks' error in ulp of the result.
  static let tanh = ElementRule(keepsExact: false) { x, s in
    let nearest = Glibc.tanh(max(0, x.magnitude - t * s))
    let farthest = Glibc.tanh(x.magnitude + t * s)
    return s * (1 - nearest * nearest) + 2 * AnyOrderBound.functionUlps * u * farthest
  }
}

/// Softmax over channels, p = exp(x) / sum.
///
/// The logarithm of p[i] has the derivative (1 where i = j, else 0) - p[j] by x[j]. The deviations
/// carried are added as if they erred together; e^(2 D), D the largest error of an x, bounds how
/// much a p can grow on the way. The frameworks' own: x - max is rounded (relative to e^x an error
/// of u |x - max|, for i and in the sum), n additions, a quotient and twice an exp of
/// `functionUlps`. No probability leaves [0, 1].
struct SoftmaxRule: DeviationRule {
  let channels: ChannelAxis

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let x = try inputs[0].values.single("input")
    let p = try output.values.single("output")
    let carried = inputs[0].deviations
    let row = x.count / max(1, rows)
    return try Tensor(shape: p.shape) { result in
      for start in Swift.stride(from: 0, to: x.count, by: row) {
        for pixel in 0..<channels.pixels {
          let places = channels.places(ofPixel: pixel).map { start + $0 }
          let errors = Self.errors(
            x: places.map { Double(x[$0]) }, p: places.map { Double(p[$0]) },
            deviations: places.map { place in carried.map { Double($0[place]) } ?? 0 })
          for (place, error) in zip(places, errors) { result[place] = Float(deviation: error / t) }
        }
      }
    }
  }

  /// The bounds on the probabilities of one pixel.
  private static func errors(x: [Double], p: [Double], deviations: [Double]) -> [Double] {
    let largest = x.max() ?? 0
    let growth = exp(2 * t * (deviations.max() ?? 0))
    let steps = 2 * AnyOrderBound.functionUlps * 2 + Double(x.count) + 4
    var (all, distances) = (0.0, 0.0)
    for index in x.indices {
      all += p[index] * deviations[index]
      distances += p[index] * (largest - x[index])
    }
    return x.indices.map { index in
      let others = max(0, all - p[index] * deviations[index])
      let own = min(1, (1 - p[index]) * growth + 0x1p-24) * deviations[index]
      let rounding = u * (largest - x[index] + distances + steps)
      let exponent = t * (own + growth * others) + rounding
      let error = p[index] * expm1(exponent) + 0x1p-120
      return error.isNaN ? .infinity : min(1, error)
    }
  }
}
