import Bytes

/// How deviations pass through one node of a graph.
protocol DeviationRule: Sendable {
  /// Whether it reads the values of its inputs; deviations and shapes are always there.
  var readsInputs: Bool { get }
  /// Whether it reads the values of its output.
  var readsOutput: Bool { get }
  /// The deviations of the output of `rows` rows; nil where it is exact. An error of the kind
  /// `unsupported` where there is no bound.
  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor?
}

extension DeviationRule {
  var readsInputs: Bool { true }
  var readsOutput: Bool { true }
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
        terms: ConvolutionSums(convolution, alone: alone))
    case .dense(let dense):
      return try ProductRule(
        taps: dense.kernel.inputs, isFoldable: isFoldable(index),
        terms: DenseSums(dense, outputShape: rowShape(of: value(ofNode: index))))
    case .batchNormalization(let normalization):
      return NormalizationRule(normalization: normalization, channels: channels)
    case .averagePool(let pool):
      return AverageRule(
        pool: try alone(node.operation),
        taps: saturatingProduct(pool.window.kernel.height, pool.window.kernel.width))
    case .globalAveragePool:
      return AverageRule(pool: try alone(node.operation), taps: pixels)
    case .maxPool(let pool): return MaxPoolRule(pool, place)
    case .concatenation, .zeroPadding: return MovingRule(move: try alone(node.operation))
    case .flatten(let flatten) where !flatten.keepsOrder(place):
      return MovingRule(move: try alone(node.operation))
    case .flatten, .reshape, .identity: return KeepingRule()
    case .add: return SumRule()
    case .relu: return ReLURule()
    case .leakyReLU(let leaky): return ElementRule.leakyReLU(Double(leaky.slope))
    case .clip(let clip): return ElementRule.clip(Double(clip.minimum), Double(clip.maximum))
    case .elementwise(let elementwise): return CurveRule(curve: elementwise)
    case .fakeQuantization: return UnboundedRule(name: node.operation.name)
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

  /// The places of a pixel's channels in a row.
  func places(ofPixel pixel: Int) -> StrideTo<Int> {
    let start = stride == 1 ? pixel * count : pixel
    return Swift.stride(from: start, to: start + count * stride, by: stride)
  }
}
