public import Bytes

/// Reads the elements of an XML document one after the other (XML 1.0), without a document type:
/// entities but the five of the standard are refused, so nothing is fetched or expanded.
public struct XMLReader: Sendable {
  /// What comes next in the document.
  public enum Event: Sendable, Equatable {
    case start(name: String, attributes: [Attribute], offset: Int)
    case end(name: String)
    /// Text between elements that is not blank.
    case text(String, offset: Int)
  }

  /// An attribute with its references resolved.
  public struct Attribute: Sendable, Equatable {
    /// Its name, with the prefix of its name space.
    public let name: String
    /// Its value.
    public let value: String
  }

  private let bytes: ByteSlice
  private var position = 0
  private var open: [String] = []
  private var pendingEnd: String?
  private var hasRoot = false
  private let limits: Limits

  /// Starts at the first byte.
  public init(_ bytes: ByteSlice, limits: Limits = Limits()) {
    self.limits = limits
    self.bytes = bytes
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  /// The next event; nil at the end of the document.
  public mutating func next() throws(ParseError) -> Event? {
    if let name = pendingEnd {
      pendingEnd = nil
      return .end(name: name)
    }
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "<") else {
        if let text = try readText() { return text }
        continue
      }
      switch peekSecond {
      case UInt8(ascii: "/"): return try readEnd()
      case UInt8(ascii: "?"): try pass("?>")
      case UInt8(ascii: "!"):
        if starts("<!--") {
          try pass("-->")
        } else if starts("<![CDATA[") {
          let start = position + 9
          try pass("]]>")
          return .text(decode(start..<(position - 3)), offset: start)
        } else {
          throw error("no document type", "one")
        }
      default: return try readStart()
      }
    }
    guard open.isEmpty, hasRoot else { throw error("the end of an element", "the end") }
    return nil
  }

  private func error(_ expected: String, _ found: String) -> ParseError {
    ParseError(at: bytes.offset + position, expected: expected, found: found)
  }

  private func starts(_ text: String) -> Bool {
    bytes.suffix(bytes.count - position).starts(with: text.utf8)
  }

  private mutating func pass(_ end: String) throws(ParseError) {
    let rest = bytes.suffix(bytes.count - position)
    guard let place = rest.firstPlace(of: Array(end.utf8)) else {
      throw error("'\(end)'", "the end")
    }
    position += place + end.utf8.count
  }

  private func decode(_ range: Range<Int>) -> String {
    String(decoding: bytes.prefix(range.upperBound).suffix(range.count), as: UTF8.self)
  }

  private mutating func readText() throws(ParseError) -> Event? {
    let start = position
    skipSpace()
    let isBlank = position == bytes.count || bytes[position] == UInt8(ascii: "<")
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
    if isBlank { return nil }
    let text = try resolve(decode(start..<position))
    guard !open.isEmpty else { throw error("an element", "text") }
    return .text(text, offset: bytes.offset + start)
  }

  private mutating func readEnd() throws(ParseError) -> Event {
    position += 2
    let name = try readName()
    skipSpace()
    guard open.popLast() == name, peek == UInt8(ascii: ">") else {
      throw error("the end of the open element", "that of '\(safeText(name))'")
    }
    position += 1
    return .end(name: name)
  }

  private mutating func readStart() throws(ParseError) -> Event {
    let start = bytes.offset + position
    guard !open.isEmpty || !hasRoot else { throw error("one root", "another element") }
    hasRoot = true
    position += 1
    let name = try readName()
    var attributes: [Attribute] = []
    while true {
      skipSpace()
      if peek == UInt8(ascii: ">") {
        position += 1
        open.append(name)
        break
      }
      if peek == UInt8(ascii: "/"), peekSecond == UInt8(ascii: ">") {
        position += 2
        pendingEnd = name
        break
      }
      attributes.append(try readAttribute())
      guard attributes.count <= 10_000 else { throw error("at most 10000 attributes", "more") }
    }
    guard open.count <= limits.xmlDepth else {
      throw ParseError(
        .limit, at: start, expected: "at most \(limits.xmlDepth) levels", found: "more")
    }
    guard attributes.count < 2 || Set(attributes.map(\.name)).count == attributes.count else {
      throw error("attributes of different names", "one twice")
    }
    return .start(name: name, attributes: attributes, offset: start)
  }

  private mutating func readAttribute() throws(ParseError) -> Attribute {
    let name = try readName()
    skipSpace()
    guard peek == UInt8(ascii: "=") else { throw error("'='", "another byte") }
    position += 1
    skipSpace()
    guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      throw error("a quotation mark", "another byte")
    }
    let start = position + 1
    position = start
    while let byte = peek, byte != quote {
      guard byte != UInt8(ascii: "<") else { throw error("no '<' in an attribute", "one") }
      position += 1
    }
    guard peek == quote else { throw error("a quotation mark", "the end") }
    let value = try resolve(decode(start..<position))
    position += 1
    return Attribute(name: name, value: value)
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }
  private var peekSecond: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private mutating func readName() throws(ParseError) -> String {
    let start = position
    while let byte = peek, Self.isNamePart(byte) { position += 1 }
    guard position > start, position - start <= limits.pathBytes else {
      throw error("a name", "none or a very long one")
    }
    return decode(start..<position)
  }

  /// Neither space nor a mark of the syntax: `"`, `&`, `'`, `/`, `<`, `=`, `>`.
  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, 0x22, 0x26, 0x27, 0x2f, 0x3c, 0x3d, 0x3e: false
    default: true
    }
  }

  /// Replaces the references of the standard; others name entities, which no document here has.
  private func resolve(_ text: String) throws(ParseError) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var result = ""
    for (index, part) in text.split(separator: "&", omittingEmptySubsequences: false).enumerated() {
      guard index > 0 else {
        result += part
        continue
      }
      guard let end = part.firstIndex(of: ";"), let scalar = Self.scalar(part[..<end]) else {
        throw error("a reference of the standard", "'&\(safeText(String(part.prefix(40))))'")
      }
      result.unicodeScalars.append(scalar)
      result += part[part.index(after: end)...]
    }
    return result
  }

  private static func scalar(_ name: Substring) -> Unicode.Scalar? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return value.flatMap(Unicode.Scalar.init)
    }
  }
}
