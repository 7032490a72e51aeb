import Bytes
import Engine
import Models
import TestSupport
import Testing

/// Graphs that contradict themselves or ask for too much: each is refused by the node at fault, in
/// bounded time and memory.
@Suite struct ONNXHostileGraphTests {
  /// A graph with an input x of 1 x 4 that gives y.
  struct Hostile: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let node: String?
    let attribute: String
    var kind = EngineError.Kind.malformed
    var opset = 17
    let build: @Sendable (inout ONNXGraphBuilder) -> Void

    init(
      _ name: String, at node: String? = "y", _ attribute: String,
      _ kind: EngineError.Kind = .malformed, opset: Int = 17,
      _ build: @escaping @Sendable (inout ONNXGraphBuilder) -> Void
    ) {
      testDescription = name
      self.node = node
      self.attribute = attribute
      self.kind = kind
      self.opset = opset
      self.build = build
    }

    var bytes: ByteSlice {
      var model = ONNXBuilder(opset: opset)
      model.graph.input("x", [1, 4])
      model.graph.output("y", [1, 4])
      build(&model.graph)
      return ByteSlice(model.bytes)
    }
  }

  /// One node of the operator that takes x and constants of integers.
  private static func node(
    _ name: String, _ operatorType: String, _ constants: [[Int]], _ attribute: String,
    _ kind: EngineError.Kind = .malformed, attributes: [ONNXAttributeBuilder] = [],
    opset: Int = 17
  ) -> Hostile {
    Hostile(name, attribute, kind, opset: opset) { graph in
      for (number, list) in constants.enumerated() {
        graph.initializer(.integers("c\(number)", [list.count], list))
      }
      graph.node(
        operatorType, ["x"] + constants.indices.map { "c\($0)" }, ["y"], attributes)
    }
  }

  /// One node that takes constants of integers alone.
  private static func constant(
    _ name: String, _ operatorType: String, _ constants: [(shape: [Int], values: [Int])],
    _ attribute: String, _ kind: EngineError.Kind = .malformed,
    attributes: [ONNXAttributeBuilder] = []
  ) -> Hostile {
    Hostile(name, attribute, kind) { graph in
      for (number, list) in constants.enumerated() {
        graph.initializer(.integers("c\(number)", list.shape, list.values))
      }
      graph.node(operatorType, constants.indices.map { "c\($0)" }, ["y"], attributes)
    }
  }

  static let huge = 1 << 62

  static let order: [Hostile] = [
    Hostile("a node takes its own output", "inputs") { $0.node("Relu", ["y"], ["y"]) },
    Hostile("two nodes take one another's output", at: "a", "inputs") {
      $0.node("Add", ["x", "y"], ["a"])
      $0.node("Relu", ["a"], ["y"])
    },
    Hostile("an input that is nowhere", "inputs") { $0.node("Add", ["x", "w"], ["y"]) },
    Hostile("an input left out", "input 1") { $0.node("Sub", ["x"], ["y"]) },
    Hostile("one name twice", at: "second", "outputs") {
      $0.node("Relu", ["x"], ["y"])
      $0.node("Tanh", ["x"], ["y"], name: "second")
    },
    Hostile("an output that is nowhere", at: nil, "output") { $0.node("Relu", ["x"], ["z"]) },
    Hostile("more outputs than there are", at: "y", "outputs", .unsupported) {
      $0.node("Relu", ["x"], ["y", "z"])
    },
    Hostile("an operator that nobody knows", "operator", .unsupported) {
      $0.node("Exfiltrate", ["x"], ["y"])
    },
  ]

  static let sizes: [Hostile] = [
    node("a shape whose product overflows", "Reshape", [[huge, 4, -1]], "shape"),
    node("a shape of two open axes", "Reshape", [[-1, -1]], "shape"),
    node("a shape of a negative size", "Reshape", [[-4, -1]], "shape"),
    node("too many axes", "Reshape", [.init(repeating: 1, count: 8) + [4]], "shape", .limit),
    node("expanded beyond memory", "Expand", [[1 << 40, 1 << 40, 1, 4]], "output", .limit),
    node("expanded to a negative size", "Expand", [[-2, 4]], "output"),
    node("repeated beyond 64 bits", "Tile", [[huge, huge]], "output", .limit),
    node("repeated less than never", "Tile", [[-1, 1]], "repeats"),
    node("padded beyond 64 bits", "Pad", [[0, .max, 0, .max]], "pads"),
    node("padded beyond memory", "Pad", [[0, 1 << 61, 0, 0]], "output", .limit),
    node("cut off beyond the end", "Pad", [[0, -3, 0, -3]], "pads"),
    node("one hot among too many", "OneHot", [[huge], [0, 1]], "depth", .limit),
    node("cropped to less than nothing", "CenterCropPad", [[.min, 1]], "shape", opset: 18),
    node("a step of 0", "Slice", [[0], [4], [1], [0]], "steps"),
    node("an axis twice", "Slice", [[0, 0], [1, 1], [1, -1]], "axes"),
    node("an axis that is not there", "Slice", [[0], [1], [.min]], "axes"),
    node(
      "parts that do not add up", "Split", [[3, 3]], "split", attributes: [.integer("axis", 1)]),
    node(
      "a block beyond any map", "DepthToSpace", [], "blocksize",
      attributes: [
        .integer("blocksize", 1 << 33)
      ]),
    constant("an index outside", "Gather", [([4], [1, 2, 3, 4]), ([1], [4])], "indices"),
    constant(
      "a shape of too many numbers", "ConstantOfShape", [([2], [1 << 31, 1 << 31])],
      "output", .limit),
    constant("a shape below 0", "ConstantOfShape", [([1], [-1])], "output"),
    constant("too long a range", "Range", [([], [0]), ([], [huge]), ([], [1])], "limit", .limit),
    constant(
      "a range beyond 64 bits", "Range", [([], [.min]), ([], [.max]), ([], [1])], "limit",
      .limit),
    constant("a range without a step", "Range", [([], [0]), ([], [9]), ([], [0])], "delta"),
    Hostile("a range of no numbers", "delta") {
      for name in ["a", "b", "c"] { $0.initializer(.floats(name, [], [.nan])) }
      $0.node("Range", ["a", "b", "c"], ["y"])
    },
    Hostile("scaled beyond memory", "scales", .limit) {
      $0.initializer(.floats("s", [2], [1, 1e30]))
      $0.node("Resize", ["x", "", "s"], ["y"])
    },
    Hostile("scaled by no number", "scales") {
      $0.initializer(.floats("s", [2], [1, .nan]))
      $0.node("Resize", ["x", "", "s"], ["y"])
    },
    Hostile("sizes beyond memory", "sizes") {
      $0.initializer(.integers("s", [2], [1, huge]))
      $0.node("Resize", ["x", "", "", "s"], ["y"])
    },
  ]

  static let types: [Hostile] = [
    Hostile("floats added to integers", "inputs") {
      $0.initializer(.integers("c", [4], [1, 2, 3, 4]))
      $0.node("Add", ["x", "c"], ["y"])
    },
    Hostile("floats as a shape", "shape") {
      $0.initializer(.floats("c", [1], [4]))
      $0.node("Reshape", ["x", "c"], ["y"])
    },
    Hostile("floats as indices", "indices") {
      $0.initializer(.floats("c", [1], [0]))
      $0.node("Gather", ["x", "c"], ["y"])
    },
    Hostile("an attribute of another type", "axis") {
      $0.node("Concat", ["x", "x"], ["y"], [.text("axis", "0")])
    },
    Hostile("a sequence as a tensor", "input 0") {
      $0.node("SequenceConstruct", ["x"], ["s"])
      $0.node("Relu", ["s"], ["y"])
    },
    Hostile("a tensor as a sequence", "input 0") {
      $0.node("SequenceLength", ["x"], ["y"])
    },
    Hostile("a place outside a sequence", "position") {
      $0.node("SequenceConstruct", ["x"], ["s"])
      $0.initializer(.integers("p", [], [.min]))
      $0.node("SequenceAt", ["s", "p"], ["y"])
    },
    Hostile("nothing taken from an optional", "input") {
      $0.node("Optional", [], ["o"])
      $0.node("OptionalGetElement", ["o"], ["y"])
    },
    Hostile("places that depend on numbers", "input", .unsupported) {
      $0.node("NonZero", ["x"], ["y"])
    },
    Hostile("a shape that depends on numbers", "shape", .unsupported) {
      $0.node("Reshape", ["x", "x"], ["y"])
    },
    Hostile("weights of another rank", "input") {
      $0.initializer(.floats("w", [1, 1, 1, 1, 1], [1]))
      $0.node("ConvTranspose", ["x", "w"], ["y"])
    },
    Hostile("a recurrent layer without gates", "weights") {
      $0.initializer(.floats("w", [0], []))
      $0.node("LSTM", ["x", "w", "w"], ["y"])
    },
  ]

  private static func branch(_ operatorType: String) -> ONNXGraphBuilder {
    var graph = ONNXGraphBuilder("branch")
    graph.node(operatorType, ["x"], ["z"])
    graph.output("z", [1, 4])
    return graph
  }

  private static let emptyBody: ONNXGraphBuilder = {
    var body = ONNXGraphBuilder("body")
    body.input("i", [], type: 7)
    body.input("go", [], type: 9)
    body.output("go", [], type: 9)
    return body
  }()

  static let subgraphs: [Hostile] = [
    Hostile("a condition that depends on the input", "condition c", .unsupported) {
      $0.initializer(.floats("zero", [], [0]))
      $0.node("Greater", ["x", "zero"], ["c"])
      $0.node(
        "If", ["c"], ["y"],
        [.graph("then_branch", branch("Relu")), .graph("else_branch", branch("Tanh"))])
    },
    Hostile("a condition that is no truth value", "condition") {
      $0.initializer(.integers("c", [], [1]))
      $0.node("If", ["c"], ["y"], [.graph("then_branch", branch("Relu"))])
    },
    Hostile("a branch that is not there", "else_branch") {
      $0.initializer(.raw("c", [], type: 9, [0]))
      $0.node("If", ["c"], ["y"], [.graph("then_branch", branch("Relu"))])
    },
    Hostile("an empty loop of 2^60 trips", "nodes", .limit) {
      $0.initializer(.integers("m", [], [1 << 60]))
      $0.node("Loop", ["m", ""], ["y"], [.graph("body", emptyBody)])
    },
    Hostile("a loop without an end", "nodes", .limit) {
      $0.node("Loop", ["", ""], ["y"], [.graph("body", emptyBody)])
    },
    Hostile("a loop whose body does not fit", "body") {
      $0.initializer(.integers("m", [], [3]))
      $0.node("Loop", ["m", "", "x", "x"], ["y"], [.graph("body", emptyBody)])
    },
    Hostile("a loop that grows without end", at: "big", "output", .limit) {
      var body = ONNXGraphBuilder("body")
      body.input("i", [], type: 7)
      body.input("go", [], type: 9)
      body.input("v", [-1])
      body.initializer(.integers("r", [1], [1 << 20]))
      body.node("Tile", ["v", "r"], ["big"])
      body.output("go", [], type: 9)
      body.output("big", [-1])
      $0.initializer(.integers("m", [], [1 << 60]))
      $0.initializer(.floats("one", [1], [1]))
      $0.node("Loop", ["m", "", "one"], ["y"], [.graph("body", body)])
    },
    Hostile("a product of constants that takes seconds", at: "product", "constants", .limit) {
      $0.initializer(.integers("shape", [2], [1300, 1300]))
      $0.node("ConstantOfShape", ["shape"], ["c"])
      $0.node("MatMul", ["c", "c"], ["product"])
      $0.node("Add", ["x", "product"], ["y"])
    },
    Hostile("a scan of nothing", "num_scan_inputs") {
      $0.node(
        "Scan", ["x"], ["y"], [.graph("body", branch("Relu")), .integer("num_scan_inputs", 0)])
    },
  ]

  @Test(arguments: order + sizes + types + subgraphs)
  func `a hostile graph is refused at its node`(_ hostile: Hostile) throws {
    let bytes = hostile.bytes
    let error = try #require(throws: ModelError.self) {
      try Model(parsing: bytes, limits: Limits())
    }
    guard case .layer(let reason, let offset) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(reason.attribute == hostile.attribute, "\(error)")
    #expect(reason.kind == hostile.kind, "\(error)")
    if let node = hostile.node {
      #expect(reason.layer?.hasSuffix(node) == true, "\(error)")
      #expect(offset.map { (0..<bytes.count).contains($0) } == true)
    }
    // The same graph evaluated outright may have an answer, but never takes the process down.
    _ = try? ONNXProgram(parsing: bytes, limits: Limits()).evaluate([
      "x": AnyTensor([1, 4], floats: [1, -2, 0, .nan])
    ])
  }

  /// Nodes of one input and output each, written straight into bytes: as many as it takes.
  private func chain(_ operatorType: String, count: Int) -> ByteSlice {
    var nodes: [UInt8] = []
    for number in 0..<count {
      let node = ProtobufBuilder().text(1, number == 0 ? "x" : "\(number)")
        .text(2, "\(number + 1)").text(4, operatorType).bytes
      nodes += ProtobufBuilder().bytes(1, node).bytes
    }
    var model = ONNXBuilder()
    model.graph.input("x", [1, 4])
    model.graph.output("\(count)", [1, 4])
    model.graph.more = ProtobufBuilder().raw(nodes)
    return ByteSlice(model.bytes)
  }

  @Test func `too many nodes are refused`() throws {
    let bytes = chain("Relu", count: 100_001)
    #expect {
      try Model(parsing: bytes, limits: Limits())
    } throws: { error in
      // The reader's own limit comes first.
      guard case .file(let reason)? = error as? ModelError else { return false }
      return reason.kind == .limit
    }
  }

  @Test(arguments: [1, 2])
  func `functions that call themselves or double are refused`(_ calls: Int) throws {
    var model = ONNXBuilder()
    model.opsets.append(("own", 1))
    model.graph.input("x", [1, 4])
    model.graph.output("y", [1, 4])
    model.graph.node("F0", ["x"], ["y"], domain: "own")
    // Once around, or each calling the next twice.
    for level in 0..<30 {
      var body = ONNXGraphBuilder("body")
      for call in 0..<calls {
        body.node(
          "F\(calls == 1 ? 0 : level + 1)", [call == 0 ? "a" : "v0"], ["v\(call)"],
          domain: "own")
      }
      model.function(
        "F\(level)", domain: "own", inputs: ["a"], outputs: ["v\(calls - 1)"], body: body)
    }
    var last = ONNXGraphBuilder("body")
    last.node("Identity", ["a"], ["b"])
    model.function("F30", domain: "own", inputs: ["a"], outputs: ["b"], body: last)
    let bytes = ByteSlice(model.bytes)
    #expect {
      try Model(parsing: bytes, limits: Limits())
    } throws: { error in
      guard case .layer(let reason, _)? = error as? ModelError else { return false }
      return reason.attribute == (calls == 1 ? "graphs" : "nodes") && reason.kind == .limit
    }
  }

  @Test func `deep subgraphs are refused`() {
    var graph = Self.branch("Relu")
    for _ in 0..<200 {
      var outer = ONNXGraphBuilder("branch")
      outer.initializer(.raw("c", [], type: 9, [1]))
      outer.node("If", ["c"], ["z"], [.graph("then_branch", graph)])
      outer.output("z", [1, 4])
      graph = outer
    }
    var model = ONNXBuilder()
    model.graph = graph
    model.graph.input("x", [1, 4])
    let bytes = ByteSlice(model.bytes)
    #expect(throws: ModelError.self) { try Model(parsing: bytes, limits: Limits()) }
  }

  @Test func `axes of size 0 pass through or are refused`() throws {
    var model = ONNXBuilder()
    model.graph.initializer(.floats("e", [0, 3], []))
    model.graph.input("x", [1, 3])
    model.graph.node("Concat", ["x", "e"], ["a"], [.integer("axis", 0)])
    model.graph.node("Tile", ["e", "r"], ["t"])
    model.graph.initializer(.integers("r", [2], [5, 2]))
    model.graph.output("a", [1, 3])
    model.graph.output("t", [0, 6])
    let program = try ONNXProgram(parsing: ByteSlice(model.bytes), limits: Limits())
    let results = try program.evaluate(["x": AnyTensor([1, 3], floats: [1, 2, 3])])
    #expect(results.map { $0?.shape } == [[1, 3], [0, 6]])
    var empty = ONNXBuilder()
    empty.graph.input("x", [1, 0])
    empty.graph.node("Relu", ["x"], ["y"])
    empty.graph.output("y", [1, 0])
    let bytes = ByteSlice(empty.bytes)
    #expect(throws: ModelError.self) { try Model(parsing: bytes, limits: Limits()) }
  }

  @Test func `a loop and a scan that are known are unrolled`() throws {
    var body = ONNXGraphBuilder("body")
    body.input("i", [], type: 7)
    body.input("go", [], type: 9)
    body.input("v", [1, 4])
    body.node("Add", ["v", "x"], ["sum"])
    body.node("Identity", ["go"], ["on"])
    body.output("on", [], type: 9)
    body.output("sum", [1, 4])
    body.output("sum", [1, 4])
    var model = ONNXBuilder()
    model.graph.input("x", [1, 4])
    model.graph.initializer(.integers("m", [], [3]))
    model.graph.initializer(.raw("c", [], type: 9, [1]))
    model.graph.node("Loop", ["m", "c", "x"], ["y", "all"], [.graph("body", body)])
    model.graph.output("y", [1, 4])
    let network = try Network(Model(parsing: ByteSlice(model.bytes), limits: Limits()).graph)
    let y = try network.forward(Tensor(shape: [1, 4], values: [1, 2, 3, -1]))
    #expect(y.values == [4, 8, 12, -4])
  }
}
