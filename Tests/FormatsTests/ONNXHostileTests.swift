import Bytes
import Formats
import TestSupport
import Testing

/// Attributes, limits and damage.
@Suite struct ONNXHostileTests {
  static func attribute(_ attribute: ONNXAttributeBuilder) throws -> ONNXAttribute.Value? {
    try ONNXModelTests.model {
      $0.graph.node("Any", [], [], [attribute])
    }.graph.nodes[0].attributes["a"]?.value
  }

  static let values: [(ONNXAttributeBuilder, ONNXAttribute.Value)] = [
    (.float("a", 0.5), .float(0.5)), (.integer("a", -3), .integer(-3)),
    (.text("a", "SAME"), .text(ByteSlice(utf8: "SAME"))),
    (.floats("a", [1, 2]), .floats([1, 2])), (.integers("a", [1, -2]), .integers([1, -2])),
    (.texts("a", ["x", ""]), .texts([ByteSlice(utf8: "x"), .empty])),
    // Packed, which proto2 writers do not give but readers take.
    (.init("a", type: 7, ProtobufBuilder().packed(8, [1]).integer(8, -2)), .integers([1, -2])),
    (
      .init("a", type: 6, ProtobufBuilder().packed(7, [1] as [Float]).float(7, 2)),
      .floats([1, 2])
    ),
    // A value of 0 that is not written, and a type that is not.
    (.init("a", type: 1, ProtobufBuilder()), .float(0)),
    (.init("a", type: 2, ProtobufBuilder()), .integer(0)),
    (.init("a", type: 7, ProtobufBuilder()), .integers([])),
    (.init("a", type: nil, ProtobufBuilder().integer(3, 7)), .integer(7)),
    (.init("a", type: 0, ProtobufBuilder().integer(3, 7)), .integer(7)),
    // The last counts.
    (.init("a", type: 2, ProtobufBuilder().integer(3, 7).integer(3, 8)), .integer(8)),
    (
      .init("a", type: 13, ProtobufBuilder().message(14, ONNXGraphBuilder.tensorType([1]))),
      .type(.tensor(.float32, shape: [.size(1)]))
    ),
    (
      .init("a", type: 14, ProtobufBuilder().message(15, ONNXGraphBuilder.tensorType([1]))),
      .types([.tensor(.float32, shape: [.size(1)])])
    ),
    (.reference("a", to: "b", type: 1), .reference("b")),
  ]

  @Test(arguments: values.indices)
  func `an attribute holds a value of its type`(index: Int) throws {
    let (attribute, value) = Self.values[index]
    #expect(try Self.attribute(attribute) == value)
  }

  @Test func `an attribute holds tensors and graphs`() throws {
    guard case .tensor(let tensor)? = try Self.attribute(.tensor("a", .floats("t", [1], [2])))
    else {
      Issue.record("no tensor")
      return
    }
    #expect(try tensor.storedTensor { _ in .empty }.floats() == [2])
    var branch = ONNXGraphBuilder("then")
    branch.node("Identity", ["x"], ["y"])
    guard case .graph(let graph)? = try Self.attribute(.graph("a", branch)) else {
      Issue.record("no graph")
      return
    }
    #expect(graph.name == "then")
    #expect(graph.nodes.map(\.operatorType) == ["Identity"])
    let lists = ProtobufBuilder().message(11, branch.message).message(11, branch.message)
    guard case .graphs(let graphs)? = try Self.attribute(.init("a", type: 10, lists)) else {
      Issue.record("no graphs")
      return
    }
    #expect(graphs.count == 2)
  }

  static let tensor = ONNXTensorBuilder.floats(nil, [1], [1]).message
  static let graph = ONNXGraphBuilder("g").message
  static let lies: [(String, ONNXAttributeBuilder)] = [
    ("two values", .init("a", type: 2, ProtobufBuilder().integer(3, 1).float(2, 1))),
    ("another value than its type", .init("a", type: 1, ProtobufBuilder().integer(3, 1))),
    ("no value", .init("a", type: nil, ProtobufBuilder())),
    ("no tensor", .init("a", type: 4, ProtobufBuilder())),
    ("two tensors", .init("a", type: 4, ProtobufBuilder().message(5, tensor).message(5, tensor))),
    ("two graphs", .init("a", type: 5, ProtobufBuilder().message(6, graph).message(6, graph))),
    ("an unknown type", .init("a", type: 15, ProtobufBuilder().integer(3, 1))),
    ("a value and a reference", .init("a", type: 2, ProtobufBuilder().integer(3, 1).text(21, "b"))),
    ("a float as varint", .init("a", type: 1, ProtobufBuilder().integer(2, 1))),
    ("floats of 3 bytes", .init("a", type: 6, ProtobufBuilder().bytes(7, [0, 0, 0]))),
    ("an open type", .init("a", type: 13, ProtobufBuilder().message(14, ProtobufBuilder()))),
  ]

  @Test(arguments: lies.indices)
  func `an attribute that lies is refused`(index: Int) {
    let (lie, attribute) = Self.lies[index]
    let error = #expect(throws: ParseError.self, "\(lie)") { try Self.attribute(attribute) }
    #expect(error?.path == ["graph", "node 0", "attribute 'a'"], "\(lie)")
  }

  static let value = ONNXGraphBuilder.value("x", [1])
  static let models: [(String, @Sendable (inout ONNXBuilder) -> Void)] = [
    ("no IR version", { $0.irVersion = nil }),
    ("two graphs", { $0.more = ProtobufBuilder().message(7, graph) }),
    ("two versions of a domain", { $0.opsets = [("", 17), ("ai.onnx", 13)] }),
    ("an attribute twice", { $0.graph.node("A", [], [], [.integer("a", 1), .integer("a", 2)]) }),
    ("a name that is no text", { $0.graph.more = ProtobufBuilder().bytes(2, [0xff]) }),
    ("a node that is a number", { $0.graph.more = ProtobufBuilder().integer(1, 1) }),
    ("documentation that is a number", { $0.more = ProtobufBuilder().integer(6, 1) }),
    (
      "two types of a value",
      { $0.graph.inputs = [value.message(2, ONNXGraphBuilder.tensorType([1]))] }
    ),
    (
      "a type that is a tensor and a sequence",
      {
        let type = ONNXGraphBuilder.tensorType([1])
        $0.graph.inputs = [
          ProtobufBuilder().message(2, type.message(4, ProtobufBuilder().message(1, type)))
        ]
      }
    ),
    (
      "a sequence of nothing",
      {
        $0.graph.inputs = [
          ProtobufBuilder().message(2, ProtobufBuilder().message(4, ProtobufBuilder()))
        ]
      }
    ),
    ("an element type that is not known", { $0.graph.input("x", [1], type: 25) }),
    (
      "a size and a name of an axis",
      {
        let axis = ProtobufBuilder().integer(1, 3).text(2, "N")
        $0.graph.inputs = [
          ProtobufBuilder().message(
            2,
            ProtobufBuilder().message(
              1, ProtobufBuilder().message(2, ProtobufBuilder().message(1, axis))))
        ]
      }
    ),
    (
      "two graphs of one kind for training",
      {
        $0.more = ProtobufBuilder().message(
          20, ProtobufBuilder().message(1, graph).message(1, graph))
      }
    ),
  ]

  @Test(arguments: models.indices)
  func `a model that contradicts itself is refused`(index: Int) {
    let (lie, change) = Self.models[index]
    #expect(throws: ParseError.self, "\(lie)") { try ONNXModelTests.model(change) }
  }

  @Test func `a file without a graph is no model`() {
    #expect(throws: ParseError(at: 0, expected: "a graph", found: "none")) {
      try ONNXModel(parsing: ByteSlice([8, 8]))
    }
    #expect(throws: ParseError.self) { try ONNXModel(parsing: .empty) }
  }

  /// One empty structure after another: swift-protobuf takes 1.2 GB for 10 MB of such nodes.
  @Test(arguments: [1, 5, 11, 12, 13, 15])
  func `hundreds of thousands of empty structures are refused`(field: Int) throws {
    let empty = [UInt8(field << 3 | 2), 0]
    let body = [[UInt8]](repeating: empty, count: 700_000).flatMap { $0 }
    let file = ByteSlice(ProtobufBuilder().integer(1, 8).bytes(7, body).bytes)
    do throws(ParseError) {
      _ = try ONNXModel(parsing: file)
      Issue.record("read")
    } catch {
      // An initializer is refused for what it lacks.
      #expect(error.kind == (field == 5 || field == 15 ? .malformed : .limit))
    }
  }

  @Test func `nodes count together in all graphs`() throws {
    var limits = Limits()
    limits.graphNodes = 3
    var model = ONNXBuilder()
    var branch = ONNXGraphBuilder("branch")
    branch.node("A", [], [])
    model.graph.node("If", [], [], [.graph("then", branch), .graph("else", branch)])
    let allowed = ByteSlice(model.bytes)
    #expect(try ONNXModel(parsing: allowed, limits: limits).graph.nodes.count == 1)
    model.function("F", domain: "d", inputs: [], outputs: [], body: branch)
    let error = #expect(throws: ParseError.self) {
      try ONNXModel(parsing: ByteSlice(model.bytes), limits: limits)
    }
    #expect(error?.kind == .limit)
  }

  @Test(arguments: [(64, true), (65, false), (3000, false)])
  func `graphs nest 64 deep and no deeper`(depth: Int, isAllowed: Bool) throws {
    var graph = ONNXGraphBuilder("inner")
    for _ in 0..<depth {
      var outer = ONNXGraphBuilder("outer")
      outer.node("If", [], [], [.graph("then", graph)])
      graph = outer
    }
    var model = ONNXBuilder()
    model.graph = graph
    let bytes = ByteSlice(model.bytes)
    if isAllowed {
      #expect(try ONNXModel(parsing: bytes).graph.nodes.count == 1)
    } else {
      let error = #expect(throws: ParseError.self) { try ONNXModel(parsing: bytes) }
      #expect(error?.kind == .limit)
    }
  }

  @Test(arguments: [4, 9])
  func `types nest 64 deep and no deeper`(field: Int) throws {
    for (depth, kind) in [(64, nil), (65, ParseError.Kind.limit)] {
      var type = ONNXGraphBuilder.tensorType([1])
      for _ in 0..<depth {
        type = ProtobufBuilder().message(field, ProtobufBuilder().message(1, type))
      }
      var model = ONNXBuilder()
      model.graph.inputs = [ProtobufBuilder().message(2, type)]
      var found: ParseError.Kind?
      do throws(ParseError) { _ = try ONNXModel(parsing: ByteSlice(model.bytes)) } catch {
        found = error.kind
      }
      #expect(found == kind)
    }
  }

  @Test func `a name is at most a mebibyte`() throws {
    let name = String(repeating: "n", count: 1 << 20)
    #expect(try ONNXModelTests.model { $0.graph.name = name }.graph.name.utf8.count == 1 << 20)
    let error = #expect(throws: ParseError.self) {
      try ONNXModelTests.model { $0.graph.name = name + "n" }
    }
    #expect(error?.kind == .limit)
  }

  /// One of everything.
  static let full: [UInt8] = {
    var model = ONNXBuilder()
    model.producer = ("writer", "1")
    model.metadata = [("key", "value")]
    model.graph.input("x", [-1, 2])
    model.graph.output("y", [-1, 2])
    model.graph.initializer(.floats("w", [2, 2], [1, 2, 3, 4]))
    model.graph.initializer(
      .init("i", [2], type: 3, ProtobufBuilder().packed(5, [-1, 1])))
    model.graph.initializer(.external("e", [2], [("location", "e.bin"), ("offset", "8")]))
    model.graph.initializer(.init("s", [1], type: 8, ProtobufBuilder().text(6, "text")))
    var branch = ONNXGraphBuilder("then")
    branch.node("Identity", ["x"], ["b"])
    model.graph.node(
      "If", ["x"], ["y"],
      [.graph("then", branch), .integers("n", [1, 2]), .float("f", 1), .texts("t", ["a"])],
      name: "if", domain: "ai.onnx")
    model.function("F", domain: "d", inputs: ["x"], outputs: ["b"], body: branch)
    return model.bytes
  }()

  @Test func `damage at every byte is refused or read, never more`() throws {
    _ = try ONNXModel(parsing: ByteSlice(Self.full))
    for copy in Mutations(of: Self.full) { touchONNX(copy) }
  }

  /// A length is one byte in a small file: every byte becomes the longest varints.
  @Test func `the longest lengths are refused or read, never more`() {
    for place in Self.full.indices {
      for last: UInt8 in [0, 1, 0x7f] {
        var copy = Self.full
        copy.replaceSubrange(
          place...place, with: [UInt8](repeating: 0xff, count: 9) + [last])
        touchONNX(ByteSlice(copy))
      }
    }
  }

  @Test(arguments: ["models/digits_resnet.onnx", "models/digits_cnn_int8.onnx"])
  func `a damaged model is refused or read, never more`(name: String) throws {
    for copy in Mutations(of: try Fixture.bytes(name), cases: 400) { touchONNX(copy) }
  }
}

/// Reads everything that can be read.
func touchONNX(_ bytes: ByteSlice) {
  _ = FileFormat(of: bytes)
  do throws(ParseError) {
    for tensor in try ONNXModel(parsing: bytes).graph.initializers {
      do throws(ParseError) { _ = try tensor.storedTensor { _ in .empty } } catch {
        #expect(error.offset >= 0 && error.offset <= bytes.count)
      }
    }
  } catch {
    #expect(error.offset >= 0 && error.offset <= bytes.count)
  }
}
