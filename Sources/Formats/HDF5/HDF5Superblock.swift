import Bytes

/// The superblock: where everything else is found (HDF5 file format 3.0, II.A).
///
/// ```
/// version 0: signature 8, version, free space, root, reserved, shared (1 each), address width,
///            length width, reserved, leaf k 2, node k 2, flags 4, [version 1: chunk k 2, 2],
///            base, free space, end of file, driver: addresses; root symbol table entry
/// version 2: signature 8, version, address width, length width, flags (1 each), base,
///            extension, end of file, root object header: addresses; checksum 4
/// ```
struct HDF5Superblock {
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  let space: HDF5Space
  /// Bytes before the superblock.
  let userBlock: ByteSlice
  /// Bytes after the end that the superblock states.
  let trailing: ByteSlice
  /// Address of the root group's object header.
  let root: Int

  /// Finds the signature at 0, 512, 1024, 2048, ... and reads what follows it.
  init(parsing file: ByteSlice) throws(ParseError) {
    var start = 0
    while true {
      guard start <= file.count - Self.signature.count else {
        throw ParseError(at: file.offset, expected: "an HDF5 signature", found: "none")
      }
      if try file.slice(start..<(start + 8)).elementsEqual(Self.signature) { break }
      start = start == 0 ? 512 : start * 2
    }
    var reader = ByteReader(file)
    try reader.seek(to: start + 8)
    let version = try reader.readVersion(0...3, of: "the superblock")
    if version < 2 {
      try self.init(oldFields: &reader, version: version, file: file, start: start)
    } else {
      try self.init(newFields: &reader, file: file, start: start)
    }
  }

  private init(
    oldFields reader: inout ByteReader, version: UInt8, file: ByteSlice, start: Int
  ) throws(ParseError) {
    _ = try reader.readVersion(0...0, of: "the free space storage")
    _ = try reader.readVersion(0...0, of: "the root symbol table entry")
    try reader.skip(1, "a reserved byte")
    _ = try reader.readVersion(0...0, of: "the shared header message")
    let (addressWidth, lengthWidth) = try Self.readWidths(&reader)
    try reader.skip(1 + 2 + 2 + 4, "the B-tree sizes and flags")
    if version == 1 { try reader.skip(4, "the chunk B-tree size") }
    let fields = HDF5Space(bytes: file, addressWidth: addressWidth, lengthWidth: lengthWidth)
    let base = try reader.readDefinedAddress(fields, "the base")
    _ = try reader.readAddress(fields, "the free space")
    let end = try reader.readDefinedAddress(fields, "the end of the file")
    let driver = try reader.readAddress(fields, "the driver information")
    guard driver == nil else {
      throw reader.unsupported("a single file", found: "a driver information block")
    }
    _ = try reader.readLength(fields, "the root's name")
    let root = try reader.readDefinedAddress(fields, "the root group")
    try self.init(
      file: file, start: start, base: base, end: end, root: root, fields: fields)
  }

  private init(
    newFields reader: inout ByteReader, file: ByteSlice, start: Int
  ) throws(ParseError) {
    let (addressWidth, lengthWidth) = try Self.readWidths(&reader)
    try reader.skip(1, "the flags")
    let fields = HDF5Space(bytes: file, addressWidth: addressWidth, lengthWidth: lengthWidth)
    let base = try reader.readDefinedAddress(fields, "the base")
    _ = try reader.readAddress(fields, "the superblock extension")
    let end = try reader.readDefinedAddress(fields, "the end of the file")
    let root = try reader.readDefinedAddress(fields, "the root group")
    try reader.expectChecksum(from: start, of: "the superblock")
    try self.init(
      file: file, start: start, base: base, end: end, root: root, fields: fields)
  }

  private init(
    file: ByteSlice, start: Int, base: Int, end: Int, root: Int, fields: HDF5Space
  ) throws(ParseError) {
    guard base == start else {
      throw ParseError(
        at: file.offset + start, expected: "the base address \(start)", found: "\(base)")
    }
    // The end is an absolute address: it counts the user block (H5F_super_read).
    guard end >= start, end <= file.count else {
      throw ParseError(
        at: file.offset + file.count, expected: "a file of \(end) bytes",
        found: "\(file.count) bytes")
    }
    userBlock = file.prefix(start)
    trailing = file.suffix(file.count - end)
    space = HDF5Space(
      bytes: try file.slice(start..<end), addressWidth: fields.addressWidth,
      lengthWidth: fields.lengthWidth)
    self.root = root
  }

  private static func readWidths(
    _ reader: inout ByteReader
  ) throws(ParseError) -> (address: Int, length: Int) {
    let start = reader.offset
    let address = Int(try reader.readByte("the width of addresses"))
    let length = Int(try reader.readByte("the width of lengths"))
    guard [4, 8].contains(address), [4, 8].contains(length) else {
      throw ParseError(
        .unsupported, at: start, expected: "addresses and lengths of 4 or 8 bytes",
        found: "\(address) and \(length)")
    }
    return (address, length)
  }
}

extension ByteReader {
  /// An error at the next byte for what the format allows and this reader does not know.
  func unsupported(_ expected: String, found: String) -> ParseError {
    ParseError(.unsupported, at: offset, expected: expected, found: found)
  }

  /// Reads the lookup3 checksum of everything from `start` up to here.
  mutating func expectChecksum(from start: Int, of what: String) throws(ParseError) {
    let computed = lookup3(try bytes.slice(start..<position))
    let place = offset
    let stored = try readLittleEndian(UInt32.self, "the checksum of \(what)")
    guard stored == computed else {
      throw ParseError(
        at: place, expected: "checksum \(computed) of \(what)", found: "\(stored)")
    }
  }
}
