public import Bytes

/// The instructions of a Dockerfile or Containerfile (Dockerfile reference, BuildKit 1.x): directives
/// at the top, continued lines joined, comments left out, here-documents attached.
public struct Dockerfile: Sendable {
  /// An option before an instruction's arguments, `--name=value`.
  public struct Flag: Sendable, Equatable {
    /// The name without its hyphens, in lower case.
    public let name: String
    /// What stands behind the equals sign; empty without one.
    public let value: String
  }

  /// Lines that belong to an instruction, up to the word that ends them.
  public struct HereDocument: Sendable, Equatable {
    /// The word that ends it.
    public let name: String
    /// The lines between.
    public let text: String
  }

  /// One instruction.
  public struct Instruction: Sendable, Equatable {
    /// The number of its first line, from 1.
    public let line: Int
    /// The word that it begins with, in upper case.
    public let keyword: String
    /// Its options.
    public let flags: [Flag]
    /// What follows, on one line.
    public let arguments: String
    /// Its here-documents.
    public let hereDocuments: [HereDocument]

    /// The value of an option; nil without it.
    public func flag(_ name: String) -> String? { flags.first { $0.name == name }?.value }
  }

  /// The directives before the first comment, blank line or instruction, by name in lower case.
  public private(set) var directives: [String: String] = [:]
  /// The instructions in order; those behind ONBUILD as instructions of their own.
  public private(set) var instructions: [Instruction] = []

  private var lines: [Substring] = []
  private var index = 0
  private var escape: Character = "\\"

  /// Takes the file apart.
  ///
  /// - Throws: `ParseError` for bytes that are no UTF-8, and a here-document that does not end.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    guard let text = bytes.utf8.map(separatingMarks) else {
      throw ParseError(at: bytes.offset, expected: "UTF-8", found: "other bytes")
    }
    let start = text.unicodeScalars.first == "\u{feff}" ? text.dropFirst() : text[...]
    lines = start.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
      Substring(line.last == 0x0d ? line.dropLast() : line)
    }
    readDirectives()
    while index < lines.count { try readInstruction() }
    lines = []
  }

  private mutating func readDirectives() {
    while index < lines.count {
      let line = lines[index].trimmingSpaces
      guard line.hasPrefix("#"), let mark = line.firstIndex(of: "=") else { return }
      let name = line.dropFirst()[..<mark].trimmingSpaces.lowercased()
      guard ["syntax", "escape", "check"].contains(name), directives[name] == nil else { return }
      directives[name] = String(line[line.index(after: mark)...].trimmingSpaces)
      if name == "escape", directives[name] == "`" { escape = "`" }
      index += 1
    }
  }

  private mutating func readInstruction() throws(ParseError) {
    let first = index
    var joined = ""
    var isContinued = false
    repeat {
      let line = lines[index]
      index += 1
      let content = line.trimmingSpaces
      // Comments and blank lines stand inside a continued instruction, too.
      if content.hasPrefix("#") || content.isEmpty { continue }
      let kept = line.droppingTrailingSpaces
      isContinued = kept.last == escape
      joined += isContinued ? kept.dropLast() : kept
    } while isContinued && index < lines.count
    let text = joined[...].trimmingSpaces
    guard !text.isEmpty else { return }
    try add(text, line: first + 1)
  }

  private mutating func add(_ text: Substring, line: Int) throws(ParseError) {
    let keyword = text.prefix { !$0.isWhitespace }
    var rest = text.dropFirst(keyword.count).trimmingSpaces
    let name = keyword.uppercased()
    // ONBUILD holds one instruction, and no other ONBUILD.
    if name == "ONBUILD" {
      guard !rest.lowercased().hasPrefix("onbuild") else { return }
      return try add(rest, line: line)
    }
    var flags: [Flag] = []
    if ["FROM", "RUN", "COPY", "ADD", "HEALTHCHECK"].contains(name) {
      while rest.hasPrefix("--") {
        let word = rest.prefix { !$0.isWhitespace }
        let parts = word.dropFirst(2).split(
          separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        flags.append(
          Flag(
            name: parts[0].lowercased(), value: parts.count == 2 ? String(parts[1]) : ""))
        rest = rest.dropFirst(word.count).trimmingSpaces
      }
    }
    var documents: [HereDocument] = []
    if ["RUN", "COPY", "ADD"].contains(name) {
      for mark in Dockerfile.hereMarks(in: rest) { documents.append(try readDocument(mark)) }
    }
    instructions.append(
      Instruction(
        line: line, keyword: name, flags: flags, arguments: String(rest),
        hereDocuments: documents))
  }

  private struct HereMark {
    let name: String
    let isIndented: Bool
  }

  /// The words behind `<<` in the text.
  private static func hereMarks(in text: Substring) -> [HereMark] {
    var marks: [HereMark] = []
    var rest = text
    while let range = rest.firstRange(of: "<<"), marks.count < 64 {
      rest = rest[range.upperBound...]
      // `<<<` gives one text to a command.
      if rest.first == "<" {
        rest = rest.dropFirst()
        continue
      }
      let isIndented = rest.first == "-"
      if isIndented { rest = rest.dropFirst() }
      let quote = rest.first.flatMap { "\"'".contains($0) ? $0 : nil }
      if quote != nil { rest = rest.dropFirst() }
      // COPY names files by it: `<<requirements.txt`.
      let name = rest.prefix {
        $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "-")
      }
      guard let first = name.first, first.isLetter || first == "_" else { continue }
      marks.append(HereMark(name: String(name), isIndented: isIndented))
    }
    return marks
  }

  private mutating func readDocument(_ mark: HereMark) throws(ParseError) -> HereDocument {
    var text = ""
    while index < lines.count {
      let line = lines[index]
      index += 1
      let content = mark.isIndented ? line.drop { $0 == "\t" } : line
      if content == mark.name { return HereDocument(name: mark.name, text: text) }
      text += content + "\n"
    }
    throw ParseError(at: 0, expected: "the line '\(safeText(mark.name))'", found: "the end")
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    drop(while: \.isWhitespace).droppingTrailingSpaces
  }

  fileprivate var droppingTrailingSpaces: Substring {
    guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return self[...last]
  }
}
