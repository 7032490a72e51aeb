public import Bytes

/// The text form of protobuf messages, of which only the quoted values are read.
public enum ProtobufText {
  /// Hands over every quoted value with the name of its field and its place.
  ///
  /// Blocks are not told apart. Texts that follow each other are one, as protobuf has it.
  public static func read(
    _ bytes: ByteSlice,
    _ body: (_ field: String, _ text: ByteSlice, _ offset: Int) throws(ParseError) -> Void
  ) throws(ParseError) {
    var reader = ByteReader(bytes)
    var field = ""
    while let byte = reader.peek() {
      let offset = reader.offset
      switch byte {
      case UInt8(ascii: "#"): skipComment(&reader)
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        var text: [UInt8] = []
        repeat {
          try readText(&reader, into: &text)
          skipBlanks(&reader)
        } while reader.peek() == UInt8(ascii: "\"") || reader.peek() == UInt8(ascii: "'")
        try body(field, ByteSlice(text), offset)
      case 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"):
        field = String(decoding: reader.read(while: isWordByte), as: UTF8.self)
      default: try reader.skip(1)
      }
    }
  }

  private static func skipComment(_ reader: inout ByteReader) {
    _ = reader.read(while: { $0 != 0x0a })
  }

  private static func skipBlanks(_ reader: inout ByteReader) {
    while let byte = reader.peek() {
      if byte == UInt8(ascii: "#") {
        skipComment(&reader)
      } else if reader.read(while: { [0x20, 0x09, 0x0a, 0x0d].contains($0) }).isEmpty {
        return
      }
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || byte == 0x5f
  }

  /// A quoted text with its escapes undone: `\n`, `\x41`, `\101`.
  private static func readText(
    _ reader: inout ByteReader, into text: inout [UInt8]
  ) throws(ParseError) {
    let quote = try reader.readByte()
    while true {
      let byte = try reader.readByte("the rest of a text")
      if byte == quote { return }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      let escape = try reader.readByte("an escape")
      switch escape {
      case UInt8(ascii: "n"): text.append(0x0a)
      case UInt8(ascii: "r"): text.append(0x0d)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        text.append(try readDigits(&reader, radix: 16, first: nil, most: 2))
      case 0x30...0x37:
        text.append(try readDigits(&reader, radix: 8, first: escape, most: 2))
      default: text.append(escape)
      }
    }
  }

  private static func readDigits(
    _ reader: inout ByteReader, radix: Int, first: UInt8?, most: Int
  ) throws(ParseError) -> UInt8 {
    var digits = first.map { [$0] } ?? []
    let limit = digits.count + most
    while digits.count < limit, let next = reader.peek(),
      Int(String(UnicodeScalar(next)), radix: radix) != nil
    {
      digits.append(next)
      try reader.skip(1)
    }
    return UInt8(
      truncatingIfNeeded: Int(String(decoding: digits, as: UTF8.self), radix: radix) ?? 0)
  }
}
