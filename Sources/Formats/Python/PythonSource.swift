public import Bytes

/// A simple statement, or the head of a compound one.
public struct PythonStatement: Sendable {
  /// The columns before it.
  public let indentation: Int
  /// Its tokens; never empty.
  public let tokens: [SourceToken]
  /// Where it begins in the file.
  public var offset: Int { tokens.first?.offset ?? 0 }
}

/// Python source as a sequence of statements: lines in brackets and continued lines are one,
/// `;` parts two, comments are left out (Python language reference, 2).
public struct PythonSource: Sendable {
  /// The statements in order.
  public private(set) var statements: [PythonStatement] = []

  private let bytes: [UInt8]
  private var index = 0
  private var tokens: [SourceToken] = []
  private var indentation = 0
  private var depth = 0

  /// Takes the source apart.
  public init(parsing slice: ByteSlice) throws(ParseError) {
    bytes = slice.array
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
    measureIndentation()
    while index < bytes.count { try readNext() }
    finishStatement()
  }

  private mutating func readNext() throws(ParseError) {
    let start = index
    let byte = bytes[index]
    switch byte {
    case 0x0a, 0x0d:
      index += 1
      guard depth == 0 else { return }
      finishStatement()
      measureIndentation()
    case 0x20, 0x09, 0x0c: index += 1
    case 0x23: while index < bytes.count, bytes[index] != 0x0a, bytes[index] != 0x0d { index += 1 }
    case 0x5c:
      index += 1
      if index < bytes.count, bytes[index] == 0x0d { index += 1 }
      if index < bytes.count, bytes[index] == 0x0a { index += 1 }
    case UInt8(ascii: ";") where depth == 0:
      index += 1
      finishStatement()
    case 0x22, 0x27: try readString(from: start, prefix: [])
    case 0x30...0x39:
      while index < bytes.count, isNamePart(bytes[index]) || bytes[index] == 0x2e { index += 1 }
      append(.number, from: start)
    case _ where isNamePart(byte):
      while index < bytes.count, isNamePart(bytes[index]) { index += 1 }
      if index - start <= 2, index < bytes.count, bytes[index] == 0x22 || bytes[index] == 0x27 {
        let prefix = bytes[start..<index].map { $0 | 0x20 }
        if prefix.allSatisfy({ "rbuft".utf8.contains($0) }) {
          return try readString(from: start, prefix: prefix)
        }
      }
      append(.name, from: start)
    default:
      if "([{".utf8.contains(byte) { depth += 1 }
      if ")]}".utf8.contains(byte) { depth = max(0, depth - 1) }
      index += 1
      append(.symbol, from: start)
    }
  }

  private mutating func measureIndentation() {
    indentation = 0
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 {
      indentation += bytes[index] == 0x09 ? 8 - indentation % 8 : 1
      index += 1
    }
  }

  private mutating func finishStatement() {
    guard !tokens.isEmpty else { return }
    statements.append(PythonStatement(indentation: indentation, tokens: tokens))
    tokens = []
  }

  private mutating func append(_ kind: SourceToken.Kind, from start: Int) {
    tokens.append(
      SourceToken(
        kind: kind, text: String(decoding: bytes[start..<index], as: UTF8.self), offset: start))
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x80...: true
    default: false
    }
  }

  /// A literal whose quote stands at `index`; in a formatted one the expressions follow as tokens.
  private mutating func readString(from start: Int, prefix: [UInt8]) throws(ParseError) {
    let quote = bytes[index]
    let isTriple =
      index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
    index += isTriple ? 3 : 1
    let isRaw = prefix.contains(UInt8(ascii: "r"))
    let first = index
    var content: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      if byte == quote, !isTriple || isClosing(quote) {
        let end = index
        index += isTriple ? 3 : 1
        tokens.append(
          SourceToken(
            kind: .string, text: String(decoding: content, as: UTF8.self), offset: start))
        if prefix.contains(UInt8(ascii: "f")) { readExpressions(first..<end) }
        return
      }
      index += 1
      if byte == 0x5c, index < bytes.count {
        if isRaw {
          content += [byte, bytes[index]]
          index += 1
        } else {
          PythonEscape.undo(in: bytes, at: &index, to: &content)
        }
        continue
      }
      guard isTriple || byte != 0x0a else { break }
      content.append(byte)
    }
    throw ParseError(at: start, expected: "the end of a literal", found: "the end of its line")
  }

  private func isClosing(_ quote: UInt8) -> Bool {
    index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
  }

  /// The expressions in the braces of a formatted literal, as tokens of the statement.
  private mutating func readExpressions(_ range: Range<Int>) {
    var place = range.lowerBound
    while place < range.upperBound {
      guard bytes[place] == 0x7b else {
        place += 1
        continue
      }
      let end = bytes[place..<range.upperBound].firstIndex(of: 0x7d) ?? range.upperBound
      let inner = ByteSlice(bytes[(place + 1)..<end])
      do throws(ParseError) {
        for token in try PythonSource(parsing: inner).statements.flatMap(\.tokens) {
          tokens.append(
            SourceToken(kind: token.kind, text: token.text, offset: place + 1 + token.offset))
        }
      } catch {
        // What is no expression alone stays the text that it is.
      }
      place = end + 1
    }
  }
}
