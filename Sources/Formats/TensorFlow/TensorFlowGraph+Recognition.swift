public import Bytes

extension TensorFlowGraph {
  /// What the bytes are, told from their fields, in whatever order these stand.
  public static func message(of bytes: ByteSlice) -> Message? {
    guard let first = bytes.first, first == 0x08 || first == 0x0a || first == 0x12 || first == 0x22
    else { return nil }
    if attempt(bytes, isGraph) { return .graph }
    if attempt(bytes, isMetaGraph) { return .metaGraph }
    if attempt(bytes, isSavedModel) { return .savedModel }
    if attempt(bytes, isKerasMetadata) { return .kerasMetadata }
    return nil
  }

  /// What is read as another message than it is may break anywhere.
  private static func attempt(
    _ bytes: ByteSlice, _ test: (ByteSlice) throws(ParseError) -> Bool
  ) -> Bool {
    do throws(ParseError) {
      return try test(bytes)
    } catch {
      return false
    }
  }

  /// Whether the bytes can be a graph: a node with the name of an operation, or a function.
  private static func isGraph(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    var isTold = false
    while let field = try fields.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let node)): if !isTold { isTold = try isNode(node) }
      case (2, .bytes(let library)): if !isTold { isTold = try isLibrary(library) }
      case (3, .varint), (4, .bytes), (5, .bytes): continue
      default: return false
      }
    }
    return isTold
  }

  private static func isLibrary(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    while let field = try fields.next() {
      guard case .bytes(let function) = field.value else { return false }
      guard field.number == 1 else { continue }
      var parts = ProtobufReader(function)
      while let part = try parts.next() {
        if part.number == 3, case .bytes(let node) = part.value, try isNode(node) { return true }
      }
    }
    return false
  }

  private static func isNode(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    var hasOperation = false
    while let field = try fields.next() {
      switch (field.number, field.value) {
      case (2, .bytes(let operation)):
        guard operation.count <= 256, operation.allSatisfy(isNameByte) else { return false }
        hasOperation = !operation.isEmpty
      case (1, .bytes(let name)):
        guard name.allSatisfy({ isNameByte($0) }) else { return false }
      case (3, .bytes), (4, .bytes), (5, .bytes), (6, .bytes), (7, .bytes): continue
      default: return false
      }
    }
    return hasOperation
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x2d...0x3a).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || byte == 0x5f || byte == 0x3e || byte == 0x24 || byte == 0x40
  }

  private static func isMetaGraph(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    var hasGraph = false
    while let field = try fields.next() {
      guard (1...7).contains(field.number), case .bytes(let inner) = field.value else {
        return false
      }
      if field.number == 2, !hasGraph { hasGraph = try isGraph(inner) }
    }
    return hasGraph
  }

  private static func isSavedModel(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    var hasGraph = false
    while let field = try fields.next() {
      switch (field.number, field.value) {
      case (1, .varint): continue
      case (2, .bytes(let graph)): if !hasGraph { hasGraph = try isMetaGraph(graph) }
      default: return false
      }
    }
    return hasGraph
  }

  private static func isKerasMetadata(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    var hasObject = false
    while let field = try fields.next() {
      guard field.number == 1, case .bytes(let object) = field.value else { return false }
      var parts = ProtobufReader(object)
      while let part = try parts.next() {
        guard (2...6).contains(part.number) else { return false }
        if part.number == 4, case .bytes(let name) = part.value {
          hasObject = hasObject || name.starts(with: "_tf_keras".utf8)
        }
      }
    }
    return hasObject
  }
}

extension FileFormat {
  /// Claims TensorFlow's messages, also those in the text form.
  static func addTensorFlow(of bytes: ByteSlice, to claims: inout [Claim]) {
    guard !claims.contains(where: { $0.format == .onnx || $0.strength == .signature }) else {
      return
    }
    switch TensorFlowGraph.message(of: bytes) {
    case .savedModel?, .kerasMetadata?: claims.append(Claim(.savedModel, .structure))
    case .metaGraph?, .graph?: claims.append(Claim(.graphDef, .structure))
    case nil: break
    }
  }

  private static let textSigns = ["meta_graphs", "node {", "graph_def {", "library {", "node{"]
    .map { Array($0.utf8) }

  /// Whether a text begins as a graph in the text form of Protocol Buffers.
  static func isGraphText(_ bytes: ByteSlice) -> Bool {
    let text = bytes.prefix(4_096).array
    let lines = text.split(separator: 0x0a)
    return lines.contains { line in
      let words = line.drop { $0 == 0x20 || $0 == 0x09 }
      return textSigns.contains { words.starts(with: $0) }
    }
  }
}
