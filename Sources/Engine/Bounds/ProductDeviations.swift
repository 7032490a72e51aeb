import Bytes

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

extension MatMul {
  /// As for a dense layer (`ProductRule`), each factor being inexact.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let taps = try MatMulSizes(inputs[0].tensor.shape, inputs[1].tensor.shape).inner
    let products = try deviationTerms(inputs)
    return .known(
      zip(products.magnitudes, products.carried).map { magnitude, carried in
        // Partial sums are bounded by the sum of magnitudes; a factor may be folded in.
        (carried + (2 * Double(taps + 6) + 36) * u * u * magnitude * magnitude).squareRoot()
      })
  }

  /// The sums of |a b| and of (b r)^2 + (a s)^2, in binary64.
  func deviationTerms(
    _ inputs: [InexactTensor]
  ) throws(EngineError) -> (magnitudes: [Double], carried: [Double]) {
    let shapes = inputs.map(\.tensor.shape)
    func product(_ a: [Double], _ b: [Double]) throws(EngineError) -> [Double] {
      try evaluate([
        AnyTensor(shapes[0], doubles: a, element: .float64),
        AnyTensor(shapes[1], doubles: b, element: .float64),
      ]).doubles
    }
    func squares(_ numbers: [Double]) -> [Double] { numbers.map { $0 * $0 } }
    let (a, b) = (inputs[0].reach, inputs[1].reach)
    var carried: [Double]?
    if let r = inputs[0].deviations { carried = try product(squares(r), squares(b)) }
    if let s = inputs[1].deviations {
      let further = try product(squares(a), squares(s))
      carried = carried.map { zip($0, further).map(+) } ?? further
    }
    let magnitudes = try product(a, b)
    return (magnitudes, carried ?? magnitudes.map { _ in 0 })
  }
}

extension Gemm {
  /// Those of the product times |alpha|, those of C times |beta|, and 4 u of each term.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32 else { return .unknown }
    let factors = [left(inputs[0]), right(inputs[1])]
    let inner = factors[0].tensor.shape[1]
    let terms = try MatMul().deviationTerms(factors)
    let scale = Double(alpha.magnitude)
    let result = zip(terms.magnitudes, terms.carried).map { magnitude, carried in
      scale * (carried + (2 * Double(inner + 6) + 36) * u * u * magnitude * magnitude).squareRoot()
        + 4 * u * scale * magnitude
    }
    guard inputs.count == 3 else { return .known(result) }
    let places = Broadcast.places(of: inputs[2].tensor.shape, in: output.shape)
    let (c, s) = (inputs[2].reach, inputs[2].allDeviations)
    return .known(
      zip(result, places).map { deviation, place in
        deviation + Double(beta.magnitude) * (s[place] + 4 * u * c[place])
      })
  }

  private func left(_ a: InexactTensor) -> InexactTensor { transposesA ? transposed(a) : a }
  private func right(_ b: InexactTensor) -> InexactTensor { transposesB ? transposed(b) : b }

  private func transposed(_ matrix: InexactTensor) -> InexactTensor {
    InexactTensor(
      transposed(matrix.tensor),
      deviations: matrix.deviations.map { _ in
        transposed(matrix.movable).doubles
      })
  }
}

extension ConvolutionND {
  /// As for a convolution of the core (`ProductRule`), where all evaluations agree on the weights.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    try productDeviations(
      inputs, output: output, taps: inputs[1].tensor.shape.dropFirst().reduce(1, *))
  }
}

extension ConvolutionTransposeND {
  /// As for a convolution; of the taps of an output not all exist where strides are above 1.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    let weights = inputs[1].tensor.shape
    let channels = weights[0] * weights[1] / max(1, output.shape[1])
    return try productDeviations(
      inputs, output: output, taps: channels * weights.dropFirst(2).reduce(1, *))
  }
}

extension GeneralOperator {
  /// Those of sums over so many taps of the products of x and weights, and of a bias, by the
  /// operator itself; unknown unless all evaluations agree on weights and bias.
  fileprivate func productDeviations(
    _ inputs: [InexactTensor], output: AnyTensor, taps: Int
  ) throws(EngineError) -> Deviations {
    guard output.element == .float32, inputs.dropFirst().allSatisfy(\.isExact) else {
      return .unknown
    }
    func floats(_ shape: [Int], _ numbers: [Double]) -> AnyTensor {
      AnyTensor(shape, floats: numbers.map { Float(deviation: $0) })
    }
    let shapes = inputs.map(\.tensor.shape)
    let magnitudes = try evaluate(zip(shapes, inputs).map { floats($0, $1.reach) }).doubles
    let weights = inputs[1].tensor.doubles
    var carried = [Double](repeating: 0, count: output.count)
    if let deviations = inputs[0].deviations {
      let unit = deviations.max() ?? 0
      let squares = deviations.map { ($0 / max(unit, 0x1p-100)) * ($0 / max(unit, 0x1p-100)) }
      carried = try evaluate([
        floats(shapes[0], squares), floats(shapes[1], weights.map { $0 * $0 }),
      ]).doubles.map { $0 * unit * unit }
    }
    let growth = 1 + Double(taps + 8) * 0x1p-23
    return .known(
      zip(magnitudes, carried).map { magnitude, carried in
        let a = magnitude * growth
        return (carried * growth + (2 * Double(taps + 6) + 36) * u * u * a * a).squareRoot()
      })
  }
}
