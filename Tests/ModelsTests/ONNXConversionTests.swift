import Bytes
import Engine
import Models
import TestSupport
import Testing

/// How operators of ONNX become the engine's, beyond what the standard's own tests ask.
@Suite struct ONNXConversionTests {
  /// A model of one node; its inputs are float32 of the shapes.
  private func model(
    _ name: String, _ shapes: [[Int]], _ attributes: [ONNXAttributeBuilder] = [], opset: Int = 17
  ) -> ONNXBuilder {
    var model = ONNXBuilder(opset: opset)
    for (index, shape) in shapes.enumerated() { model.graph.input("x\(index)", shape) }
    model.graph.node(name, shapes.indices.map { "x\($0)" }, ["y"], attributes)
    model.graph.output("y", [])
    return model
  }

  private func evaluate(_ model: ONNXBuilder, _ inputs: AnyTensor...) throws -> AnyTensor {
    let program = try ONNXProgram(parsing: ByteSlice(model.bytes), limits: Limits())
    let named = Dictionary(
      inputs.enumerated().map { ("x\($0.offset)", $0.element) }, uniquingKeysWith: { $1 })
    return try #require(try program.evaluate(named)[0])
  }

  private func graph(_ model: ONNXBuilder) throws -> Graph {
    try Model(parsing: ByteSlice(model.bytes), limits: Limits()).graph
  }

  private func counting(_ shape: [Int], from start: Int = 1) -> AnyTensor {
    AnyTensor(shape, floats: (0..<shape.reduce(1, *)).map { Float($0 + start) })
  }

  /// Equations, shapes of the operands, and NumPy's `einsum` of counting numbers.
  static let sums: [(String, [[Int]], [Int], [Float])] = [
    ("ij,jk->ik", [[2, 3], [3, 2]], [2, 2], [22, 28, 49, 64]),
    ("ij,jk", [[2, 3], [3, 2]], [2, 2], [22, 28, 49, 64]),
    ("ij->ji", [[2, 3]], [3, 2], [1, 4, 2, 5, 3, 6]),
    ("ij->", [[2, 3]], [], [21]),
    ("ii->i", [[2, 2]], [2], [1, 4]),
    ("ii", [[2, 2]], [], [5]),
    ("i,i", [[3], [3]], [], [14]),
    ("i,j->ij", [[2], [3]], [2, 3], [1, 2, 3, 2, 4, 6]),
    ("...ij,...jk->...ik", [[2, 1, 2], [1, 2, 1]], [2, 1, 1], [5, 11]),
    ("a, ab, b -> b", [[2], [2, 2], [2]], [2], [7, 20]),
    ("ij,ik->i", [[2, 2], [2, 2]], [2], [9, 49]),
  ]

  @Test(arguments: sums)
  func `sums of products are NumPy's`(
    _ equation: String, _ shapes: [[Int]], _ shape: [Int], _ expected: [Float]
  ) throws {
    let builder = model("Einsum", shapes, [.text("equation", equation)])
    let program = try ONNXProgram(parsing: ByteSlice(builder.bytes), limits: Limits())
    var inputs: [String: AnyTensor] = [:]
    for (index, shape) in shapes.enumerated() { inputs["x\(index)"] = counting(shape) }
    let y = try #require(try program.evaluate(inputs)[0])
    #expect(y.shape == shape)
    #expect(y.floats == expected)
  }

  @Test(arguments: [
    "ij,jk->iz", "ij", "i1,jk->k", "ijk,jk->i", "ij,jk->ii", "ij,jk->i->k", "i...j...,jk",
  ])
  func `equations that do not fit are refused`(_ equation: String) throws {
    let builder = model("Einsum", [[2, 3], [3, 2]], [.text("equation", equation)])
    #expect(throws: ModelError.self) {
      try evaluate(builder, counting([2, 3]), counting([3, 2]))
    }
  }

  @Test func `a softmax takes all axes from its own on before operator set 13`() throws {
    let x = AnyTensor([1, 2, 2], floats: [0, 0, 0, 0])
    let old = try evaluate(model("Softmax", [[1, 2, 2]], [.integer("axis", 1)], opset: 11), x)
    #expect(old.floats == [0.25, 0.25, 0.25, 0.25])
    let new = try evaluate(model("Softmax", [[1, 2, 2]], [.integer("axis", 1)], opset: 13), x)
    #expect(new.floats == [0.5, 0.5, 0.5, 0.5])
  }

  @Test func `a softmax over classes is the core's, so that logits are known`() throws {
    for opset in [11, 13] {
      let graph = try graph(model("Softmax", [[1, 5]], opset: opset))
      #expect(graph.logits == graph.input)
    }
    let other = try graph(model("Softmax", [[1, 5, 3]], opset: 13))
    #expect(other.logits == other.output)
  }

  @Test func `the mean over a map's pixels is the core's pool`() throws {
    let axes = ONNXAttributeBuilder.integers("axes", [2, 3])
    let graph = try graph(model("ReduceMean", [[1, 3, 4, 5]], [axes, .integer("keepdims", 0)]))
    #expect(graph.nodes.map(\.operation.name).first == "global average pool")
    #expect(graph.outputShape == [3])
    let x = counting([1, 3, 4, 5])
    let network = try Network(graph)
    let builder = model("ReduceMean", [[1, 3, 4, 5]], [axes, .integer("keepdims", 0)])
    #expect(try network.run([x])[0].floats == evaluate(builder, x).floats)
  }

  @Test(arguments: [8, 17, 21, 9])
  func `casts to types that the engine does not have are refused`(_ type: Int) throws {
    let builder = model("Cast", [[1, 2]], [.integer("to", type)])
    if type == 9 {
      #expect(try evaluate(builder, counting([1, 2], from: 0)).integers == [0, 1])
    } else {
      #expect(throws: ModelError.self) { try evaluate(builder, counting([1, 2])) }
    }
  }

  @Test func `normalising by the batch is refused where rows stand alone`() throws {
    var builder = ONNXBuilder(opset: 15)
    builder.graph.input("x0", [1, 2, 3, 3])
    for name in ["s", "b", "m", "v"] { builder.graph.initializer(.floats(name, [2], [1, 1])) }
    builder.graph.node(
      "BatchNormalization", ["x0", "s", "b", "m", "v"], ["y"], [.integer("training_mode", 1)])
    builder.graph.output("y", [])
    #expect(throws: ModelError.self) { try graph(builder) }
    let y = try evaluate(builder, counting([1, 2, 3, 3]))
    #expect(abs(y.doubles.reduce(0, +) - 18) < 1e-5)
  }

  @Test func `a slope of x and a factor make leaky and gated functions of other types`() throws {
    let leaky = model("LeakyRelu", [[1, 2]], [.float("alpha", 0.5)])
    let half = AnyTensor([1, 2], floats: [-3, 2], element: .float16)
    #expect(try evaluate(leaky, half) == AnyTensor([1, 2], floats: [-1.5, 2], element: .float16))
    let swish = model("Swish", [[1, 1]], [.float("alpha", 2)], opset: 24)
    let y = try evaluate(swish, AnyTensor([1, 1], floats: [1.5]))
    #expect(abs(y.doubles[0] - 1.4288612) < 1e-6)
  }

  /// Operators of the core on 4 rows that are no batch: words, steps or windows of one input.
  static let ofRows: [(String, [Int], [(String, [Int])])] = [
    ("Gemm", [4, 3], [("w", [3, 2]), ("b", [2])]), ("Gemm", [4, 3], [("w", [3, 2])]),
    ("MatMul", [4, 3], [("w", [3, 2])]), ("Relu", [4, 3], []),
    ("BatchNormalization", [4, 3], [("s", [3]), ("b", [3]), ("m", [3]), ("v", [3])]),
    ("BatchNormalization", [4, 3, 2, 5], [("s", [3]), ("b", [3]), ("m", [3]), ("v", [3])]),
    ("BatchNormalization", [4, 3, 2], [("s", [3]), ("b", [3]), ("m", [3]), ("v", [3])]),
  ]

  @Test(arguments: ofRows)
  func `rows inside of an input are computed as those of a batch`(
    _ name: String, _ shape: [Int], _ constants: [(String, [Int])]
  ) throws {
    var model = ONNXBuilder(opset: 17)
    let count = shape.reduce(1, *)
    model.graph.input("x0", [1, count])
    model.graph.initializer(.integers("shape", [shape.count], shape))
    for (number, (name, shape)) in constants.enumerated() {
      let values = (0..<shape.reduce(1, *)).map { Float(1 + ($0 + number) % 5) / 3 }
      model.graph.initializer(.floats(name, shape, values))
    }
    model.graph.node("Reshape", ["x0", "shape"], ["r"])
    model.graph.node(name, ["r"] + constants.map(\.0), ["y"])
    model.graph.output("y", [])
    let x = AnyTensor([1, count], floats: counting([1, count]).floats.map { $0 / 7 - 2 })
    let y = try Network(graph(model)).run([x])[0]
    #expect(try y.floats == evaluate(model, x).floats)
  }

  @Test func `nodes may stand before those whose values they take`() throws {
    var builder = ONNXBuilder(opset: 17)
    builder.graph.input("x0", [1, 2])
    builder.graph.node("Add", ["a", "b"], ["y"])
    builder.graph.node("Mul", ["b", "x0"], ["a"])
    builder.graph.node("Add", ["x0", "x0"], ["b"])
    builder.graph.output("y", [])
    let x = counting([1, 2])
    #expect(try evaluate(builder, x).floats == [4, 12])
    #expect(try Network(graph(builder)).run([x])[0].floats == [4, 12])
  }

  @Test func `nodes that take one another's values are refused`() throws {
    var builder = ONNXBuilder(opset: 17)
    builder.graph.input("x0", [1, 2])
    builder.graph.node("Add", ["x0", "b"], ["a"])
    builder.graph.node("Add", ["x0", "a"], ["b"])
    builder.graph.output("b", [])
    #expect {
      try graph(builder)
    } throws: {
      "\($0)".contains("a value that was computed before")
    }
  }
}
