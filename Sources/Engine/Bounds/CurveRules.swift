import Bytes
import Glibc

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence
private let ulps = AnyOrderBound.functionUlps

// Element-wise functions: y = f(x), the error of x held within t s.
//
// The deviation is s times the largest slope within reach, and the frameworks' own error. Where f''
// is bounded by C, the slope is at most |f'(x)| + C t s and no more than its maximum anywhere; else
// |f'| is monotonous on either side of 0 and its largest value lies at an end of what is within
// reach. The frameworks' error is `functionUlps` of the result, 2 u |y| each, or an absolute one
// where their formulas cancel.

/// A function of the convolutional core.
struct CurveRule: DeviationRule {
  let curve: Elementwise

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let (x, y) = (try inputs[0].values.single("input"), try output.values.single("output"))
    return x.mapped(with: y, try inputs[0].deviationsOrZero()) {
      Float(deviation: curve.deviation(Double($0), y: Double($1), s: Double($2)))
    }
  }
}

extension Elementwise {
  /// Element by element; see `CurveRules.swift`.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let (x, y, s) = (inputs[0].tensor.doubles, output.doubles, inputs[0].allDeviations)
    return .known(x.indices.map { deviation(x[$0], y: y[$0], s: s[$0]) })
  }

  /// The deviation of y = f(x) for one of x; infinite where there is none.
  func deviation(_ x: Double, y: Double, s: Double) -> Double {
    guard x.isFinite || s == 0, y.isFinite, s.isFinite else { return .infinity }
    let carried = s == 0 ? 0 : carried(x, s)
    let result = carried + rounding(x.magnitude + t * s, y.magnitude + t * carried)
    return result.isNaN ? .infinity : result
  }

  /// What s makes of y.
  private func carried(_ x: Double, _ s: Double) -> Double {
    let reach = t * s
    let (low, high, far) = (x - reach, x + reach, x.magnitude + reach)
    /// For |f''| <= curvature and |f'| <= limit.
    func smooth(_ slope: Double, _ curvature: Double, _ limit: Double) -> Double {
      s * min(slope.magnitude + curvature * reach, limit)
    }
    /// For a function with a singularity: infinite unless all that is within reach lies beside it.
    func beside(_ isBeside: Bool, _ slope: @autoclosure () -> Double) -> Double {
      isBeside ? s * slope() : .infinity
    }
    let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    let normal = erfc(-x / 2.0.squareRoot()) / 2
    let logistic = 1 / (1 + exp(-x))
    switch function {
    case .exp, .expm1: return s * exp(high)
    case .exp2: return s * exp2(high) * log(2)
    case .log: return beside(low > 0, 1 / low)
    case .log2: return beside(low > 0, 1 / (low * log(2)))
    case .log10: return beside(low > 0, 1 / (low * log(10)))
    case .log1p: return beside(low > -1, 1 / (1 + low))
    case .sigmoid: return smooth(logistic * (1 - logistic), 0.1, 0.25)
    case .softplus: return smooth(logistic, 0.25, 1)
    case .softsign: return smooth(1 / ((1 + x.magnitude) * (1 + x.magnitude)), 2, 1)
    case .silu: return smooth(logistic * (1 + x * (1 - logistic)), 0.5, 1.1)
    case .mish: return smooth(mishSlope(x, logistic), 0.7, 1.09)
    case .gelu: return smooth(normal + x * density, 0.8, 1.13)
    case .geluTanh: return smooth(geluTanhSlope(x), 0.8, 1.13)
    case .erf: return smooth(2 / Double.pi.squareRoot() * exp(-x * x), 1, 1.13)
    case .sin: return smooth(cos(x), 1, 1)
    case .cos: return smooth(sin(x), 1, 1)
    case .tan:
      let fromZero = remainder(x, Double.pi).magnitude + reach
      return beside(fromZero < Double.pi / 2 - 1e-9, 1 / (cos(fromZero) * cos(fromZero)))
    case .asin, .acos: return beside(far < 1, 1 / (1 - far * far).squareRoot())
    case .atan: return smooth(1 / (1 + x * x), 0.65, 1)
    case .sinh, .cosh: return s * cosh(far)
    case .tanh: return smooth(1 - tanh(x) * tanh(x), 0.77, 1)
    case .asinh: return smooth(1 / (1 + x * x).squareRoot(), 0.39, 1)
    case .acosh: return beside(low > 1, 1 / (low * low - 1).squareRoot())
    case .atanh: return beside(far < 1, 1 / (1 - far * far))
    case .sqrt: return beside(low > 0, 1 / (2 * low.squareRoot()))
    case .reciprocal:
      let near = x.magnitude - reach
      return beside(near > 0, 1 / (near * near))
    case .hardSwish, .elu, .selu, .celu, .hardSigmoid, .shrink, .thresholdedReLU:
      return pieces(low, high) * s + jumps(low, high) / t
    }
  }

  /// The largest slope between two numbers of a function of straight lines and exponentials.
  private func pieces(_ low: Double, _ high: Double) -> Double {
    let (alpha, beta) = (Double(self.alpha), Double(self.beta))
    func exponential(_ factor: Double, _ x: Double) -> Double {
      max(low < 0 ? factor.magnitude * exp(min(0, x)) : 0, high > 0 ? 1 : 0)
    }
    switch function {
    case .hardSwish:
      if high <= -3 { return 0 }
      let ends = [low, high].map { abs(min(max($0, -3), 3) / 3 + 0.5) }
      return max(ends[0], ends[1], high > 3 ? 1 : 0)
    case .elu: return exponential(alpha, high)
    case .selu: return beta.magnitude * exponential(alpha, high)
    case .celu: return low >= 0 ? 1 : alpha > 0 ? exponential(1, high / alpha) : .infinity
    case .hardSigmoid:
      let (a, b) = (alpha * low + beta, alpha * high + beta)
      let rounding = 4 * u * (alpha.magnitude * max(low.magnitude, high.magnitude) + beta.magnitude)
      return max(a, b) < -rounding || min(a, b) > 1 + rounding ? 0 : alpha.magnitude
    default: return 1
    }
  }

  /// How far the function jumps between two numbers.
  private func jumps(_ low: Double, _ high: Double) -> Double {
    let (alpha, beta) = (Double(self.alpha), Double(self.beta))
    func jump(at place: Double, _ size: Double) -> Double {
      low <= place && place <= high ? size.magnitude : 0
    }
    switch function {
    case .shrink: return jump(at: alpha, alpha - beta) + jump(at: -alpha, alpha - beta)
    case .thresholdedReLU: return jump(at: alpha, alpha)
    default: return 0
    }
  }

  /// The frameworks' error, x and y the largest magnitudes within reach.
  private func rounding(_ x: Double, _ y: Double) -> Double {
    let usual = 2 * ulps * u * y
    switch function {
    case .log, .log2, .log10, .log1p, .exp, .expm1, .erf, .asin, .acos, .atan, .sinh, .cosh, .tanh,
      .asinh, .acosh, .atanh:
      return usual
    // The argument may be multiplied by the logarithm of 2 first.
    case .exp2: return usual + 2 * u * x * y
    case .sigmoid: return ulps * u
    // Far from 0 the argument is reduced, which costs digits near the zeros.
    case .sin: return 2 * ulps * u * min(1, x)
    case .cos: return 2 * ulps * u
    case .tan: return 2 * ulps * u * (min(1, x) * (1 + y * y) + y)
    // 1 + e^x is rounded.
    case .softplus: return 2 * ulps * u * (1 + y)
    // |y| <= |x|; x is multiplied by a sigmoid, by 1 + erf or 1 + tanh halved, or by the tanh of a
    // softplus. Each has an absolute error, and |x| f'(x) <= 1/2 that of its argument's.
    case .silu: return (ulps + 4) * u * x
    case .gelu, .geluTanh: return (ulps + 8) * u * x
    case .mish: return (4 * ulps + 8) * u * x
    // Below 0, e^x - 1 is often a difference.
    case .elu, .celu: return 2 * ulps * u * Double(alpha.magnitude) + 4 * u * y
    case .selu: return 2 * ulps * u * Double((alpha * beta).magnitude) + 4 * u * y
    case .hardSigmoid: return 4 * u * (Double(alpha.magnitude) * x + Double(beta.magnitude))
    case .hardSwish: return 6 * u * x
    case .softsign, .sqrt, .reciprocal, .shrink: return 4 * u * y
    case .thresholdedReLU: return 0
    }
  }
}

/// The derivative of x tanh(softplus(x)).
private func mishSlope(_ x: Double, _ logistic: Double) -> Double {
  let gate = tanh(log1p(exp(-x.magnitude)) + max(0, x))
  return gate + x * (1 - gate * gate) * logistic
}

/// The derivative of x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
private func geluTanhSlope(_ x: Double) -> Double {
  let scale = (2 / Double.pi).squareRoot()
  let gate = tanh(scale * (x + 0.044715 * x * x * x))
  return (1 + gate) / 2 + x / 2 * (1 - gate * gate) * scale * (1 + 3 * 0.044715 * x * x)
}
