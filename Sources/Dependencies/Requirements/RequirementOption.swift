/// An option of a line in a requirements file, understood as pip does: any unambiguous beginning
/// of a long name counts, and so do `--name=value`, `--name value`, `-xvalue` and `-x value`.
struct RequirementOption: Equatable {
  /// What the option does.
  enum Meaning: Equatable {
    case index
    case extraIndex
    case findLinks
    case trustedHost
    case requirements
    case constraints
    case editable
    case hash
    case build
    /// Neither opens a source nor loosens a pin: `--no-index`, `--only-binary`, ...
    case harmless
  }

  /// What the option does.
  let meaning: Meaning
  /// The whole name.
  let name: String
  /// The value, empty for a flag.
  let value: String

  private struct Definition {
    let meaning: Meaning
    let long: [String]
    var short: Character?
    var takesValue = true
  }

  /// The options that pip 23 to 26 accept in a requirements file. A newer one is unknown here and
  /// becomes a finding.
  private static let definitions = [
    Definition(meaning: .index, long: ["--index-url", "--pypi-url"], short: "i"),
    Definition(meaning: .extraIndex, long: ["--extra-index-url"]),
    Definition(meaning: .findLinks, long: ["--find-links"], short: "f"),
    Definition(meaning: .trustedHost, long: ["--trusted-host"]),
    Definition(meaning: .requirements, long: ["--requirement"], short: "r"),
    Definition(meaning: .constraints, long: ["--constraint"], short: "c"),
    Definition(meaning: .editable, long: ["--editable"], short: "e"),
    Definition(meaning: .hash, long: ["--hash"]),
    Definition(meaning: .build, long: ["--global-option"]),
    Definition(
      meaning: .build, long: ["--config-settings", "--config-setting"], short: "C"),
    Definition(meaning: .harmless, long: ["--no-binary"]),
    Definition(meaning: .harmless, long: ["--only-binary"]),
    Definition(meaning: .harmless, long: ["--use-feature"]),
    Definition(meaning: .harmless, long: ["--no-index"], takesValue: false),
    Definition(meaning: .harmless, long: ["--prefer-binary"], takesValue: false),
    Definition(meaning: .harmless, long: ["--require-hashes"], takesValue: false),
    Definition(meaning: .harmless, long: ["--pre"], takesValue: false),
    Definition(meaning: .harmless, long: ["--all-releases"]),
    Definition(meaning: .harmless, long: ["--only-final"]),
  ]

  /// Why an option part could not be read.
  struct Malformed: Error, Equatable {
    let reason: String
  }

  /// The options in the text from the first `-` of a line on.
  static func parse(_ text: String) throws(Malformed) -> [RequirementOption] {
    var options: [RequirementOption] = []
    var words = try shellWords(text)[...]
    while let word = words.popFirst() {
      let (definition, name, attached) = try definition(of: word)
      guard definition.takesValue else {
        guard attached == nil else { throw Malformed(reason: "'\(name)' takes no value") }
        options.append(RequirementOption(meaning: definition.meaning, name: name, value: ""))
        continue
      }
      guard let value = attached ?? words.popFirst() else {
        throw Malformed(reason: "'\(name)' lacks its value")
      }
      options.append(RequirementOption(meaning: definition.meaning, name: name, value: value))
    }
    return options
  }

  /// The option that a word names, its whole name, and the value inside the word.
  private static func definition(
    of word: String
  ) throws(Malformed) -> (Definition, name: String, value: String?) {
    if word.hasPrefix("--") {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = try wholeName(of: String(parts[0]))
      guard let definition = definitions.first(where: { $0.long.contains(name) }) else {
        throw Malformed(reason: "unknown option '\(name)'")
      }
      return (definition, name, parts.count == 2 ? String(parts[1]) : nil)
    }
    guard word.hasPrefix("-"), let letter = word.dropFirst().first else {
      throw Malformed(reason: "'\(word)' stands among the options, where pip passes it over")
    }
    guard let definition = definitions.first(where: { $0.short == letter }) else {
      throw Malformed(reason: "unknown option '-\(letter)'")
    }
    let value = word.dropFirst(2)
    return (definition, "-\(letter)", value.isEmpty ? nil : String(value))
  }

  /// The one name that begins like this.
  private static func wholeName(of beginning: String) throws(Malformed) -> String {
    let names = definitions.flatMap(\.long)
    if names.contains(beginning) { return beginning }
    let matches = names.filter { $0.hasPrefix(beginning) && beginning.count > 2 }
    guard let name = matches.first else {
      throw Malformed(reason: "unknown option '\(beginning)'")
    }
    // Two spellings of one option are as good as one.
    let sameOption = definitions.contains { definition in
      matches.allSatisfy(definition.long.contains)
    }
    guard sameOption else { throw Malformed(reason: "ambiguous option '\(beginning)'") }
    return name
  }

  /// Splits as a POSIX shell does: spaces separate, quotes join, a backslash escapes.
  private static func shellWords(_ text: String) throws(Malformed) -> [String] {
    var words: [String] = []
    var word: [UInt8]?
    var quote: UInt8?
    var isEscaped = false
    func endWord() {
      if let word { words.append(String(decoding: word, as: UTF8.self)) }
      word = nil
    }
    for byte in text.utf8 {
      switch byte {
      case _ where isEscaped:
        word = word ?? []
        word?.append(byte)
        isEscaped = false
      case UInt8(ascii: "\\") where quote != UInt8(ascii: "'"): isEscaped = true
      case _ where byte == quote: quote = nil
      case UInt8(ascii: "'") where quote == nil, UInt8(ascii: "\"") where quote == nil:
        quote = byte
        word = word ?? []
      case _ where isSpace(byte) && quote == nil: endWord()
      default:
        word = word ?? []
        word?.append(byte)
      }
    }
    guard quote == nil, !isEscaped else { throw Malformed(reason: "an open quote or escape") }
    endWord()
    return words
  }
}
