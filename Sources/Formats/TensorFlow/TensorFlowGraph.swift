public import Bytes

/// What a TensorFlow file asks for: the operations of all its graphs and functions, the texts in
/// their constants and attributes, asset names and Keras's metadata.
///
/// One reader for `SavedModel`, `MetaGraphDef`, `GraphDef` and Keras's `SavedMetadata`, whose
/// encoding is that of Protocol Buffers; field numbers are those of tensorflow/core/framework and
/// tensorflow/core/protobuf, TensorFlow 2.21.
public struct TensorFlowGraph: Sendable {
  /// What a file is as a whole.
  public enum Message: Sendable {
    case savedModel
    case metaGraph
    case graph
    case kerasMetadata
  }

  /// A node of a graph or function.
  public struct Node: Sendable {
    /// The node's name.
    public let name: String
    /// The operation, or the function that is called.
    public let operation: String
    /// The function that the node is part of; nil in a graph itself.
    public let function: String?
    /// Texts in its constants and attributes.
    public let texts: [ByteSlice]
    /// Functions that its attributes name.
    public let functions: [String]
    /// Where it stands in the file.
    public let offset: Int
  }

  /// All nodes in file order.
  public internal(set) var nodes: [Node] = []
  /// Names of the functions that the file defines.
  public internal(set) var functions: Set<String> = []
  /// Names of files below `assets`.
  public internal(set) var assets: [String] = []
  /// Texts of Keras about the objects in the file: JSON.
  public internal(set) var kerasMetadata: [ByteSlice] = []

  /// Reads the message.
  ///
  /// - Throws: `ParseError` for bytes that are no such message, and at the first limit.
  public init(
    parsing bytes: ByteSlice, as message: Message, limits: Limits = Limits()
  ) throws(ParseError) {
    var parser = TensorFlowParser(limits: limits)
    switch message {
    case .savedModel:
      var fields = ProtobufReader(bytes)
      while let field = try fields.next(2) { try parser.metaGraph(field.bytes("a graph")) }
    case .metaGraph: try parser.metaGraph(bytes)
    case .graph: try parser.graph(bytes)
    case .kerasMetadata:
      var fields = ProtobufReader(bytes)
      while let field = try fields.next(1) { try parser.metadata(field.bytes("an object"), 5) }
    }
    self = parser.result
  }

  init() {}
}

/// Walks the messages; every byte is read once.
private struct TensorFlowParser {
  let limits: Limits
  var result = TensorFlowGraph()

  init(limits: Limits) { self.limits = limits }

  mutating func metaGraph(_ bytes: ByteSlice) throws(ParseError) {
    var fields = ProtobufReader(bytes)
    while let field = try fields.next() {
      guard case .bytes(let inner) = field.value else { continue }
      switch field.number {
      case 2: try graph(inner)
      case 6: try asset(inner)
      case 7: try objects(inner)
      default: break
      }
    }
  }

  /// An asset: its tensor, its file name.
  private mutating func asset(_ bytes: ByteSlice) throws(ParseError) {
    var fields = ProtobufReader(bytes)
    while let field = try fields.next(2) {
      result.assets.append(String(decoding: try field.bytes("a name"), as: UTF8.self))
    }
  }

  /// The objects that were saved; one of Keras's has its configuration as text.
  private mutating func objects(_ bytes: ByteSlice) throws(ParseError) {
    var nodes = ProtobufReader(bytes)
    while let node = try nodes.next(1) {
      var fields = ProtobufReader(try node.bytes("an object"))
      while let object = try fields.next(4) { try metadata(object.bytes("an object"), 3) }
    }
  }

  mutating func metadata(_ object: ByteSlice, _ number: Int) throws(ParseError) {
    var fields = ProtobufReader(object)
    while let field = try fields.next(number) {
      result.kerasMetadata.append(try field.bytes("metadata"))
    }
  }

  mutating func graph(_ bytes: ByteSlice) throws(ParseError) {
    var fields = ProtobufReader(bytes)
    while let field = try fields.next() {
      guard case .bytes(let inner) = field.value else { continue }
      if field.number == 1 { try node(inner, in: nil) }
      if field.number == 2 { try library(inner) }
    }
  }

  private mutating func library(_ bytes: ByteSlice) throws(ParseError) {
    var fields = ProtobufReader(bytes)
    while let field = try fields.next(1) {
      let function = try field.bytes("a function")
      // The name, in the signature, may follow the nodes.
      var name: String?
      var signatures = ProtobufReader(function)
      while let signature = try signatures.next(1) {
        var parts = ProtobufReader(try signature.bytes("a signature"))
        while let part = try parts.next(1) { name = try text(part) }
      }
      if let name { result.functions.insert(name) }
      var nodes = ProtobufReader(function)
      while let node = try nodes.next(3) {
        try self.node(node.bytes("a node"), in: name ?? "")
      }
    }
  }

  private mutating func node(_ bytes: ByteSlice, in function: String?) throws(ParseError) {
    guard result.nodes.count < 10 * limits.graphNodes else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "at most \(10 * limits.graphNodes) nodes",
        found: "more")
    }
    var name = ""
    var operation = ""
    var values = Values(limit: limits.graphDepth)
    var fields = ProtobufReader(bytes)
    while let field = try fields.next() {
      switch field.number {
      case 1: name = try text(field)
      case 2: operation = try text(field)
      case 5: try values.addEntry(field.bytes("an attribute"), depth: 0)
      default: break
      }
    }
    result.nodes.append(
      TensorFlowGraph.Node(
        name: name, operation: operation, function: function, texts: values.texts,
        functions: values.functions, offset: bytes.offset))
  }

  private func text(_ field: ProtobufField) throws(ParseError) -> String {
    String(decoding: try field.bytes("a name").prefix(4_096), as: UTF8.self)
  }
}

/// The texts and functions in a node's attributes.
private struct Values {
  var texts: [ByteSlice] = []
  var functions: [String] = []
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// An entry of a map: key and value.
  mutating func addEntry(_ bytes: ByteSlice, depth: Int) throws(ParseError) {
    var fields = ProtobufReader(bytes)
    while let field = try fields.next(2) {
      try add(field.bytes("a value"), isList: false, depth: depth)
    }
  }

  /// A value (`AttrValue`) or a list of values, whose tensors and functions have other numbers.
  private mutating func add(
    _ bytes: ByteSlice, isList: Bool, depth: Int
  ) throws(ParseError) {
    guard depth < limit else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "attributes at most \(limit) deep", found: "more")
    }
    var fields = ProtobufReader(bytes)
    while let field = try fields.next() {
      guard case .bytes(let inner) = field.value else { continue }
      switch (field.number, isList) {
      case (1, false): try add(inner, isList: true, depth: depth + 1)
      case (2, _): texts.append(inner)
      case (8, _): try addTensor(inner, depth: depth + 1)
      case (10, false), (9, true): try addFunction(inner, depth: depth + 1)
      default: break
      }
    }
  }

  private mutating func addFunction(_ bytes: ByteSlice, depth: Int) throws(ParseError) {
    var fields = ProtobufReader(bytes)
    while let field = try fields.next() {
      guard case .bytes(let inner) = field.value else { continue }
      if field.number == 1 {
        functions.append(String(decoding: inner.prefix(4_096), as: UTF8.self))
      }
      if field.number == 2 { try addEntry(inner, depth: depth + 1) }
    }
  }

  /// Texts of a tensor, and tensors in a variant.
  private mutating func addTensor(_ bytes: ByteSlice, depth: Int) throws(ParseError) {
    guard depth < limit else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "tensors at most \(limit) deep", found: "more")
    }
    var fields = ProtobufReader(bytes)
    while let field = try fields.next() {
      guard case .bytes(let inner) = field.value else { continue }
      switch field.number {
      case 8: texts.append(inner)
      case 15:
        var parts = ProtobufReader(inner)
        while let part = try parts.next() {
          guard case .bytes(let content) = part.value else { continue }
          if part.number == 2 { texts.append(content) }
          if part.number == 3 { try addTensor(content, depth: depth + 1) }
        }
      default: break
      }
    }
  }
}
