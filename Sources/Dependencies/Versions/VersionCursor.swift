import Bytes

/// Walks over the bytes of a version in lower case; nothing is ever looked at twice.
struct VersionCursor {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  /// Takes one of the bytes, if it comes next.
  mutating func take(anyOf bytes: String) -> Bool {
    guard let next = rest.first, bytes.utf8.contains(next) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Takes the word, if it comes next.
  mutating func take(_ word: String) -> Bool {
    guard rest.starts(with: word.utf8) else { return false }
    rest = rest.dropFirst(word.utf8.count)
    return true
  }

  /// Takes digits, if any come next.
  mutating func takeNumber() -> Numeral? {
    let digits = take(while: isDigit)
    return digits.isEmpty ? nil : Numeral(digits: digits)
  }

  /// Takes bytes as long as they are wanted.
  mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let taken = rest.prefix(while: isWanted)
    rest = rest[taken.endIndex...]
    return taken
  }
}

/// The bytes with ASCII letters in lower case, without ASCII white space at the ends.
func lowerCaseBytes(trimming text: String) -> [UInt8] {
  let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
  var bytes = text.utf8.drop(while: isBlank)
  while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
  return bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
}
