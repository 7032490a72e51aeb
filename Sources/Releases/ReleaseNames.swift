/// Whether the text can name a model or a golden, or with `+` be a version: ASCII letters,
/// digits, `.`, `_` and `-`, the first a letter or digit.
func isReleaseName(_ text: String, alsoPlus: Bool = false) -> Bool {
  func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
  }
  guard (1...128).contains(text.utf8.count), let first = text.utf8.first, isAlphanumeric(first)
  else { return false }
  return text.utf8.allSatisfy { byte in
    isAlphanumeric(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f
      || alsoPlus && byte == 0x2b
  }
}
