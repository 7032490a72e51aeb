import Bytes

/// A value of Python's literal syntax, as far as NumPy writes it in headers. Nothing is evaluated.
indirect enum PythonLiteral: Equatable {
  case string(String)
  case integer(Int)
  case bool(Bool)
  case none
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  case dictionary([(key: String, value: PythonLiteral)])

  static func == (a: PythonLiteral, b: PythonLiteral) -> Bool {
    switch (a, b) {
    case (.string(let a), .string(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.bool(let a), .bool(let b)): a == b
    case (.none, .none): true
    case (.tuple(let a), .tuple(let b)), (.list(let a), .list(let b)): a == b
    case (.dictionary(let a), .dictionary(let b)):
      a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

extension PythonLiteral {
  /// Reads one literal that fills the bytes, spaces and the final newline apart.
  init(parsing bytes: ByteSlice) throws(ParseError) {
    var parser = PythonLiteralParser(bytes)
    self = try parser.parseDocument()
  }
}

private struct PythonLiteralParser {
  private var reader: ByteReader
  private var depthLeft = 16

  init(_ bytes: ByteSlice) { reader = ByteReader(bytes) }

  mutating func parseDocument() throws(ParseError) -> PythonLiteral {
    let value = try parseValue()
    try skipSpace()
    guard reader.isAtEnd else { throw unexpected("the end of the header") }
    return value
  }

  private func unexpected(_ expected: String) -> ParseError {
    reader.malformed(
      expected: expected, found: reader.peek().map { "'\(safeText(bytes: [$0]))'" } ?? "the end")
  }

  private mutating func skipSpace() throws(ParseError) {
    while let byte = reader.peek(), byte == 0x20 || byte == 0x0a { try reader.skip(1) }
  }

  private mutating func take(_ byte: Unicode.Scalar) throws(ParseError) -> Bool {
    try skipSpace()
    guard reader.peek() == UInt8(ascii: byte) else { return false }
    try reader.skip(1)
    return true
  }

  private mutating func parseValue() throws(ParseError) -> PythonLiteral {
    guard depthLeft > 0 else {
      throw ParseError(
        .limit, at: reader.offset, expected: "a header of bounded nesting", found: "a deeper one")
    }
    depthLeft -= 1
    defer { depthLeft += 1 }
    try skipSpace()
    switch reader.peek() {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "("): return .tuple(try parseElements(until: ")"))
    case UInt8(ascii: "["): return .list(try parseElements(until: "]"))
    case UInt8(ascii: "{"): return .dictionary(try parseMembers())
    case UInt8(ascii: "T"): return try parseWord("True", .bool(true))
    case UInt8(ascii: "F"): return try parseWord("False", .bool(false))
    case UInt8(ascii: "N"): return try parseWord("None", .none)
    default: return .integer(try parseInteger())
    }
  }

  private mutating func parseWord(
    _ word: String, _ value: PythonLiteral
  ) throws(ParseError) -> PythonLiteral {
    try reader.expect(Array(word.utf8), word)
    return value
  }

  private mutating func parseInteger() throws(ParseError) -> Int {
    let start = reader.offset
    var digits: [UInt8] = []
    while let byte = reader.peek(), (0x30...0x39).contains(byte) || byte == 0x2d {
      digits.append(byte)
      try reader.skip(1)
    }
    guard !digits.isEmpty else { throw unexpected("a literal") }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw ParseError(at: start, expected: "an integer", found: safeText(bytes: digits))
    }
    // Python 2 wrote long integers so.
    _ = try take("L")
    return value
  }

  private mutating func parseString() throws(ParseError) -> String {
    let start = reader.offset
    let quote = try reader.readByte()
    var text: [UInt8] = []
    while true {
      let byte = try reader.readByte("the rest of a string")
      if byte == quote { break }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else {
        throw ParseError(
          .unsupported, at: reader.offset - 1, expected: "a string without escapes",
          found: safeText(bytes: [byte]))
      }
      text.append(byte)
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw ParseError(at: start, expected: "UTF-8", found: safeText(bytes: text.prefix(40)))
    }
    return string
  }

  private mutating func parseElements(
    until end: Unicode.Scalar
  ) throws(ParseError) -> [PythonLiteral] {
    try reader.skip(1)
    var elements: [PythonLiteral] = []
    while try !take(end) {
      elements.append(try parseValue())
      if try take(",") { continue }
      guard try take(end) else { throw unexpected("',' or '\(end)'") }
      break
    }
    return elements
  }

  private mutating func parseMembers() throws(ParseError) -> [(key: String, value: PythonLiteral)] {
    try reader.skip(1)
    var members: [(key: String, value: PythonLiteral)] = []
    while try !take("}") {
      let start = reader.offset
      guard case .string(let key) = try parseValue(), members.count < 16,
        !members.contains(where: { $0.key == key })
      else { throw ParseError(at: start, expected: "a new key", found: "another") }
      guard try take(":") else { throw unexpected("':'") }
      members.append((key, try parseValue()))
      if try take(",") { continue }
      guard try take("}") else { throw unexpected("',' or '}'") }
      break
    }
    return members
  }
}
