import CKernels

/// Whether a variant computes what the definition says, on this machine and build.
///
/// Takes a second at most. What it can find: a compiler that contracts or reassociates, a CPU or
/// emulator that rounds otherwise, a library that switched subnormals off.
public enum SelfTest {
  /// One line for each thing that is wrong; none on a sound build.
  public static func failures(of variant: KernelVariant) throws(EngineError) -> [String] {
    var failures: [String] = []
    ArithmeticMode.repairThread()
    if variant.contracts { failures.append("\(variant): a * b + c was contracted") }
    if !variant.roundsOnce { failures.append("\(variant): a fused multiply-add rounds twice") }
    for function in ElementaryFunction.allCases
    where function.walkDigest(variant: variant) != KnownHashes.functions[function] {
      failures.append("\(variant): \(function.rawValue) is not correctly rounded")
    }
    let graph = try probeGraph()
    let inputs = try numbers([5, 9, 9, 3], scale: 1)
    let subnormal = try numbers([2, 9, 9, 3], scale: 0x1p-126)
    for batch in [inputs, subnormal] {
      let labels = (0..<batch.shape[0]).map { $0 % 5 }
      let found = try Network(graph, variant: variant).lossGradient(batch, labels: labels)
      let plain = try Network(graph, variant: .plain).lossGradient(batch, labels: labels)
      if found.logits != plain.logits {
        failures.append("\(variant): logits differ from the plain form")
      }
      if found.gradient != plain.gradient {
        failures.append("\(variant): gradients differ from the plain form")
      }
    }
    return failures
  }

  /// Convolution, batch normalisation, pools and a dense layer.
  private static func probeGraph() throws(EngineError) -> Graph {
    var graph = try Graph(inputShape: [9, 9, 3], layout: .channelsLast)
    let kernel = try ConvolutionKernel(
      numbers([3, 3, 3, 20], scale: 0.5), order: .rowsColumnsInputsOutputs)
    let convolution = try Convolution(kernel: kernel, bias: numbers([20], scale: 1))
      .paddedToSame(for: graph.features(of: graph.input))
    var value = try graph.append(
      .convolution(convolution), named: "convolution", to: [graph.input])
    let statistics = try numbers([20], scale: 1)
    let variance = try Tensor(shape: [20], values: statistics.values.map { 1 + abs($0) })
    value = try graph.append(
      .batchNormalization(
        BatchNormalization(
          gamma: statistics, beta: statistics, mean: statistics, variance: variance,
          epsilon: 1e-3)),
      named: "normalization", to: [value])
    value = try graph.append(.relu(ReLU()), named: "relu", to: [value])
    let window = Window(kernel: Extent(3), stride: Extent(2))
    value = try graph.append(.maxPool(MaxPool(window: window)), named: "pool", to: [value])
    value = try graph.append(
      .averagePool(AveragePool(window: Window(kernel: Extent(2)))), named: "mean", to: [value])
    value = try graph.append(
      .flatten(Flatten(order: .channelsLast)), named: "flatten", to: [value])
    let dense = try DenseKernel(numbers([180, 5], scale: 0.2), order: .inputsOutputs)
    try graph.append(.dense(Dense(kernel: dense)), named: "dense", to: [value])
    return graph
  }

  /// Numbers between -scale and scale, always the same (a linear congruential generator).
  private static func numbers(_ shape: [Int], scale: Float) throws(EngineError) -> Tensor {
    var state = UInt32(shape.count)
    return try Tensor(shape: shape) { span in
      for index in span.indices {
        state = state &* 1_664_525 &+ 1_013_904_223
        span[index] = (Float(state >> 8) * 0x1p-23 - 1) * scale
      }
    }
  }
}

extension KernelVariant {
  /// Whether the compiler made one rounding of the two that the source asks for.
  fileprivate var contracts: Bool {
    let a: Float = 1 + 0x1p-12
    let c: Float = -(1 + 0x1p-11)
    return (kernels?.value.probe(a, a, c) ?? ck_plain_probe(a, a, c)) != 0
  }

  /// Whether sums beside a tie, closer than binary64 can tell, are rounded to their side.
  fileprivate var roundsOnce: Bool {
    (1...64).allSatisfy { step in
      let e = Float(step) * 0x1p-23
      let c = 1 + Float(2 * step + 1) * 0x1p-23
      // c plus or minus half a unit (1 - e^2): both round to c, which is odd.
      return fusedMultiplyAdd(1 + e, (1 - e) * 0x1p-24, c) == c
        && fusedMultiplyAdd(1 + e, (1 - e) * -0x1p-24, c) == c
    }
  }
}
