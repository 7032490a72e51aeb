/// A line of a requirements file as pip sees it: continuations joined, comments removed.
///
/// pip joins first and removes comments then: a comment line ends a continued line, and what
/// stands in a comment does not count, hashes least of all.
struct LogicalLine: Equatable {
  /// The number of its first physical line, from 1.
  let number: Int
  /// The text without surrounding space; never empty.
  let text: String

  /// The logical lines of a text whose only line breaks are LF and CRLF.
  static func split(_ text: String) -> [LogicalLine] {
    var lines: [LogicalLine] = []
    var joined = ""
    var start: Int?
    func add(_ text: String, at number: Int) {
      let content = strip(withoutComment(text))
      if !content.isEmpty { lines.append(LogicalLine(number: number, text: content)) }
    }
    // Line breaks are compared as bytes: as characters, CR and LF are one.
    let physical = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (index, bytes) in physical.enumerated() {
      let content = bytes.last == 0x0d ? bytes.dropLast() : bytes
      let line = String(decoding: content, as: UTF8.self)
      let isComment = strip(line).hasPrefix("#")
      if line.hasSuffix("\\") && !isComment {
        if start == nil { start = index + 1 }
        joined += line.dropLast()
        continue
      }
      if let first = start {
        add(joined + (isComment ? " " : "") + line, at: first)
        joined = ""
        start = nil
      } else {
        add(line, at: index + 1)
      }
    }
    if let first = start { add(joined, at: first) }
    return lines
  }

  /// The text up to a `#` at its beginning or after a space.
  private static func withoutComment(_ text: String) -> String {
    var content: [UInt8] = []
    for byte in text.utf8 {
      if byte == UInt8(ascii: "#"), content.last.map(isSpace) ?? true { break }
      content.append(byte)
    }
    return String(decoding: content, as: UTF8.self)
  }

  private static func strip(_ text: String) -> String {
    let start = text.utf8.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) }
    guard let end else { return "" }
    return String(decoding: start[...end], as: UTF8.self)
  }
}

/// Space or tab; other white space has been refused before.
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// The text with the credentials in its addresses replaced: findings are read by many.
func redacted(_ text: String) -> String {
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
    guard let mark = text.utf8.firstIndex(of: "://") else { return nil }
    let start = text.utf8.index(mark, offsetBy: 3)
    let end = text[start...].firstIndex { "/?# \t\"'".contains($0) } ?? text.endIndex
    authority = text[start..<end]
    if let at = authority.lastIndex(of: "@") {
      userInfo = authority[..<at]
      host = authority[authority.index(after: at)...]
    } else {
      userInfo = nil
      host = authority
    }
  }
}

extension Substring.UTF8View {
  /// Where the ASCII text occurs first.
  fileprivate func firstIndex(of text: StaticString) -> Index? {
    let pattern = Array("\(text)".utf8)
    var index = startIndex
    while index != endIndex {
      if self[index...].starts(with: pattern) { return index }
      index = self.index(after: index)
    }
    return nil
  }
}
