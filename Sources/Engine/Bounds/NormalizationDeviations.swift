import Bytes
import Glibc

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

// Normalisations by statistics of the numbers themselves. The root of a variance, like any norm,
// changes by no more than the norm of the change; frameworks compute the variance as the mean of
// squared distances or as the mean square less the squared mean, which cancels.

extension Standardization {
  /// With m, v, r mean, variance and inverse deviation of n numbers, a the largest magnitudes
  /// within reach, e = 1 / r:
  ///
  ///     m     s[m], as for an average pool
  ///     v     e[v] = u (sqrt(2 (n + 4)) + 8) (mean of a^2 + m^2), whatever the formula
  ///     e     s[e] = root of the mean s^2 + e[v] / e
  ///     r     R = 1 / (e - t s[e]), the largest
  ///     z = (x - m) r   R (s + s[m] + 2 u (a + |m|)) + |z| R s[e] + 8 u |z|
  ///     y     as a product and a sum of z, scale and shift, + 8 u of the terms, as for a batch norm
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let shape = inputs[0].tensor.shape
    let groups = AxisGroups(shape, axes: axes)
    let (x, s) = (inputs[0].tensor.doubles, inputs[0].allDeviations)
    let scale = Factor(inputs, 1, shape: shape)
    let shift = Factor(inputs, 2, shape: shape)
    var deviations = [Double](repeating: 0, count: output.count)
    for (group, start) in groups.starts.enumerated() {
      let places = groups.steps.map { start + $0 }
      let spread = SpreadErrors(
        places.map { x[$0] }, places.map { s[$0] }, centers: centers, epsilon: epsilon,
        addsToRoot: deviation == .sumWithRoot)
      switch result {
      case .mean: deviations[group] = spread.meanDeviation
      case .variance: deviations[group] = spread.varianceDeviation
      case .inverseDeviation: deviations[group] = spread.inverseDeviation
      case .values:
        for place in places {
          let z = spread.standardized(x[place], s[place])
          let g = scale?[place] ?? InexactSize(size: 1)
          let h = shift?[place] ?? InexactSize(size: 0)
          let product =
            g.size * z.deviation + (z.size + t * z.deviation) * g.deviation
          let terms =
            (x[place].magnitude + t * s[place] + spread.mean.magnitude) * spread.inverse
            * (g.size + t * g.deviation) + h.size + t * h.deviation
          deviations[place] = product + h.deviation + 8 * u * terms
        }
      }
    }
    return .known(deviations)
  }
}

/// Mean, variance and inverse deviation of some numbers, and their errors.
private struct SpreadErrors {
  let mean: Double
  let meanDeviation: Double
  let varianceDeviation: Double
  /// r and the largest r.
  let inverse: Double
  private let largestInverse: Double
  private let rootDeviation: Double

  init(
    _ x: [Double], _ s: [Double], centers: Bool, epsilon: Double, addsToRoot: Bool
  ) {
    let n = Double(x.count)
    func mean(_ terms: some Sequence<Double>) -> Double { terms.reduce(0, +) / n }
    let a = zip(x, s).map { $0.magnitude + t * $1 }
    let center = centers ? mean(x) : 0
    let variance = mean(x.map { ($0 - center) * ($0 - center) })
    let carried = mean(s.map { $0 * $0 }).squareRoot()
    let rounding =
      ((2 * (n + 4)).squareRoot() + 8) * u * (mean(a.map { $0 * $0 }) + center * center)
    let root = (addsToRoot ? variance : variance + epsilon).squareRoot()
    self.mean = center
    meanDeviation =
      centers ? Engine.meanDeviation(mean(s), magnitude: mean(a), count: x.count) : 0
    varianceDeviation = carried * (2 * variance.squareRoot() + t * carried) + rounding
    // | sqrt(p) - sqrt(q) | is at most |p - q| / sqrt(q), and at most sqrt(|p - q|).
    rootDeviation =
      carried + min(root > 0 ? rounding / root : .infinity, (rounding / t).squareRoot())
    let deviation = addsToRoot ? root + epsilon : root
    inverse = 1 / deviation
    let least = deviation - t * rootDeviation
    largestInverse = least > 0 ? 1 / least : .infinity
  }

  var inverseDeviation: Double { inverse * largestInverse * rootDeviation + 4 * u * inverse }

  /// |z| of a number and its deviation.
  func standardized(_ x: Double, _ s: Double) -> InexactSize {
    let z = (x - mean).magnitude * inverse
    let distance = s + meanDeviation + 2 * u * (x.magnitude + t * s + mean.magnitude)
    return InexactSize(
      size: z, deviation: largestInverse * (distance + z * rootDeviation) + 8 * u * z)
  }
}

/// A magnitude and its deviation.
private struct InexactSize {
  var size: Double
  var deviation = 0.0
}

/// Magnitudes and deviations of an optional input that is stretched to a shape.
private struct Factor {
  private let sizes: [Double]
  private let deviations: [Double]
  private let places: [Int]

  init?(_ inputs: [InexactTensor], _ index: Int, shape: [Int]) {
    guard index < inputs.count else { return nil }
    sizes = inputs[index].tensor.doubles.map(\.magnitude)
    deviations = inputs[index].allDeviations
    places = Broadcast.places(of: inputs[index].tensor.shape, in: shape)
  }

  subscript(place: Int) -> InexactSize {
    InexactSize(size: sizes[places[place]], deviation: deviations[places[place]])
  }
}

extension ChannelNormalization {
  /// As for a batch normalisation of the core (`NormalizationRule`), where all evaluations agree on
  /// the constants.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32, inputs.dropFirst().allSatisfy(\.isExact) else {
      return .unknown
    }
    let scales = scales(inputs.map(\.tensor)).map(\.magnitude)
    let (beta, mean) = (inputs[2].tensor.doubles, inputs[3].tensor.doubles)
    let terms = scales.indices.map { mean[$0].magnitude * scales[$0] + beta[$0].magnitude }
    let (channels, pixels) = (output.shape[1], output.shape.dropFirst(2).reduce(1, *))
    return .known(
      zip(inputs[0].reach, inputs[0].allDeviations).enumerated().map { place, number in
        let channel = place / pixels % channels
        let carried = number.1 * scales[channel]
        let rounding = 8 * u * (number.0 * scales[channel] + terms[channel])
        return (carried * carried + rounding * rounding).squareRoot()
      })
  }
}

extension LocalResponseNormalization {
  /// y = x b^-beta: the deviation of b from those of the squares in its window, times the largest
  /// slope; beside it that of x, and the error of a power.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let shape = output.shape
    let (a, s, y) = (inputs[0].reach, inputs[0].allDeviations, output.doubles)
    let (b, largest) = (bases(inputs[0].tensor.doubles, shape), bases(a, shape))
    let rounding = ((2 * Double(size + 3)).squareRoot() + 4) * u
    return .known(
      y.indices.map { i in
        let deviation = (largest[i] - b[i]) / t + rounding * largest[i]
        // No square is negative: b is never much below the bias.
        let (low, high) = (max(b[i] - t * deviation, bias / 2), b[i] + t * deviation)
        let carried =
          s[i] * max(pow(low, -beta), pow(high, -beta))
          + a[i] * beta.magnitude * pow(low, -beta - 1) * deviation
        let logarithm = beta.magnitude * max(log(low).magnitude, log(high).magnitude)
        return carried
          + 2 * (AnyOrderBound.functionUlps + 2 + logarithm) * u * (y[i].magnitude + t * carried)
      })
  }
}

extension NormDivision {
  /// y = x / N: (s + |y| s[N]) / the least N, + 4 u |y|, where s[N] is the norm of the deviations
  /// and the rounding of n additions; infinite where N may be 0.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let (x, s, y) = (inputs[0].tensor.doubles, inputs[0].allDeviations, output.doubles)
    let groups = AxisGroups(output.shape, axes: [axis])
    let rounding = ((2 * (Double(groups.steps.count) + 3)).squareRoot() + 4) * u
    var deviations = y
    for start in groups.starts {
      let places = groups.steps.map { start + $0 }
      let (size, carried) = (norm(places.map { x[$0] }), norm(places.map { s[$0] }))
      let deviation = carried + rounding * (size + t * carried)
      let least = size - t * deviation
      for place in places {
        let error = (s[place] + y[place].magnitude * deviation) / least
        deviations[place] =
          size == 0 && carried == 0
          ? 0 : least > 0 ? error + 4 * u * (y[place].magnitude + t * error) : .infinity
      }
    }
    return .known(deviations)
  }
}
