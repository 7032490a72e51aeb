// The values of TOML 1.0.0: strings, numbers, dates, arrays and inline tables.
extension TOMLParser {
  /// The value that begins here.
  mutating func parseValue() throws(ConfigurationError) -> TOML {
    try count()
    switch peek {
    case UInt8(ascii: "\""):
      return .string(
        bytes[position...].starts(with: "\"\"\"".utf8)
          ? try parseLongBasicString() : try parseBasicString())
    case UInt8(ascii: "'"):
      return .string(
        bytes[position...].starts(with: "'''".utf8)
          ? try parseLongLiteralString() : try parseLiteralString())
    case UInt8(ascii: "["):
      return try nested { (parser) throws(ConfigurationError) in try parser.parseArray() }
    case UInt8(ascii: "{"):
      return try nested { (parser) throws(ConfigurationError) in try parser.parseInlineTable() }
    default: return try parseWord()
    }
  }

  private mutating func parseArray() throws(ConfigurationError) -> TOML {
    position += 1
    var elements: [TOML] = []
    while true {
      try skipLines()
      if take("]") { return .array(elements) }
      elements.append(try parseValue())
      try skipLines()
      if take("]") { return .array(elements) }
      guard take(",") else { throw expected("',' or ']'") }
    }
  }

  private mutating func parseInlineTable() throws(ConfigurationError) -> TOML {
    position += 1
    let table = TOMLBranch(.header)
    skipSpace()
    if take("}") { return table.value }
    repeat {
      skipSpace()
      // Dotted keys inside the braces are one section; no line outside can add to them.
      try parseMember(of: table, section: -1)
      skipSpace()
    } while take(",")
    guard take("}") else { throw expected("',' or '}'") }
    return table.value
  }
}

extension TOMLParser {
  /// `"..."` on one line.
  mutating func parseBasicString() throws(ConfigurationError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return try string(text, at: start)
      case UInt8(ascii: "\\"): try parseEscape(into: &text)
      default: try parseCharacter(into: &text)
      }
    }
    throw malformed("a string that does not end", at: start)
  }

  /// `'...'` on one line, without escapes.
  mutating func parseLiteralString() throws(ConfigurationError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      if byte == UInt8(ascii: "'") {
        position += 1
        return try string(text, at: start)
      }
      try parseCharacter(into: &text)
    }
    throw malformed("a string that does not end", at: start)
  }

  /// `"""..."""` over lines; a backslash at the end of a line joins it with the next text.
  private mutating func parseLongBasicString() throws(ConfigurationError) -> String {
    let start = position
    position += 3
    _ = take("\n") || take("\r\n")
    var text: [UInt8] = []
    while let byte = peek {
      if byte == UInt8(ascii: "\""), endsLongString(UInt8(ascii: "\""), adding: &text) {
        return try string(text, at: start)
      }
      if byte == UInt8(ascii: "\\") {
        if !skipJoinedLines() { try parseEscape(into: &text) }
      } else {
        try parseLine(into: &text)
      }
    }
    throw malformed("a string that does not end", at: start)
  }

  /// `'''...'''` over lines, without escapes.
  private mutating func parseLongLiteralString() throws(ConfigurationError) -> String {
    let start = position
    position += 3
    _ = take("\n") || take("\r\n")
    var text: [UInt8] = []
    while let byte = peek {
      if byte == UInt8(ascii: "'"), endsLongString(UInt8(ascii: "'"), adding: &text) {
        return try string(text, at: start)
      }
      try parseLine(into: &text)
    }
    throw malformed("a string that does not end", at: start)
  }

  /// Passes over three quotes; one or two more before them belong to the string.
  private mutating func endsLongString(_ quote: UInt8, adding text: inout [UInt8]) -> Bool {
    let quotes = bytes[position...].prefix(5).prefix { $0 == quote }.count
    guard quotes >= 3 else { return false }
    text += [UInt8](repeating: quote, count: quotes - 3)
    position += quotes
    return true
  }

  /// Passes over a backslash, the spaces behind it, its line end and all space that follows;
  /// false when something else stands in the line.
  private mutating func skipJoinedLines() -> Bool {
    let start = position
    position += 1
    skipSpace()
    guard take("\n") || take("\r\n") else {
      position = start
      return false
    }
    repeat { skipSpace() } while take("\n") || take("\r\n")
    return true
  }

  /// A character or a line end, which is one line feed whatever the file uses.
  private mutating func parseLine(into text: inout [UInt8]) throws(ConfigurationError) {
    if take("\n") || take("\r\n") {
      text.append(UInt8(ascii: "\n"))
    } else {
      try parseCharacter(into: &text)
    }
  }

  private mutating func parseCharacter(into text: inout [UInt8]) throws(ConfigurationError) {
    let byte = bytes[position]
    guard byte == 0x09 || byte >= 0x20 && byte != 0x7f else {
      throw malformed("a control character or line end in a string")
    }
    text.append(byte)
    position += 1
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(ConfigurationError) {
    let start = position
    position += 1
    guard let letter = peek else { throw malformed("a string that does not end", at: start) }
    position += 1
    switch letter {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(letter)
    case UInt8(ascii: "u"): try parseScalar(digits: 4, into: &text, at: start)
    case UInt8(ascii: "U"): try parseScalar(digits: 8, into: &text, at: start)
    default: throw malformed("'\\\(safeText(bytes: [letter]))' is no escape", at: start)
    }
  }

  private mutating func parseScalar(
    digits count: Int, into text: inout [UInt8], at start: Int
  ) throws(ConfigurationError) {
    let digits = bytes[position...].prefix(count).prefix(while: isHexadecimalDigit)
    guard digits.count == count,
      let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(code)
    else { throw malformed("no Unicode scalar value", at: start) }
    position += count
    text += String(scalar).utf8
  }

  private func string(_ text: [UInt8], at start: Int) throws(ConfigurationError) -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      throw malformed("not valid UTF-8", at: start)
    }
    return string
  }
}

// Numbers, truth values and dates: words of letters, digits and a few marks.
extension TOMLParser {
  private mutating func parseWord() throws(ConfigurationError) -> TOML {
    let start = position
    var word = bytes[position...].prefix(while: isWordByte)
    // A date may be divided from its time by a space.
    let rest = bytes[word.endIndex...]
    if rest.first == 0x20, let digit = rest.dropFirst().first, isDigit(digit), isDate(word) {
      word = bytes[start..<(rest.startIndex + 1 + rest.dropFirst().prefix(while: isWordByte).count)]
    }
    // A number may be of any length, and no real one is.
    guard word.count <= 1_024, let value = TOML(word: String(decoding: word, as: UTF8.self)) else {
      throw malformed("expected a value, found \(found(at: start))", at: start)
    }
    position = word.endIndex
    return value
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    isBareKeyByte(byte) || byte == 0x2b || byte == 0x2e || byte == 0x3a
  }

  private func isDate(_ word: ArraySlice<UInt8>) -> Bool {
    TOMLTime(String(decoding: word, as: UTF8.self))?.isDateAlone ?? false
  }
}

extension TOML {
  /// A truth value, number or time; nil for any other word.
  fileprivate init?(word: String) {
    switch word {
    case "true": self = .bool(true)
    case "false": self = .bool(false)
    case "inf", "+inf": self = .double(.infinity)
    case "-inf": self = .double(-.infinity)
    case "nan", "+nan", "-nan": self = .double(.nan)
    default:
      if let time = TOMLTime(word) {
        self = .time(time.text)
      } else if let integer = TOML.integer(word) {
        self = .integer(integer)
      } else if let double = TOML.float(word) {
        self = .double(double)
      } else {
        return nil
      }
    }
  }

  /// `0x`, `0o`, `0b` without a sign, or decimal without leading zeros; it must fit 64 bits.
  private static func integer(_ word: String) -> Int? {
    if let radix = radix(of: word) {
      guard let digits = withoutUnderscores(word.dropFirst(2)), !isSign(digits.first) else {
        return nil
      }
      return Int(digits, radix: radix)
    }
    let unsigned = isSign(word.first) ? word.dropFirst() : word[...]
    guard let digits = withoutUnderscores(unsigned), digits.utf8.allSatisfy(isDigit),
      digits == "0" || digits.first != "0"
    else { return nil }
    return Int((word.hasPrefix("-") ? "-" : "") + digits)
  }

  /// The base that a prefix names.
  private static func radix(of word: String) -> Int? {
    if word.hasPrefix("0x") { return 16 }
    if word.hasPrefix("0o") { return 8 }
    return word.hasPrefix("0b") ? 2 : nil
  }

  /// A whole number as `integer` writes it, then a fraction, an exponent or both.
  private static func float(_ word: String) -> Double? {
    let unsigned = isSign(word.first) ? word.dropFirst() : word[...]
    let exponentParts = unsigned.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard exponentParts.count <= 2 else { return nil }
    let parts = exponentParts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.count + exponentParts.count > 2,
      let whole = withoutUnderscores(parts[0]), whole.utf8.allSatisfy(isDigit),
      whole == "0" || whole.first != "0"
    else { return nil }
    var text = whole
    if parts.count == 2 {
      guard let fraction = withoutUnderscores(parts[1]), fraction.utf8.allSatisfy(isDigit) else {
        return nil
      }
      text += "." + fraction
    }
    if exponentParts.count == 2 {
      let sign = isSign(exponentParts[1].first) ? exponentParts[1].prefix(1) : ""
      guard let exponent = withoutUnderscores(exponentParts[1].dropFirst(sign.count)),
        exponent.utf8.allSatisfy(isDigit)
      else { return nil }
      text += "e" + sign + exponent
    }
    guard let value = Double(text), value.isFinite else { return nil }
    return word.hasPrefix("-") ? -value : value
  }

  private static func isSign(_ character: Character?) -> Bool {
    character == "+" || character == "-"
  }

  /// The digits without the underscores between them; nil when one stands elsewhere.
  private static func withoutUnderscores(_ text: Substring) -> String? {
    var digits: [UInt8] = []
    var previous = UInt8(ascii: "_")
    for byte in text.utf8 {
      if byte != UInt8(ascii: "_") {
        digits.append(byte)
      } else if previous == byte {
        return nil
      }
      previous = byte
    }
    return previous == UInt8(ascii: "_") ? nil : String(decoding: digits, as: UTF8.self)
  }
}

/// An RFC 3339 date, time, or both with or without an offset.
private struct TOMLTime {
  /// The time with `T` and `Z` in upper case.
  let text: String
  private(set) var isDateAlone = false

  init?(_ word: String) {
    var bytes = Array(word.utf8)
    // No number has these marks at these places.
    guard bytes.count >= 8, bytes[2] == UInt8(ascii: ":") || bytes[4] == UInt8(ascii: "-") else {
      return nil
    }
    for (index, byte) in bytes.enumerated() {
      switch Unicode.Scalar(byte) {
      case "t", " ": bytes[index] = UInt8(ascii: "T")
      case "z": bytes[index] = UInt8(ascii: "Z")
      default: break
      }
    }
    text = String(decoding: bytes, as: UTF8.self)
    var rest = bytes[...]
    if bytes[4] == UInt8(ascii: "-") {
      guard TOMLTime.takeDate(&rest) else { return nil }
      isDateAlone = rest.isEmpty
      if isDateAlone { return }
      guard TOMLTime.take("T", &rest), TOMLTime.takeTime(&rest),
        rest.isEmpty || TOMLTime.takeOffset(&rest)
      else { return nil }
    } else {
      guard TOMLTime.takeTime(&rest) else { return nil }
    }
    guard rest.isEmpty else { return nil }
  }

  private static func take(_ mark: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// The number in so many digits; nil for other bytes.
  private static func takeNumber(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
    rest = rest.dropFirst(count)
    return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
  }

  /// `YYYY-MM-DD`, a day that there is.
  private static func takeDate(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let year = takeNumber(4, &rest), year >= 1, take("-", &rest),
      let month = takeNumber(2, &rest), (1...12).contains(month), take("-", &rest),
      let day = takeNumber(2, &rest), day >= 1
    else { return false }
    return day <= Timestamp.dayCount(ofMonth: month, year: year)
  }

  /// `HH:MM:SS` and a fraction.
  private static func takeTime(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard takeMinutes(&rest), take(":", &rest), let second = takeNumber(2, &rest), second < 60
    else { return false }
    guard take(".", &rest) else { return true }
    let digits = rest.prefix(while: isDigit)
    rest = rest.dropFirst(digits.count)
    return !digits.isEmpty
  }

  /// `HH:MM`.
  private static func takeMinutes(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let hour = takeNumber(2, &rest), hour < 24, take(":", &rest),
      let minute = takeNumber(2, &rest)
    else { return false }
    return minute < 60
  }

  /// `Z`, or a sign and `HH:MM`.
  private static func takeOffset(_ rest: inout ArraySlice<UInt8>) -> Bool {
    take("Z", &rest) || (take("+", &rest) || take("-", &rest)) && takeMinutes(&rest)
  }
}
