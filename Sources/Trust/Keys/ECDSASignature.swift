/// ECDSA signatures in DER (RFC 3279, section 2.2.3), read strictly.
enum ECDSASignature {
  /// r and s one after the other, each as long as a coordinate; nil unless the bytes are the one
  /// DER form of two positive integers that fit: shortest lengths, no needless zeros, nothing
  /// after them. A reader that allows more lets anybody make a second signature of one.
  static func raw(der: [UInt8], coordinateBytes: Int) -> [UInt8]? {
    var rest = der[...]
    guard rest.popFirst() == 0x30, let length = rest.popFirst() else { return nil }
    if length == 0x81 {
      // Two integers of P-521 are up to 138 bytes.
      guard let long = rest.popFirst(), long >= 0x80, Int(long) == rest.count else { return nil }
    } else {
      guard length < 0x80, Int(length) == rest.count else { return nil }
    }
    guard let r = integer(&rest, coordinateBytes), let s = integer(&rest, coordinateBytes),
      rest.isEmpty
    else { return nil }
    return r + s
  }

  private static func integer(_ rest: inout ArraySlice<UInt8>, _ width: Int) -> [UInt8]? {
    guard rest.popFirst() == 0x02, let length = rest.popFirst(), length >= 1, length < 0x80,
      Int(length) <= rest.count
    else { return nil }
    var digits = rest.prefix(Int(length))
    rest = rest.dropFirst(Int(length))
    guard let first = digits.first, first < 0x80 else { return nil }
    if first == 0 {
      digits = digits.dropFirst()
      guard let next = digits.first, next >= 0x80 else { return nil }
    }
    guard digits.count <= width else { return nil }
    return [UInt8](repeating: 0, count: width - digits.count) + digits
  }
}
