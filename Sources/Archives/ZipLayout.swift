import Bytes

/// Compares what the directory of a zip archive says with what lies before it.
struct ZipLayout {
  private(set) var discrepancies: [ZipDiscrepancy] = []
  private(set) var asides: [ZipAside] = []
  private let bytes: ByteSlice
  private let start: Int
  private let directory: Range<Int>
  private var extents: [Extent] = []

  /// From a local header to the end of the data or its descriptor.
  private struct Extent {
    let range: Range<Int>
    let name: [UInt8]
  }

  init(_ bytes: ByteSlice, start: Int, directory: Range<Int>) {
    self.bytes = bytes
    self.start = start
    self.directory = directory
  }

  private mutating func note(
    _ kind: ZipDiscrepancy.Kind, at offset: Int, of name: [UInt8]? = nil, _ text: String,
    directory: ZipEntryView? = nil, local: ZipEntryView? = nil
  ) {
    discrepancies.append(
      ZipDiscrepancy(kind, at: offset, of: name, text, directory: directory, local: local))
  }

  /// Reads the local header of a member, compares it field by field, and gives the member the
  /// range of its packed bytes.
  mutating func compareLocalHeader(of entry: inout ZipEntry) {
    do throws(ParseError) {
      let local = try ZipLocalHeader(parsing: bytes, at: entry.headerOffset)
      for text in local.differences(from: entry) {
        note(
          .localHeader, at: entry.headerOffset, of: entry.nameBytes, text,
          directory: entry.view, local: local.view)
      }
      asides += local.asides
      let end = try checkedSum(local.dataStart, entry.packedSize, at: entry.headerOffset)
      guard end <= directory.lowerBound else {
        throw ParseError(
          at: bytes.offset + entry.headerOffset, expected: "a member before the directory",
          found: "one that ends at \(end)")
      }
      entry.packedRange = local.dataStart..<end
      let descriptor = entry.hasDescriptor ? compareDescriptor(of: entry, at: end) : 0
      extents.append(
        Extent(range: entry.headerOffset..<(end + descriptor), name: entry.nameBytes))
    } catch {
      entry.localFault = error
      note(
        .localHeader, at: entry.headerOffset, of: entry.nameBytes, "\(error)",
        directory: entry.view)
    }
  }

  /// The length of the descriptor after a member's data; it has one of four forms.
  private mutating func compareDescriptor(of entry: ZipEntry, at place: Int) -> Int {
    for width in [8, 4] {
      for signature in [ZipSignature.descriptor, []] {
        let expected =
          signature + littleEndian(Int(entry.checksum), 4)
          + littleEndian(entry.packedSize, width) + littleEndian(entry.size, width)
        if bytes.suffix(bytes.count - place).starts(with: expected) { return expected.count }
      }
    }
    note(
      .localHeader, at: place, of: entry.nameBytes,
      "the data descriptor is not what the directory says", directory: entry.view)
    return 0
  }

  /// Version 6.3 of the format in tenths; Python's reader refuses the archive above it.
  private static let latestVersion: UInt8 = 63

  /// Duplicate names, and names that readers decode differently.
  mutating func compareNames(of entries: [ZipEntry]) {
    var seen: Set<[UInt8]> = []
    for entry in entries {
      let place = entry.directoryOffset
      let name = entry.nameBytes
      if !seen.insert(name).inserted {
        note(
          .duplicateName, at: place, of: name, "a second member of this name",
          directory: entry.view)
      }
      if entry.versionNeeded > ZipLayout.latestVersion {
        note(
          .refused, at: place, of: name,
          "needs version \(entry.versionNeeded) of the format, in tenths: the latest is "
            + "\(ZipLayout.latestVersion)", directory: entry.view)
      }
      if entry.flags & 0x20 != 0 {
        note(
          .refused, at: place, of: name, "flagged as a patch, which some readers refuse",
          directory: entry.view)
      }
      if let fault = entry.extraFault { note(.name, at: place, of: name, fault) }
      if let other = entry.unicodeName, other != name {
        note(.name, at: place, of: name, "an extra field gives another name: \(text(of: other))")
      }
      if entry.flags & 0x800 == 0, name.contains(where: { $0 >= 0x80 }) {
        note(.name, at: place, of: name, "the name's encoding is not stated: CP437 or UTF-8")
      }
      if entry.isDirectory, entry.size > 0 || name.last != UInt8(ascii: "/") {
        note(.name, at: place, of: name, "a folder for some readers and a file for others")
      }
    }
  }

  /// Every byte before the directory must belong to one member.
  mutating func findGapsAndOverlaps() {
    var end = start
    for extent in extents.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      if extent.range.lowerBound > end {
        noteGap(end..<extent.range.lowerBound)
      } else if extent.range.lowerBound < end {
        note(
          .overlap, at: extent.range.lowerBound, of: extent.name,
          "shares \(end - extent.range.lowerBound) bytes with the member before it")
      }
      end = max(end, extent.range.upperBound)
    }
    if end < directory.lowerBound { noteGap(end..<directory.lowerBound) }
  }

  private mutating func noteGap(_ gap: Range<Int>) {
    let view = ZipStreamView(of: bytes, in: gap)
    for range in view.gaps {
      note(.gap, at: range.lowerBound, "\(range.count) bytes that belong to no member")
      // What stands before the archive is scanned with the whole file, unless it is a zip as well.
      let isFront = range.lowerBound == 0
      guard !isFront || ArchiveFormat(of: bytes.prefix(range.count)) == .zip else { continue }
      let place = bytes.offset + range.lowerBound
      asides.append(ZipAside("bytes at \(place)", place..<(place + range.count)))
    }
    for place in view.headers {
      do throws(ParseError) {
        let hidden = try ZipLocalHeader(parsing: bytes, at: place)
        note(
          .hiddenMember, at: place, of: hidden.name,
          "a member that the directory does not list: \(text(of: hidden.name))",
          local: hidden.view)
      } catch {
        note(
          .hiddenMember, at: place, "a local header that the directory does not list: \(error)")
      }
    }
  }

  private func text(of name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }
}

/// The header before a member's data.
struct ZipLocalHeader {
  let dataStart: Int
  let view: ZipEntryView
  private let unicodeName: [UInt8]?
  private let extraFault: String?
  private let hasAES: Bool
  var name: [UInt8] { view.nameBytes }
  var method: ZipEntry.Method { view.method }
  var packedSize: Int { view.packedSize }
  /// Whether checksum and sizes stand after the packed bytes.
  var hasDescriptor: Bool { view.flags & 8 != 0 }
  let asides: [ZipAside]

  init(parsing bytes: ByteSlice, at place: Int) throws(ParseError) {
    var reader = ByteReader(bytes)
    try reader.seek(to: place)
    try reader.expect(ZipSignature.local, "a local header")
    try reader.skip(2, "version")
    let flags = try reader.readLittleEndian(UInt16.self)
    let method = ZipEntry.Method(try reader.readLittleEndian(UInt16.self))
    try reader.skip(4, "time")
    let checksum = try reader.readLittleEndian(UInt32.self)
    let packed = try reader.readLittleEndian(UInt32.self)
    let unpacked = try reader.readLittleEndian(UInt32.self)
    let nameLength = Int(try reader.readLittleEndian(UInt16.self))
    let extraLength = Int(try reader.readLittleEndian(UInt16.self))
    let name = try reader.read(nameLength, "name").array
    let extraField = try reader.read(extraLength, "extra field")
    let extra = ZipExtra(extraField)
    asides = ZipExtra.asides(in: extraField, at: extraField.offset, of: name)
    dataStart = reader.position
    var wide = extra.zip64.map { ByteReader($0) }
    let size = try ZipEntry.widen(unpacked, from: &wide)
    let packedSize = try ZipEntry.widen(packed, from: &wide)
    view = ZipEntryView(
      nameBytes: name, method: method, flags: flags, checksum: checksum, packedSize: packedSize,
      size: size, offset: place)
    unicodeName = extra.unicodeName
    extraFault = extra.fault
    hasAES = extra.hasAES
  }

  /// Each field that is not what the directory says.
  func differences(from entry: ZipEntry) -> [String] {
    var texts: [String] = []
    func compare<Value: Equatable>(_ what: String, _ local: Value, _ directory: Value) {
      guard local != directory else { return }
      texts.append("\(what) is \(local) in the local header, \(directory) in the directory")
    }
    if name != entry.nameBytes {
      texts.append("the local header's name is \(String(decoding: name, as: UTF8.self))")
    }
    compare("flags", view.flags, entry.flags)
    compare("method", method, entry.method)
    // With a descriptor, what is unknown when the header is written is zero: all three, or, as
    // libarchive writes it, checksum and packed size alone.
    func isLeftOpen(_ value: Int) -> Bool { entry.hasDescriptor && value == 0 }
    if !isLeftOpen(Int(view.checksum)) {
      compare("CRC-32", hexadecimal(view.checksum), hexadecimal(entry.checksum))
    }
    if !isLeftOpen(packedSize) { compare("packed size", packedSize, entry.packedSize) }
    if !isLeftOpen(view.size) { compare("size", view.size, entry.size) }
    if hasAES, !entry.isEncrypted {
      texts.append("encrypted by an extra field of the local header, not by the directory")
    }
    if let unicodeName, unicodeName != entry.nameBytes {
      texts.append("an extra field gives another name")
    }
    if let extraFault { texts.append(extraFault) }
    return texts
  }
}

/// The lowest `width` bytes of a number, lowest first.
func littleEndian(_ value: Int, _ width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
