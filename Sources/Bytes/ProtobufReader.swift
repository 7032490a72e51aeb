// Protocol Buffers, the wire encoding (protobuf.dev, "Encoding"): a message is a row of fields,
//   tag      varint: number << 3 | wire type
//   value    type 0: varint; 1: 8 bytes; 2: length as varint, then bytes; 5: 4 bytes
// A varint has 7 bits a byte, the lowest first; the highest bit says that more follow. Groups
// (types 3 and 4) are of the past, types 6 and 7 never were.

/// Reads the fields of one message in order. What their numbers mean is for the caller.
public struct ProtobufReader: Sendable {
  private var reader: ByteReader

  /// Starts at the first field.
  public init(_ message: ByteSlice) {
    reader = ByteReader(message)
  }

  /// The next field, nil at the end of the message.
  ///
  /// - Throws: `ParseError` for field number 0, wire types that are not used, values and varints
  ///   that leave the message, varints over 64 bits.
  public mutating func next() throws(ParseError) -> ProtobufField? {
    guard !reader.isAtEnd else { return nil }
    let offset = reader.offset
    let tag = try reader.readVarint("a field's tag")
    guard tag <= UInt64(UInt32.max), tag >= 8 else {
      throw ParseError(
        at: offset, expected: "a field number from 1 to 536870911", found: "\(tag >> 3)")
    }
    let value: ProtobufField.Value
    switch tag & 7 {
    case 0: value = .varint(try reader.readVarint("a number"))
    case 1: value = .fixed64(try reader.readLittleEndian(UInt64.self, "a number"))
    case 2: value = .bytes(try readBytes())
    case 5: value = .fixed32(try reader.readLittleEndian(UInt32.self, "a number"))
    default:
      throw ParseError(at: offset, expected: "wire type 0, 1, 2 or 5", found: "\(tag & 7)")
    }
    return ProtobufField(number: Int(tag >> 3), value: value, offset: offset)
  }

  /// The next field of the number, passing over others; nil when none is left.
  public mutating func next(_ number: Int) throws(ParseError) -> ProtobufField? {
    while let field = try next() {
      if field.number == number { return field }
    }
    return nil
  }

  private mutating func readBytes() throws(ParseError) -> ByteSlice {
    let offset = reader.offset
    let length = try reader.readVarint("a field's length")
    guard length <= UInt64(reader.remaining) else {
      throw ParseError(
        at: offset, expected: "a length of at most \(reader.remaining)", found: "\(length)")
    }
    return try reader.read(Int(length))
  }
}

extension ByteReader {
  /// An integer of 1 to 10 bytes, 7 bits in each, the lowest first.
  public mutating func readVarint(_ what: String = "a varint") throws(ParseError) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let byte = try readByte(what)
      // Of the tenth byte only one bit is left in 64.
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw ParseError(at: start, expected: "\(what) of at most 64 bits", found: "a longer one")
  }
}

/// One field of a message.
public struct ProtobufField: Sendable, Equatable {
  /// A value as it is encoded.
  public enum Value: Sendable, Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ByteSlice)
    case fixed32(UInt32)
  }

  /// Which field of its message it is.
  public let number: Int
  /// Its value.
  public let value: Value
  /// Where it stands in the file.
  public let offset: Int

  /// Text, bytes, packed numbers or a message inside.
  public func bytes(_ what: String) throws(ParseError) -> ByteSlice {
    guard case .bytes(let bytes) = value else { throw mismatch(what) }
    return bytes
  }

  /// A signed integer (`int32`, `int64`, `enum`).
  public func integer(_ what: String) throws(ParseError) -> Int {
    guard case .varint(let bits) = value else { throw mismatch(what) }
    return Int(truncatingIfNeeded: bits)
  }

  /// A binary32 number.
  public func float(_ what: String) throws(ParseError) -> Float {
    guard case .fixed32(let bits) = value else { throw mismatch(what) }
    return Float(bitPattern: bits)
  }

  /// An error for a value of another wire type than the field has.
  public func mismatch(_ what: String) -> ParseError {
    let found =
      switch value {
      case .varint: "a varint"
      case .fixed64: "8 bytes"
      case .bytes: "a field with a length"
      case .fixed32: "4 bytes"
      }
    return ParseError(at: offset, expected: what, found: found)
  }

  /// An error for a field that stands twice where one alone is allowed.
  public func repeated(_ what: String) -> ParseError {
    ParseError(at: offset, expected: "\(what) once", found: "another")
  }
}
