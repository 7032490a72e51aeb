import Bytes

/// A convolution or a dense layer with made-up numbers and the digests of its outputs and input
/// gradients, computed without Proofmark: by `scripts/chain-hashes`, in Python, each fused
/// multiply-add from its exact value.
///
/// Input, weights and bias are `numbers` of the seeds 1, 2 and 3; the layer's output, flattened, is
/// the logits of two rows with the labels 0 and 1.
public struct ChainCase: Sendable {
  /// What is special about it.
  public let name: String
  /// [channels, height, width], or [inputs] for a dense layer.
  let input: [Int]
  /// [outputs, inputs of the group, rows, columns]; [outputs, inputs] for a dense layer.
  let kernel: [Int]
  var stride = Extent(1)
  var dilation = Extent(1)
  var padding = Padding.none
  var groups = 1
  /// A power of two.
  var weightScale: Float = 0.25
  var hasBias = true
  /// The digest of the logits, [2, outputs].
  let outputs: Digest?
  /// The digest of the gradient of the cross-entropy at the input.
  let gradients: Digest?

  /// Numbers between -scale and scale by a linear congruential generator.
  static func numbers(
    _ shape: [Int], seed: UInt32, scale: Float
  ) throws(EngineError) -> Tensor {
    var state = seed
    return try Tensor(shape: shape) { span in
      for index in span.indices {
        state = state &* 1_664_525 &+ 1_013_904_223
        span[index] = (Float(state >> 8) * 0x1p-23 - 1) * scale
      }
    }
  }

  /// The layer, flattened.
  private func graph() throws(EngineError) -> Graph {
    var graph = try Graph(inputShape: input, layout: .channelsFirst)
    let weights = try ChainCase.numbers(kernel, seed: 2, scale: weightScale)
    let bias = try hasBias ? ChainCase.numbers([kernel[0]], seed: 3, scale: weightScale) : nil
    if kernel.count == 2 {
      let layer = try Dense(kernel: DenseKernel(weights, order: .outputsInputs), bias: bias)
      try graph.append(.dense(layer), named: name, to: [graph.input])
      return graph
    }
    let layer = try Convolution(
      kernel: ConvolutionKernel(weights, order: .outputsInputsRowsColumns), bias: bias,
      stride: stride, dilation: dilation, padding: padding, groups: groups)
    let maps = try graph.append(.convolution(layer), named: name, to: [graph.input])
    try graph.append(.flatten(Flatten(order: .channelsFirst)), named: name, to: [maps])
    return graph
  }

  /// The digests as a variant computes them.
  func digests(
    of variant: KernelVariant
  ) throws(EngineError) -> (outputs: Digest, gradients: Digest) {
    let x = try ChainCase.numbers([2] + input, seed: 1, scale: 1)
    let found = try Network(graph(), variant: variant).lossGradient(x, labels: [0, 1])
    return (found.logits.digest, found.gradient.digest)
  }
}

extension ChainCase {
  private init(
    _ name: String, _ input: [Int], _ kernel: [Int], stride: Extent = Extent(1),
    dilation: Extent = Extent(1), padding: Padding = .none, groups: Int = 1,
    weightScale: Float = 0.25, hasBias: Bool = true, _ outputs: String, _ gradients: String
  ) {
    self.init(
      name: name, input: input, kernel: kernel, stride: stride, dilation: dilation,
      padding: padding, groups: groups, weightScale: weightScale, hasBias: hasBias,
      outputs: Digest(hexadecimal: outputs), gradients: Digest(hexadecimal: gradients))
  }

  /// Every kernel between them: odd sizes, few and many channels, strides, gaps, groups, a long
  /// chain and sums below the normal range.
  public static let all: [ChainCase] = [
    .init(
      "few channels, 3 x 3", [1, 9, 9], [32, 1, 3, 3],
      "8605368ec0f9016a34f6510a3cd0f31ff1e25dbcf7dd9dc4061471626f693045",
      "6030b33d1925bbabcc8a451ae2f87ccc3101de4dcc2679aa097243fc22b370e3"),
    .init(
      "odd channels, padded", [3, 7, 5], [17, 3, 3, 3],
      padding: Padding(top: 1, left: 1, bottom: 1, right: 1),
      "726138f0191b62cd1111f74dd3ecf6b7e42936bef34f0d3ad83a929f9ebc7f79",
      "e5c2d7dd928c5fa2b35091f86ff343792c88bfea086b458ac79d729ae3ade15d"),
    .init(
      "1 x 1", [17, 5, 4], [33, 17, 1, 1],
      "86ae9b63d80ff0a2dce73ecd4cc1cbfa267d0139a8af2f5ff3e45cfc9cf6964c",
      "61268e2d642d08f287e59990820618fe85aea0eca932690f50c6f758c22453d7"),
    .init(
      "7 x 7, stride 2", [4, 15, 15], [16, 4, 7, 7],
      stride: Extent(2), padding: Padding(top: 3, left: 3, bottom: 3, right: 3),
      weightScale: 0x1p-3,
      "6093b97d3391a44e807ac57fcd372ce4c880e469db2f59e83c5c0330a13fcb6e",
      "32a91e6a37a1b52a5cccc5371ab38b90edc13b3f77247c2d08b400c754892410"),
    .init(
      "depthwise, stride 2", [20, 9, 8], [20, 1, 3, 3],
      stride: Extent(2), padding: Padding(top: 1, left: 1, bottom: 1, right: 1), groups: 20,
      weightScale: 0x1p-1,
      "ae504677a9ebe131485e634f1f13beb0cade83881e696943d681407804148f15",
      "afe17f43bc6e4dc7c140b6eeb7b2cbd3f3467bc829a3490b8fbd9aae74ddd0a6"),
    .init(
      "depthwise, three each", [6, 6, 7], [18, 1, 3, 3],
      groups: 6, weightScale: 0x1p-1, hasBias: false,
      "f3f93ce8a8a986a8e882fa87c99fb4904a2ac9e9290348b106bf90c8c77bfcbb",
      "e59954795877af797c0aeac7da1bc8be0f4dffa0ea7dd88d1afa5b865515142d"),
    .init(
      "two groups", [8, 6, 6], [12, 4, 3, 3],
      groups: 2,
      "a23acf5fccafa6054741221c749ce9ac465a3906ab101e3fc422415f5dd1e69b",
      "b090f6ee3ea100f2c73a24910d8e4a13c5d14c5b92be549bbf45af146894911f"),
    .init(
      "dilation 2", [3, 11, 10], [20, 3, 3, 3],
      dilation: Extent(2), padding: Padding(top: 2, left: 2, bottom: 2, right: 2),
      "b56fdf180bb088fc4c2993314ccc712cacf212bf3229a32cda97e6d4259f1f23",
      "34e1defdcde79eac2db106f85016664501355915a3f2eca0d249e45af66a19c9"),
    .init(
      "everything uneven", [5, 9, 14], [7, 5, 2, 5],
      stride: Extent(height: 1, width: 3), dilation: Extent(height: 2, width: 1),
      padding: Padding(top: 1, left: 3, bottom: 0, right: 2),
      "3375650d1081f44102fec9544e953f66a7c793328f709d8d81f8c6ac40193e76",
      "0130eb808bca78c534ca5d71102279c4f3d710ff1aa0e4854dea92a9e67fe604"),
    .init(
      "few outputs", [33, 6, 19], [3, 33, 3, 3],
      padding: Padding(top: 1, left: 1, bottom: 1, right: 1), weightScale: 0x1p-3,
      "7aea41715f2501394aa9547d184b2952afb8694207e2e615cee08d48f46bc03e",
      "907dfe9598648f6f23aba21eb367d36faa9ee987897174389d19c4ec8fe89d3a"),
    .init(
      "4,608 taps", [512, 3, 3], [16, 512, 3, 3],
      padding: Padding(top: 1, left: 1, bottom: 1, right: 1), weightScale: 0x1p-5,
      "5135a70a4444cca58ac1cf36157538c11726a812d8e29125c6859429d1bf3498",
      "b27dac1e18ac25ff439aa8c7deba49d5b8bc1b84139612f426a825b98bc7d8d2"),
    .init(
      "dense, 5,408 inputs", [5408], [13, 5408],
      weightScale: 0x1p-5,
      "85047c3d7ca46eda2811467f30ceafe62edba0e0e1cd6e1dfb988595fe50e23c",
      "0a324dad62334f90c4ebd1050f967a16ece84064fe01708fd672704983ce91a0"),
    .init(
      "subnormal sums", [3, 8, 7], [20, 3, 3, 3],
      padding: Padding(top: 1, left: 1, bottom: 1, right: 1), weightScale: 0x1p-128,
      "81b711c116e64a5b9529fb94aae13e34f2dd2561dd031c903c41585db382b6a6",
      "1229114a06db3f64bb37346b69f5bfbc1ef2d7877f02afd448a25eb4195a089d"),
  ]
}
