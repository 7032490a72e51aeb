import Engine
import TestSupport
import Testing

/// The plain form against a second, independent definition in binary64.
@Suite struct DefinitionTests {
  @Test(arguments: NetworkCases.all)
  func `the logits are those of binary64`(_ network: LayeredNetwork) throws {
    let (input, wide) = try randomInput(network)
    let logits = try Network(network.graph, variant: .plain).logits(input)
    for (found, expected) in zip(logits.values, network.logits(wide)) {
      #expect(abs(Double(found) - expected) < 1e-5 * max(1, abs(expected)))
    }
  }

  @Test(arguments: NetworkCases.all)
  func `the gradient is the slope of the loss`(_ network: LayeredNetwork) throws {
    let (input, wide) = try randomInput(network)
    let gradient = try Network(network.graph, variant: .plain)
      .lossGradient(input, labels: [2]).gradient.values.map(Double.init)
    let largest = gradient.map(abs).max() ?? 0
    #expect(largest > 0)
    var random = RandomNumbers(seed: 4)
    for round in 0..<8 {
      // Alternately along one element and along all.
      let element = Int(random.next() % UInt64(wide.count))
      let direction = wide.indices.map { index in
        round.isMultiple(of: 2) ? (index == element ? 1 : 0) : Double(random.float())
      }
      let step = 1e-6
      let above = zip(wide, direction).map { $0 + step * $1 }
      let below = zip(wide, direction).map { $0 - step * $1 }
      let slope = (network.loss(above, label: 2) - network.loss(below, label: 2)) / (2 * step)
      let product = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let length = direction.reduce(0) { $0 + abs($1) }
      #expect(abs(slope - product) < 2e-5 * largest * length)
    }
  }

  private func randomInput(_ network: LayeredNetwork) throws -> (Tensor, [Double]) {
    var random = RandomNumbers(seed: 3)
    let input = try random.tensor([1] + network.graph.inputShape)
    return (input, input.values.map(Double.init))
  }
}
