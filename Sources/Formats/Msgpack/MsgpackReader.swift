public import Bytes

// Msgpack (github.com/msgpack/msgpack/blob/master/spec.md): a byte tells the kind, and for small
// values the value or count; counts, lengths and numbers are big-endian.

/// Reads msgpack one item after the other: the elements of arrays and maps follow their heads.
public struct MsgpackReader: Sendable {
  /// An item, or the head of several.
  public enum Item: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A whole number; those from 2^63 on as they lie in memory.
    case integer(Int)
    case real
    case text(ByteSlice)
    case bytes(ByteSlice)
    /// So many items follow.
    case array(Int)
    /// So many pairs of items follow.
    case map(Int)
    /// Bytes of a type that the application knows.
    case extended(Int, ByteSlice)
  }

  private var reader: ByteReader

  /// Starts at the first byte.
  public init(_ bytes: ByteSlice) {
    reader = ByteReader(bytes)
  }

  /// Whether nothing is left.
  public var isAtEnd: Bool { reader.isAtEnd }
  /// Where the next item stands.
  public var offset: Int { reader.offset }
  /// What is left.
  public mutating func rest() -> ByteSlice { reader.readRest() }

  /// The next item.
  public mutating func next() throws(ParseError) -> Item {
    let start = offset
    let tag = try reader.readByte("an item")
    switch tag {
    case 0x00...0x7f: return .integer(Int(tag))
    case 0x80...0x8f: return try head(Int(tag & 15), isMap: true)
    case 0x90...0x9f: return try head(Int(tag & 15), isMap: false)
    case 0xa0...0xbf: return .text(try reader.read(Int(tag & 31), "a text"))
    case 0xc0: return .null
    case 0xc2, 0xc3: return .bool(tag == 0xc3)
    case 0xc4...0xc6: return .bytes(try reader.read(try size(1 << (tag - 0xc4)), "bytes"))
    case 0xc7...0xc9: return try extended(try size(1 << (tag - 0xc7)))
    case 0xca, 0xcb:
      try reader.skip(tag == 0xca ? 4 : 8, "a number")
      return .real
    case 0xcc...0xcf: return .integer(try bits(1 << (tag - 0xcc)))
    case 0xd0: return .integer(Int(try reader.readBigEndian(Int8.self)))
    case 0xd1: return .integer(Int(try reader.readBigEndian(Int16.self)))
    case 0xd2: return .integer(Int(try reader.readBigEndian(Int32.self)))
    case 0xd3: return .integer(Int(try reader.readBigEndian(Int64.self)))
    case 0xd4...0xd8: return try extended(1 << Int(tag - 0xd4))
    case 0xd9...0xdb: return .text(try reader.read(try size(1 << (tag - 0xd9)), "a text"))
    case 0xdc, 0xdd: return try head(try size(tag == 0xdc ? 2 : 4), isMap: false)
    case 0xde, 0xdf: return try head(try size(tag == 0xde ? 2 : 4), isMap: true)
    case 0xe0...0xff: return .integer(Int(Int8(bitPattern: tag)))
    default: throw ParseError(at: start, expected: "a kind of item", found: "\(tag)")
    }
  }

  private mutating func bits(_ width: Int) throws(ParseError) -> Int {
    var value: UInt64 = 0
    for byte in try reader.read(width, "a number") { value = value << 8 | UInt64(byte) }
    return Int(truncatingIfNeeded: value)
  }

  private mutating func size(_ width: Int) throws(ParseError) -> Int { try bits(width) }

  private mutating func extended(_ length: Int) throws(ParseError) -> Item {
    let type = Int(try reader.readBigEndian(Int8.self, "a type"))
    return .extended(type, try reader.read(length, "an extension"))
  }

  /// Every item takes at least a byte.
  private mutating func head(_ count: Int, isMap: Bool) throws(ParseError) -> Item {
    let least = isMap ? 2 * count : count
    guard least <= reader.remaining else {
      throw ParseError(
        at: offset, expected: "\(least) items", found: "\(reader.remaining) bytes")
    }
    return isMap ? .map(count) : .array(count)
  }
}
