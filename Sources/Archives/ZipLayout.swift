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
    _ kind: ZipDiscrepancy.Kind, at offset: Int, of name: [UInt8]? = nil, _ text: String
  ) {
    discrepancies.append(ZipDiscrepancy(kind, at: offset, of: name, text))
  }

  /// Reads the local header of a member, compares it field by field, and gives the member the
  /// range of its packed bytes.
  mutating func compareLocalHeader(of entry: inout ZipEntry) {
    do throws(ParseError) {
      let local = try ZipLocalHeader(parsing: bytes, at: entry.headerOffset)
      asides += local.asides
      for text in local.differences(from: entry) {
        note(.localHeader, at: entry.headerOffset, of: entry.nameBytes, text)
      }
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
      note(.localHeader, at: entry.headerOffset, of: entry.nameBytes, "\(error)")
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
      "the data descriptor is not what the directory says")
    return 0
  }

  /// Duplicate names, and names that readers decode differently.
  mutating func compareNames(of entries: [ZipEntry]) {
    var seen: Set<[UInt8]> = []
    for entry in entries {
      let place = entry.directoryOffset
      let name = entry.nameBytes
      if !seen.insert(name).inserted {
        note(.duplicateName, at: place, of: name, "a second member of this name")
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
    guard let place = gap.first(where: { bytes.has(ZipSignature.local, at: $0) }) else {
      note(.gap, at: gap.lowerBound, "\(gap.count) bytes that belong to no member")
      let place = bytes.offset + gap.lowerBound
      asides.append(ZipAside("bytes at \(place)", place..<(place + gap.count)))
      return
    }
    do throws(ParseError) {
      let hidden = try ZipLocalHeader(parsing: bytes, at: place)
      note(
        .hiddenMember, at: place, of: hidden.name,
        "a member that the directory does not list: \(text(of: hidden.name))")
    } catch {
      note(.hiddenMember, at: place, "a local header that the directory does not list: \(error)")
    }
  }

  private func text(of name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }
}

/// The header before a member's data.
struct ZipLocalHeader {
  let name: [UInt8]
  let dataStart: Int
  private let flags: UInt16
  let method: ZipEntry.Method
  private let checksum: UInt32
  let packedSize: Int
  private let size: Int
  private let unicodeName: [UInt8]?
  private let extraFault: String?
  let asides: [ZipAside]

  init(parsing bytes: ByteSlice, at place: Int) throws(ParseError) {
    var reader = ByteReader(bytes)
    try reader.seek(to: place)
    try reader.expect(ZipSignature.local, "a local header")
    try reader.skip(2, "version")
    flags = try reader.readLittleEndian(UInt16.self)
    method = ZipEntry.Method(try reader.readLittleEndian(UInt16.self))
    try reader.skip(4, "time")
    checksum = try reader.readLittleEndian(UInt32.self)
    let packed = try reader.readLittleEndian(UInt32.self)
    let unpacked = try reader.readLittleEndian(UInt32.self)
    let nameLength = Int(try reader.readLittleEndian(UInt16.self))
    let extraLength = Int(try reader.readLittleEndian(UInt16.self))
    name = try reader.read(nameLength, "name").array
    let extraField = try reader.read(extraLength, "extra field")
    let extra = ZipExtra(extraField)
    asides = ZipExtra.asides(in: extraField, at: extraField.offset, of: name)
    dataStart = reader.position
    var wide = extra.zip64.map { ByteReader($0) }
    size = try ZipEntry.widen(unpacked, from: &wide)
    packedSize = try ZipEntry.widen(packed, from: &wide)
    unicodeName = extra.unicodeName
    extraFault = extra.fault
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
    compare("flags", flags, entry.flags)
    compare("method", method, entry.method)
    // With a descriptor, the three are unknown when the header is written: zero.
    if !(entry.hasDescriptor && checksum == 0 && packedSize == 0 && size == 0) {
      compare("CRC-32", hexadecimal(checksum), hexadecimal(entry.checksum))
      compare("packed size", packedSize, entry.packedSize)
      compare("size", size, entry.size)
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
