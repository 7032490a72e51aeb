import Bytes

/// How a text is encoded.
enum TextEncoding {
  case utf8
  case utf16(bigEndian: Bool)
  case utf32(bigEndian: Bool)
  /// One byte a character, as ISO 8859-1 and its like.
  case latin

  /// Told from the byte order mark, the zero bytes, or invalid UTF-8.
  init(of bytes: ByteSlice) {
    let start = bytes.prefix(64)
    if start.starts(with: [0xff, 0xfe, 0, 0]) {
      self = .utf32(bigEndian: false)
    } else if start.starts(with: [0, 0, 0xfe, 0xff]) {
      self = .utf32(bigEndian: true)
    } else if start.starts(with: [0xff, 0xfe]) {
      self = .utf16(bigEndian: false)
    } else if start.starts(with: [0xfe, 0xff]) {
      self = .utf16(bigEndian: true)
    } else if start.count >= 4, start[0] == 0 || start[1] == 0 {
      self = .utf16(bigEndian: start[0] == 0)
    } else {
      self = bytes.utf8 == nil ? .latin : .utf8
    }
  }

  /// The text in UTF-8 without a byte order mark; what is no character becomes U+FFFD.
  func decoded(_ bytes: ByteSlice) -> ByteSlice {
    switch self {
    case .utf8: return bytes
    case .latin:
      return ByteSlice(utf8: String(String.UnicodeScalarView(bytes.map(Unicode.Scalar.init))))
    case .utf16(let isBig):
      let units = bytes.integers(UInt16.self, bigEndian: isBig)
      return ByteSlice(
        utf8: String(
          decoding: units.first == 0xfeff ? units.dropFirst() : units[...], as: UTF16.self))
    case .utf32(let isBig):
      let units = bytes.integers(UInt32.self, bigEndian: isBig)
      return ByteSlice(
        utf8: String(
          decoding: units.first == 0xfeff ? units.dropFirst() : units[...], as: UTF32.self))
    }
  }
}

extension TextEncoding: Equatable {}
