public import Bytes

/// What stands between two marks: `{{ ... }}` or `{% ... %}`.
public struct JinjaBlock: Sendable {
  /// Whether it is a statement; otherwise an expression.
  public let isStatement: Bool
  /// Its tokens.
  public let tokens: [SourceToken]
  /// Where its mark begins.
  public let offset: Int
}

/// A template as the lexer of Jinja 3 takes it apart, with Jinja's default marks.
///
/// Every block is read on its own, so that a damaged one does not hide the others.
public struct JinjaTemplate: Sendable {
  /// The statements and expressions, in order; comments and raw text are left out.
  public private(set) var blocks: [JinjaBlock] = []
  /// The first thing that the lexer refuses.
  public private(set) var error: ParseError?

  private let bytes: [UInt8]
  private var index = 0
  /// Tokens that may still be read: a mark that is never closed is read once for each mark in it.
  private var budget: Int

  /// Takes the template apart.
  public init(parsing slice: ByteSlice) {
    bytes = slice.array
    budget = 4 * bytes.count + 1_024
    while budget > 0, let mark = nextMark() { read(mark) }
    if budget <= 0 {
      note(ParseError(.limit, at: index, expected: "a template", found: "marks in marks"))
    }
  }

  private mutating func note(_ error: ParseError) {
    if self.error == nil { self.error = error }
  }

  /// The byte after the next `{` that begins a mark.
  private mutating func nextMark() -> UInt8? {
    while index + 1 < bytes.count {
      if bytes[index] == 0x7b {
        let next = bytes[index + 1]
        if next == 0x7b || next == 0x25 || next == 0x23 { return next }
      }
      index += 1
    }
    return nil
  }

  private mutating func read(_ mark: UInt8) {
    let start = index
    index += 2
    if mark == 0x23 {
      guard let end = find("#}", from: index) else {
        return note(ParseError(at: start, expected: "#}", found: "the end of the template"))
      }
      index = end + 2
      return
    }
    if let byte = peek, byte == 0x2d || byte == 0x2b { index += 1 }
    do throws(ParseError) {
      let tokens = try readTokens(to: mark == 0x7b ? 0x7d : 0x25)
      if mark == 0x25, tokens.first?.text == "raw" {
        skipRaw(from: start)
      } else {
        blocks.append(JinjaBlock(isStatement: mark == 0x25, tokens: tokens, offset: start))
      }
    } catch {
      note(error)
      index = start + 2
    }
  }

  private mutating func skipRaw(from start: Int) {
    var search = index
    while let open = find("{%", from: search) {
      var inner = open + 2
      while inner < bytes.count, [0x2d, 0x2b, 0x20, 0x09, 0x0a, 0x0d].contains(bytes[inner]) {
        inner += 1
      }
      if bytes[inner...].starts(with: "endraw".utf8), let end = find("%}", from: inner) {
        index = end + 2
        return
      }
      search = open + 2
    }
    // Text that no reader can end may be anything: what follows is read as a template.
    note(ParseError(at: start, expected: "endraw", found: "the end of the template"))
  }

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func find(_ text: String, from place: Int) -> Int? {
    let wanted = Array(text.utf8)
    var place = place
    while place + wanted.count <= bytes.count {
      if bytes[place] == wanted[0], bytes[place...].starts(with: wanted) { return place }
      place += 1
    }
    return nil
  }

  /// The tokens up to the closing mark, `}}` or `%}`.
  private mutating func readTokens(to close: UInt8) throws(ParseError) -> [SourceToken] {
    var tokens: [SourceToken] = []
    var depth = 0
    while let byte = peek {
      budget -= 1
      guard budget > 0 else { break }
      let start = index
      let isClosing = byte == close && index + 1 < bytes.count && bytes[index + 1] == 0x7d
      if isClosing, depth == 0 || close == 0x25 {
        index += 2
        if tokens.last?.text == "-" || tokens.last?.text == "+" { tokens.removeLast() }
        return tokens
      }
      switch byte {
      case 0x20, 0x09, 0x0a, 0x0d, 0x0c: index += 1
      case 0x22, 0x27: tokens.append(try readString(byte))
      case 0x30...0x39:
        while let next = peek, isNamePart(next) || next == 0x2e { index += 1 }
        tokens.append(token(.number, from: start))
      case _ where isNamePart(byte):
        while let next = peek, isNamePart(next) { index += 1 }
        tokens.append(token(.name, from: start))
      case _ where Self.symbols.contains(byte):
        if byte == 0x7b { depth += 1 }
        if byte == 0x7d { depth -= 1 }
        index += 1
        tokens.append(token(.symbol, from: start))
      default:
        throw ParseError(at: index, expected: "an expression", found: "byte \(byte)")
      }
    }
    throw ParseError(at: index, expected: "the end of a mark", found: "the end of the template")
  }

  private static let symbols = Set("+-*/%~[](){}=!<>.:|,;".utf8)

  private func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x80...: true
    default: false
    }
  }

  private func token(_ kind: SourceToken.Kind, from start: Int) -> SourceToken {
    SourceToken(
      kind: kind, text: String(decoding: bytes[start..<index], as: UTF8.self), offset: start)
  }

  private mutating func readString(_ quote: UInt8) throws(ParseError) -> SourceToken {
    let start = index
    index += 1
    var content: [UInt8] = []
    while let byte = peek {
      index += 1
      if byte == quote {
        return SourceToken(
          kind: .string, text: String(decoding: content, as: UTF8.self), offset: start)
      }
      guard byte == 0x5c else {
        content.append(byte)
        continue
      }
      PythonEscape.undo(in: bytes, at: &index, to: &content)
    }
    throw ParseError(at: start, expected: "a quote", found: "the end of the template")
  }
}
