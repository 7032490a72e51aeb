public import Bytes

// The end of a zip archive (APPNOTE 6.3.10, sections 4.3.14 to 4.3.16), last bytes first:
//
//   end record     "PK\5\6", 22 bytes and a comment of up to 65,535: counts, size and place of the
//                  directory in 16 and 32 bits
//   zip64 locator  "PK\6\7", 20 bytes: place of the zip64 record      (where zip64 is used)
//   zip64 record   "PK\6\6", 56 bytes: the same numbers in 64 bits    (where zip64 is used)
//   directory      one header for each member

/// Where the directory of a zip archive lies.
struct ZipEndRecord {
  /// The number of members that the record claims.
  private(set) var entryCount: Int
  /// The directory's bytes in the file.
  private(set) var directory: Range<Int>
  /// What must be added to the archive's offsets: bytes that stand before the archive.
  private(set) var base = 0
  /// The place of the record itself.
  private let place: Int
  /// Where other records stand that a reader may take for the archive's.
  private(set) var rivals: [Int] = []

  private static let minimumBytes = 22
  private static let longest = minimumBytes + 0xffff
  private static let locatorBytes = 20
  private static let zip64Bytes = 56

  /// Finds the record in the file's last 65,557 bytes.
  ///
  /// More than one record that ends the file, bytes after it, bytes before the archive and zip64
  /// numbers that contradict the others become discrepancies.
  init(
    searching bytes: ByteSlice, discrepancies: inout [ZipDiscrepancy]
  ) throws(ParseError) {
    let places = try ZipEndRecord.place(in: bytes, discrepancies: &discrepancies)
    try self.init(at: places.found, of: bytes, discrepancies: &discrepancies)
    rivals = places.rivals
  }

  /// Reads the record that stands at the place.
  init(
    at place: Int, of bytes: ByteSlice, discrepancies: inout [ZipDiscrepancy]
  ) throws(ParseError) {
    self.place = place
    var reader = ByteReader(bytes)
    try reader.seek(to: place + 4)
    let disk = try reader.readLittleEndian(UInt16.self)
    let directoryDisk = try reader.readLittleEndian(UInt16.self)
    let entriesHere = try reader.readLittleEndian(UInt16.self)
    var count = Int(try reader.readLittleEndian(UInt16.self))
    var size = Int(try reader.readLittleEndian(UInt32.self))
    var start = Int(try reader.readLittleEndian(UInt32.self))
    guard disk == 0 || disk == 0xffff, directoryDisk == 0 || directoryDisk == 0xffff,
      Int(entriesHere) == count
    else {
      throw ParseError(
        .unsupported, at: bytes.offset + place, expected: "an archive in one piece",
        found: "disk \(disk) of several")
    }
    var end = place
    if let zip64 = try ZipEndRecord.zip64(before: place, of: bytes) {
      let narrow = [(count, 0xffff), (size, 0xffff_ffff), (start, 0xffff_ffff)]
      let wide = [zip64.count, zip64.size, zip64.start]
      for (old, new) in zip(narrow, wide) where old.0 != new && old.0 != old.1 {
        discrepancies.append(
          ZipDiscrepancy(
            .endRecord, at: place, "the end record says \(old.0), its zip64 form \(new)"))
      }
      (count, size, start, end) = (zip64.count, zip64.size, zip64.start, zip64.place)
      if zip64.claimedPlace != start &+ size {
        discrepancies.append(
          ZipDiscrepancy(
            .endRecord, at: place,
            "the zip64 record is at \(end), its locator says \(zip64.claimedPlace)"))
      }
    }
    guard size <= end else {
      throw ParseError(
        at: bytes.offset + place, expected: "a directory before the end record",
        found: "\(size) bytes of directory")
    }
    entryCount = count
    directory = (end - size)..<end
    guard start != directory.lowerBound else { return }
    try settle(start: start, size: size, end: end, in: bytes, discrepancies: &discrepancies)
  }

  /// The directory does not end where the end record begins: readers go two ways.
  private mutating func settle(
    start: Int, size: Int, end: Int, in bytes: ByteSlice, discrepancies: inout [ZipDiscrepancy]
  ) throws(ParseError) {
    let (stop, overflow) = start.addingReportingOverflow(size)
    guard !overflow, stop < end else {
      throw ParseError(
        at: bytes.offset + end, expected: "a directory before the end record",
        found: "one at \(start) of \(size) bytes")
    }
    if size >= 4, bytes.has(ZipSignature.directory, at: start) {
      directory = start..<stop
      discrepancies.append(
        ZipDiscrepancy(
          .gap, at: stop, "\(end - stop) bytes between the directory and the end record"))
    } else {
      base = end - stop
      discrepancies.append(
        ZipDiscrepancy(.prepended, at: 0, "\(base) bytes before the archive's first byte"))
    }
  }

  /// The archive's comment, what follows the record, and what stands between it and a directory
  /// that ends before it.
  func asides(in bytes: ByteSlice) -> [ZipAside] {
    let comment = place + ZipEndRecord.minimumBytes
    // What another format has there is scanned with the whole file.
    let isZip = ArchiveFormat(of: bytes.prefix(base)) == .zip
    let ranges = [
      ("an archive before this one", 0..<(isZip ? base : 0)), ("comment", comment..<bytes.count),
      ("bytes before the end record", directory.upperBound..<max(directory.upperBound, place)),
    ]
    return ranges.compactMap { name, range in
      guard range.count >= ZipAside.leastBytes else { return nil }
      return ZipAside(name, (range.lowerBound + bytes.offset)..<(range.upperBound + bytes.offset))
    }
  }

  /// Where the four bytes of an end record stand, last first: those whose comment ends the file,
  /// and those that something follows.
  static func places(in bytes: ByteSlice) -> (ending: [Int], others: [Int]) {
    let tail = max(0, bytes.count - longest)
    var ending: [Int] = []
    var others: [Int] = []
    for place in stride(from: bytes.count - minimumBytes, through: tail, by: -1)
    where bytes.has(ZipSignature.end, at: place) {
      let end = ZipEndRecord.end(of: place, in: bytes)
      if end == bytes.count {
        ending.append(place)
      } else if end < bytes.count {
        others.append(place)
      }
    }
    return (ending, others)
  }

  /// Where the record at the place and its comment end.
  private static func end(of place: Int, in bytes: ByteSlice) -> Int {
    place + minimumBytes + (Int(bytes[place + 20]) | Int(bytes[place + 21]) << 8)
  }

  /// The offset of the record that ends the file, or of the last one when none does, and those of
  /// its rivals.
  private static func place(
    in bytes: ByteSlice, discrepancies: inout [ZipDiscrepancy]
  ) throws(ParseError) -> (found: Int, rivals: [Int]) {
    let (ending, others) = places(in: bytes)
    guard let found = ending.first ?? others.first else {
      throw ParseError(
        at: bytes.offset + bytes.count, expected: "the end record of a zip archive",
        found: "none in the last \(min(bytes.count, longest)) bytes")
    }
    if ending.isEmpty {
      discrepancies.append(
        ZipDiscrepancy(.appended, at: found, "bytes after the archive's end record"))
    }
    // A stored archive inside this one has its own end record, which does not reach the end.
    let rivals = (ending.dropFirst() + others).filter { $0 > found || ending.contains($0) }
    for place in rivals {
      discrepancies.append(
        ZipDiscrepancy(.endRecord, at: place, "a second end record, at byte \(place)"))
    }
    return (found, rivals)
  }

  /// The numbers of the zip64 record, when a locator stands before the end record.
  private static func zip64(
    before place: Int, of bytes: ByteSlice
  ) throws(ParseError) -> (place: Int, claimedPlace: Int, count: Int, size: Int, start: Int)? {
    let locator = place - locatorBytes
    guard locator >= zip64Bytes, bytes.has(ZipSignature.zip64Locator, at: locator) else {
      return nil
    }
    // The record has a fixed length here, so it is where it must be, and not where it says.
    let record = locator - zip64Bytes
    var reader = ByteReader(bytes)
    try reader.seek(to: locator + 8)
    let claimedPlace = try reader.readSize(width: 8, "offset of the zip64 record")
    try reader.seek(to: record)
    try reader.expect(ZipSignature.zip64End, "a zip64 end record before its locator")
    let length = try reader.readSize(width: 8, "record length")
    guard length == zip64Bytes - 12 else {
      throw ParseError(
        .unsupported, at: bytes.offset + record, expected: "a zip64 end record of 44 bytes",
        found: "\(length)")
    }
    try reader.skip(4 + 4 + 4 + 8)
    let count = try reader.readSize(width: 8, "member count")
    let size = try reader.readSize(width: 8, "directory size")
    let start = try reader.readSize(width: 8, "directory offset")
    return (record, claimedPlace, count, size, start)
  }
}

extension ZipArchive {
  /// Whether an end record ends the bytes, whatever they begin with.
  public static func ends(_ bytes: ByteSlice) -> Bool {
    ZipEndRecord.places(in: bytes).ending.first != nil
  }
}

/// The four bytes that begin each structure.
enum ZipSignature {
  static let local: [UInt8] = [0x50, 0x4b, 3, 4]
  static let directory: [UInt8] = [0x50, 0x4b, 1, 2]
  static let descriptor = EndMark.signature
  static let end: [UInt8] = [0x50, 0x4b, 5, 6]
  static let zip64End: [UInt8] = [0x50, 0x4b, 6, 6]
  static let zip64Locator: [UInt8] = [0x50, 0x4b, 6, 7]
}

extension ByteSlice {
  /// Whether the four bytes stand at `place`.
  func has(_ signature: [UInt8], at place: Int) -> Bool {
    place >= 0 && place <= count - 4 && self[place] == signature[0]
      && self[place + 1] == signature[1] && self[place + 2] == signature[2]
      && self[place + 3] == signature[3]
  }
}
