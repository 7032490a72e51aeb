/// Walks over the bytes of a shell's text, and takes whole substitutions of commands.
struct SubstitutionScanner {
  private let bytes: [UInt8]
  private var position = 0

  /// Brackets deeper than these end with the text.
  private static let deepest = 32

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// The commands in `$(...)` or backquotes, of which `byte` is the first byte and was taken; nil
  /// for anything else.
  mutating func substitution(behind byte: UInt8) -> String? {
    if byte == UInt8(ascii: "`") {
      let end = endOfBackquotes(from: position)
      defer { position = min(end + 1, bytes.count) }
      var text: [UInt8] = []
      var isEscaped = false
      for byte in bytes[position..<end] {
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        if !isEscaped { text.append(byte) }
      }
      return String(decoding: text, as: UTF8.self)
    }
    return byte == UInt8(ascii: "$") ? bracketed() : nil
  }

  /// The commands in `<(...)` and `>(...)`.
  mutating func process(behind byte: UInt8) -> String? {
    byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") ? bracketed() : nil
  }

  private mutating func bracketed() -> String? {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "(") else { return nil }
    let start = position + 1
    let end = endOfBrackets(from: start, depth: SubstitutionScanner.deepest)
    position = min(end + 1, bytes.count)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The place of the bracket that closes; the end of the text without one.
  private func endOfBrackets(from start: Int, depth: Int) -> Int {
    guard depth > 0 else { return bytes.count }
    var place = start
    while place < bytes.count {
      switch Unicode.Scalar(bytes[place]) {
      case ")": return place
      case "\\": place += 2
      case "(": place = endOfBrackets(from: place + 1, depth: depth - 1) + 1
      case "`": place = endOfBackquotes(from: place + 1) + 1
      case "\"": place = endOfQuotes(from: place + 1, depth: depth) + 1
      case "'":
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "'") { place += 1 }
        place += 1
      default: place += 1
      }
    }
    return bytes.count
  }

  private func endOfQuotes(from start: Int, depth: Int) -> Int {
    var place = start
    while place < bytes.count {
      switch Unicode.Scalar(bytes[place]) {
      case "\"": return place
      case "\\": place += 2
      case "(" where bytes[place - 1] == UInt8(ascii: "$"):
        place = endOfBrackets(from: place + 1, depth: depth - 1) + 1
      default: place += 1
      }
    }
    return bytes.count
  }

  private func endOfBackquotes(from start: Int) -> Int {
    var place = start
    while place < bytes.count, bytes[place] != UInt8(ascii: "`") {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(place, bytes.count)
  }
}
