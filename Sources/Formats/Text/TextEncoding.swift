public import Bytes

/// How a text is encoded.
public enum TextEncoding: Equatable, Sendable {
  /// UTF-8, with or without a byte order mark.
  case utf8
  /// Two bytes a unit.
  case utf16(bigEndian: Bool)
  /// Four bytes a character.
  case utf32(bigEndian: Bool)
  /// One byte a character, as ISO 8859-1 and its like.
  case latin

  /// Bytes that are looked at to tell an encoding.
  private static let trialBytes = 4_096

  /// Told from the byte order mark, the zero bytes, or invalid UTF-8.
  public init(of bytes: ByteSlice) {
    if let wide = TextEncoding(wide: bytes) {
      self = wide
    } else {
      self = bytes.utf8 == nil ? .latin : .utf8
    }
  }

  /// An encoding of two or four bytes: by its mark, or by ASCII between zeros; nil for all else,
  /// and for bytes that are no text in the encoding of their mark.
  public init?(wide bytes: ByteSlice) {
    let start = bytes.prefix(Self.trialBytes)
    guard start.count >= 4 else { return nil }
    for (mark, encoding) in Self.marks where start.starts(with: mark) {
      guard encoding.isText(start, ascii: 0) else { continue }
      self = encoding
      return
    }
    guard start.count >= 8, start.prefix(4).contains(0) else { return nil }
    let told = Self.marks.map(\.encoding).first { encoding in
      bytes.count % encoding.width == 0 && encoding.isText(start, ascii: 0.75)
    }
    guard let told else { return nil }
    self = told
  }

  /// The longer marks first: the shorter begin them.
  private static let marks: [(mark: [UInt8], encoding: TextEncoding)] = [
    ([0xff, 0xfe, 0, 0], .utf32(bigEndian: false)), ([0, 0, 0xfe, 0xff], .utf32(bigEndian: true)),
    ([0xff, 0xfe], .utf16(bigEndian: false)), ([0xfe, 0xff], .utf16(bigEndian: true)),
  ]

  /// Bytes of a unit.
  private var width: Int {
    switch self {
    case .utf8, .latin: 1
    case .utf16: 2
    case .utf32: 4
    }
  }

  private func units(of bytes: ByteSlice) -> [UInt32] {
    switch self {
    case .utf8, .latin: bytes.map(UInt32.init)
    case .utf16(let isBig): bytes.integers(UInt16.self, bigEndian: isBig).map(UInt32.init)
    case .utf32(let isBig): bytes.integers(UInt32.self, bigEndian: isBig)
    }
  }

  /// Whether the units are characters without controls, and at least a share of them ASCII.
  private func isText(_ bytes: ByteSlice, ascii share: Double) -> Bool {
    let units = units(of: bytes)
    var plain = 0
    var needsSecond = false
    for unit in units {
      let isSecond = (0xdc00...0xdfff).contains(unit)
      guard isSecond == needsSecond, unit <= 0x10ffff,
        unit >= 0x20 || [9, 10, 12, 13].contains(unit)
      else { return false }
      needsSecond = (0xd800...0xdbff).contains(unit)
      if unit < 0x7f { plain += 1 }
    }
    return Double(plain) >= share * Double(units.count)
  }

  /// The text in UTF-8 without a byte order mark; what is no character becomes U+FFFD.
  public func decoded(_ bytes: ByteSlice) -> ByteSlice {
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
