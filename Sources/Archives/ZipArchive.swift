public import Bytes

/// A zip archive over its bytes, read by its directory and compared with its local headers.
///
/// Nothing is unpacked before it is asked for; a stored member stays a range of the archive.
public struct ZipArchive: Sendable {
  /// The members in the order of the directory.
  public let entries: [ZipEntry]
  /// Everything that two readers would see differently, in the order of the file.
  public let discrepancies: [ZipDiscrepancy]
  /// Where end records stand that another reader may take for the archive's.
  let rivals: [Int]
  let bytes: ByteSlice
  let limits: Limits
  private let asides: [ZipAside]

  /// Reads the directory and every local header.
  ///
  /// - Throws: `ParseError` when there is no directory, it cannot be followed, or it has more
  ///   members or bytes than `limits` allow. What only contradicts itself is a discrepancy.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var found: [ZipDiscrepancy] = []
    let end = try ZipEndRecord(searching: bytes, discrepancies: &found)
    try self.init(parsing: bytes, end, found, limits: limits)
  }

  /// Reads the archive as one who takes the end record at the place for its own.
  init(parsing bytes: ByteSlice, endingAt place: Int, limits: Limits) throws(ParseError) {
    var found: [ZipDiscrepancy] = []
    let end = try ZipEndRecord(at: place, of: bytes, discrepancies: &found)
    try self.init(parsing: bytes, end, found, limits: limits)
  }

  private init(
    parsing bytes: ByteSlice, _ end: ZipEndRecord, _ discrepancies: [ZipDiscrepancy],
    limits: Limits
  ) throws(ParseError) {
    var found = discrepancies
    guard end.directory.count <= limits.headerBytes else {
      throw ParseError(
        .limit, at: bytes.offset + end.directory.lowerBound,
        expected: "a directory of at most \(limits.headerBytes) bytes",
        found: "\(end.directory.count)")
    }
    var reader = ByteReader(try bytes.slice(end.directory))
    var entries: [ZipEntry] = []
    while !reader.isAtEnd {
      guard entries.count < limits.memberCount else {
        throw ParseError(
          .limit, at: reader.offset, expected: "at most \(limits.memberCount) members",
          found: "more")
      }
      entries.append(try ZipEntry(parsing: &reader, base: end.base))
    }
    if entries.count != end.entryCount {
      found.append(
        ZipDiscrepancy(
          .endRecord, at: end.directory.upperBound,
          "the end record counts \(end.entryCount) members, the directory has \(entries.count)"))
    }
    var layout = ZipLayout(bytes, start: end.base, directory: end.directory)
    for index in entries.indices {
      layout.compareLocalHeader(of: &entries[index])
      // The pages around each header add up to the file.
      if index % 256 == 255 { bytes.releasePages() }
    }
    layout.compareNames(of: entries)
    layout.findGapsAndOverlaps()
    self.entries = entries
    self.discrepancies = (found + layout.discrepancies).sorted { $0.offset < $1.offset }
    rivals = end.rivals
    asides = entries.flatMap(\.asides) + layout.asides + end.asides(in: bytes)
    self.bytes = bytes
    self.limits = limits
  }

  /// The member with the name; the first, when a hostile archive has several.
  public subscript(name: String) -> ZipEntry? {
    let wanted = Array(name.utf8)
    return entries.first { $0.nameBytes == wanted }
  }

  /// The packed bytes of a member, sharing the archive's storage.
  ///
  /// - Throws: `ParseError` when its local header cannot be read, or it is encrypted or packed in
  ///   an unknown way.
  public func packedContent(of entry: ZipEntry) throws(ParseError) -> ByteSlice {
    if let fault = entry.localFault { throw fault }
    let place = bytes.offset + entry.headerOffset
    guard !entry.isEncrypted else {
      throw ParseError(.unsupported, at: place, expected: "a readable member", found: "encryption")
    }
    if case .other(let code) = entry.method {
      throw ParseError(
        .unsupported, at: place, expected: "methods 0 (stored) and 8 (deflated)",
        found: "method \(code)")
    }
    guard entry.size <= limits.memberBytes else {
      throw ParseError(
        .limit, at: place, expected: "a member of at most \(limits.memberBytes) bytes",
        found: "\(entry.size)")
    }
    return try bytes.slice(entry.packedRange)
  }

  /// Where members lie that are stored as they are.
  var storedRanges: [Range<Int>] {
    entries.filter { $0.method == .stored && $0.localFault == nil }.map(\.packedRange)
  }

  /// The unpacked bytes of a member: a range of the archive where it is stored. Size and CRC-32
  /// are those of the directory.
  ///
  /// - Throws: `ParseError` as `packedContent(of:)` does, when the bytes do not unpack to what the
  ///   directory says, or when they are a bomb by the limits.
  public func content(of entry: ZipEntry) throws(ParseError) -> ByteSlice {
    let packed = try packedContent(of: entry)
    let content: ByteSlice
    if entry.method == .stored {
      content = packed.asFile()
    } else {
      try demandRatio(of: entry)
      content = try Deflate.inflate(packed, limit: entry.size)
    }
    try demand(entry, hasSize: content.count, checksum: CRC32(of: content))
    return content
  }

  /// What belongs to no member and no unpacker looks at, with its name in reports.
  var sideContent: [(name: [UInt8], bytes: ByteSlice)] {
    asides.map { aside in
      let first = aside.range.lowerBound - bytes.offset
      return (aside.name, bytes.suffix(bytes.count - first).prefix(aside.range.count))
    }
  }

  /// Throws when a member claims more than the ratio allows.
  func demandRatio(of entry: ZipEntry) throws(ParseError) {
    let (allowed, overflow) = entry.packedSize.multipliedReportingOverflow(by: limits.ratio)
    guard overflow || entry.size <= Swift.max(allowed, limits.ratioFreeBytes) else {
      throw ParseError(
        .limit, at: bytes.offset + entry.headerOffset,
        expected: "at most \(limits.ratio) unpacked bytes for a packed one",
        found: "\(entry.size) for \(entry.packedSize)")
    }
  }

  /// Throws unless what was unpacked is what the directory says.
  func demand(_ entry: ZipEntry, hasSize size: Int, checksum: CRC32) throws(ParseError) {
    let place = bytes.offset + entry.packedRange.lowerBound
    guard size == entry.size else {
      throw ParseError(at: place, expected: "\(entry.size) bytes unpacked", found: "\(size)")
    }
    guard checksum.value == entry.checksum else {
      throw ParseError(
        at: place, expected: "CRC-32 \(hexadecimal(entry.checksum))",
        found: hexadecimal(checksum.value))
    }
  }
}

/// Eight hexadecimal digits.
func hexadecimal(_ value: UInt32) -> String {
  Bytes.hexadecimal([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) })
}
