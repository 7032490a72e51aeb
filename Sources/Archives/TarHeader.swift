import Bytes

// A tar header is a block of 512 bytes (POSIX.1-2017, pax, "ustar Interchange Format"):
//
//   0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 checksum 8
//   156 type 1 | 157 link name 100 | 257 magic 6 | 263 version 2 | 265 user 32 | 297 group 32
//   329 device 16 | 345 prefix 155
//
// Numbers are octal text, or binary when their first byte has its high bit set (GNU). The magic
// is "ustar\0" (POSIX, prefix in use), "ustar " (GNU, no prefix) or nothing (Unix version 7).

/// One header block of a tar archive.
struct TarHeader {
  static let blockBytes = 512

  /// The type byte.
  let type: UInt8
  /// Prefix and name; with the NUL bytes that stand inside it.
  let name: [UInt8]
  /// The target of a link.
  let linkName: [UInt8]
  /// The number of bytes after the header.
  let size: Int
  /// The permission bits.
  let mode: UInt32
  /// The size of an old GNU sparse file when it is unpacked.
  let sparseSize: Int?
  /// The block itself.
  let block: ByteSlice

  /// Reads a block.
  ///
  /// - Throws: `ParseError` when its checksum is wrong or a number is none.
  init(parsing block: ByteSlice) throws(ParseError) {
    guard block.count == TarHeader.blockBytes else {
      throw ParseError(
        at: block.offset, expected: "a header of 512 bytes", found: "\(block.count) bytes")
    }
    let stored = try TarHeader.number(block, 148, 8, "checksum")
    guard TarHeader.checksums(of: block).contains(stored) else {
      throw ParseError(
        at: block.offset + 148, expected: "the header's checksum", found: "\(stored)")
    }
    self.block = block
    type = block[156]
    size = try TarHeader.number(block, 124, 12, "size")
    mode = UInt32(truncatingIfNeeded: try TarHeader.number(block, 100, 8, "mode"))
    linkName = TarHeader.text(block, 157, 100)
    let isPOSIX = Array(block.prefix(263).suffix(6)) == Array("ustar\0".utf8)
    let prefix = isPOSIX ? TarHeader.text(block, 345, 155) : []
    let ownName = TarHeader.text(block, 0, 100)
    name = prefix.isEmpty ? ownName : prefix + [UInt8(ascii: "/")] + ownName
    sparseSize =
      type == UInt8(ascii: "S") ? try TarHeader.number(block, 483, 12, "unpacked size") : nil
  }

  /// The place of the first byte that is not zero.
  static func firstNonZero(_ bytes: ByteSlice) -> Int? {
    var rest = bytes
    while rest.prefix(zeros.count) == zeros.prefix(rest.count) {
      guard rest.count > zeros.count else { return nil }
      rest = rest.suffix(rest.count - zeros.count)
    }
    return rest.firstIndex { $0 != 0 }.map { bytes.count - rest.count + $0 }
  }

  private static let zeros = ByteSlice([UInt8](repeating: 0, count: blockBytes))

  /// Whether the block could be a header: its checksum is right.
  static func isHeader(_ block: ByteSlice) -> Bool {
    // Most blocks have no digits there, and need no sum.
    guard block.count == blockBytes, block[148] == 0x20 || block[148] & 0xf8 == 0x30 else {
      return false
    }
    do throws(ParseError) {
      _ = try TarHeader(parsing: block)
      return true
    } catch {
      return false
    }
  }

  /// The sum of all bytes with spaces for the checksum, as unsigned and as signed bytes: both
  /// were written.
  private static func checksums(of block: ByteSlice) -> [Int] {
    var bytes = block.array
    bytes.replaceSubrange(148..<156, with: repeatElement(0x20, count: 8))
    let unsigned = bytes.reduce(0) { $0 + Int($1) }
    let signed = bytes.reduce(0) { $0 + Int(Int8(bitPattern: $1)) }
    return [unsigned, signed]
  }

  /// The bytes of a text field up to the NUL bytes that fill it.
  private static func text(_ block: ByteSlice, _ start: Int, _ length: Int) -> [UInt8] {
    let field = block.prefix(start + length).suffix(length)
    guard let last = field.lastIndex(where: { $0 != 0 }) else { return [] }
    return field.prefix(last + 1).array
  }

  /// A number in octal digits, or in binary when its first bit is set.
  static func number(
    _ block: ByteSlice, _ start: Int, _ length: Int, _ what: String
  ) throws(ParseError) -> Int {
    let field = block.prefix(start + length).suffix(length)
    func malformed() -> ParseError {
      ParseError(
        at: field.offset, expected: "\(what) as a number", found: safeText(bytes: field))
    }
    if field[0] & 0x80 != 0 {
      // Binary, most significant byte first; negative numbers mean nothing here.
      guard field[0] == 0x80 else { throw malformed() }
      var value = 0
      for byte in field.dropFirst() {
        guard value >> 55 == 0 else { throw malformed() }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
    let rest = field.drop { $0 == 0x20 }.dropFirst(digits.count)
    guard rest.allSatisfy({ $0 == 0 || $0 == 0x20 }) else { throw malformed() }
    return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
  }
}
