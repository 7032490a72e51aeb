import CKernels

/// Whether a variant computes what the definition says, on this machine and build.
///
/// Takes a second at most. What it can find: a compiler that contracts or reassociates, a CPU or
/// emulator that rounds otherwise, a library that switched subnormals off. Chains and functions are
/// compared with digests that were computed without Proofmark, a network with the plain form.
public enum SelfTest {
  /// One thing that was tested.
  public struct Item: Sendable, Equatable {
    /// What it is, such as `chain: dilation 2, outputs`.
    public let name: String
    /// Whether it is as the definition says.
    public let holds: Bool
  }

  /// The items that do not hold; none on a sound build.
  public static func failures(of variant: KernelVariant) throws(EngineError) -> [String] {
    try items(of: variant).filter { !$0.holds }.map { "\(variant): \($0.name)" }
  }

  /// Everything that is tested, in order. A thread whose arithmetic another library had changed is
  /// put right before the first item and counted by `ArithmeticMode`.
  public static func items(of variant: KernelVariant) throws(EngineError) -> [Item] {
    ArithmeticMode.repairThread()
    var items = [
      Item(name: "arithmetic: a * b + c has two roundings", holds: !variant.contracts),
      Item(name: "arithmetic: a fused multiply-add has one", holds: variant.roundsOnce),
    ]
    items += functionItems(of: variant)
    for chain in ChainCase.all {
      let found = try chain.digests(of: variant)
      items += [
        Item(name: "chain: \(chain.name), outputs", holds: found.outputs == chain.outputs),
        Item(name: "chain: \(chain.name), gradients", holds: found.gradients == chain.gradients),
      ]
    }
    return try items + networkItems(of: variant)
  }

  /// Each elementary function over a walk through its range, against MPFR's digest.
  private static func functionItems(of variant: KernelVariant) -> [Item] {
    ElementaryFunction.allCases.map { function in
      Item(
        name: "function: \(function.rawValue)",
        holds: function.walkDigest(variant: variant) == KnownHashes.functions[function])
    }
  }

  /// A small network of several layers, on normal and on subnormal inputs.
  private static func networkItems(of variant: KernelVariant) throws(EngineError) -> [Item] {
    let graph = try probeGraph()
    var items: [Item] = []
    for (name, rows, scale) in [("normal", 5, Float(1)), ("subnormal", 2, 0x1p-126)] {
      let batch = try numbers([rows, 9, 9, 3], scale: scale)
      let labels = (0..<rows).map { $0 % 5 }
      let found = try Network(graph, variant: variant).lossGradient(batch, labels: labels)
      let plain = try Network(graph, variant: .plain).lossGradient(batch, labels: labels)
      items += [
        Item(name: "network: \(name) inputs, logits", holds: found.logits == plain.logits),
        Item(name: "network: \(name) inputs, gradients", holds: found.gradient == plain.gradient),
      ]
    }
    return items
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

  private static func numbers(_ shape: [Int], scale: Float) throws(EngineError) -> Tensor {
    try ChainCase.numbers(shape, seed: UInt32(shape.count), scale: scale)
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
