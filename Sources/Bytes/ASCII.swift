/// Whether the byte is an ASCII digit.
public func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

extension String {
  /// Whether its UTF-8 comes before the other's, byte by byte.
  public func precedesInBytes(_ other: String) -> Bool {
    // ASCII has one normal form: the order of texts is that of bytes, and compares memory.
    if utf8Span.isKnownASCII, other.utf8Span.isKnownASCII { return self < other }
    return utf8.lexicographicallyPrecedes(other.utf8)
  }
}

/// Whether the byte is a hexadecimal digit of either case.
func isHexadecimalDigit(_ byte: UInt8) -> Bool {
  isDigit(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
}

/// Whether the byte is a lower-case ASCII letter.
public func isLowerCaseLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
