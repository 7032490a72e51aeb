import Engine
import Testing

/// Every variant, thread count and batch split gives the bits of the plain form.
@Suite struct VariantTests {
  static let fast = KernelVariant.available.filter { $0 != .plain }

  @Test(arguments: fast)
  func `the digits network has the plain form's bits`(_ variant: KernelVariant) throws {
    try expectPlainBits(of: TestNetworks.digits(), on: variant, count: 7)
  }

  @Test(arguments: fast)
  func `the residual network has the plain form's bits`(_ variant: KernelVariant) throws {
    try expectPlainBits(of: TestNetworks.residual(), on: variant, count: 3)
  }

  private func expectPlainBits(of graph: Graph, on variant: KernelVariant, count: Int) throws {
    let plain = try Network(graph, variant: .plain)
    let fast = try Network(graph, variant: variant)
    var random = RandomNumbers(seed: 5)
    let inputs = try random.tensor([count, 28, 28, 1])
    let labels = (0..<count).map { $0 % 10 }
    let expected = try plain.lossGradient(inputs, labels: labels, threads: 2)
    let outputs = try plain.forward(inputs, threads: 2)
    for threads in 1...3 {
      #expect(try fast.forward(inputs, threads: threads) == outputs)
      #expect(try fast.logits(inputs, threads: threads) == expected.logits)
      let found = try fast.lossGradient(inputs, labels: labels, threads: threads)
      #expect(found.logits == expected.logits)
      #expect(found.gradient == expected.gradient)
    }
  }
}
