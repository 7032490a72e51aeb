import Bytes

/// What a tensor says besides its elements.
private struct TensorHeader {
  var name = ""
  var shape: [Int] = []
  var type = ONNXElementType.undefined
  var isExternal = false
  var external: [(key: String, value: String)] = []
  var elements: Elements?

  /// Where the elements are written.
  struct Elements {
    let field: ONNXElementField
    /// Where the first field of them stands.
    let offset: Int
    /// How many fields hold them.
    var parts = 1
    /// The bytes of the last field; nil when it is one number that is not packed.
    var range: ByteSlice?
  }
}

extension ONNXParser {
  /// `TensorProto`.
  mutating func tensor(_ message: ByteSlice) throws(ParseError) -> ONNXTensor {
    try charge(ONNXTensor.self, at: message.offset)
    let header = try self.header(of: message)
    do {
      return ONNXTensor(
        name: header.name, shape: header.shape, elementType: header.type,
        data: try data(of: header, in: message), offset: message.offset)
    } catch {
      throw header.name.isEmpty ? error : error.inside("'\(safeText(header.name))'")
    }
  }

  /// `SparseTensorProto`.
  mutating func sparseTensor(_ message: ByteSlice) throws(ParseError) -> ONNXSparseTensor {
    var values: ONNXTensor?
    var indices: ONNXTensor?
    var shape: [Int] = []
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1:
        guard values == nil else { throw field.repeated("a sparse tensor's values") }
        values = try tensor(field.bytes("a sparse tensor's values"))
      case 2:
        guard indices == nil else { throw field.repeated("a sparse tensor's indices") }
        indices = try tensor(field.bytes("a sparse tensor's indices"))
      case 3: try append(field, to: &shape, "the size of an axis")
      default: unknownFields += 1
      }
    }
    guard let values, let indices else {
      throw ParseError(
        at: message.offset, expected: "a sparse tensor's values and indices", found: "less")
    }
    // The elements that are not stored take no memory, but the sizes must be honest.
    _ = try checkedByteCount(of: shape, elementSize: 1, at: message.offset)
    return ONNXSparseTensor(values: values, indices: indices, shape: shape)
  }

  private mutating func header(of message: ByteSlice) throws(ParseError) -> TensorHeader {
    var header = TensorHeader()
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: try append(field, to: &header.shape, "the size of an axis")
      case 2: header.type = try elementType(field)
      case 3:
        throw ParseError(
          .unsupported, at: field.offset, expected: "a whole tensor", found: "a segment of one")
      case 8: header.name = try text(field, "a tensor's name")
      case 12, 16: _ = try field.bytes("documentation or metadata")
      case 13: header.external.append(try pair(field.bytes("a place in another file")))
      case 14: header.isExternal = try location(field)
      default:
        guard let kind = ONNXElementField(rawValue: field.number) else {
          unknownFields += 1
          continue
        }
        try add(field, kind, to: &header)
      }
    }
    return header
  }

  /// Notes one field of elements; they may be in several of one number, but not in two kinds.
  private func add(
    _ field: ProtobufField, _ kind: ONNXElementField, to header: inout TensorHeader
  ) throws(ParseError) {
    var elements = header.elements ?? .init(field: kind, offset: field.offset, parts: 0)
    guard elements.field == kind, elements.parts == 0 || kind != .raw else {
      throw field.repeated("a tensor's elements")
    }
    elements.parts += 1
    if case .bytes(let range) = field.value {
      elements.range = range
    } else {
      guard kind != .raw else { throw field.mismatch("a tensor's elements") }
      elements.range = nil
    }
    header.elements = elements
  }

  /// Whether the elements are in another file.
  private func location(_ field: ProtobufField) throws(ParseError) -> Bool {
    let location = try field.integer("a place of elements")
    guard location == 0 || location == 1 else {
      throw ParseError(
        .unsupported, at: field.offset, expected: "elements in the file (0) or another (1)",
        found: "\(location)")
    }
    return location == 1
  }

  private mutating func data(
    of header: TensorHeader, in message: ByteSlice
  ) throws(ParseError) -> ONNXTensor.Data {
    let type = header.type
    guard type != .undefined else {
      throw ParseError(at: message.offset, expected: "an element type", found: "none")
    }
    // In bits, so that half a byte is a size; a text counts as one.
    let size = try checkedByteCount(
      of: header.shape, elementSize: type.bits ?? 1, at: message.offset)
    let offset = header.elements?.offset ?? message.offset
    if let field = header.elements?.field, header.isExternal || !field.canHold(type) {
      throw ParseError(
        at: offset, expected: header.isExternal ? "elements in another file" : "\(type) elements",
        found: "\(field) in the tensor")
    }
    if header.isExternal { return .external(try ONNXExternalData(header.external, at: offset)) }
    guard type != .string else {
      return .strings(try texts(in: message, count: size, at: offset))
    }
    let bytes = try elements(of: header, in: message, size: size / 8 + (size % 8 == 0 ? 0 : 1))
    guard let stored = type.stored else { return .packed(bytes) }
    return .stored(try StoredTensor(shape: header.shape, elementType: stored, bytes: bytes))
  }

  private mutating func texts(
    in message: ByteSlice, count: Int, at offset: Int
  ) throws(ParseError) -> [ByteSlice] {
    var texts: [ByteSlice] = []
    var fields = ProtobufReader(message)
    while let field = try fields.next(ONNXElementField.texts.rawValue) {
      try charge(ByteSlice.self, at: field.offset)
      texts.append(try field.bytes("a text"))
    }
    guard texts.count == count else {
      throw ParseError(at: offset, expected: "\(count) texts", found: "\(texts.count)")
    }
    return texts
  }

  /// The elements as `size` little-endian bytes: a range of the file where it holds them so.
  private mutating func elements(
    of header: TensorHeader, in message: ByteSlice, size: Int
  ) throws(ParseError) -> ByteSlice {
    let bytes: ByteSlice
    let elements = header.elements
    let offset = elements?.offset ?? message.offset
    switch elements?.field {
    case nil: bytes = .empty
    case .raw: bytes = elements?.range ?? .empty
    case .floats where elements?.parts == 1 && elements?.range != nil,
      .doubles where elements?.parts == 1 && elements?.range != nil:
      bytes = elements?.range ?? .empty
    case let field?:
      // An element takes at least a byte in the file and at most 8 here.
      guard size / 8 <= message.count else {
        throw ParseError(
          at: offset, expected: "\(size) bytes of \(header.type) \(header.shape)",
          found: "\(message.count) bytes of the whole tensor")
      }
      try charge(size, at: offset)
      var decoder = ONNXElementDecoder(field, of: header.type, size: size)
      var fields = ProtobufReader(message)
      while let part = try fields.next(field.rawValue) { try decoder.append(part) }
      bytes = ByteSlice(decoder.bytes)
    }
    guard bytes.count == size else {
      throw ParseError(
        at: offset, expected: "\(size) bytes of \(header.type) \(header.shape)",
        found: "\(bytes.count)")
    }
    return bytes
  }
}
