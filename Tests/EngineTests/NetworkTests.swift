import Engine
import TestSupport
import Testing

@Suite struct NetworkTests {
  @Test func `the digits network gives probabilities and gradients of the inputs' shape`() throws {
    let network = try Network(TestNetworks.digits())
    var random = RandomNumbers(seed: 9)
    let inputs = try random.tensor([3, 28, 28, 1])
    let probabilities = try network.forward(inputs)
    #expect(probabilities.shape == [3, 10])
    for row in 0..<3 {
      let sum = try probabilities.rows(row..<row + 1).values.reduce(0, +)
      #expect(abs(sum - 1) < 1e-6)
    }
    let loss = try network.lossGradient(inputs, labels: [1, 2, 3], threads: 2)
    #expect(loss.gradient.shape == inputs.shape)
    #expect(try loss.logits == network.logits(inputs))
    #expect(network.outputIsSoftmax)
    #expect(network.parameterCount == 693_962)
  }

  @Test func `the residual network runs`() throws {
    let network = try Network(TestNetworks.residual())
    var random = RandomNumbers(seed: 9)
    let inputs = try random.tensor([2, 28, 28, 1])
    #expect(try network.forward(inputs).shape == [2, 10])
    #expect(try network.lossGradient(inputs, labels: [0, 9]).gradient.nonFiniteCount == 0)
  }

  @Test func `inputs and labels that do not fit are refused`() throws {
    let network = try Network(TestNetworks.digits())
    let wrong = try Tensor(shape: [1, 28, 28], values: .init(repeating: 0, count: 784))
    #expect(throws: EngineError.self) { try network.forward(wrong) }
    let right = try Tensor(shape: [1, 28, 28, 1], values: .init(repeating: 0, count: 784))
    #expect(throws: EngineError.self) { try network.lossGradient(right, labels: [10]) }
    #expect(throws: EngineError.self) { try network.lossGradient(right, labels: []) }
  }
}
