import Bytes
import Engine
import Models
import TestSupport
import Testing

/// Graphs whose rows depend on one another where the file leaves the batch open.
@Suite struct ONNXBatchTests {
  /// Nodes that take x, of N rows of 2 x 3 numbers, to y.
  struct Nodes: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var opset = 17
    let add: @Sendable (inout ONNXGraphBuilder) -> Void

    init(
      _ name: String, opset: Int = 17, _ add: @escaping @Sendable (inout ONNXGraphBuilder) -> Void
    ) {
      testDescription = name
      self.opset = opset
      self.add = add
    }

    func program(batch: Int) throws -> ONNXProgram {
      var model = ONNXBuilder(opset: opset)
      model.graph.input("x", [batch, 2, 3])
      add(&model.graph)
      model.graph.output("y", [])
      return try ONNXProgram(parsing: ByteSlice(model.bytes), limits: Limits())
    }
  }

  static let joining: [Nodes] = [
    Nodes("a mean along the first axis") {
      $0.node("ReduceMean", ["x"], ["y"], [.integers("axes", [0])])
    },
    Nodes("a sum of everything") { $0.node("ReduceSum", ["x"], ["y"]) },
    Nodes("the largest of a column", opset: 13) {
      $0.node("ArgMax", ["x"], ["y"], [.integer("axis", 0)])
    },
    Nodes("sums up to each row") {
      $0.initializer(.integers("axis", [1], [0]))
      $0.node("CumSum", ["x", "axis"], ["y"])
    },
    Nodes("a softmax along the first axis") {
      $0.node("Softmax", ["x"], ["y"], [.integer("axis", 0)])
    },
    Nodes("a softmax over all axes", opset: 11) {
      $0.node("Softmax", ["x"], ["y"], [.integer("axis", 0)])
    },
    Nodes("one scale for the batch") { $0.node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"]) },
    Nodes("a maximum behind a transpose") {
      $0.node("Transpose", ["x"], ["t"], [.integers("perm", [1, 0, 2])])
      $0.node("Relu", ["t"], ["r"])
      $0.node("ReduceMax", ["r"], ["y"], [.integers("axes", [1])])
    },
    Nodes("a maximum behind a reshape") {
      $0.initializer(.integers("shape", [2], [-1, 6]))
      $0.node("Reshape", ["x", "shape"], ["r"])
      $0.node("ReduceMax", ["r"], ["y"], [.integers("axes", [0])])
    },
  ]

  @Test(arguments: joining)
  func `operators that take rows together make no graph of an open batch`(_ nodes: Nodes) throws {
    #expect {
      try nodes.program(batch: -1).graph(rowShape: nil)
    } throws: { error in
      (error as? ModelError)?.isUnsupported == true
        && (error as? ModelError)?.layer?.isEmpty == false
        && "\(error)".contains("batch") && "\(error)".contains("proofmark run")
    }
    // One row is all there is where the file says so.
    #expect(throws: Never.self) { try nodes.program(batch: 1).graph(rowShape: nil) }
    let rows = AnyTensor([4, 2, 3], floats: (0..<24).map { Float($0) })
    #expect(throws: Never.self) { try nodes.program(batch: -1).evaluate(["x": rows]) }
  }

  static let apart: [Nodes] = [
    Nodes("a mean of each row") {
      $0.node("ReduceMean", ["x"], ["y"], [.integers("axes", [1, 2])])
    },
    Nodes("a mean of steps in front of the batch") {
      $0.node("Transpose", ["x"], ["t"], [.integers("perm", [1, 0, 2])])
      $0.node("ReduceMean", ["t"], ["y"], [.integers("axes", [0]), .integer("keepdims", 0)])
    },
    Nodes("a softmax of each row") { $0.node("Softmax", ["x"], ["y"], [.integer("axis", 2)]) },
    Nodes("the largest of each row") {
      $0.node("ArgMax", ["x"], ["y"], [.integer("axis", 1)])
    },
  ]

  @Test(arguments: apart)
  func `a batch gives what its rows give alone`(_ nodes: Nodes) throws {
    let program = try nodes.program(batch: -1)
    let rows = AnyTensor([4, 2, 3], floats: (0..<24).map { Float($0 * 7 % 11) })
    let together = try #require(try program.evaluate(["x": rows])[0])
    let network = try Network(program.graph(rowShape: nil))
    #expect(try network.run([rows])[0].doubles == together.doubles)
  }

  @Test func `a mean over the batch is evaluated whole`() throws {
    let rows = AnyTensor([2, 2, 3], floats: [1, 2, 3, 4, 5, 6, 3, 6, 9, 12, 15, 18])
    let mean = try Self.joining[0].program(batch: -1).evaluate(["x": rows])[0]
    #expect(mean?.floats == [2, 4, 6, 8, 10, 12])
  }
}
