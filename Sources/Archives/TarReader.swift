import Bytes
import Findings

/// Reads a tar archive (ustar, pax and GNU) of which all bytes are there.
///
/// What its readers are known to understand in different ways is a finding: sizes and names given
/// twice, types outside the standard, bytes after the end.
struct TarReader {
  private let bytes: ByteSlice
  private let isCut: Bool
  private var position = 0
  /// Whatever stands before a member and changes its header.
  private var pax = PaxRecords()
  private var longName: [UInt8]?
  private var longLink: [UInt8]?
  private var headerBytes = 0

  /// A reader of bytes whose end is known to be missing when they are cut, and then needs no
  /// finding of its own.
  init(_ bytes: ByteSlice, isCut: Bool = false) {
    self.bytes = bytes
    self.isCut = isCut
  }

  /// Whether the bytes begin with a tar header.
  static func recognises(_ bytes: ByteSlice) -> Bool {
    TarHeader.isHeader(bytes.prefix(TarHeader.blockBytes))
  }

  /// Reports every member, up to the end, the first damage or a limit.
  mutating func read(into builder: inout InventoryBuilder) {
    do throws(ParseError) {
      while !builder.isStopped {
        let block = try take(TarHeader.blockBytes, "header")
        if TarHeader.firstNonZero(block) == nil {
          try readEnd(into: &builder)
          return
        }
        let header = try TarHeader(parsing: block)
        switch header.type {
        case UInt8(ascii: "x"):
          try readPax(header, into: &builder)
        case UInt8(ascii: "g"):
          try readGlobalPax(header, into: &builder)
        case UInt8(ascii: "L"):
          longName = try readLongText(header, "long name", into: &builder)
        case UInt8(ascii: "K"):
          longLink = try readLongText(header, "long link", into: &builder)
        default:
          try readMember(header, into: &builder)
          (pax, longName, longLink) = (PaxRecords(), nil, nil)
        }
      }
    } catch {
      let isAtEnd = error.offset == bytes.offset + bytes.count
      if !(isCut && isAtEnd) { builder.note(error) }
    }
  }

  private mutating func take(_ count: Int, _ what: String) throws(ParseError) -> ByteSlice {
    guard count <= bytes.count - position else {
      throw ParseError(
        at: bytes.offset + bytes.count, expected: "\(count) bytes of \(what)",
        found: "\(bytes.count - position)")
    }
    let slice = try bytes.slice(position..<(position + count))
    position += count
    return slice
  }

  /// The bytes after a header, and past what fills their last block.
  private mutating func takeBody(
    _ size: Int, _ what: String, into builder: inout InventoryBuilder
  ) throws(ParseError) -> ByteSlice {
    let body = try take(size, what)
    let padding = try take(-size & (TarHeader.blockBytes - 1), "padding")
    if let place = TarHeader.firstNonZero(padding) {
      builder.note(.hiddenBytes, at: padding.offset + place, "bytes in the padding of a member")
    }
    return body
  }

  /// A body that belongs to a header and not to a member; all of them are bounded together.
  private mutating func takeHeaderBody(
    _ header: TarHeader, into builder: inout InventoryBuilder
  ) throws(ParseError) -> ByteSlice {
    headerBytes = try checkedSum(headerBytes, header.size, at: position)
    guard headerBytes <= builder.limits.headerBytes else {
      throw ParseError(
        .limit, at: bytes.offset + position,
        expected: "at most \(builder.limits.headerBytes) bytes of headers", found: "more")
    }
    return try takeBody(header.size, "extended header", into: &builder)
  }

  private mutating func readPax(
    _ header: TarHeader, into builder: inout InventoryBuilder
  ) throws(ParseError) {
    let place = bytes.offset + position
    let isSecond = pax != PaxRecords()
    pax = try PaxRecords(parsing: try takeHeaderBody(header, into: &builder))
    if isSecond { builder.note(.ambiguousArchive, at: place, "two pax headers for one member") }
    for key in pax.repeated {
      builder.note(.ambiguousArchive, at: place, "the pax record '\(key)' stands twice")
    }
  }

  /// Records for all members that follow; some readers do not look at them.
  private mutating func readGlobalPax(
    _ header: TarHeader, into builder: inout InventoryBuilder
  ) throws(ParseError) {
    let place = bytes.offset + position
    let records = try PaxRecords(parsing: try takeHeaderBody(header, into: &builder))
    if records.changesMembers {
      builder.note(
        .ambiguousArchive, at: place, "a global pax header changes names, sizes or rights")
    }
  }

  /// The name of the next member in a body of its own (GNU).
  private mutating func readLongText(
    _ header: TarHeader, _ what: String, into builder: inout InventoryBuilder
  ) throws(ParseError) -> [UInt8] {
    let place = bytes.offset + position
    let isSecond = (what == "long name" ? longName : longLink) != nil
    let text = try takeHeaderBody(header, into: &builder).array
    if isSecond { builder.note(.ambiguousArchive, at: place, "two headers of a \(what)") }
    // The NUL that ends it is counted.
    return text.last == 0 ? text.dropLast() : text
  }

  private mutating func readMember(
    _ header: TarHeader, into builder: inout InventoryBuilder
  ) throws(ParseError) {
    let place = bytes.offset + position
    if let longName, let path = pax.path, longName != path {
      builder.note(.ambiguousArchive, at: place, "a pax and a GNU header give two names")
    }
    var name = pax.path ?? longName ?? header.name
    let kind = kind(of: header, name: &name)
    // `tar -c .` begins each name so, and every reader drops it.
    if name.starts(with: "./".utf8) { name.removeFirst(2) }
    if case .folder = kind, name.isEmpty || name == Array(".".utf8) { return }
    let size = pax.size ?? header.size
    // The header's field ends at 8 GiB; above it is 0 or full.
    if size != header.size, size < 1 << 33 || ![0, 1 << 33 - 1].contains(header.size) {
      builder.note(
        .ambiguousArchive, of: name, "\(header.size) bytes by its header, \(size) by a pax record")
    }
    builder.note(pax.attributes, of: name)
    let path = builder.admit(name, kind, mode: header.mode)
    if let unpacked = header.sparseSize ?? pax.sparseSize {
      try skipSparse(header, unpacked: unpacked, size: size, of: name, into: &builder)
      return
    }
    guard case .file = kind else {
      guard size == 0 else {
        throw ParseError(
          at: place, expected: "no bytes after a header that is no file's", found: "\(size) bytes")
      }
      return
    }
    guard builder.spend(size, on: name) else { return }
    let body = try takeBody(size, "a member", into: &builder)
    if let path {
      builder.keep(path, body, mode: header.mode)
    } else {
      builder.suspect(name, body)
    }
  }

  /// A file with holes is not unpacked; its full size counts, not the few bytes that are there.
  private mutating func skipSparse(
    _ header: TarHeader, unpacked: Int, size: Int, of name: [UInt8],
    into builder: inout InventoryBuilder
  ) throws(ParseError) {
    guard builder.spend(unpacked, on: name) else { return }
    let place = bytes.offset + position
    // The map of an old GNU sparse file goes on in blocks that the size does not count.
    guard header.sparseSize == nil else {
      throw ParseError(
        .unsupported, at: place, expected: "files without holes", found: "a sparse file")
    }
    builder.note(.unreadableArchive, of: name, "a sparse file, which is not unpacked")
    builder.suspect(name, try takeBody(size, "a sparse file", into: &builder))
  }

  /// What the type byte says; a folder's name loses its slash.
  private func kind(of header: TarHeader, name: inout [UInt8]) -> InventoryBuilder.Kind {
    let link = pax.linkPath ?? longLink ?? header.linkName
    switch header.type {
    case UInt8(ascii: "0"), UInt8(ascii: "7"), UInt8(ascii: "S"): return .file
    case 0:
      // In the oldest archives, a slash alone makes a folder.
      guard name.last == UInt8(ascii: "/") else { return .file }
      name.removeLast()
      return .folder
    case UInt8(ascii: "1"): return .link(link, from: .root)
    case UInt8(ascii: "2"): return .link(link, from: .folder)
    case UInt8(ascii: "3"): return .special("a character device")
    case UInt8(ascii: "4"): return .special("a block device")
    case UInt8(ascii: "5"):
      if name.last == UInt8(ascii: "/") { name.removeLast() }
      return .folder
    case UInt8(ascii: "6"): return .special("a pipe (FIFO)")
    default: return .special("a member of the unknown type '\(safeText(bytes: [header.type]))'")
    }
  }

  /// After the first block of zeros: a second one, and nothing but zeros.
  private mutating func readEnd(into builder: inout InventoryBuilder) throws(ParseError) {
    if pax != PaxRecords() || longName != nil || longLink != nil {
      builder.note(.hiddenBytes, at: bytes.offset + position, "a header without a member")
    }
    let rest = bytes.suffix(bytes.count - position)
    if let place = TarHeader.firstNonZero(rest) {
      let block = rest.suffix(rest.count - (place & ~(TarHeader.blockBytes - 1)))
      let isArchive = TarHeader.isHeader(block.prefix(TarHeader.blockBytes))
      builder.note(
        .hiddenBytes, at: rest.offset + place,
        isArchive ? "another archive after the end" : "bytes after the end of the archive")
      builder.suspect(Array("after the end".utf8), isArchive ? block : rest)
    } else {
      _ = try take(TarHeader.blockBytes, "end marker")
    }
  }
}
