/// A simple command of a shell's line: its words without quotes, and how it is joined to the one
/// before.
struct ShellCommand: Equatable {
  var words: [String] = []
  /// Whether it reads what the command before it writes.
  var isPiped = false

  /// The commands of a text, as far as words, quotes and operators tell; nothing is expanded.
  static func commands(in text: String) -> [ShellCommand] {
    var parser = Parser()
    for character in text { parser.take(character) }
    return parser.finish()
  }

  private struct Parser {
    var commands: [ShellCommand] = []
    var current = ShellCommand()
    var word: String?
    var quote: Character?
    var isEscaped = false
    var isComment = false
    var lastOperator: Character?

    mutating func take(_ character: Character) {
      if isComment {
        if character.isNewline {
          isComment = false
          endCommand(isPiped: false)
        }
        return
      }
      if isEscaped {
        isEscaped = false
        // A backslash before the end of a line joins two lines.
        if !character.isNewline { append(character) }
        return
      }
      if let open = quote {
        if character == open {
          quote = nil
        } else if character == "\\", open == "\"" {
          isEscaped = true
        } else {
          append(character)
        }
        return
      }
      switch character {
      case "\\": isEscaped = true
      case "'", "\"":
        quote = character
        word = word ?? ""
      case " ", "\t": endWord()
      case "#" where word == nil: isComment = true
      case "|":
        // `||` joins, but nothing is read.
        let isSecond = lastOperator == "|" && word == nil && current.words.isEmpty
        endCommand(isPiped: !isSecond)
        lastOperator = "|"
        return
      case "&" where word?.hasSuffix(">") == true || word?.hasSuffix("<") == true:
        append(character)
      case ";", "&", "(", ")":
        // `$(` and `<(` stay in their word, so that they are seen.
        if character == "(", let last = word?.last, last == "$" || last == "<" || last == ">" {
          append(character)
        } else {
          endCommand(isPiped: false)
        }
      case _ where character.isNewline: endCommand(isPiped: false)
      default: append(character)
      }
      if character != " " { lastOperator = nil }
    }

    private mutating func append(_ character: Character) {
      word = (word ?? "") + String(character)
    }

    private mutating func endWord() {
      if let word { current.words.append(word) }
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

  /// The command without assignments, and without programs that only start another.
  var program: (name: String, arguments: ArraySlice<String>)? {
    let starters: Set = [
      "sudo", "env", "exec", "time", "command", "nice", "then", "do", "else", "if", "!", "{",
    ]
    var rest = words[...]
    while let first = rest.popFirst() {
      let name = String(first.split(separator: "/").last ?? "")
      let isAssignment = first.contains("=") && !first.hasPrefix("-") && !first.hasPrefix("=")
      guard starters.contains(name) || isAssignment else { return (name, rest) }
      // Options of the starter, as in `sudo -E`.
      if name == "sudo" || name == "env" {
        while rest.first?.hasPrefix("-") == true { rest = rest.dropFirst() }
      }
    }
    return nil
  }
}
