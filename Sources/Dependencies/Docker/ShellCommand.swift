/// A simple command of a shell's line: its words without quotes, and how it is joined to the one
/// before.
struct ShellCommand: Equatable {
  var words: [String] = []
  /// Whether it reads what the command before it writes.
  var isPiped = false

  /// The commands of a text, as far as words, quotes and operators tell; nothing is expanded.
  static func commands(in text: String) -> [ShellCommand] {
    var parser = Parser()
    for byte in text.utf8 { parser.take(byte) }
    return parser.finish()
  }

  private struct Parser {
    var commands: [ShellCommand] = []
    var current = ShellCommand()
    /// The word that is being read, in UTF-8; nil between words.
    var word: [UInt8]?
    var quote: UInt8?
    var isEscaped = false
    var isComment = false
    var isAfterBar = false

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
        } else {
          append(byte)
        }
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
      // `$(` and `<(` stay in their word, so that they are seen.
      case "(" where ends(with: "$<>"): append(byte)
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

  private static let starters: Set = [
    "sudo", "env", "exec", "time", "command", "nice", "then", "do", "else", "if", "!", "{",
  ]

  /// The command without assignments, and without programs that only start another.
  var program: (name: String, arguments: ArraySlice<String>)? {
    var rest = words[...]
    while let first = rest.popFirst() {
      let name = String(first.split(separator: "/").last ?? "")
      let isAssignment = first.has("=") && !first.hasPrefix("-") && !first.hasPrefix("=")
      guard ShellCommand.starters.contains(name) || isAssignment else { return (name, rest) }
      // Options of the starter, as in `sudo -E`.
      if name == "sudo" || name == "env" {
        while rest.first?.hasPrefix("-") == true { rest = rest.dropFirst() }
      }
    }
    return nil
  }
}
