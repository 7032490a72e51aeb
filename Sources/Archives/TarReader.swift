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
  /// What may be linked to: the content of every file so far.
  private var contents: [[UInt8]: ByteSlice] = [:]

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
        case UInt8(ascii: "X"):
          builder.note(
            .ambiguousArchive, at: block.offset,
            "an extended header of Solaris, which not all readers know")
          try readPax(header, into: &builder)
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
      suspectRest(into: &builder)
    }
  }

  /// Blocks after a fault in which a header is looked for.
  private static let soughtBlocks = 4_096

  /// Readers that pass over damage go on at the next header.
  private func suspectRest(into builder: inout InventoryBuilder) {
    guard !builder.isStopped else { return }
    let blocks = bytes.count / TarHeader.blockBytes
    // The fault may be in the block that was just taken.
    let first = max(0, position / TarHeader.blockBytes - 1)
    for block in first..<max(first, min(blocks, first + TarReader.soughtBlocks)) {
      let rest = bytes.suffix(bytes.count - block * TarHeader.blockBytes)
      guard block > 0, TarHeader.isHeader(rest.prefix(TarHeader.blockBytes)) else { continue }
      suspect("after the fault", rest, into: &builder)
      return
    }
    let rest = bytes.suffix(bytes.count - position)
    if position > 0, !rest.isEmpty { suspect("after the fault", rest, into: &builder) }
  }

  private func suspect(
    _ name: String, _ rest: ByteSlice, into builder: inout InventoryBuilder
  ) {
    guard builder.spend(rest.count, on: Array(name.utf8)) else { return }
    builder.suspect(Array(name.utf8), rest)
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
    suspectAsides(of: pax, into: &builder)
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
    suspectAsides(of: records, into: &builder)
  }

  private func suspectAsides(of records: PaxRecords, into builder: inout InventoryBuilder) {
    for aside in records.asides where !builder.isStopped {
      suspect("pax record '\(aside.key)'", aside.value, into: &builder)
    }
  }

  /// The name of the next member in a body of its own (GNU).
  private mutating func readLongText(
    _ header: TarHeader, _ what: String, into builder: inout InventoryBuilder
  ) throws(ParseError) -> [UInt8] {
    let place = bytes.offset + position
    let isSecond = (what == "long name" ? longName : longLink) != nil
    let text = try takeHeaderBody(header, into: &builder).array
    if pax.changesMembers {
      builder.note(
        .ambiguousArchive, at: place,
        "a pax header before a \(what): readers apply it to the one or to the member")
    }
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
    var name = pax.sparseName ?? pax.path ?? longName ?? header.name
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
    if header.type == UInt8(ascii: "1"), size == 0, keepLinked(name, header, into: &builder) {
      return
    }
    let path = builder.admit(name, kind, mode: header.mode)
    if let unpacked = header.sparseSize ?? pax.sparseSize {
      try readSparse(
        header, unpacked: unpacked, size: size, of: name, path, into: &builder)
      return
    }
    if size != header.size { suspectHeaderSize(header, of: name, into: &builder) }
    guard case .file = kind else {
      if case .special = kind, size > 0, !TarReader.isDevice(header.type) {
        // Of no type that is known: what follows is not known to be none.
        guard builder.spend(size, on: name) else { return }
        builder.suspect(name, try takeBody(size, "a member", into: &builder))
        return
      }
      guard size == 0 else {
        throw ParseError(
          at: place, expected: "no bytes after a header that is no file's", found: "\(size) bytes")
      }
      return
    }
    guard builder.spend(size, on: name) else { return }
    let body = try takeBody(size, "a member", into: &builder)
    keep(path, name, body, header, into: &builder)
  }

  private mutating func keep(
    _ path: MemberPath?, _ name: [UInt8], _ body: ByteSlice, _ header: TarHeader,
    into builder: inout InventoryBuilder
  ) {
    if let path {
      builder.keep(path, body, mode: header.mode)
      contents[name] = body
    } else {
      builder.suspect(name, body)
    }
  }

  /// A hard link to a file that came before it is that file once more.
  private mutating func keepLinked(
    _ name: [UInt8], _ header: TarHeader, into builder: inout InventoryBuilder
  ) -> Bool {
    var target = pax.linkPath ?? longLink ?? header.linkName
    if target.starts(with: "./".utf8) { target.removeFirst(2) }
    guard builder.followsHardLinks, let content = contents[target], target != name else {
      return false
    }
    builder.note(
      .hardLink, of: name, "a hard link to '\(String(decoding: target, as: UTF8.self))'")
    if let path = builder.admit(name, .file, mode: header.mode),
      builder.spend(content.count, on: name)
    {
      builder.keep(path, content, mode: header.mode)
      contents[name] = content
    }
    return true
  }

  /// What a reader gets that takes the header's size and not that of the pax record.
  private func suspectHeaderSize(
    _ header: TarHeader, of name: [UInt8], into builder: inout InventoryBuilder
  ) {
    let body = bytes.suffix(bytes.count - position).prefix(header.size)
    guard !body.isEmpty, builder.spend(body.count, on: name) else { return }
    builder.suspect(name, body)
  }

  private static func isDevice(_ type: UInt8) -> Bool {
    [UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6")].contains(type)
  }

  /// A file with holes: unpacked when its map is right, and else scanned as it is stored.
  private mutating func readSparse(
    _ header: TarHeader, unpacked: Int, size: Int, of name: [UInt8], _ path: MemberPath?,
    into builder: inout InventoryBuilder
  ) throws(ParseError) {
    guard builder.spend(unpacked, on: name) else { return }
    var map = SparseMap(fullSize: unpacked)
    var fault: ParseError?
    do throws(ParseError) {
      if header.sparseSize != nil {
        try readOldMap(of: header, &map)
      } else {
        try map.append(pax.sparseNumbers, at: bytes.offset + position)
      }
    } catch {
      fault = error
    }
    let body = try takeBody(size, "a sparse file", into: &builder)
    var store = MemberStore(builder.limits)
    do throws(ParseError) {
      if let fault { throw fault }
      let stored = pax.hasSparseLines ? try map.readLines(body) : body
      try map.expand(stored, into: &store)
    } catch {
      builder.note(error, of: name)
      if !builder.isStopped, builder.spend(body.count, on: name) { builder.suspect(name, body) }
      return
    }
    keepExpanded(path, name, store, header, into: &builder)
  }

  private mutating func keepExpanded(
    _ path: MemberPath?, _ name: [UInt8], _ store: consuming MemberStore, _ header: TarHeader,
    into builder: inout InventoryBuilder
  ) {
    do throws(FileError) {
      keep(path, name, try store.finish(), header, into: &builder)
    } catch {
      builder.note(.overLimit, "\(error)")
    }
  }

  /// Reads the map of an old sparse file, after taking all the blocks in which it goes on.
  private mutating func readOldMap(of header: TarHeader, _ map: inout SparseMap) throws(ParseError)
  {
    var blocks: [ByteSlice] = []
    var goesOn = SparseMap.goesOn(after: header)
    while goesOn {
      let block = try take(TarHeader.blockBytes, "map of a sparse file")
      blocks.append(block)
      goesOn = SparseMap.goesOn(after: block)
    }
    try map.read(header)
    for block in blocks { try map.read(block) }
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
    case UInt8(ascii: "D"): return .special("the list of a folder in an incremental backup (GNU)")
    case UInt8(ascii: "M"): return .special("the rest of a file that another volume begins (GNU)")
    case UInt8(ascii: "N"): return .special("a list of names that were too long (old GNU)")
    case UInt8(ascii: "V"): return .special("the label of a volume (GNU)")
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
