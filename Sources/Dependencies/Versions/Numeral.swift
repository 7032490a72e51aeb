/// A number without sign of any size, as versions hold them: leading zeros do not count.
struct Numeral: Sendable, Hashable {
  /// The value where it has at most 18 digits, else 0.
  private let small: UInt64
  /// The digits without leading zeros where there are more than 18, else none.
  private let large: [UInt8]

  static let zero = Numeral(digits: [])

  /// The number in ASCII digits; none are 0.
  init(digits: some Collection<UInt8>) {
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    guard significant.count > 18 else {
      small = significant.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
      large = []
      return
    }
    small = 0
    large = Array(significant)
  }

  var isZero: Bool { small == 0 && large.isEmpty }
}

extension Numeral: Comparable {
  static func < (a: Numeral, b: Numeral) -> Bool {
    if a.large.isEmpty && b.large.isEmpty { return a.small < b.small }
    if a.large.count != b.large.count { return a.large.count < b.large.count }
    return a.large.lexicographicallyPrecedes(b.large)
  }
}

extension Numeral: CustomStringConvertible {
  var description: String {
    large.isEmpty ? String(small) : String(decoding: large, as: UTF8.self)
  }
}

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

/// Whether the byte is an ASCII digit.
func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// Whether the byte is a lower-case ASCII letter.
func isLowerCaseLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }

/// The bytes with ASCII letters in lower case, without ASCII white space at the ends.
func lowerCaseBytes(trimming text: String) -> [UInt8] {
  let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
  var bytes = text.utf8.drop(while: isBlank)
  while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
  return bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
}
