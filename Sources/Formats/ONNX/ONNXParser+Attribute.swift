import Bytes

/// The fields that hold an attribute's value, by the type that `AttributeProto.type` gives them.
private enum AttributeType: Int {
  case float = 1
  case integer, text, tensor, graph, floats, integers, texts, tensors, graphs
  case sparseTensor, sparseTensors, type, types

  init?(field number: Int) {
    switch number {
    case 2: self = .float
    case 3: self = .integer
    case 4: self = .text
    case 5: self = .tensor
    case 6: self = .graph
    case 7: self = .floats
    case 8: self = .integers
    case 9: self = .texts
    case 10: self = .tensors
    case 11: self = .graphs
    case 14: self = .type
    case 15: self = .types
    case 22: self = .sparseTensor
    case 23: self = .sparseTensors
    default: return nil
    }
  }

  /// The value that is not written; nil where one must be.
  var unwritten: ONNXAttribute.Value? {
    switch self {
    case .float: .float(0)
    case .integer: .integer(0)
    case .text: .text(.empty)
    case .tensor, .graph, .sparseTensor, .type: nil
    case .floats: .floats([])
    case .integers: .integers([])
    case .texts: .texts([])
    case .tensors: .tensors([])
    case .graphs: .graphs([])
    case .sparseTensors: .sparseTensors([])
    case .types: .types([])
    }
  }
}

extension ONNXParser {
  /// `AttributeProto` of a node in a graph of the depth.
  mutating func attribute(_ message: ByteSlice, depth: Int) throws(ParseError) -> ONNXAttribute {
    // It becomes a key and a value in a table that is half empty.
    try charge(2 * MemoryLayout<ONNXAttribute>.stride, at: message.offset)
    var name = ""
    do {
      let value = try value(of: message, name: &name, depth: depth)
      return ONNXAttribute(name: name, value: value, offset: message.offset)
    } catch {
      throw error.inside("attribute '\(safeText(name))'")
    }
  }

  /// The attribute's value; `name` is set as soon as it is read.
  private mutating func value(
    of message: ByteSlice, name: inout String, depth: Int
  ) throws(ParseError) -> ONNXAttribute.Value {
    var reference = ""
    var declared: AttributeType?
    var held: (type: AttributeType, field: Int)?
    // The value's fields may come before the name and the type, so they are read after them.
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: name = try text(field, "an attribute's name")
      case 13: _ = try field.bytes("documentation")
      case 20: declared = try attributeType(field)
      case 21: reference = try text(field, "an attribute's name")
      default:
        guard let type = AttributeType(field: field.number) else {
          unknownFields += 1
          continue
        }
        guard held == nil || held?.type == type else {
          throw field.repeated("an attribute's value")
        }
        held = (type, field.number)
      }
    }
    func malformed(_ expected: String, _ found: String) -> ParseError {
      ParseError(at: message.offset, expected: expected, found: found)
    }
    guard let held else {
      if !reference.isEmpty { return .reference(reference) }
      guard let unwritten = declared?.unwritten else { throw malformed("a value", "none") }
      return unwritten
    }
    guard reference.isEmpty else { throw malformed("a value or a reference", "both") }
    if let declared, declared != held.type {
      throw malformed("a value of the type \(declared)", "\(held.type)")
    }
    return try value(held.type, in: message, field: held.field, depth: depth)
  }

  /// The declared type, nil for 0: before IR version 2 it was not written.
  private func attributeType(_ field: ProtobufField) throws(ParseError) -> AttributeType? {
    let number = try field.integer("an attribute's type")
    guard let type = AttributeType(rawValue: number) else {
      guard number != 0 else { return nil }
      throw ParseError(
        .unsupported, at: field.offset, expected: "an attribute type from 1 to 14",
        found: "\(number)")
    }
    return type
  }

  /// The value that the fields of the number hold together; at least one is there.
  private mutating func value(
    _ type: AttributeType, in message: ByteSlice, field number: Int, depth: Int
  ) throws(ParseError) -> ONNXAttribute.Value {
    let name = "a value of the type \(type)"
    var fields = ProtobufReader(message)
    switch type {
    case .float: return .float(try last(number, in: message, name).float(name))
    case .integer: return .integer(try last(number, in: message, name).integer(name))
    case .text: return .text(try last(number, in: message, name).bytes(name))
    case .tensor: return .tensor(try tensor(only(number, in: message, name)))
    case .graph: return .graph(try graph(only(number, in: message, name), depth: depth + 1))
    case .sparseTensor: return .sparseTensor(try sparseTensor(only(number, in: message, name)))
    case .type: return .type(try demandedType(only(number, in: message, name)))
    case .floats:
      var floats: [Float] = []
      while let field = try fields.next(number) { try append(field, to: &floats, name) }
      return .floats(floats)
    case .integers:
      var integers: [Int] = []
      while let field = try fields.next(number) { try append(field, to: &integers, name) }
      return .integers(integers)
    case .texts:
      var texts: [ByteSlice] = []
      while let field = try fields.next(number) {
        try charge(ByteSlice.self, at: field.offset)
        texts.append(try field.bytes(name))
      }
      return .texts(texts)
    case .tensors:
      var tensors: [ONNXTensor] = []
      while let field = try fields.next(number) { tensors.append(try tensor(field.bytes(name))) }
      return .tensors(tensors)
    case .graphs:
      var graphs: [ONNXGraph] = []
      while let field = try fields.next(number) {
        graphs.append(try graph(field.bytes(name), depth: depth + 1))
      }
      return .graphs(graphs)
    case .sparseTensors:
      var tensors: [ONNXSparseTensor] = []
      while let field = try fields.next(number) {
        tensors.append(try sparseTensor(field.bytes(name)))
      }
      return .sparseTensors(tensors)
    case .types:
      var types: [ONNXType] = []
      while let field = try fields.next(number) {
        types.append(try demandedType(field.bytes(name)))
      }
      return .types(types)
    }
  }

  private mutating func demandedType(_ message: ByteSlice) throws(ParseError) -> ONNXType {
    guard let type = try type(message) else {
      throw ParseError(at: message.offset, expected: "a type", found: "none")
    }
    return type
  }

  /// The last of the fields, which counts where it is a number or text.
  private func last(
    _ number: Int, in message: ByteSlice, _ what: String
  ) throws(ParseError) -> ProtobufField {
    var fields = ProtobufReader(message)
    var last: ProtobufField?
    while let field = try fields.next(number) { last = field }
    guard let last else {
      throw ParseError(at: message.offset, expected: what, found: "none")
    }
    return last
  }

  /// The structure in the one field of the number.
  private func only(
    _ number: Int, in message: ByteSlice, _ what: String
  ) throws(ParseError) -> ByteSlice {
    var fields = ProtobufReader(message)
    let first = try fields.next(number)
    if let second = try fields.next(number) { throw second.repeated(what) }
    guard let first else {
      throw ParseError(at: message.offset, expected: what, found: "none")
    }
    return try first.bytes(what)
  }
}
