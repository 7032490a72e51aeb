/// Convolution and dense layer: y = b + sum of w x over n taps.
///
/// With s the deviations of x, A = |b| + sum of |w| (|x| + t s), M = (A + |y|) / 2 bounding every
/// partial sum of every evaluation, the deviation of y is the root of
///
///     sum of w^2 s^2                 the errors of the inputs
///     2 (n + 6) u^2 M^2              n additions in each of two evaluations, ours and theirs; the
///                                    products, where they are not fused, add the root of the sum
///                                    of their squares, at most A <= 2 M, and b one rounding more
///     36 u^2 A^2                     where weights may have another layer's factor folded into
///                                    them: six roundings a weight at most
///
/// Second-order terms: A holds the other evaluation's inputs, not ours, and M the deviation of S
/// beside |y|; 2^-10 A is above t sqrt(n) u A for all n up to 2^22.
///
/// Both sums run in binary32 on the network's kernels. Their terms are positive, so each is too
/// small by a factor of at most (1 + u)^-n, made up for by `growth`. Squares are scaled by powers
/// of two to about 1 and raised by 2^-100, so that none is lost below the range of binary32.
struct ProductRule: DeviationRule {
  private let taps: Int
  private let isFoldable: Bool
  private let magnitudes: Network
  private let squares: Network
  private let weightScale: Float

  init(
    taps: Int, isFoldable: Bool, kernel: Tensor, magnitudes: Network,
    squares: (_ scale: Float) throws(EngineError) -> Network
  ) throws(EngineError) {
    guard taps <= 1 << 22 else {
      throw EngineError(
        .unsupported, "any-order bound", expected: "at most \(1 << 22) taps", found: "\(taps)")
    }
    self.taps = taps
    self.isFoldable = isFoldable
    self.magnitudes = magnitudes
    weightScale = kernel.scaleToOne
    self.squares = try squares(weightScale)
  }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let sums = try magnitudes.forward(inputs[0].reach(), threads: threads)
    let growth = 1 + Double(taps + 8) * 0x1p-23
    let rounding = 2 * Double(taps + 6) * AnyOrderBound.unitRoundoff * AnyOrderBound.unitRoundoff
    let folding =
      isFoldable ? 36 * AnyOrderBound.unitRoundoff * AnyOrderBound.unitRoundoff : 0
    func deviation(_ sum: Float, _ y: Float, carried: Double) -> Float {
      let a = Double(sum) * growth
      let reach = Double(y.magnitude) + AnyOrderBound.confidence * carried.squareRoot()
      let m = min(a, (a * (1 + 0x1p-10) + reach) / 2)
      return Float(deviation: (carried + rounding * m * m + folding * a * a).squareRoot())
    }
    let y = try output.values.single("output")
    guard let deviations = inputs[0].deviations else {
      return try sums.mapped(with: y) { deviation($0, $1, carried: 0) }
    }
    let scale = deviations.scaleToOne
    let carried = try squares.forward(
      deviations.mapped { $0 == 0 ? 0 : ($0 * scale) * ($0 * scale) + 0x1p-100 }, threads: threads)
    let unit = Double(scale) * Double(weightScale)
    let factor = growth / (unit * unit)
    return try Tensor(shape: y.shape) { result in
      sums.withSpan { sums in
        y.withSpan { y in
          carried.withSpan { carried in
            for index in sums.indices {
              result[index] = deviation(
                sums[index], y[index], carried: Double(carried[index]) * factor)
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The power of two that takes the largest finite magnitude to between 1/2 and 1; 1 where there
  /// is none.
  fileprivate var scaleToOne: Float {
    let largest = withSpan { span in
      span.indices.reduce(Float(0)) { largest, index in
        let magnitude = span[index].magnitude
        return magnitude.isFinite ? max(largest, magnitude) : largest
      }
    }
    guard largest > 0 else { return 1 }
    return Float(sign: .plus, exponent: min(max(-1 - largest.exponent, -100), 100), significand: 1)
  }
}

extension Convolution {
  /// The taps of one output.
  var tapCount: Int { saturatingProduct(kernel.inputs, kernel.extent.height, kernel.extent.width) }

  /// The same convolution of a function of the weights, and of the bias unless that is left out.
  func mapped(
    bias keepsBias: Bool = true, _ function: (Float) -> Float
  ) throws(EngineError) -> Convolution {
    try Convolution(
      kernel: kernel.mapped(function), bias: keepsBias ? bias?.mapped(function) : nil,
      stride: window.stride, dilation: window.dilation, padding: window.padding, groups: groups)
  }
}

extension Dense {
  /// The same layer of a function of the weights, and of the bias unless that is left out.
  func mapped(
    bias keepsBias: Bool = true, _ function: (Float) -> Float
  ) throws(EngineError) -> Dense {
    try Dense(
      kernel: kernel.mapped(function), bias: keepsBias ? bias?.mapped(function) : nil)
  }
}
