import Engine
import TestSupport
import Testing

/// Every variant, thread count and batch split gives the bits of the plain form.
@Suite struct VariantTests {
  static let fast = KernelVariant.available.filter { $0 != .plain }

  @Test(arguments: NetworkCases.all, fast)
  func `a small network has the plain form's bits`(
    _ network: LayeredNetwork, _ variant: KernelVariant
  ) throws {
    var random = RandomNumbers(seed: 8)
    let inputs = try random.tensor([5] + network.graph.inputShape)
    try expectPlainBits(of: network.graph, on: variant, inputs)
  }

  @Test(arguments: NetworkCases.all, fast)
  func `subnormals, zeros, infinities and NaN have the plain form's bits`(
    _ network: LayeredNetwork, _ variant: KernelVariant
  ) throws {
    let count = network.graph.inputShape.reduce(1, *)
    var random = RandomNumbers(seed: 11)
    var values: [Float] = []
    // Rows of subnormals, of few different numbers (ties), and of single odd ones among others.
    values += random.floats(count, scale: 0x1p-130)
    values += (0..<count).map { _ in Float(Int(random.next() % 3)) - 1 }
    values += (0..<count).map { $0.isMultiple(of: 3) ? -0.0 : 0 }
    for odd in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude] {
      var row = random.floats(count)
      row[count / 2] = odd
      values += row
    }
    try expectPlainBits(
      of: network.graph, on: variant,
      Tensor(shape: [7] + network.graph.inputShape, values: values))
  }

  @Test(arguments: fast)
  func `the digits network has the plain form's bits`(_ variant: KernelVariant) throws {
    var random = RandomNumbers(seed: 5)
    try expectPlainBits(
      of: TestNetworks.digits(), on: variant, random.tensor([3, 28, 28, 1]))
  }

  @Test(arguments: fast)
  func `the residual network has the plain form's bits`(_ variant: KernelVariant) throws {
    var random = RandomNumbers(seed: 5)
    try expectPlainBits(
      of: TestNetworks.residual(), on: variant, random.tensor([2, 28, 28, 1]))
  }

  private func expectPlainBits(
    of graph: Graph, on variant: KernelVariant, _ inputs: Tensor
  ) throws {
    let plain = try Network(graph, variant: .plain)
    let fast = try Network(graph, variant: variant)
    let labels = (0..<inputs.shape[0]).map { $0 % graph.outputShape[0] }
    #expect(try fast.forward(inputs, threads: 2) == plain.forward(inputs))
    let expected = try plain.lossGradient(inputs, labels: labels)
    let found = try fast.lossGradient(inputs, labels: labels, threads: 2)
    #expect(found.logits == expected.logits)
    #expect(found.gradient == expected.gradient)
  }
}
