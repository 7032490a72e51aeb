public import Bytes

/// A zip archive over its bytes, read by its directory and compared with its local headers.
///
/// Nothing is unpacked before it is asked for; a stored member stays a range of the archive.
public struct ZipArchive: Sendable {
  /// The members in the order of the directory.
  public let entries: [ZipEntry]
  /// Everything that two readers would see differently, in the order of the file.
  public let discrepancies: [ZipDiscrepancy]
  private let asides: [ZipAside]
  private let bytes: ByteSlice
  private let limits: Limits

  /// Reads the directory and every local header.
  ///
  /// - Throws: `ParseError` when there is no directory, it cannot be followed, or it has more
  ///   members or bytes than `limits` allow. What only contradicts itself is a discrepancy.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var found: [ZipDiscrepancy] = []
    let end = try ZipEndRecord(searching: bytes, discrepancies: &found)
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
    discrepancies = (found + layout.discrepancies).sorted { $0.offset < $1.offset }
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

  /// The bytes of a member that `content(of:)` refuses, as a loader gets them that minds neither
  /// checksum nor flags; nil when there are none, or they would be a bomb.
  func deniedContent(of entry: ZipEntry) -> (bytes: ByteSlice, isIntact: Bool)? {
    guard entry.localFault == nil, entry.size <= limits.memberBytes else { return nil }
    do throws(ParseError) {
      let packed = try bytes.slice(entry.packedRange)
      try demandRatio(of: entry)
      let content: ByteSlice
      switch entry.method {
      case .stored: content = packed
      case .deflated: content = try Deflate.inflate(packed, limit: entry.size)
      case .other: return nil
      }
      return (content, CRC32(of: content).value == entry.checksum)
    } catch {
      return nil
    }
  }

  /// What a reader that walks the local headers gets of a member that the directory hides.
  func hiddenMember(at offset: Int) -> (name: [UInt8], bytes: ByteSlice)? {
    do throws(ParseError) {
      let local = try ZipLocalHeader(parsing: bytes, at: offset)
      let rest = bytes.suffix(bytes.count - local.dataStart)
      // Zero with a descriptor: only the stream itself tells its end.
      let packed = local.packedSize > 0 ? rest.prefix(local.packedSize) : rest
      guard local.method == .deflated else { return (local.name, packed) }
      let limit = min(limits.memberBytes, limits.unpackedBytes(of: packed.count))
      var inflater = Inflater(packed, limit: limit)
      var buffer = ByteBuffer()
      while let block = try inflater.next() { buffer.append(block) }
      return (local.name, buffer.finish())
    } catch {
      return nil
    }
  }

  /// What belongs to no member and no unpacker looks at, with its name in reports.
  var sideContent: [(name: [UInt8], bytes: ByteSlice)] {
    asides.prefix(ZipAside.most).map { aside in
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
