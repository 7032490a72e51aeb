import Bytes

/// A simple command of a shell's line: its words without quotes, and how it is joined to the one
/// before.
struct ShellCommand: Equatable {
  var words: [String] = []
  /// Whether it reads what the command before it writes.
  var isPiped = false
  /// The texts of the commands that run for its words: `$(...)`, `<(...)` and backquotes.
  var substitutions: [String] = []

  /// The commands of a text, as far as words, quotes and operators tell; nothing is expanded. Of a
  /// substitution, a word keeps `$(` and the program's name.
  static func commands(in text: String) -> [ShellCommand] {
    var parser = Parser(text)
    while let byte = parser.next() { parser.take(byte) }
    return parser.finish()
  }

  private struct Parser {
    private var scanner: SubstitutionScanner
    var commands: [ShellCommand] = []
    var current = ShellCommand()
    /// The word that is being read, in UTF-8; nil between words.
    var word: [UInt8]?
    var quote: UInt8?
    var isEscaped = false
    var isComment = false
    var isAfterBar = false

    init(_ text: String) { scanner = SubstitutionScanner(text) }

    mutating func next() -> UInt8? { scanner.next() }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }

    mutating func take(_ byte: UInt8) {
      if isComment {
        if Parser.isLineEnd(byte) {
          isComment = false
          endCommand(isPiped: false)
        }
        return
      }
      if isEscaped {
        isEscaped = false
        // A backslash before the end of a line joins two lines.
        if !Parser.isLineEnd(byte) { append(byte) }
        return
      }
      if let open = quote {
        if byte == open {
          quote = nil
        } else if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") {
          isEscaped = true
        } else if open == UInt8(ascii: "\""), let text = scanner.substitution(behind: byte) {
          append(substitution: text)
        } else {
          append(byte)
        }
        return
      }
      if let text = scanner.substitution(behind: byte) ?? scanner.process(behind: byte) {
        append(substitution: text)
        isAfterBar = false
        return
      }
      switch Unicode.Scalar(byte) {
      case "\\": isEscaped = true
      case "'", "\"":
        quote = byte
        word = word ?? []
      case " ", "\t": endWord()
      case "#" where word == nil: isComment = true
      case "|":
        // `||` joins, but nothing is read.
        let isSecond = isAfterBar && word == nil && current.words.isEmpty
        endCommand(isPiped: !isSecond)
        isAfterBar = true
        return
      case "&" where ends(with: "<>"): append(byte)
      case ";", "&", "(", ")", "\n", "\r": endCommand(isPiped: false)
      default: append(byte)
      }
      if byte != UInt8(ascii: " ") { isAfterBar = false }
    }

    /// Whether the open word ends with one of the marks.
    private func ends(with marks: String) -> Bool {
      word?.last.map(marks.utf8.contains) ?? false
    }

    private mutating func append(_ byte: UInt8) {
      word = word ?? []
      word?.append(byte)
    }

    private mutating func append(substitution text: String) {
      current.substitutions.append(text)
      let name = text.utf8.drop { $0 <= 0x20 }.prefix { $0 > 0x20 && !";&|()<>".utf8.contains($0) }
      word = word ?? []
      word?.append(contentsOf: "$(".utf8)
      word?.append(contentsOf: name)
      word?.append(contentsOf: " ...)".utf8)
    }

    private mutating func endWord() {
      if let word { current.words.append(String(decoding: word, as: UTF8.self)) }
      word = nil
    }

    private mutating func endCommand(isPiped: Bool) {
      endWord()
      if !current.words.isEmpty { commands.append(current) }
      current = ShellCommand(isPiped: isPiped && (!current.words.isEmpty || !commands.isEmpty))
    }

    mutating func finish() -> [ShellCommand] {
      endCommand(isPiped: false)
      return commands
    }
  }

  /// Programs and words of the shell that start another program, and how many words stand between.
  private static let starters = [
    "sudo": 0, "doas": 0, "env": 0, "exec": 0, "time": 0, "command": 0, "builtin": 0, "nice": 0,
    "ionice": 0, "nohup": 0, "setsid": 0, "stdbuf": 0, "timeout": 1, "gosu": 1, "su-exec": 1,
    "chroot": 1, "then": 0, "do": 0, "else": 0, "elif": 0, "if": 0, "while": 0, "until": 0, "!": 0,
    "{": 0,
  ]
  /// Their options that take the next word.
  private static let valued: [String: Set<String>] = [
    "sudo": ["-u", "-g", "-p", "-C", "-h", "-U", "-R", "-T", "-D"], "doas": ["-u", "-C"],
    "env": ["-u", "-C"], "nice": ["-n"], "ionice": ["-c", "-n", "-p"], "timeout": ["-s", "-k"],
    "exec": ["-a"], "stdbuf": ["-i", "-o", "-e"],
  ]

  /// The command without assignments and redirections, and without programs that only start
  /// another.
  var program: (name: String, arguments: ArraySlice<String>)? {
    var rest = words[...]
    while let first = rest.popFirst() {
      if let target = ShellCommand.redirection(first) {
        if target.isEmpty { rest = rest.dropFirst() }
        continue
      }
      let name = String(first.split(separator: "/").last ?? "")
      let isAssignment = first.has("=") && !first.hasPrefix("-") && !first.hasPrefix("=")
      if isAssignment { continue }
      guard let operands = ShellCommand.starters[name] else { return (name, rest) }
      while let option = rest.first, option.hasPrefix("-"), option.utf8.count > 1 {
        rest = rest.dropFirst()
        if option == "--" { break }
        if ShellCommand.valued[name]?.contains(option) == true { rest = rest.dropFirst() }
      }
      rest = rest.dropFirst(operands)
    }
    return nil
  }

  /// The words without redirections and their files.
  static func withoutRedirections(_ words: ArraySlice<String>) -> [String] {
    var kept: [String] = []
    var rest = words
    while let word = rest.popFirst() {
      if let target = redirection(word) {
        if target.isEmpty { rest = rest.dropFirst() }
      } else {
        kept.append(word)
      }
    }
    return kept
  }

  /// What stands behind the mark in `>FILE`, `2>>FILE`, `<FILE`; empty when the next word is the
  /// file, nil for other words.
  static func redirection(_ word: String) -> Substring? {
    let mark = word.utf8.drop(while: isDigit)
    guard let first = mark.first, first == 0x3c || first == 0x3e || mark.starts(with: "&>".utf8)
    else { return nil }
    return Substring(mark.drop { "<>&".utf8.contains($0) })
  }
}
