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
    Nodes("a shift along the first axis") {
      $0.initializer(.integers("pads", [6], [1, 0, 0, -1, 0, 0]))
      $0.node("Pad", ["x", "pads"], ["y"])
    },
    Nodes("a size along the first axis") {
      $0.initializer(.floats("scales", [3], [1.5, 1, 1]))
      $0.node("Resize", ["x", "", "scales"], ["y"])
    },
    Nodes("places in the whole input") {
      $0.node("MaxPool", ["x"], ["m", "y"], [.integers("kernel_shape", [2])])
    },
    Nodes("a window over the batch's axis") {
      $0.node("Transpose", ["x"], ["t"], [.integers("perm", [1, 2, 0])])
      $0.node(
        "MaxPool", ["t"], ["y"],
        [.integers("kernel_shape", [3]), .integers("pads", [1, 1])])
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
    Nodes("a pool and its way back") {
      $0.node("MaxPool", ["x"], ["m", "i"], [.integers("kernel_shape", [2])])
      $0.node("MaxUnpool", ["m", "i"], ["y"], [.integers("kernel_shape", [2])])
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

  /// The same nodes behind a batch of three that the file fixes.
  static func fixed(_ nodes: Nodes, output: [Int] = [3, -1]) throws -> ONNXProgram {
    var model = ONNXBuilder(opset: nodes.opset)
    model.graph.input("x", [3, 2, 3])
    nodes.add(&model.graph)
    model.graph.output("y", output)
    return try ONNXProgram(parsing: ByteSlice(model.bytes), limits: Limits())
  }

  @Test(arguments: [apart[0], apart[2], apart[3]])
  func `a batch that the file fixes is taken apart where its rows are`(_ nodes: Nodes) throws {
    let program = try Self.fixed(nodes)
    let rows = AnyTensor([3, 2, 3], floats: (0..<18).map { Float($0 * 7 % 11) })
    let together = try #require(try program.evaluate(["x": rows])[0])
    let graph = try program.graph(rowShape: nil)
    #expect(graph.inputs[0].type.shape == [1, 2, 3])
    #expect(try Network(graph).run([rows])[0].doubles == together.doubles)
  }

  /// What a graph for one row of three would get wrong.
  static let bound: [Nodes] = [
    Nodes("a number for each row") {
      $0.initializer(.floats("c", [3, 1, 1], [1, 2, 3]))
      $0.node("Add", ["x", "c"], ["y"])
    },
    Nodes("the number of rows") {
      $0.node("Shape", ["x"], ["s"], [.integer("start", 0), .integer("end", 1)])
      $0.node("Cast", ["s"], ["n"], [.integer("to", 1)])
      $0.node("Mul", ["x", "n"], ["y"])
    },
    Nodes("the number of elements") {
      $0.node("Size", ["x"], ["s"])
      $0.node("Cast", ["s"], ["n"], [.integer("to", 1)])
      $0.node("Div", ["x", "n"], ["y"])
    },
    Nodes("a shape of three rows") {
      $0.initializer(.integers("shape", [2], [3, 6]))
      $0.node("Reshape", ["x", "shape"], ["y"])
    },
    Nodes("rows behind one another") {
      $0.node("Concat", ["x", "x"], ["y"], [.integer("axis", 0)])
    },
    Nodes("a row by its place") {
      $0.initializer(.integers("shape", [2], [-1, 6]))
      $0.node("Reshape", ["x", "shape"], ["r"])
      $0.node("Trilu", ["r"], ["y"])
    },
    joining[0], joining[3], joining[4], joining[8], joining[10], joining[11],
  ]

  @Test(arguments: bound)
  func `a fixed batch whose rows are not apart stays whole`(_ nodes: Nodes) throws {
    let program = try Self.fixed(nodes)
    let graph = try program.graph(rowShape: nil)
    #expect(graph.inputs[0].type.shape == [3, 2, 3])
    let rows = AnyTensor([3, 2, 3], floats: (0..<18).map { Float($0 * 7 % 11) })
    let together = try #require(try program.evaluate(["x": rows])[0])
    let whole = try Network(graph).run([rows.reshaped([1, 3, 2, 3])])[0]
    #expect(whole.doubles == together.doubles)
  }

  @Test func `a mean over the batch is evaluated whole`() throws {
    let rows = AnyTensor([2, 2, 3], floats: [1, 2, 3, 4, 5, 6, 3, 6, 9, 12, 15, 18])
    let mean = try Self.joining[0].program(batch: -1).evaluate(["x": rows])[0]
    #expect(mean?.floats == [2, 4, 6, 8, 10, 12])
  }
}
