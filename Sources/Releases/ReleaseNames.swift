import Bytes

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

/// Why the text cannot be the path of a member; nil when it can.
func reasonAgainstReleasePath(_ path: String) -> String? {
  let parts = path.split(separator: "/", omittingEmptySubsequences: false)
  if path.isEmpty { return "an empty path" }
  if path.utf8.count > Limits().pathBytes { return "too long a path" }
  if path.utf8.contains(UInt8(ascii: "\\")) { return "a backslash in the path" }
  if path.unicodeScalars.contains(where: isUnsafe) { return "an invisible character in the path" }
  if parts.contains("") { return "an absolute path, or an empty part in it" }
  if parts.contains(".") || parts.contains("..") { return "'.' or '..' in the path" }
  return nil
}

/// Equal for names that a file system which ignores case or Unicode composition would store as
/// one. `String` compares by canonical equivalence; lower, upper and lower case again is as coarse
/// as full case folding.
func collisionKey(_ path: String) -> String {
  path.lowercased().uppercased().lowercased()
}
