import Bytes

extension ONNXParser {
  /// `ValueInfoProto`.
  mutating func valueInfo(_ message: ByteSlice) throws(ParseError) -> ONNXValueInfo {
    try charge(ONNXValueInfo.self, at: message.offset)
    var name = ""
    var type: ONNXType?
    var hasType = false
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: name = try text(field, "a value's name")
      case 2:
        guard !hasType else { throw field.repeated("a value's type") }
        hasType = true
        type = try self.type(field.bytes("a value's type"))
      case 3, 4: _ = try field.bytes("documentation or metadata")
      default: unknownFields += 1
      }
    }
    return ONNXValueInfo(name: name, type: type)
  }

  /// `TypeProto`, nil when it says nothing.
  mutating func type(_ message: ByteSlice, depth: Int = 0) throws(ParseError) -> ONNXType? {
    try demandDepth(depth, of: "types", at: message.offset)
    // A type has memory of its own.
    try charge(48, at: message.offset)
    var type: ONNXType?
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      let known = [1, 4, 5, 7, 8, 9].contains(field.number)
      guard !known || type == nil else { throw field.repeated("a type") }
      switch field.number {
      case 1:
        let (element, shape) = try tensorType(field.bytes("a tensor's type"))
        type = .tensor(element, shape: shape)
      case 4:
        type = .sequence(try elementType(in: field.bytes("a sequence's type"), depth: depth + 1))
      case 5: type = try mapType(field.bytes("a map's type"), depth: depth + 1)
      case 6: _ = try field.bytes("a denotation")
      case 7:
        let (domain, name) = try pair(field.bytes("an opaque type"))
        type = .opaque(domain: domain, name: name)
      case 8:
        let (element, shape) = try tensorType(field.bytes("a sparse tensor's type"))
        type = .sparseTensor(element, shape: shape)
      case 9:
        type = .optional(try elementType(in: field.bytes("an optional type"), depth: depth + 1))
      default: unknownFields += 1
      }
    }
    return type
  }

  /// The number of an element type.
  func elementType(_ field: ProtobufField) throws(ParseError) -> ONNXElementType {
    let number = try field.integer("an element type")
    guard let type = ONNXElementType(rawValue: number) else {
      throw ParseError(
        .unsupported, at: field.offset, expected: "an element type from 0 to 24",
        found: "\(number)")
    }
    return type
  }

  /// `TypeProto.Tensor` and `TypeProto.SparseTensor`.
  private mutating func tensorType(
    _ message: ByteSlice
  ) throws(ParseError) -> (ONNXElementType, [ONNXDimension]?) {
    var element = ONNXElementType.undefined
    var shape: [ONNXDimension]?
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: element = try elementType(field)
      case 2:
        guard shape == nil else { throw field.repeated("a shape") }
        shape = try self.shape(field.bytes("a shape"))
      default: unknownFields += 1
      }
    }
    return (element, shape)
  }

  /// `TensorShapeProto`.
  private mutating func shape(_ message: ByteSlice) throws(ParseError) -> [ONNXDimension] {
    var axes: [ONNXDimension] = []
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      guard field.number == 1 else {
        unknownFields += 1
        continue
      }
      try charge(ONNXDimension.self, at: field.offset)
      axes.append(try dimension(field.bytes("the size of an axis")))
    }
    return axes
  }

  private mutating func dimension(_ message: ByteSlice) throws(ParseError) -> ONNXDimension {
    var dimension: ONNXDimension?
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      guard ![1, 2].contains(field.number) || dimension == nil else {
        throw field.repeated("the size of an axis")
      }
      switch field.number {
      case 1:
        // Some writers say -1 for a size that is open.
        let size = try field.integer("the size of an axis")
        dimension = size < 0 ? .unknown : .size(size)
      case 2:
        let name = try text(field, "the name of a size")
        dimension = name.isEmpty ? .unknown : .parameter(name)
      case 3: _ = try field.bytes("a denotation")
      default: unknownFields += 1
      }
    }
    return dimension ?? .unknown
  }

  /// `TypeProto.Sequence` and `TypeProto.Optional`: one type inside.
  private mutating func elementType(
    in message: ByteSlice, depth: Int
  ) throws(ParseError) -> ONNXType {
    var element: ONNXType?
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      guard field.number == 1 else {
        unknownFields += 1
        continue
      }
      guard element == nil else { throw field.repeated("an element's type") }
      element = try type(field.bytes("an element's type"), depth: depth)
    }
    guard let element else {
      throw ParseError(at: message.offset, expected: "an element's type", found: "none")
    }
    return element
  }

  /// `TypeProto.Map`.
  private mutating func mapType(_ message: ByteSlice, depth: Int) throws(ParseError) -> ONNXType {
    var key = ONNXElementType.undefined
    var value: ONNXType?
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: key = try elementType(field)
      case 2:
        guard value == nil else { throw field.repeated("a map's values") }
        value = try type(field.bytes("a map's values"), depth: depth)
      default: unknownFields += 1
      }
    }
    guard let value else {
      throw ParseError(at: message.offset, expected: "the type of a map's values", found: "none")
    }
    return .map(key: key, value: value)
  }
}
