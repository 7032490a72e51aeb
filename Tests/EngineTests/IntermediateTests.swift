import Engine
import TestSupport
import Testing

/// Every value on the way and every gradient has the same bits over variants, threads and places
/// in the batch.
@Suite struct IntermediateTests {
  @Test(arguments: NetworkCases.all)
  func `values and gradients do not depend on variant, threads or batch`(
    _ network: LayeredNetwork
  ) throws {
    var random = RandomNumbers(seed: 41)
    let rows = 5
    let inputs = try random.tensor([rows] + network.graph.inputShape)
    let labels = (0..<rows).map { $0 % 5 }
    let plain = try Network(network.graph, variant: .plain)
    let values = try plain.intermediates([AnyTensor(inputs)])
    #expect(values.count == network.layerCount)
    #expect(try values.last?.value.single("logits") == plain.logits(inputs))
    let loss = try plain.lossGradient(inputs, labels: labels)
    for variant in KernelVariant.available {
      let fast = try Network(network.graph, variant: variant)
      for threads in [1, 2, 3, 8] {
        try expect(fast.intermediates([AnyTensor(inputs)], threads: threads), values)
        let found = try fast.lossGradient(inputs, labels: labels, threads: threads)
        #expect(found.logits == loss.logits)
        #expect(found.gradient == loss.gradient)
      }
      // Each row alone, and the rows turned round.
      for row in 0..<rows {
        let alone = try inputs.rows(row..<row + 1)
        try expect(
          fast.intermediates([AnyTensor(alone)]),
          values.map { ($0.name, AnyTensor(try $0.value.single("row").rows(row..<row + 1))) })
        let found = try fast.lossGradient(alone, labels: [labels[row]], threads: 2)
        #expect(try found.gradient == loss.gradient.rows(row..<row + 1))
      }
      func reversed(_ tensor: Tensor) throws -> Tensor {
        try Tensor(stacking: (0..<rows).reversed().map { try tensor.rows($0..<$0 + 1) })
      }
      try expect(
        fast.intermediates([AnyTensor(reversed(inputs))], threads: 3),
        values.map { ($0.name, AnyTensor(try reversed($0.value.single("rows")))) })
      #expect(
        try fast.lossGradient(reversed(inputs), labels: labels.reversed()).gradient
          == reversed(loss.gradient))
    }
  }

  private func expect(
    _ found: [(name: String, value: AnyTensor)], _ expected: [(name: String, value: AnyTensor)]
  ) {
    #expect(found.map(\.name) == expected.map(\.name))
    for (a, b) in zip(found, expected) { #expect(a.value == b.value, "\(a.name)") }
  }
}
