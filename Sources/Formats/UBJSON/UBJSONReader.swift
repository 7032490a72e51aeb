public import Bytes

/// Reads UBJSON (ubjson.org, draft 12) as XGBoost writes it, into the values that JSON has.
public struct UBJSONReader: Sendable {
  private var reader: ByteReader
  private var valuesLeft: Int

  /// Reads one value that fills the bytes.
  ///
  /// - Throws: `ParseError` for other bytes, and at the limits of depth and values.
  public static func read(
    _ bytes: ByteSlice, depth: Int = 64, values: Int = 20_000_000
  ) throws(ParseError) -> JSON {
    var reader = UBJSONReader(reader: ByteReader(bytes), valuesLeft: values)
    let value = try reader.value(try reader.marker(), depth: depth)
    guard reader.reader.isAtEnd else {
      throw reader.reader.malformed(
        expected: "the end", found: "\(reader.reader.remaining) bytes")
    }
    return value
  }

  private mutating func marker() throws(ParseError) -> UInt8 {
    while true {
      let byte = try reader.readByte("a marker")
      if byte != UInt8(ascii: "N") { return byte }
    }
  }

  private mutating func value(_ marker: UInt8, depth: Int) throws(ParseError) -> JSON {
    valuesLeft -= 1
    guard depth > 0, valuesLeft > 0 else {
      throw ParseError(
        .limit, at: reader.offset, expected: "fewer or flatter values", found: "more")
    }
    switch Character(Unicode.Scalar(marker)) {
    case "Z": return .null
    case "T": return .bool(true)
    case "F": return .bool(false)
    case "i": return .integer(Int(try reader.readBigEndian(Int8.self)))
    case "U": return .integer(Int(try reader.readByte()))
    case "I": return .integer(Int(try reader.readBigEndian(Int16.self)))
    case "l": return .integer(Int(try reader.readBigEndian(Int32.self)))
    case "L": return .integer(Int(try reader.readBigEndian(Int64.self)))
    case "d":
      try reader.skip(4, "a number")
      return .number("0")
    case "D":
      try reader.skip(8, "a number")
      return .number("0")
    case "C": return .string(String(decoding: [try reader.readByte()], as: UTF8.self))
    case "S", "H": return .string(try text())
    case "[": return try array(depth: depth)
    case "{": return try object(depth: depth)
    default:
      throw ParseError(at: reader.offset - 1, expected: "a marker", found: "\(marker)")
    }
  }

  private mutating func integer() throws(ParseError) -> Int {
    let start = reader.offset
    guard let value = try self.value(try marker(), depth: 2).integer, value >= 0 else {
      throw ParseError(at: start, expected: "a length", found: "another value")
    }
    return value
  }

  private mutating func text() throws(ParseError) -> String {
    String(decoding: try reader.read(try integer(), "a text"), as: UTF8.self)
  }

  /// The type and count that may stand at the head of an array or object.
  private mutating func head() throws(ParseError) -> (type: UInt8?, count: Int?) {
    var type: UInt8?
    if reader.peek() == UInt8(ascii: "$") {
      try reader.skip(1)
      type = try reader.readByte("a type")
    }
    guard reader.peek() == UInt8(ascii: "#") else {
      if type != nil { throw reader.malformed(expected: "a count", found: "none") }
      return (nil, nil)
    }
    try reader.skip(1)
    let count = try integer()
    // Flags and nulls of one type take no bytes: no model has arrays of them.
    guard count <= reader.remaining else {
      throw reader.malformed(expected: "at most \(reader.remaining) values", found: "\(count)")
    }
    return (type, count)
  }

  private mutating func array(depth: Int) throws(ParseError) -> JSON {
    let head = try self.head()
    var elements: [JSON] = []
    if let count = head.count {
      for _ in 0..<count {
        let type: UInt8
        if let known = head.type { type = known } else { type = try marker() }
        elements.append(try value(type, depth: depth - 1))
      }
      return .array(elements)
    }
    while true {
      let next = try marker()
      if next == UInt8(ascii: "]") { return .array(elements) }
      elements.append(try value(next, depth: depth - 1))
    }
  }

  private mutating func object(depth: Int) throws(ParseError) -> JSON {
    let head = try self.head()
    var members: [JSON.Member] = []
    var names: Set<String> = []
    while true {
      if let count = head.count, members.count == count { break }
      if head.count == nil, reader.peek() == UInt8(ascii: "}") {
        try reader.skip(1)
        break
      }
      let start = reader.offset
      let name = try text()
      guard names.insert(name).inserted else {
        throw ParseError(at: start, expected: "a name once", found: "'\(safeText(name))' again")
      }
      let type: UInt8
      if let known = head.type { type = known } else { type = try marker() }
      members.append(JSON.Member(name, try value(type, depth: depth - 1)))
    }
    return .object(members)
  }
}
