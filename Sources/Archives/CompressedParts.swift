import Bytes

/// The streams of a compressed file that stand one after the other, where their boundary can be
/// told: some readers stop at the first, and others join them.
struct CompressedParts {
  /// Where a further stream begins; nil when there is one stream.
  private(set) var further: Int?
  /// Bytes between the streams that readers skip.
  private(set) var skipped: [Range<Int>] = []
  private let bytes: ByteSlice

  /// Looks for a further stream; a gzip member is undone to find its end, up to `limit` bytes.
  init(of bytes: ByteSlice, _ compression: Compression, limit: Int) {
    self.bytes = bytes
    do throws(ParseError) {
      switch compression {
      case .gzip: further = furtherMember(limit)
      case .bzip2: further = furtherBlockStream()
      case .xz: further = try lastXZStream()
      case .zstd: try walkFrames(0xfd2f_b528, CompressedParts.passZstd)
      case .lz4: try walkFrames(0x184d_2204, CompressedParts.passLZ4)
      case .lzma, .zlib: break
      }
    } catch {
      // The decoder finds what is wrong; up to here there is one stream.
      return
    }
  }

  /// RFC 1952: a member says nothing of its length, so it is undone, but only when something that
  /// looks like another header follows.
  private func furtherMember(_ limit: Int) -> Int? {
    let begins = bytes.suffix(max(0, bytes.count - 1)).firstPlace(of: [0x1f, 0x8b, 8]) != nil
    guard begins else { return nil }
    var stream = Inflater(bytes, .gzip, limit: limit)
    do throws(ParseError) {
      while try stream.next() != nil {}
    } catch {
      return nil
    }
    let rest = bytes.suffix(bytes.count - stream.consumed)
    return rest.starts(with: [0x1f, 0x8b]) ? stream.consumed : nil
  }

  /// A bzip2 stream begins at a byte: its signature, and that of its first block.
  private func furtherBlockStream() -> Int? {
    let block: [UInt8] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
    var start = 4
    while let place = bytes.suffix(max(0, bytes.count - start)).firstPlace(of: block) {
      let header = start + place - 4
      if header > 0, bytes[header..<(header + 3)].elementsEqual("BZh".utf8) { return header }
      start += place + 1
    }
    return nil
  }

  /// The .xz file format, section 2: a stream's size follows from the index at its end.
  private func lastXZStream() throws(ParseError) -> Int? {
    var end = bytes.count
    while end >= 4, bytes[(end - 4)..<end].allSatisfy({ $0 == 0 }) { end -= 4 }
    guard end >= 24 else { return nil }
    var reader = ByteReader(bytes)
    try reader.seek(to: end - 8)
    let backward = Int(try reader.readLittleEndian(UInt32.self))
    let indexBytes = (backward + 1) * 4
    guard indexBytes <= end - 24 else { return nil }
    try reader.seek(to: end - 12 - indexBytes + 1)
    let count = try CompressedParts.variableNumber(&reader)
    guard count <= indexBytes else { return nil }
    var size = 24 + indexBytes
    for _ in 0..<count {
      let unpadded = try CompressedParts.variableNumber(&reader)
      _ = try CompressedParts.variableNumber(&reader)
      size = try checkedSum(size, try checkedSum(unpadded, -unpadded & 3, at: end), at: end)
    }
    let start = end - size
    return start > 0 && bytes.suffix(size).starts(with: [0xfd, 0x37, 0x7a]) ? start : nil
  }

  private static func variableNumber(_ reader: inout ByteReader) throws(ParseError) -> Int {
    var value = 0
    for shift in stride(from: 0, to: 56, by: 7) {
      let byte = try reader.readByte("number in an xz index")
      value |= Int(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw reader.malformed(expected: "a number in an xz index", found: "a longer one")
  }

  /// Frames one after the other, some of them skippable, as zstd (RFC 8878, section 3.1) and lz4
  /// (frame format 1.6) have them alike; `pass` goes over what follows a frame's magic number.
  private mutating func walkFrames(
    _ magic: UInt32, _ pass: (inout ByteReader) throws(ParseError) -> Void
  ) throws(ParseError) {
    var reader = ByteReader(bytes)
    var hasFrame = false
    while !reader.isAtEnd {
      let start = reader.position
      let found = try reader.readLittleEndian(UInt32.self)
      if found & 0xffff_fff0 == 0x184d_2a50 {
        let size = Int(try reader.readLittleEndian(UInt32.self))
        try reader.skip(size, "skippable frame")
        skipped.append((reader.position - size)..<reader.position)
        continue
      }
      guard found == magic else { return }
      guard !hasFrame else {
        further = start
        return
      }
      hasFrame = true
      try pass(&reader)
    }
  }

  /// A header, then blocks that each begin with their size; the last is marked.
  private static func passZstd(_ reader: inout ByteReader) throws(ParseError) {
    let descriptor = try reader.readByte("frame header")
    let isSingle = descriptor & 0x20 != 0
    let sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
    let dictionaryBytes = [0, 1, 2, 4][Int(descriptor & 3)]
    try reader.skip((isSingle ? 0 : 1) + dictionaryBytes + sizeBytes, "frame header")
    var isLast = false
    while !isLast {
      let low = Int(try reader.readLittleEndian(UInt16.self))
      let header = low | Int(try reader.readByte("block header")) << 16
      isLast = header & 1 != 0
      // A block of one repeated byte holds that byte.
      try reader.skip(header >> 1 & 3 == 1 ? 1 : header >> 3, "block")
    }
    if descriptor & 4 != 0 { try reader.skip(4, "checksum") }
  }

  /// A header, then blocks that each begin with their size; a size of 0 ends them.
  private static func passLZ4(_ reader: inout ByteReader) throws(ParseError) {
    let flags = try reader.readByte("frame header")
    try reader.skip(2 + (flags & 8 != 0 ? 8 : 0) + (flags & 1 != 0 ? 4 : 0), "frame header")
    while case let size = Int(try reader.readLittleEndian(UInt32.self)), size != 0 {
      try reader.skip((size & 0x7fff_ffff) + (flags & 16 != 0 ? 4 : 0), "block")
    }
    if flags & 4 != 0 { try reader.skip(4, "checksum") }
  }
}

/// What a gzip header says besides (RFC 1952, section 2.3.1).
struct GzipHeader {
  /// The name of what was packed, which `gunzip -N` gives it.
  private(set) var name: [UInt8]?
  /// The extra field and the comment.
  private(set) var asides: [ByteSlice] = []

  /// What the parts of the extra field hold (RFC 1952, section 2.3.1.1).
  var subfields: [ByteSlice] {
    guard let field = asides.first else { return [] }
    var parts: [ByteSlice] = []
    var position = 0
    while field.count - position >= 4 {
      let length = Int(field[position + 2]) | Int(field[position + 3]) << 8
      let end = min(field.count, position + 4 + length)
      parts.append(field.prefix(end).suffix(end - position - 4))
      position = end
    }
    return parts
  }

  /// Reads the header that begins the bytes.
  init(parsing bytes: ByteSlice) throws(ParseError) {
    var reader = ByteReader(bytes)
    try reader.skip(3, "gzip header")
    let flags = try reader.readByte("flags")
    try reader.skip(6, "gzip header")
    if flags & 4 != 0 {
      let length = Int(try reader.readLittleEndian(UInt16.self))
      asides.append(try reader.read(length, "extra field"))
    }
    if flags & 8 != 0 { name = try GzipHeader.text(&reader).array }
    if flags & 16 != 0 { asides.append(try GzipHeader.text(&reader)) }
  }

  private static func text(_ reader: inout ByteReader) throws(ParseError) -> ByteSlice {
    let start = reader
    var length = 0
    while try reader.readByte("text of a gzip header") != 0 { length += 1 }
    var text = start
    return try text.read(length, "text of a gzip header")
  }
}
