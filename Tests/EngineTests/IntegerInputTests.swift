import Bytes
import Engine
import TestSupport
import Testing

/// Networks whose one input is of integers, as evaluation sets and goldens feed them.
@Suite struct IntegerInputTests {
  /// y = x w of integers x.
  private func network() throws -> Network {
    var graph = try Graph(
      inputs: [Graph.Input(name: "x", type: TensorType([1, 2], .int32))],
      layout: .batchChannelsFirst)
    let floats = try graph.append(
      .general(Cast(to: .float32)), named: "f", to: [graph.input])
    let w = try graph.append(
      .general(Constant(AnyTensor([2, 2], floats: [0.1, 0.2, 0.3, 0.4]))), named: "w", to: [])
    try graph.append(.general(MatMul()), named: "y", to: [floats, w])
    return try Network(graph)
  }

  @Test func `numbers of binary32 are taken as integers`() throws {
    let network = try network()
    let x = try Tensor(shape: [2, 2], values: [1, 0, 3, -2])
    let whole = AnyTensor([2, 2], integers: [1, 0, 3, -2], element: .int32)
    let y = try network.forward(x)
    #expect(try network.run([whole])[0].floats == y.values)
    #expect(try network.logits(x) == y)
    let bound = try network.errorBounds(x)
    #expect(bound.outputs == y)
    #expect(bound.outputErrors.values.allSatisfy { (0..<1e-5).contains($0) })
  }

  @Test(arguments: [0.5, .nan, 3e9, .infinity] as [Float])
  func `others are refused`(_ number: Float) throws {
    let x = try Tensor(shape: [1, 2], values: [1, number])
    #expect {
      try network().forward(x)
    } throws: {
      "\($0)".contains("numbers of int32")
    }
  }

  @Test func `integers have no gradient`() throws {
    let x = try Tensor(shape: [1, 2], values: [1, 2])
    #expect {
      try network().lossGradient(x, labels: [0])
    } throws: {
      "\($0)".contains("an input of float32")
    }
  }
}
