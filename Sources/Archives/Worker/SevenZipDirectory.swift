import Bytes

/// What the header of a 7z archive says that its reader keeps to itself: where the packed streams
/// lie, and which items delete a file instead of holding one (7-Zip, DOC/7zFormat.txt).
///
/// A header is a tree of blocks that begin with a number and end with 0. Most are packed once more:
/// then the header only says where and how (17).
struct SevenZipDirectory {
  /// The bytes that are a packed stream or a header, from the start of the archive.
  private(set) var owned: [Range<Int>]
  /// The names of items that delete a file where they are unpacked.
  private(set) var deleting: [[UInt8]] = []
  private let archive: ByteSlice
  private let limits: Limits

  /// Headers in headers.
  private static let depth = 4

  /// Reads the header at a place of the archive.
  init(of archive: ByteSlice, header: Range<Int>, limits: Limits) throws(ParseError) {
    self.archive = archive
    self.limits = limits
    owned = [0..<SevenZipHeader.bytes, header]
    var bytes = try archive.slice(header)
    for _ in 0..<Self.depth {
      var reader = ByteReader(bytes)
      switch try reader.readByte("a 7z header") {
      case 0x01:
        try readHeader(&reader)
        return
      case 0x17: bytes = try unpackHeader(&reader)
      case let kind: throw reader.malformed(expected: "a 7z header", found: "block \(kind)")
      }
    }
    throw ParseError(
      .limit, at: archive.offset + header.lowerBound,
      expected: "at most \(Self.depth) headers in headers", found: "more")
  }

  /// The bytes between the streams.
  var gaps: [Range<Int>] {
    var gaps: [Range<Int>] = []
    var end = 0
    for range in owned.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > end { gaps.append(end..<range.lowerBound) }
      end = max(end, range.upperBound)
    }
    if end < archive.count { gaps.append(end..<archive.count) }
    return gaps
  }

  /// How a folder, which is one chain of coders, is packed.
  private struct Folder {
    var method: [UInt8] = []
    var properties = ByteSlice.empty
    var coderCount = 0
    var outputCount = 0
  }

  private mutating func unpackHeader(_ reader: inout ByteReader) throws(ParseError) -> ByteSlice {
    let streams = try readStreams(&reader)
    guard let range = streams.packed.first, streams.packed.count == 1,
      let folder = streams.folders.first, folder.coderCount == 1, let size = streams.sizes.first,
      size <= limits.headerBytes
    else { throw unsupported("a packed header", found: "\(streams.folders.count) folders") }
    let packed = try archive.slice(range)
    switch folder.method {
    case [0]: return packed
    case [3, 1, 1] where folder.properties.count == 5:
      // The same stream as in a .lzma file, whose head is the properties and the size.
      let head = folder.properties.array + littleEndian(size, 8)
      let header = try CompressedFile(ByteSlice(head + packed.array), .lzma).beginning(size)
      guard header.count == size else {
        throw unsupported("a header of \(size) bytes", found: "\(header.count)")
      }
      return header
    default: throw unsupported("a header in LZMA", found: hexadecimal(folder.method))
    }
  }

  private func unsupported(_ expected: String, found: String) -> ParseError {
    ParseError(.unsupported, at: archive.offset, expected: expected, found: found)
  }

  private mutating func readHeader(_ reader: inout ByteReader) throws(ParseError) {
    while true {
      switch try reader.readByte("a block of the 7z header") {
      case 0x00: return
      case 0x04: _ = try readStreams(&reader)
      case 0x05: try readFiles(&reader)
      case let kind: throw unsupported("streams or files", found: "block \(kind)")
      }
    }
  }

  private struct Streams {
    var packed: [Range<Int>] = []
    var folders: [Folder] = []
    /// Unpacked bytes of each coder of each folder.
    var sizes: [Int] = []
  }

  private mutating func readStreams(_ reader: inout ByteReader) throws(ParseError) -> Streams {
    var streams = Streams()
    var checked: [Bool] = []
    while true {
      switch try reader.readByte("a block of streams") {
      case 0x00: return streams
      case 0x06:
        streams.packed = try readPacked(&reader)
        owned += streams.packed
      case 0x07: checked = try readFolders(&reader, &streams)
      case 0x08: try readParts(&reader, checked)
      case let kind: throw unsupported("a block of streams", found: "block \(kind)")
      }
    }
  }

  /// Block 6: where the first stream begins behind the archive's start, their number and sizes.
  private func readPacked(_ reader: inout ByteReader) throws(ParseError) -> [Range<Int>] {
    var start = try checkedSum(
      SevenZipHeader.bytes, try reader.readSevenZipNumber(), at: reader.offset)
    let count = try readCount(&reader)
    var ranges: [Range<Int>] = []
    while case let kind = try reader.readByte("a block of packed streams"), kind != 0 {
      switch kind {
      case 0x09:
        for _ in 0..<count {
          let end = try checkedSum(start, try reader.readSevenZipNumber(), at: reader.offset)
          guard end <= archive.count else {
            throw reader.malformed(expected: "a stream inside the archive", found: "one to \(end)")
          }
          ranges.append(start..<end)
          start = end
        }
      case 0x0a: _ = try readChecksums(&reader, count)
      default: throw unsupported("sizes of streams", found: "block \(kind)")
      }
    }
    return ranges
  }

  /// Block 7: the coders of each folder and the sizes behind them; whether each has a checksum.
  private func readFolders(
    _ reader: inout ByteReader, _ streams: inout Streams
  ) throws(ParseError) -> [Bool] {
    try reader.expect([0x0b], "folders")
    let count = try readCount(&reader)
    guard try reader.readByte("whether they lie elsewhere") == 0 else {
      throw unsupported("folders in the header", found: "folders elsewhere")
    }
    for _ in 0..<count { streams.folders.append(try readFolder(&reader)) }
    try reader.expect([0x0c], "sizes of the folders")
    for folder in streams.folders {
      for _ in 0..<folder.outputCount { streams.sizes.append(try reader.readSevenZipNumber()) }
    }
    var checked = [Bool](repeating: false, count: count)
    while case let kind = try reader.readByte("a block of folders"), kind != 0 {
      guard kind == 0x0a else { throw unsupported("checksums", found: "block \(kind)") }
      checked = try readChecksums(&reader, count)
    }
    return checked
  }

  private func readFolder(_ reader: inout ByteReader) throws(ParseError) -> Folder {
    var folder = Folder()
    folder.coderCount = try readCount(&reader)
    var inputs = 0
    for _ in 0..<folder.coderCount {
      let flags = try reader.readByte("a coder")
      folder.method = try reader.read(Int(flags & 15), "the number of a method").array
      let isComplex = flags & 0x10 != 0
      inputs += isComplex ? try readCount(&reader) : 1
      folder.outputCount += isComplex ? try readCount(&reader) : 1
      if flags & 0x20 != 0 {
        folder.properties = try reader.read(
          try reader.readSevenZipNumber(), "the properties of a coder")
      }
    }
    let bonds = max(0, folder.outputCount - 1)
    for _ in 0..<(2 * bonds) { _ = try reader.readSevenZipNumber() }
    let streams = inputs - bonds
    if streams > 1 { for _ in 0..<streams { _ = try reader.readSevenZipNumber() } }
    return folder
  }

  /// Block 8: how many files share each folder, their sizes but the last, and checksums.
  private func readParts(_ reader: inout ByteReader, _ checked: [Bool]) throws(ParseError) {
    var counts = [Int](repeating: 1, count: checked.count)
    while case let kind = try reader.readByte("a block of files in folders"), kind != 0 {
      switch kind {
      case 0x0d: for index in counts.indices { counts[index] = try readCount(&reader) }
      case 0x09:
        for count in counts {
          for _ in 0..<max(0, count - 1) { _ = try reader.readSevenZipNumber() }
        }
      case 0x0a:
        var missing = 0
        for (count, isChecked) in zip(counts, checked) where !(count == 1 && isChecked) {
          missing = try checkedSum(missing, count, at: reader.offset)
        }
        _ = try readChecksums(&reader, missing)
      default: throw unsupported("files in folders", found: "block \(kind)")
      }
    }
  }

  /// Block 5: names, and bits of the files without content: 14 says which those are, 16 which of
  /// them delete.
  private mutating func readFiles(_ reader: inout ByteReader) throws(ParseError) {
    let count = try readCount(&reader)
    var isEmpty = [Bool](repeating: false, count: count)
    var names: [[UInt8]] = []
    var isDeleting: [Bool] = []
    while case let kind = try reader.readByte("a property of the files"), kind != 0 {
      var property = ByteReader(
        try reader.read(try reader.readSevenZipNumber(), "a property of the files"))
      switch kind {
      case 0x0e: isEmpty = try readBits(&property, count)
      case 0x10: isDeleting = try readBits(&property, isEmpty.count { $0 })
      case 0x11:
        guard try property.readByte("whether names lie elsewhere") == 0 else {
          throw unsupported("names in the header", found: "names elsewhere")
        }
        names = try readNames(&property, count)
      default: continue
      }
    }
    for (file, deletes) in zip(isEmpty.indices.filter { isEmpty[$0] }, isDeleting) where deletes {
      deleting.append(names.indices.contains(file) ? names[file] : [])
    }
  }

  /// UTF-16, each name with a zero behind it.
  private func readNames(_ reader: inout ByteReader, _ count: Int) throws(ParseError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    for _ in 0..<count {
      var units: [UInt16] = []
      while case let unit = try reader.readLittleEndian(UInt16.self, "a name"), unit != 0 {
        units.append(unit)
      }
      names.append(Array(String(decoding: units, as: UTF16.self).utf8))
    }
    return names
  }

  private func readBits(_ reader: inout ByteReader, _ count: Int) throws(ParseError) -> [Bool] {
    let bytes = try reader.read((count + 7) / 8, "bits of the files")
    return (0..<count).map { bytes[$0 / 8] & (0x80 >> ($0 % 8)) != 0 }
  }

  /// Whether all have a checksum, else a bit for each; then the checksums. Says which have one.
  private func readChecksums(_ reader: inout ByteReader, _ count: Int) throws(ParseError) -> [Bool]
  {
    if try reader.readByte("whether all have a checksum") != 0 {
      try reader.skip(try checkedProduct(4, count, at: reader.offset), "checksums")
      return [Bool](repeating: true, count: count)
    }
    let has = try readBits(&reader, count)
    try reader.skip(4 * has.count { $0 }, "checksums")
    return has
  }

  /// A number of things of which each takes a byte of the header, or at least a bit.
  private func readCount(_ reader: inout ByteReader) throws(ParseError) -> Int {
    let count = try reader.readSevenZipNumber()
    guard count <= limits.memberCount else {
      throw ParseError(
        .limit, at: reader.offset, expected: "at most \(limits.memberCount) of a kind",
        found: "\(count)")
    }
    return count
  }
}

extension ByteReader {
  /// A number of 1 to 9 bytes: the leading ones of the first byte say how many follow.
  fileprivate mutating func readSevenZipNumber() throws(ParseError) -> Int {
    let first = try readByte("a number")
    var value = 0
    var mask: UInt8 = 0x80
    for index in 0..<8 {
      guard first & mask != 0 else {
        return value | Int(first & (mask &- 1)) << (8 * index)
      }
      let byte = Int(try readByte("a number"))
      guard index < 7 || byte < 0x80 else {
        throw malformed(expected: "a number below 2^63", found: "a larger one")
      }
      value |= byte << (8 * index)
      mask >>= 1
    }
    return value
  }
}
