/// Throws when keys and brackets of a TOML text nest deeper than any real file does.
///
/// The library bounds nested brackets but not dotted keys: `a.a.a. ... = 1` of a few hundred
/// kilobytes ends in a stack overflow. This walk knows strings and comments and counts the rest;
/// what is not valid TOML the library finds afterwards.
func checkTOMLNesting(_ bytes: ByteSlice, deepest: Int = 64) throws(ConfigurationError) {
  var walk = TOMLWalk(bytes: bytes)
  while let byte = walk.next() {
    switch byte {
    case UInt8(ascii: "#"): walk.skipComment()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): walk.skipString(quote: byte)
    case UInt8(ascii: "\n"): walk.endLine()
    case UInt8(ascii: "."): walk.dots += 1
    case UInt8(ascii: "["), UInt8(ascii: "{"): walk.open()
    case UInt8(ascii: "]"), UInt8(ascii: "}"): walk.close()
    case UInt8(ascii: ","): walk.dots = walk.outerDots.last ?? 0
    default: continue
    }
    guard walk.depth <= deepest else {
      throw ConfigurationError(
        key: "", "line \(walk.line): keys and brackets nest deeper than \(deepest)")
    }
  }
}

private struct TOMLWalk {
  private let bytes: ByteSlice
  private var position = 0
  /// The line of the next byte, from 1.
  private(set) var line = 1
  /// The dots of this key and of all keys around it.
  var dots = 0
  /// `dots` at each open bracket.
  private(set) var outerDots: [Int] = []

  init(bytes: ByteSlice) { self.bytes = bytes }

  var depth: Int { dots + outerDots.count }

  mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func open() { outerDots.append(dots) }

  mutating func close() { dots = outerDots.popLast() ?? 0 }

  /// Outside brackets a line ends its key.
  mutating func endLine() {
    line += 1
    dots = outerDots.last ?? 0
  }

  /// Goes to the end of the line.
  mutating func skipComment() {
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
  }

  /// Passes over the rest of a string of one or of many lines.
  mutating func skipString(quote: UInt8) {
    let isLong = take(quote, times: 2)
    // A short string of no characters is over already.
    if !isLong, position < bytes.count, bytes[position] == quote {
      position += 1
      return
    }
    while let byte = next() {
      if byte == UInt8(ascii: "\n") {
        line += 1
        // A short string cannot go on: the library will refuse it.
        if !isLong { return }
      } else if byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") {
        if next() == UInt8(ascii: "\n") { line += 1 }
      } else if byte == quote {
        guard isLong else { return }
        if take(quote, times: 2) {
          // One or two quotes before the three that end the string belong to it.
          _ = take(quote, times: 2) || take(quote, times: 1)
          return
        }
      }
    }
  }

  private mutating func take(_ byte: UInt8, times: Int) -> Bool {
    guard bytes.count - position >= times,
      (position..<(position + times)).allSatisfy({ bytes[$0] == byte })
    else { return false }
    position += times
    return true
  }
}
