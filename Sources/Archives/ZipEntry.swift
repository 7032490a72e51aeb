import Bytes

// A member's header in the directory (APPNOTE 6.3.10, section 4.3.12), little-endian:
//
//   "PK\1\2", version made by, version needed, flags, method, time, date        16 bytes
//   CRC-32, compressed size, size                                               12 bytes
//   lengths of name, extra field, comment; disk; internal attributes            10 bytes
//   external attributes, offset of the local header                              8 bytes
//   name, extra field, comment
// The local header (4.3.7) begins "PK\3\4" and ends after the lengths of name and extra field.

/// A member of a zip archive, as its directory describes it.
public struct ZipEntry: Sendable, Equatable {
  /// How a member's bytes are packed.
  public enum Method: Sendable, Equatable {
    /// As they are.
    case stored
    /// As a bare deflate stream.
    case deflated
    /// In a way that is not read here, with its number.
    case other(UInt16)
  }

  /// The name's bytes.
  public let nameBytes: [UInt8]
  /// The name as text; nil when it is not valid UTF-8.
  public var name: String? { String(validating: nameBytes, as: UTF8.self) }
  /// How the bytes are packed.
  public let method: Method
  /// The general purpose flags.
  public let flags: UInt16
  /// CRC-32 of the unpacked bytes.
  public let checksum: UInt32
  /// The number of packed bytes.
  public let packedSize: Int
  /// The number of unpacked bytes.
  public let size: Int
  /// Modes of the system that packed, DOS attributes in the low byte.
  public let externalAttributes: UInt32
  /// The place of the local header in the file.
  public let headerOffset: Int
  /// The place of the header in the directory.
  let directoryOffset: Int
  /// A name in an extra field that some readers take instead.
  let unicodeName: [UInt8]?
  /// Why the extra field cannot be followed.
  let extraFault: String?
  /// The version of the format that a reader must know, in tenths.
  let versionNeeded: UInt8
  /// What the header holds besides.
  let asides: [ZipAside]

  /// The place of the packed bytes in the file; empty until the local header was read.
  public internal(set) var packedRange = 0..<0
  /// Why the local header cannot be read.
  var localFault: ParseError?

  /// The Unix mode with its file type; 0 when the packer gave none.
  public var mode: UInt16 { UInt16(externalAttributes >> 16) }
  /// Whether the member is a folder.
  public var isDirectory: Bool { nameBytes.last == UInt8(ascii: "/") || mode & 0xf000 == 0x4000 }
  /// Whether the member is a symbolic link.
  public var isLink: Bool { mode & 0xf000 == 0xa000 }
  /// Whether the member is encrypted, in any of the ways that flags or method announce.
  public var isEncrypted: Bool { flags & 0x2041 != 0 || method == .other(99) }
  /// Whether checksum and sizes stand after the packed bytes.
  var hasDescriptor: Bool { flags & 8 != 0 }
}

extension ZipEntry.Method {
  init(_ code: UInt16) {
    switch code {
    case 0: self = .stored
    case 8: self = .deflated
    default: self = .other(code)
    }
  }
}

extension ZipEntry {
  /// Reads the next header of the directory; `base` must be added to the archive's offsets.
  init(parsing reader: inout ByteReader, base: Int) throws(ParseError) {
    directoryOffset = reader.offset
    try reader.expect(ZipSignature.directory, "a header in the directory")
    try reader.skip(2, "version made by")
    versionNeeded = UInt8(truncatingIfNeeded: try reader.readLittleEndian(UInt16.self))
    flags = try reader.readLittleEndian(UInt16.self)
    method = Method(try reader.readLittleEndian(UInt16.self))
    try reader.skip(4, "time")
    checksum = try reader.readLittleEndian(UInt32.self)
    let packed = try reader.readLittleEndian(UInt32.self)
    let unpacked = try reader.readLittleEndian(UInt32.self)
    let nameLength = Int(try reader.readLittleEndian(UInt16.self))
    let extraLength = Int(try reader.readLittleEndian(UInt16.self))
    let commentLength = Int(try reader.readLittleEndian(UInt16.self))
    let disk = try reader.readLittleEndian(UInt16.self)
    try reader.skip(2, "internal attributes")
    externalAttributes = try reader.readLittleEndian(UInt32.self)
    let start = try reader.readLittleEndian(UInt32.self)
    nameBytes = try reader.read(nameLength, "name").array
    let extraField = try reader.read(extraLength, "extra field")
    let extra = ZipExtra(extraField)
    let comment = try reader.read(commentLength, "comment")
    var asides = ZipExtra.asides(in: extraField, at: extraField.offset, of: nameBytes)
    if comment.count >= ZipAside.leastBytes {
      asides.append(
        ZipAside("comment", of: nameBytes, comment.offset..<(comment.offset + comment.count)))
    }
    self.asides = asides
    guard disk == 0 || disk == 0xffff else {
      throw ParseError(
        .unsupported, at: directoryOffset, expected: "an archive in one piece",
        found: "a member on disk \(disk)")
    }
    var wide = extra.zip64.map { ByteReader($0) }
    size = try ZipEntry.widen(unpacked, from: &wide)
    packedSize = try ZipEntry.widen(packed, from: &wide)
    let offset = try ZipEntry.widen(start, from: &wide)
    headerOffset = try checkedSum(offset, base, at: directoryOffset)
    unicodeName = extra.unicodeName
    extraFault = extra.fault
  }

  /// A number of 32 bits, or its form of 64 bits where all its bits are set.
  static func widen(
    _ value: UInt32, from extra: inout ByteReader?
  ) throws(ParseError) -> Int {
    guard value == UInt32.max, var reader = extra else { return Int(value) }
    let size = try reader.readSize(width: 8, "a zip64 size")
    extra = reader
    return size
  }
}

/// What matters in the extra field of a header: records of an id, a length and bytes.
struct ZipExtra {
  /// The sizes and offset in 64 bits (id 1).
  private(set) var zip64: ByteSlice?
  /// The name in UTF-8 (id 0x7075), which some readers take instead of the name.
  private(set) var unicodeName: [UInt8]?
  /// Why the field cannot be followed to its end.
  private(set) var fault: String?
  /// Whether a record (id 0x9901) says that the member is encrypted by AES.
  private(set) var hasAES = false

  init(_ bytes: ByteSlice) {
    var rest = bytes
    while rest.count >= 4 {
      let id = Int(rest[0]) | Int(rest[1]) << 8
      let length = Int(rest[2]) | Int(rest[3]) << 8
      guard length <= rest.count - 4 else {
        fault = "the extra field ends within a record"
        return
      }
      let record = rest.prefix(4 + length).suffix(length)
      switch id {
      case 0x0001:
        if zip64 != nil { fault = "two zip64 records in one header" }
        zip64 = record
      case 0x7075 where length >= 5:
        unicodeName = record.suffix(length - 5).array
      case 0x9901: hasAES = true
      default: break
      }
      rest = rest.suffix(rest.count - 4 - length)
    }
    if rest.contains(where: { $0 != 0 }) { fault = "the extra field ends within a record" }
  }
}
