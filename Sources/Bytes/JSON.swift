/// A JSON value (RFC 8259) as it stands in a file: members keep their order, numbers their text.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number as written; `integer` and `double` read it.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  /// A name and its value.
  public struct Member: Sendable, Equatable {
    /// The name, unique in its object.
    public let name: String
    /// The value.
    public let value: JSON

    /// Creates a member.
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }
}

extension JSON {
  /// The value of the object's member, nil when there is none or this is no object.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text, nil for other kinds.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The truth value, nil for other kinds.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The number when it is written as an integer that fits, nil otherwise.
  public var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The number rounded to binary64, nil for other kinds.
  public var double: Double? {
    guard case .number(let text) = self else { return nil }
    return Double(text)
  }

  /// The elements, nil for other kinds.
  public var array: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members in file order, nil for other kinds.
  public var object: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }
}

// Strict reading: UTF-8, no byte order mark, no duplicate names (parsers differ on which one
// counts), bounded depth, nothing after the value.
extension JSON {
  /// Reads one JSON text that fills the bytes, nested at most `depth` values deep and of at most
  /// `values` values: each costs memory, however short its text.
  public init(
    parsing bytes: ByteSlice, depth: Int = 128, values: Int = .max
  ) throws(ParseError) {
    var parser = JSONParser(bytes: bytes, depth: depth, values: values)
    self = try parser.parseDocument()
  }
}

private struct JSONParser {
  private var reader: ByteReader
  private var depthLeft: Int
  private var valuesLeft: Int

  init(bytes: ByteSlice, depth: Int, values: Int) {
    reader = ByteReader(bytes)
    depthLeft = depth
    valuesLeft = values
  }

  mutating func parseDocument() throws(ParseError) -> JSON {
    let value = try parseValue()
    try skipSpace()
    guard reader.isAtEnd else {
      throw reader.malformed(expected: "the end of the JSON text", found: found())
    }
    return value
  }

  private func found() -> String {
    reader.peek().map { "'\(safeText(bytes: [$0]))'" } ?? "the end"
  }

  private mutating func skipSpace() throws(ParseError) {
    while let byte = reader.peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      try reader.skip(1)
    }
  }

  private mutating func take(_ byte: UInt8) throws(ParseError) -> Bool {
    guard reader.peek() == byte else { return false }
    try reader.skip(1)
    return true
  }

  private mutating func parseValue() throws(ParseError) -> JSON {
    try skipSpace()
    guard valuesLeft > 0 else {
      throw ParseError(
        .limit, at: reader.offset, expected: "JSON of a bounded number of values",
        found: "one more")
    }
    valuesLeft -= 1
    switch reader.peek() {
    case UInt8(ascii: "{"):
      return try nested { (parser) throws(ParseError) in
        .object(try parser.parseMembers())
      }
    case UInt8(ascii: "["):
      return try nested { (parser) throws(ParseError) in
        .array(try parser.parseElements())
      }
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"):
      try reader.expect(Array("true".utf8), "true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try reader.expect(Array("false".utf8), "false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try reader.expect(Array("null".utf8), "null")
      return .null
    default: return .number(try parseNumber())
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(ParseError) -> JSON
  ) throws(ParseError) -> JSON {
    guard depthLeft > 0 else {
      throw ParseError(
        .limit, at: reader.offset, expected: "JSON of bounded nesting", found: "a deeper value")
    }
    depthLeft -= 1
    defer { depthLeft += 1 }
    try reader.skip(1)
    return try body(&self)
  }

  private mutating func parseMembers() throws(ParseError) -> [JSON.Member] {
    var members: [JSON.Member] = []
    var names = UniqueNames()
    try skipSpace()
    if try take(UInt8(ascii: "}")) { return [] }
    repeat {
      try skipSpace()
      let place = reader.offset
      let name = try parseString()
      guard names.insert(name, among: members) else {
        throw ParseError(at: place, expected: "a new name", found: "'\(safeText(name))' again")
      }
      try skipSpace()
      guard try take(UInt8(ascii: ":")) else {
        throw reader.malformed(expected: "':'", found: found())
      }
      members.append(JSON.Member(name, try parseValue()))
      try skipSpace()
    } while try take(UInt8(ascii: ","))
    guard try take(UInt8(ascii: "}")) else {
      throw reader.malformed(expected: "',' or '}'", found: found())
    }
    return members
  }

  private mutating func parseElements() throws(ParseError) -> [JSON] {
    var elements: [JSON] = []
    try skipSpace()
    if try take(UInt8(ascii: "]")) { return [] }
    repeat {
      elements.append(try parseValue())
      try skipSpace()
    } while try take(UInt8(ascii: ","))
    guard try take(UInt8(ascii: "]")) else {
      throw reader.malformed(expected: "',' or ']'", found: found())
    }
    return elements
  }

  private mutating func parseNumber() throws(ParseError) -> String {
    let place = reader.offset
    var text: [UInt8] = []
    while let byte = reader.peek(), isNumberByte(byte) {
      text.append(byte)
      try reader.skip(1)
    }
    guard isNumber(text) else {
      let what = text.isEmpty ? found() : "'\(safeText(bytes: text))'"
      throw ParseError(at: place, expected: "a JSON value", found: what)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func isNumberByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || byte == 0x2b || byte == 0x2d || byte == 0x2e || byte == 0x45
      || byte == 0x65
  }

  /// RFC 8259, section 6: `[-] int [frac] [exp]`, no leading zero.
  private func isNumber(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    if rest.first == 0x2d { rest = rest.dropFirst() }
    let whole = rest.prefix { (0x30...0x39).contains($0) }
    guard !whole.isEmpty, whole.count == 1 || whole.first != 0x30 else { return false }
    rest = rest.dropFirst(whole.count)
    if rest.first == 0x2e {
      let fraction = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard !fraction.isEmpty else { return false }
      rest = rest.dropFirst(1 + fraction.count)
    }
    if rest.first == 0x45 || rest.first == 0x65 {
      rest = rest.dropFirst()
      if rest.first == 0x2b || rest.first == 0x2d { rest = rest.dropFirst() }
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return false }
      rest = rest.dropFirst(digits.count)
    }
    return rest.isEmpty
  }

  private mutating func parseString() throws(ParseError) -> String {
    let place = reader.offset
    guard try take(UInt8(ascii: "\"")) else {
      throw reader.malformed(expected: "a string", found: found())
    }
    // Most strings hold nothing but what they mean.
    let plain = readPlain()
    if try take(UInt8(ascii: "\"")) {
      guard let string = plain.utf8 else {
        throw ParseError(at: place, expected: "UTF-8", found: safeText(bytes: plain.prefix(40)))
      }
      return string
    }
    var text = plain.array
    while true {
      let byte = try reader.readByte("the rest of a string")
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw ParseError(at: place, expected: "UTF-8", found: safeText(bytes: text.prefix(40)))
        }
        return string
      case UInt8(ascii: "\\"): try parseEscape(into: &text)
      default:
        throw ParseError(
          at: reader.offset - 1, expected: "an escaped control character",
          found: safeText(bytes: [byte]))
      }
      text += readPlain()
    }
  }

  /// The bytes up to a quotation mark, an escape or a control character.
  private mutating func readPlain() -> ByteSlice {
    reader.read { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(ParseError) {
    let place = reader.offset
    let byte = try reader.readByte("an escape")
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var unit = UInt32(try parseHexadecimalUnit())
      if (0xd800..<0xdc00).contains(unit) {
        try reader.expect(Array("\\u".utf8), "the second half of a surrogate pair")
        let low = UInt32(try parseHexadecimalUnit())
        guard (0xdc00..<0xe000).contains(low) else {
          throw ParseError(at: place, expected: "a low surrogate", found: String(low, radix: 16))
        }
        unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(unit) else {
        throw ParseError(at: place, expected: "a scalar", found: String(unit, radix: 16))
      }
      text += String(scalar).utf8
    default:
      throw ParseError(at: place, expected: "a JSON escape", found: safeText(bytes: [byte]))
    }
  }

  private mutating func parseHexadecimalUnit() throws(ParseError) -> UInt16 {
    let place = reader.offset
    let digits = try reader.read(4, "four hexadecimal digits")
    guard digits.allSatisfy(isHexadecimalDigit),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else {
      throw ParseError(
        at: place, expected: "four hexadecimal digits", found: safeText(bytes: digits))
    }
    return unit
  }
}

/// The names of an object that is being read. Few are compared one by one; only many are worth
/// their hashes.
private struct UniqueNames {
  private static let few = 16
  private var names: Set<String> = []

  /// Whether the name is new among the members so far.
  mutating func insert(_ name: String, among members: [JSON.Member]) -> Bool {
    guard members.count >= UniqueNames.few else {
      return !members.contains { $0.name == name }
    }
    if names.isEmpty { names = Set(members.map(\.name)) }
    return names.insert(name).inserted
  }
}
