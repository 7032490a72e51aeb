import Engine
import TestSupport
import Testing

/// No row's bits depend on its batch.
@Suite struct BatchTests {
  @Test(arguments: VariantTests.fast)
  func `batches, threads and the order of rows change no bit`(_ variant: KernelVariant) throws {
    for graph in try [TestNetworks.digits(), TestNetworks.residual()] {
      let network = try Network(graph, variant: variant)
      var random = RandomNumbers(seed: 6)
      let count = variant == .emul ? 34 : 67
      let inputs = try random.tensor([count, 28, 28, 1])
      let labels = (0..<count).map { $0 % 10 }
      let whole = try network.lossGradient(inputs, labels: labels)
      for (size, threads) in [(1, 1), (7, 3), (32, 2), (count, 3)] {
        let pieces = try stride(from: 0, to: count, by: size).map { start in
          let rows = start..<min(start + size, count)
          return try network.lossGradient(
            inputs.rows(rows), labels: Array(labels[rows]), threads: threads)
        }
        #expect(try Tensor(stacking: pieces.map(\.logits)) == whole.logits)
        #expect(try Tensor(stacking: pieces.map(\.gradient)) == whole.gradient)
      }
      let order = (0..<count).sorted { ($0 &* 37 % count, $0) < ($1 &* 37 % count, $1) }
      let shuffled = try network.lossGradient(
        Tensor(stacking: order.map { try inputs.rows($0..<$0 + 1) }),
        labels: order.map { labels[$0] }, threads: 2)
      #expect(
        try shuffled.gradient
          == Tensor(stacking: order.map { try whole.gradient.rows($0..<$0 + 1) }))
      #expect(try network.logits(inputs, threads: 2) == whole.logits)
    }
  }

  @Test func `an empty batch gives an empty result`() throws {
    let network = try Network(TestNetworks.digits())
    let nothing = try Tensor(shape: [0, 28, 28, 1], values: [])
    #expect(try network.forward(nothing, threads: 2).shape == [0, 10])
    #expect(try network.lossGradient(nothing, labels: []).gradient.shape == [0, 28, 28, 1])
  }

  @Test func `a layer large enough for threads of its own has the same bits`() throws {
    var random = RandomNumbers(seed: 12)
    var graph = try Graph(inputShape: [40, 40, 16], layout: .channelsLast)
    let wide = try graph.append(
      Layer.convolution(.init(inputs: 16, outputs: 80), &random).operation, named: "wide",
      to: [graph.input])
    let narrow = try graph.append(
      Layer.convolution(.init(inputs: 80, outputs: 16), &random).operation, named: "narrow",
      to: [wide])
    try graph.append(.globalAveragePool(GlobalAveragePool()), named: "mean", to: [narrow])
    let network = try Network(graph)
    let input = try random.tensor([1, 40, 40, 16])
    let expected = try network.lossGradient(input, labels: [3])
    for threads in 2...3 {
      let found = try network.lossGradient(input, labels: [3], threads: threads)
      #expect(found.gradient == expected.gradient)
      #expect(found.logits == expected.logits)
    }
  }
}
