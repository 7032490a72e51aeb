import Bytes

/// How deviations pass through one node of a graph.
protocol DeviationRule: Sendable {
  /// The deviations of the output of `rows` rows; nil where it is exact. An error of the kind
  /// `unsupported` where there is no bound.
  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor?
}

extension Graph {
  /// The value that a node gives.
  func value(ofNode node: Int) -> Value { Value(index: valueIndex(ofNode: node)) }

  /// The rule of a node; an error where its operator has none.
  func deviationRule(
    ofNode index: Int, variant: KernelVariant
  ) throws(EngineError) -> any DeviationRule {
    let node = nodes[index]
    let place = node.place
    /// The node alone, for maps of deviations in place of its input.
    func alone(_ operation: Operator) throws(EngineError) -> Network {
      var graph = try Graph(
        inputs: node.inputs.map { Input(name: "", type: type(of: $0)) }, layout: layout)
      try graph.append(operation, named: node.name, to: graph.inputValues)
      return try Network(graph, variant: variant)
    }
    let pixels = place.input.pixels
    let channels = ChannelAxis(place.outputShape, layout: layout)
    switch node.operation {
    case .convolution(let convolution):
      return try ProductRule(
        taps: convolution.tapCount, isFoldable: isFoldable(index),
        kernel: convolution.kernel.tensor,
        magnitudes: alone(.convolution(convolution.mapped { $0.magnitude })),
        squares: { (scale) throws(EngineError) in
          try alone(.convolution(convolution.mapped(bias: false) { squared($0, scale: scale) }))
        })
    case .dense(let dense):
      return try ProductRule(
        taps: dense.kernel.inputs, isFoldable: isFoldable(index), kernel: dense.kernel.tensor,
        magnitudes: alone(.dense(dense.mapped { $0.magnitude })),
        squares: { (scale) throws(EngineError) in
          try alone(.dense(dense.mapped(bias: false) { squared($0, scale: scale) }))
        })
    case .batchNormalization(let normalization):
      return NormalizationRule(normalization: normalization, channels: channels)
    case .averagePool(let pool):
      return AverageRule(
        pool: try alone(node.operation),
        taps: saturatingProduct(pool.window.kernel.height, pool.window.kernel.width))
    case .globalAveragePool:
      return AverageRule(pool: try alone(node.operation), taps: pixels)
    case .concatenation, .flatten, .maxPool, .reshape, .zeroPadding:
      return MovingRule(move: try alone(node.operation))
    case .add: return SumRule()
    case .identity, .relu: return ElementRule.relu
    case .leakyReLU(let leaky): return ElementRule.leakyReLU(Double(leaky.slope))
    case .clip(let clip): return ElementRule.clip(Double(clip.minimum), Double(clip.maximum))
    case .sigmoid: return ElementRule.sigmoid
    case .tanh: return ElementRule.tanh
    case .elementwise, .fakeQuantization: return UnboundedRule(name: node.operation.name)
    case .softmax: return SoftmaxRule(channels: channels)
    case .general(let general): return GeneralRule(operation: general)
    }
  }

  /// Whether what a node gives is taken by something that a framework may fold into its weights.
  private func isFoldable(_ index: Int) -> Bool {
    let value = value(ofNode: index)
    return nodes.contains { node in
      guard node.inputs.contains(value) else { return false }
      return switch node.operation {
      case .batchNormalization, .general: true
      default: false
      }
    }
  }
}

/// The square of a weight in units of 1 / scale, never quite zero.
private func squared(_ weight: Float, scale: Float) -> Float {
  let scaled = weight * scale
  return weight == 0 ? 0 : scaled * scaled + 0x1p-100
}

/// The channel of an element of a row, counted in row-major order of the model's axes.
struct ChannelAxis: Sendable {
  let count: Int
  /// How far apart neighbouring channels, and pixels, lie.
  let stride: Int
  let pixels: Int

  init(_ shape: [Int], layout: Layout) {
    let features = layout.features(ofShape: shape)
    count = features.channels
    pixels = features.pixels
    stride = layout.strides(ofShape: shape).channel
  }

  func channel(of element: Int) -> Int { element / stride % count }

  /// The places of a pixel's channels in a row.
  func places(ofPixel pixel: Int) -> StrideTo<Int> {
    let start = stride == 1 ? pixel * count : pixel
    return Swift.stride(from: start, to: start + count * stride, by: stride)
  }
}

/// A general operator, row by row, by its own statement.
private struct GeneralRule: DeviationRule {
  let operation: any GeneralOperator

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    var parts: [[Double]] = []
    for row in 0..<rows {
      var taken: [InexactTensor] = []
      for input in inputs { taken.append(try input.row(row)) }
      let result = try output.row(row).tensor
      let isInteger = taken.allSatisfy(\.isExact) && !result.element.isFloat
      switch isInteger ? .exact : try operation.deviations(taken, output: result) {
      case .exact: return nil
      case .known(let deviations): parts.append(deviations)
      case .unknown:
        throw EngineError(
          .unsupported, "any-order bound", expected: "operators with a bound",
          found: "operator \(operation.name)")
      }
    }
    return try Tensor(
      shape: output.values.shape, values: parts.flatMap { $0.map { Float(deviation: $0) } })
  }
}
