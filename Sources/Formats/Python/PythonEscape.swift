/// The escapes of Python's literals, which Jinja shares (Python language reference, 2.4.1.1).
enum PythonEscape {
  /// Undoes the escape whose backslash stands before `index`, and moves behind it.
  static func undo(in bytes: [UInt8], at index: inout Int, to content: inout [UInt8]) {
    guard index < bytes.count else { return }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "n"): content.append(0x0a)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "r"): content.append(0x0d)
    case UInt8(ascii: "x"): append(digits(2, 16, in: bytes, at: &index), to: &content)
    case UInt8(ascii: "u"): append(digits(4, 16, in: bytes, at: &index), to: &content)
    case UInt8(ascii: "U"): append(digits(8, 16, in: bytes, at: &index), to: &content)
    case 0x30...0x37:
      index -= 1
      append(digits(3, 8, in: bytes, at: &index), to: &content)
    case UInt8(ascii: "N"): name(in: bytes, at: &index, to: &content)
    case 0x0a: break
    case 0x27, 0x22, 0x5c: content.append(byte)
    default: content += [0x5c, byte]
    }
  }

  private static func digits(
    _ most: Int, _ radix: Int, in bytes: [UInt8], at index: inout Int
  ) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<most {
      guard index < bytes.count,
        let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue, digit < radix
      else { break }
      value = value &* UInt32(radix) &+ UInt32(digit)
      index += 1
    }
    return value
  }

  private static func append(_ value: UInt32, to content: inout [UInt8]) {
    content += Array(String(Character(UnicodeScalar(value) ?? "\u{fffd}")).utf8)
  }

  /// `\N{LOW LINE}` is an underscore; other names make no name that matters.
  private static func name(in bytes: [UInt8], at index: inout Int, to content: inout [UInt8]) {
    guard index < bytes.count, bytes[index] == 0x7b,
      let end = bytes[index...].prefix(64).firstIndex(of: 0x7d)
    else { return }
    let name = String(decoding: bytes[(index + 1)..<end], as: UTF8.self).uppercased()
    content.append(name == "LOW LINE" ? 0x5f : 0x3f)
    index = end + 1
  }
}
