/// A line of a requirements file as pip sees it: continuations joined, comments removed.
///
/// pip joins first and removes comments then: a comment line ends a continued line, and what
/// stands in a comment does not count, hashes least of all.
struct LogicalLine: Equatable {
  /// The number of its first physical line, from 1.
  let number: Int
  /// The text without surrounding space; never empty.
  let text: String

  /// The first `limit` logical lines of a text whose only line breaks are LF and CRLF.
  static func split(_ text: String, limit: Int) -> [LogicalLine] {
    var lines: [LogicalLine] = []
    var joined: [UInt8] = []
    var start: Int?
    func add(_ bytes: some BidirectionalCollection<UInt8>, at number: Int) {
      let content = trimmingSpace(withoutComment(bytes))
      guard !content.isEmpty else { return }
      lines.append(LogicalLine(number: number, text: String(decoding: content, as: UTF8.self)))
    }
    // Line breaks are compared as bytes: as characters, CR and LF are one.
    let physical = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (index, bytes) in physical.enumerated() where lines.count < limit {
      let line = bytes.last == 0x0d ? bytes.dropLast() : bytes
      let isComment = line.first { !isSpace($0) } == UInt8(ascii: "#")
      if line.last == UInt8(ascii: "\\") && !isComment {
        if start == nil { start = index + 1 }
        joined += line.dropLast()
        continue
      }
      if let first = start {
        if isComment { joined.append(0x20) }
        joined += line
        add(joined, at: first)
        joined = []
        start = nil
      } else {
        add(line, at: index + 1)
      }
    }
    if let first = start, lines.count < limit { add(joined, at: first) }
    return lines
  }

  /// The bytes up to a `#` at their beginning or after a space.
  private static func withoutComment<Line: Collection<UInt8>>(_ line: Line) -> Line.SubSequence {
    var previous: UInt8 = 0x20
    return line.prefix { byte in
      defer { previous = byte }
      return byte != UInt8(ascii: "#") || !isSpace(previous)
    }
  }
}

/// The text without spaces and tabs at its ends.
func trimmingSpace(_ text: some StringProtocol) -> Substring {
  Substring(trimmingSpace(Substring(text).utf8))
}

private func trimmingSpace<Text: BidirectionalCollection<UInt8>>(
  _ text: Text
) -> Text.SubSequence {
  let start = text.drop(while: isSpace)
  guard let end = start.lastIndex(where: { !isSpace($0) }) else { return start.prefix(0) }
  return start[...end]
}

/// Space or tab; other white space has been refused before.
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// The text with the credentials in its addresses replaced: findings are read by many.
func redacted(_ text: String) -> String {
  guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
  var result = ""
  var rest = text[...]
  while let address = Address(firstIn: rest) {
    result += rest[..<address.authority.startIndex]
    result += address.userInfo.map { _ in "***@" } ?? ""
    result += address.host
    rest = rest[address.authority.endIndex...]
  }
  return result + rest
}

/// The `scheme://user@host` part of an address in a text.
struct Address {
  /// What stands between `://` and the path.
  let authority: Substring
  /// What stands before the last `@`.
  let userInfo: Substring?
  /// What stands after it.
  let host: Substring

  /// The first address in the text; nil when there is none.
  init?(firstIn text: Substring) {
    guard let mark = text.utf8.firstRange(of: "://") else { return nil }
    let rest = text.utf8[mark.upperBound...]
    authority = Substring(rest.prefix { !"/?# \t\"'".utf8.contains($0) })
    if let at = authority.utf8.lastIndex(of: UInt8(ascii: "@")) {
      userInfo = authority[..<at]
      host = Substring(authority.utf8[at...].dropFirst())
    } else {
      userInfo = nil
      host = authority
    }
  }
}

extension Substring.UTF8View {
  /// Where the short text occurs first: bytes are compared, not characters.
  func firstRange(of text: String) -> Range<Index>? {
    guard let first = text.utf8.first else { return nil }
    var rest = self[...]
    while let start = rest.firstIndex(of: first) {
      if rest[start...].starts(with: text.utf8) {
        return start..<index(start, offsetBy: text.utf8.count)
      }
      rest = rest[start...].dropFirst()
    }
    return nil
  }
}

extension StringProtocol {
  /// Whether the short text occurs: bytes are compared, not characters.
  func has(_ text: String) -> Bool { Substring(self).utf8.firstRange(of: text) != nil }

  /// Whether the text ends in the other: bytes are compared, not characters.
  func ends(in text: String) -> Bool { utf8.suffix(text.utf8.count).elementsEqual(text.utf8) }

  /// The beginning of the text, cut where it is longer than anybody reads.
  func clipped(to length: Int) -> String {
    utf8.count <= length ? String(self) : String(prefix(length))
  }
}
