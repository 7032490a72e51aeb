public import Bytes

extension TensorFlowGraph {
  /// Reads the text form: every text that is the value of a field `op`, and of `name`.
  ///
  /// Blocks are not told apart: a name is taken for a function that the file may define.
  public init(text bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    self.init()
    var reader = ByteReader(bytes)
    var key: [UInt8] = []
    while let byte = reader.peek() {
      let offset = reader.offset
      switch byte {
      case UInt8(ascii: "#"):
        while let next = reader.peek(), next != 0x0a { try reader.skip(1) }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let text = try Self.readText(&reader)
        note(key, text, at: offset)
        guard nodes.count <= 10 * limits.graphNodes else {
          throw ParseError(.limit, at: offset, expected: "fewer nodes", found: "more")
        }
      case 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"):
        key = []
        while let next = reader.peek(), Self.isWordByte(next) {
          key.append(next)
          try reader.skip(1)
        }
      default: try reader.skip(1)
      }
    }
  }

  private mutating func note(_ key: [UInt8], _ text: ByteSlice, at offset: Int) {
    switch String(decoding: key, as: UTF8.self) {
    case "op":
      nodes.append(
        Node(
          name: "", operation: String(decoding: text, as: UTF8.self), function: nil, texts: [],
          functions: [], offset: offset))
    case "name": functions.insert(String(decoding: text.prefix(4_096), as: UTF8.self))
    case "filename": assets.append(String(decoding: text, as: UTF8.self))
    case "metadata": kerasMetadata.append(text)
    default: break
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || byte == 0x5f
  }

  /// A quoted text with its escapes undone: `\n`, `\x41`, `\101`.
  private static func readText(_ reader: inout ByteReader) throws(ParseError) -> ByteSlice {
    let quote = try reader.readByte()
    var text: [UInt8] = []
    while true {
      let byte = try reader.readByte("the rest of a text")
      if byte == quote { return ByteSlice(text) }
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
