/// Base64 as RFC 4648 sections 4 and 5 define it, read strictly: padding required, no line
/// breaks, unused bits zero, one alphabet per text.
public enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The standard alphabet with padding.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var group: UInt32 = 0
    var held = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      held += 1
      if held == 3 {
        for shift in [18, 12, 6, 0] { text.append(standard[Int(group >> UInt32(shift) & 63)]) }
        group = 0
        held = 0
      }
    }
    if held > 0 {
      group <<= UInt32(8 * (3 - held))
      for index in 0...held {
        text.append(standard[Int(group >> UInt32(18 - 6 * index) & 63)])
      }
      for _ in held..<3 { text.append(0x3d) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text in the standard or the URL-safe alphabet; nil when it is in neither, in
  /// both, without padding, or has set bits that no byte uses.
  public static func decode(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 4) else { return nil }
    let padding = digits.suffix(2).reversed().prefix { $0 == 0x3d }.count
    let body = digits.dropLast(padding)
    let hasStandard = body.contains { $0 == 0x2b || $0 == 0x2f }
    let hasURLSafe = body.contains { $0 == 0x2d || $0 == 0x5f }
    guard !(hasStandard && hasURLSafe) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(body.count * 3 / 4)
    var group: UInt32 = 0
    var bits: UInt32 = 0
    for digit in body {
      guard let value = value(of: digit) else { return nil }
      group = group << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: group >> bits))
        group &= (1 << bits) - 1
      }
    }
    guard group == 0 else { return nil }
    return result
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case 0x41...0x5a: UInt32(digit - 0x41)
    case 0x61...0x7a: UInt32(digit - 0x61 + 26)
    case 0x30...0x39: UInt32(digit - 0x30 + 52)
    case 0x2b, 0x2d: 62
    case 0x2f, 0x5f: 63
    default: nil
    }
  }
}
