import Glibc

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

/// Batch normalisation, y = x s + shift. Frameworks compute (x - mean) s + beta in several orders,
/// with s in binary32, or fold s into weights: at most 8 roundings of each of the three terms,
/// taken as errors in one direction.
struct NormalizationRule: DeviationRule {
  let normalization: BatchNormalization
  let channels: ChannelAxis
  var readsOutput: Bool { false }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let x = try inputs[0].values.single("input")
    let scale = normalization.scale.map { Double($0.magnitude) }
    let terms = normalization.shiftTerms
    let carried = try inputs[0].deviationsOrZero()
    return try Tensor(shape: x.shape) { result in
      x.withSpan { x in
        carried.withSpan { carried in
          var index = 0
          while index < x.count {
            for channel in 0..<channels.count {
              for _ in 0..<channels.stride {
                let s = Double(carried[index])
                let term = (Double(x[index].magnitude) + t * s) * scale[channel] + terms[channel]
                let (a, b) = (s * scale[channel], 8 * u * term)
                result[index] = Float(deviation: (a * a + b * b).squareRoot())
                index += 1
              }
            }
          }
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
  var readsOutput: Bool { false }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let magnitudes = try pool.forward(inputs[0].reach(), threads: threads)
    let rounding = (2 * Double(taps + 3)).squareRoot() * u
    guard let deviations = inputs[0].deviations else {
      return magnitudes.mapped { Float(deviation: rounding * Double($0)) }
    }
    return try pool.forward(deviations, threads: threads).mapped(with: magnitudes) {
      let (a, b) = (Double($0), rounding * Double($1))
      return Float(deviation: (a * a + b * b).squareRoot())
    }
  }
}

/// Elements moved.
struct MovingRule: DeviationRule {
  let move: Network
  var readsInputs: Bool { false }
  var readsOutput: Bool { false }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    guard inputs.contains(where: { $0.deviations != nil }) else { return nil }
    var parts: [AnyTensor] = []
    for input in inputs { parts.append(AnyTensor(try input.deviationsOrZero())) }
    return try move.run(parts, threads: threads)[0].single("deviations")
  }
}

/// The same elements in the same order, of any shape.
struct KeepingRule: DeviationRule {
  var readsInputs: Bool { false }
  var readsOutput: Bool { false }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    inputs[0].deviations.map { Tensor(shape: output.shape, storage: $0.storage) }
  }
}

/// The largest of a window: |max z - max x| <= max |z - x|, along the rows and then the columns.
struct MaxPoolRule: DeviationRule {
  private let input: Features
  private let output: Features
  private let window: Window
  private let layout: Layout
  var readsInputs: Bool { false }
  var readsOutput: Bool { false }

  init(_ pool: MaxPool, _ place: Place) {
    input = place.input
    output = place.output
    window = pool.window
    layout = place.layout
  }

  func deviations(
    _ inputs: [InexactRows], output result: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    guard let deviations = inputs[0].deviations else { return nil }
    let isLast = layout == .channelsLast
    let planes = isLast ? rows : rows * input.channels
    let pixel = isLast ? input.channels : 1
    let ofRows = deviations.slidingMaximum(
      outer: planes, inner: input.width * pixel,
      AxisWindow(
        size: input.height, outputs: output.height, kernel: window.kernel.height,
        stride: window.stride.height, dilation: window.dilation.height,
        begin: window.padding.top),
      shape: [planes, output.height, input.width, pixel])
    return ofRows.slidingMaximum(
      outer: planes * output.height, inner: pixel,
      AxisWindow(
        size: input.width, outputs: output.width, kernel: window.kernel.width,
        stride: window.stride.width, dilation: window.dilation.width, begin: window.padding.left),
      shape: result.shape)
  }
}

extension Flatten {
  /// Whether elements stay in the row-major order of the model's own axes.
  func keepsOrder(_ place: Place) -> Bool {
    (order == .channelsLast) == (place.layout == .channelsLast)
      || !place.layout.isMap(place.inputShapes[0])
  }
}

/// An operator without a bound: a step in its values, or no slope that is known.
struct UnboundedRule: DeviationRule {
  let name: String
  var readsInputs: Bool { false }
  var readsOutput: Bool { false }

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
  var readsOutput: Bool { false }

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
    return sum.mapped(with: reach) { Float(deviation: Double($0) + factor * Double($1)) }
  }
}

/// ReLU: 0 where no evaluation lets a positive number pass. Apart from the other element-wise
/// operators because most networks have many.
struct ReLURule: DeviationRule {
  var readsOutput: Bool { false }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    guard let deviations = inputs[0].deviations else { return nil }
    // In binary32: a deviation was rounded up by more than the rounding of 7 s.
    return try inputs[0].values.single("input").mapped(with: deviations) { x, s in
      x.isNaN ? .infinity : x + Float(t) * s > 0 ? s : 0
    }
  }
}

/// An element-wise operator of one input, from x and its deviation s.
struct ElementRule: DeviationRule {
  /// Whether an exact input gives an exact output.
  let keepsExact: Bool
  let deviation: @Sendable (_ x: Double, _ s: Double) -> Double
  var readsOutput: Bool { false }

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let x = try inputs[0].values.single("input")
    func bounded(_ x: Float, _ s: Float) -> Float {
      x.isNaN ? .infinity : Float(deviation: deviation(Double(x), Double(s)))
    }
    guard let deviations = inputs[0].deviations else {
      return keepsExact ? nil : x.mapped { bounded($0, 0) }
    }
    return x.mapped(with: deviations, bounded)
  }

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
}
