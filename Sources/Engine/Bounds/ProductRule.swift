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
/// Both sums run in binary32 (`TermSums`). Their terms are positive, so each is too small by a
/// factor of at most (1 + u)^-n, made up for by `growth`. Squares are scaled by powers of two to
/// about 1 and raised by 2^-100, so that none is lost below the range of binary32.
struct ProductRule: DeviationRule {
  private let taps: Int
  private let isFoldable: Bool
  private let terms: any TermSums

  init(taps: Int, isFoldable: Bool, terms: any TermSums) throws(EngineError) {
    guard taps <= 1 << 22 else {
      throw EngineError(
        .unsupported, "any-order bound", expected: "at most \(1 << 22) taps", found: "\(taps)")
    }
    self.taps = taps
    self.isFoldable = isFoldable
    self.terms = terms
  }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let growth = 1 + Double(taps + 8) * 0x1p-23
    let u2 = AnyOrderBound.unitRoundoff * AnyOrderBound.unitRoundoff
    let rounding = 2 * Double(taps + 6) * u2
    let folding = isFoldable ? 36 * u2 : 0
    /// A and M; `carried` is the deviation that the inputs bring.
    func magnitudes(_ sum: Float, _ y: Float, carried: Double) -> (a: Double, m: Double) {
      let a = Double(sum) * growth
      let reach = Double(y.magnitude) + AnyOrderBound.confidence * carried
      return (a, min(a, (a * (1 + 0x1p-10) + reach) / 2))
    }
    let y = try output.values.single("output")
    guard let deviations = inputs[0].deviations else {
      let sums = try terms.sums(magnitudes: inputs[0].reach(), squares: nil, threads: threads)
      let root = rounding.squareRoot()
      return sums.magnitudes.mapped(with: y) { sum, y in
        let (a, m) = magnitudes(sum, y, carried: 0)
        return Float(
          deviation: folding == 0 ? root * m : (rounding * m * m + folding * a * a).squareRoot())
      }
    }
    let scale = deviations.scaleToOne
    let sums = try terms.sums(
      magnitudes: inputs[0].reach(), squares: deviations.mapped { raisedSquare($0 * scale) },
      threads: threads)
    guard let squares = sums.squares else { preconditionFailure("squares were asked for") }
    let unit = Double(scale) * Double(terms.scale)
    let factor = growth / (unit * unit)
    return sums.magnitudes.mapped(with: y, squares) { sum, y, square in
      let carried = Double(square) * factor
      let (a, m) = magnitudes(sum, y, carried: carried.squareRoot())
      return Float(deviation: (carried + rounding * m * m + folding * a * a).squareRoot())
    }
  }
}
