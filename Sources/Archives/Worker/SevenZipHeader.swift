import Bytes

/// The first 32 bytes of a 7z archive. Integers are little-endian.
///
///      0  signature 37 7a bc af 27 1c
///      6  version, major and minor
///      8  CRC-32 of bytes 12 to 31
///     12  where the header begins, counted from byte 32 (64 bits)
///     20  size of the header (64)
///     28  CRC-32 of the header
///
/// The packed streams lie between, and nothing follows the header. (7-Zip, DOC/7zFormat.txt)
struct SevenZipHeader {
  static let bytes = 32
  /// Where the header lies, from the signature.
  let range: Range<Int>
  /// The bytes from the signature to the end of the header.
  var archiveBytes: Int { range.upperBound }
  /// Whether there is no header, and so no member.
  var isEmpty: Bool { range.isEmpty }

  /// 7-Zip looks for the start of an archive in so many bytes.
  private static let soughtBytes = 4 << 20

  /// Where an archive begins behind other bytes, told by the checksum of its start; nil when none
  /// does.
  static func place(in bytes: ByteSlice) -> Int? {
    var position = 1
    while bytes.count - position > SevenZipHeader.bytes {
      let rest = bytes.prefix(soughtBytes).suffix(max(0, min(bytes.count, soughtBytes) - position))
      guard let found = rest.firstPlace(of: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) else {
        return nil
      }
      let place = position + found
      guard bytes.count - place >= SevenZipHeader.bytes else { return nil }
      let start = bytes.prefix(place + SevenZipHeader.bytes).suffix(SevenZipHeader.bytes)
      let checksum = (8...11).reduce(UInt32(0)) { $0 | UInt32(start[$1]) << (8 * ($1 - 8)) }
      if CRC32(of: start.suffix(20)).value == checksum { return place }
      position = place + 1
    }
    return nil
  }

  /// Checks both checksums.
  init(parsing bytes: ByteSlice, limits: Limits) throws(ParseError) {
    var reader = ByteReader(bytes)
    try reader.skip(6, "signature of a 7z archive")
    let version = try reader.readByte("version of a 7z archive")
    guard version == 0 else {
      throw ParseError(
        .unsupported, at: bytes.offset + 6, expected: "version 0 of 7z", found: "\(version)")
    }
    try reader.skip(1, "version of a 7z archive")
    let checksum = try reader.readLittleEndian(UInt32.self, "checksum of the start of a 7z archive")
    let start = try reader.read(20, "start of a 7z archive")
    try SevenZipHeader.demand(checksum, of: start, "the start")
    var fields = ByteReader(start)
    let offset = try fields.readSize(width: 8, "place of the 7z header")
    let size = try fields.readSize(width: 8, "size of the 7z header")
    let headerChecksum = try fields.readLittleEndian(UInt32.self)
    let place = try checkedSum(SevenZipHeader.bytes, offset, at: bytes.offset + 12)
    let end = try checkedSum(place, size, at: bytes.offset + 20)
    guard end <= bytes.count else {
      throw ParseError(
        at: bytes.offset + 12, expected: "a 7z header within \(bytes.count) bytes",
        found: "bytes \(place)..<\(end)")
    }
    guard size <= limits.headerBytes else {
      throw ParseError(
        .limit, at: bytes.offset + 20, expected: "at most \(limits.headerBytes) bytes of header",
        found: "\(size)")
    }
    try SevenZipHeader.demand(headerChecksum, of: try bytes.slice(place..<end), "the header")
    range = place..<end
  }

  private static func demand(
    _ checksum: UInt32, of bytes: ByteSlice, _ what: String
  ) throws(ParseError) {
    let computed = CRC32(of: bytes).value
    guard computed == checksum else {
      throw ParseError(
        at: bytes.offset, expected: "the CRC-32 \(hexadecimal(checksum)) of \(what)",
        found: hexadecimal(computed))
    }
  }
}
