// A reader of TOML 1.0.0 (https://toml.io/en/v1.0.0) for files that may be an attacker's: every
// manifest is. It refuses what the specification refuses, and nesting deeper than any real file.

/// Walks over the bytes of a document, one expression a line.
struct TOMLParser {
  let bytes: [UInt8]
  var position = 0
  /// How many brackets and dots stand around the place.
  private var depth = 0

  private let root = TOMLBranch(.header)
  private var current: TOMLBranch
  /// Which header the current line belongs to; dotted keys add only to tables of their own.
  private var section = 0

  private var valuesLeft: Int

  private static let deepest = 64

  init(_ bytes: ByteSlice, values: Int) {
    self.bytes = bytes.array
    valuesLeft = values
    current = root
  }

  /// The members of the document's own table.
  mutating func parseDocument() throws(ConfigurationError) -> [String: TOML] {
    while position < bytes.count {
      skipSpace()
      switch peek {
      case nil, UInt8(ascii: "#"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): break
      case UInt8(ascii: "["): try parseHeader()
      default: try parseMember(of: current, section: section)
      }
      try endLine()
    }
    return root.members.mapValues(\.value)
  }

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  func found(at place: Int) -> String {
    guard place < bytes.count else { return "the end" }
    if bytes[place] == UInt8(ascii: "\n") { return "the end of the line" }
    let word = bytes[place...].prefix(12).prefix { $0 >= 0x20 }
    return "'\(safeText(bytes: word.isEmpty ? bytes[place...place] : word))'"
  }

  /// An error at a place, by default the next byte.
  func malformed(_ message: String, at place: Int? = nil) -> ConfigurationError {
    let place = place ?? position
    let before = bytes[..<place]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return ConfigurationError(
      key: "", "line \(line), column \(place - start + 1): \(message)")
  }

  /// The error of a document that asks for more than is read.
  private func limit(_ message: String) -> ConfigurationError {
    ConfigurationError(key: "", malformed(message).message, isLimit: true)
  }

  /// Counts one more value or table.
  mutating func count() throws(ConfigurationError) {
    guard valuesLeft > 0 else { throw limit("more values than are read") }
    valuesLeft -= 1
  }

  func expected(_ what: String) -> ConfigurationError {
    malformed("expected \(what), found \(found(at: position))")
  }

  mutating func take(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 { position += 1 }
  }

  /// Passes over a comment, if one begins here.
  private mutating func skipComment() throws(ConfigurationError) {
    guard take("#") else { return }
    while let byte = peek, byte != UInt8(ascii: "\n") {
      if byte == UInt8(ascii: "\r"), position + 1 < bytes.count, bytes[position + 1] == 0x0a {
        return
      }
      guard byte == 0x09 || byte >= 0x20 && byte != 0x7f else {
        throw malformed("a control character in a comment")
      }
      position += 1
    }
  }

  private mutating func endLine() throws(ConfigurationError) {
    skipSpace()
    try skipComment()
    guard position == bytes.count || take("\n") || take("\r\n") else {
      throw expected("the end of the line")
    }
  }

  /// Passes over spaces, comments and line ends, where a list may hold them.
  mutating func skipLines() throws(ConfigurationError) {
    repeat {
      skipSpace()
      try skipComment()
    } while take("\n") || take("\r\n")
  }

  /// Runs `body` one level deeper.
  mutating func nested<Result>(
    _ levels: Int = 1, _ body: (inout TOMLParser) throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    depth += levels
    defer { depth -= levels }
    guard depth <= TOMLParser.deepest else {
      throw limit("keys and brackets nest deeper than \(TOMLParser.deepest)")
    }
    return try body(&self)
  }

  /// `[key]` or `[[key]]`: the lines that follow belong to that table.
  private mutating func parseHeader() throws(ConfigurationError) {
    try count()
    let place = position
    let isElement = take("[[")
    if !isElement { position += 1 }
    let key = try parseKey()
    guard isElement ? take("]]") : take("]") else { throw expected(isElement ? "']]'" : "']'") }
    try nested(key.count) { (parser) throws(ConfigurationError) in
      let parent = try parser.branch(key.dropLast(), from: parser.root, at: place)
      guard let name = key.last else { preconditionFailure("a key has a part") }
      parser.current = TOMLBranch(.header)
      switch (parent.members[name], isElement) {
      case (nil, false): parent.members[name] = .branch(parser.current)
      case (nil, true): parent.members[name] = .list(TOMLList(parser.current))
      case (.list(let list)?, true): list.elements.append(parser.current)
      case (.branch(let branch)?, false) where branch.origin == .parent:
        branch.origin = .header
        parser.current = branch
      default: throw parser.malformed("the table '\(safeText(name))' stands twice", at: place)
      }
    }
    section += 1
  }

  /// The table that a header's parts lead to; lists lead to their last element.
  private func branch(
    _ parts: ArraySlice<String>, from start: TOMLBranch, at place: Int
  ) throws(ConfigurationError) -> TOMLBranch {
    var branch = start
    for part in parts {
      switch branch.members[part] {
      case nil:
        let inner = TOMLBranch(.parent)
        branch.members[part] = .branch(inner)
        branch = inner
      case .branch(let inner)?: branch = inner
      case .list(let list)?: branch = list.last
      case .leaf?: throw malformed("'\(safeText(part))' is a value already", at: place)
      }
    }
    return branch
  }

  /// `key = value`, added to the table.
  mutating func parseMember(
    of table: TOMLBranch, section: Int
  ) throws(ConfigurationError) {
    let place = position
    let key = try parseKey()
    guard take("=") else { throw expected("'='") }
    skipSpace()
    try nested(key.count - 1) { (parser) throws(ConfigurationError) in
      var branch = table
      for part in key.dropLast() {
        switch branch.members[part] {
        case nil:
          let inner = TOMLBranch(.dotted(section))
          branch.members[part] = .branch(inner)
          branch = inner
        case .branch(let inner)? where inner.origin == .parent:
          inner.origin = .dotted(section)
          branch = inner
        case .branch(let inner)? where inner.origin == .dotted(section): branch = inner
        default:
          throw parser.malformed("'\(safeText(part))' is defined elsewhere already", at: place)
        }
      }
      let name = key[key.count - 1]
      guard branch.members[name] == nil else {
        throw parser.malformed("the key '\(safeText(name))' stands twice", at: place)
      }
      branch.members[name] = .leaf(try parser.parseValue())
    }
  }

  /// One or more parts with dots between them, and the space around it.
  private mutating func parseKey() throws(ConfigurationError) -> [String] {
    var parts: [String] = []
    repeat {
      skipSpace()
      parts.append(try parseKeyPart())
      skipSpace()
      guard parts.count <= TOMLParser.deepest else {
        throw limit("keys and brackets nest deeper than \(TOMLParser.deepest)")
      }
    } while take(".")
    return parts
  }

  private mutating func parseKeyPart() throws(ConfigurationError) -> String {
    switch peek {
    case UInt8(ascii: "\""): return try parseBasicString()
    case UInt8(ascii: "'"): return try parseLiteralString()
    default:
      let word = bytes[position...].prefix(while: isBareKeyByte)
      guard !word.isEmpty else { throw expected("a key") }
      position = word.endIndex
      return String(decoding: word, as: UTF8.self)
    }
  }
}

/// A table that is still being written.
final class TOMLBranch {
  /// Who defined the table: later lines may add to it accordingly.
  enum Origin: Equatable {
    /// A header of its own, `[table]`.
    case header
    /// A header below it, `[table.inner]`; it may still get one of its own.
    case parent
    /// A dotted key in the section of that number.
    case dotted(Int)
  }

  enum Member {
    case leaf(TOML)
    case branch(TOMLBranch)
    case list(TOMLList)

    var value: TOML {
      switch self {
      case .leaf(let value): value
      case .branch(let branch): branch.value
      case .list(let list): .array(list.elements.map(\.value))
      }
    }
  }

  var members: [String: Member] = [:]
  var origin: Origin

  init(_ origin: Origin) { self.origin = origin }

  var value: TOML { .table(members.mapValues(\.value)) }
}

/// An array of tables that is still being written; it has at least one.
final class TOMLList {
  var elements: [TOMLBranch]

  init(_ first: TOMLBranch) { elements = [first] }

  var last: TOMLBranch { elements[elements.count - 1] }
}

/// Letters, digits, `-` and `_`: what a key may hold without quotes.
func isBareKeyByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
  default: false
  }
}
