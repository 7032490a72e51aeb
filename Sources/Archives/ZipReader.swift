import Bytes
import Findings

/// Unpacks a zip archive into members.
struct ZipReader {
  private let archive: ZipArchive

  init(_ archive: ZipArchive) {
    self.archive = archive
  }

  /// A member whose bytes will be in the store.
  private struct Unpacked {
    let path: MemberPath
    let mode: UInt32
    let range: Range<Int>
  }

  /// Reports what the archive contradicts itself in, then every member.
  func read(into builder: inout InventoryBuilder) {
    for discrepancy in archive.discrepancies where discrepancy.kind != .duplicateName {
      let rule = ZipReader.rule(for: discrepancy.kind)
      if let name = discrepancy.name {
        builder.note(rule, of: name, discrepancy.text)
      } else {
        builder.note(rule, at: discrepancy.offset, discrepancy.text)
      }
    }
    for discrepancy in archive.discrepancies
    where discrepancy.kind == .hiddenMember && !builder.isStopped {
      guard let hidden = archive.hiddenMember(at: discrepancy.offset), !hidden.bytes.isEmpty,
        builder.spend(hidden.bytes.count, on: hidden.name)
      else { continue }
      builder.suspect(hidden.name, hidden.bytes)
    }
    for aside in archive.sideContent where !builder.isStopped {
      guard builder.spend(aside.bytes.count, on: aside.name) else { break }
      builder.suspect(aside.name, aside.bytes)
    }
    var store = MemberStore(builder.limits)
    var members: [Unpacked] = []
    for entry in archive.entries where !builder.isStopped {
      do throws(ParseError) {
        guard let member = try unpack(entry, into: &store, builder: &builder) else { continue }
        members.append(member)
      } catch {
        builder.note(error, of: entry.nameBytes)
        suspect(entry, into: &builder)
      }
    }
    keep(members, in: store, builder: &builder)
  }

  private func keep(
    _ members: [Unpacked], in store: consuming MemberStore, builder: inout InventoryBuilder
  ) {
    do throws(FileError) {
      let bytes = try store.finish()
      for member in members {
        let content = bytes.prefix(member.range.upperBound).suffix(member.range.count)
        builder.keep(member.path, content, mode: member.mode)
      }
    } catch {
      builder.note(.overLimit, "\(error)")
    }
  }

  /// Keeps a stored member where it is, and unpacks a deflated one.
  private func unpack(
    _ entry: ZipEntry, into store: inout MemberStore, builder: inout InventoryBuilder
  ) throws(ParseError) -> Unpacked? {
    guard let path = try admit(entry, into: &builder) else {
      suspect(entry, into: &builder)
      return nil
    }
    guard !entry.isDirectory else { return nil }
    let packed = try archive.packedContent(of: entry)
    try archive.demandRatio(of: entry)
    guard builder.spend(entry.size, on: entry.nameBytes) else { return nil }
    let mode = UInt32(entry.mode)
    if entry.method == .stored {
      try archive.demand(entry, hasSize: packed.count, checksum: CRC32(of: packed))
      builder.keep(path, packed, mode: mode)
      return nil
    }
    let start = store.count
    try inflate(entry, packed, into: &store)
    return Unpacked(path: path, mode: mode, range: start..<store.count)
  }

  /// Keeps what a careless loader reads of a member that is refused, for the scanner.
  private func suspect(_ entry: ZipEntry, into builder: inout InventoryBuilder) {
    guard !builder.isStopped, entry.size > 0, let denied = archive.deniedContent(of: entry),
      builder.spend(denied.bytes.count, on: entry.nameBytes)
    else { return }
    if entry.isEncrypted {
      // Right bytes below the flag: nothing is encrypted.
      guard denied.isIntact else { return }
      builder.note(
        .falseEncryption, of: entry.nameBytes, "flagged as encrypted, and readable as it is")
    } else if !denied.isIntact {
      builder.note(
        .wrongChecksum, of: entry.nameBytes,
        "its CRC-32 is \(hexadecimal(CRC32(of: denied.bytes).value)), "
          + "the directory says \(hexadecimal(entry.checksum))")
    }
    builder.suspect(entry.nameBytes, denied.bytes)
  }

  private func admit(
    _ entry: ZipEntry, into builder: inout InventoryBuilder
  ) throws(ParseError) -> MemberPath? {
    var name = entry.nameBytes
    if entry.isDirectory, name.last == UInt8(ascii: "/") { name.removeLast() }
    return builder.admit(name, try kind(of: entry), mode: UInt32(entry.mode))
  }

  private func kind(of entry: ZipEntry) throws(ParseError) -> InventoryBuilder.Kind {
    if entry.isDirectory { return .folder }
    switch entry.mode & 0xf000 {
    case 0, 0x8000: return .file
    case 0xa000:
      // The content of a link is its target; a long one is none.
      guard entry.size <= 4096 else { return .special("a link with a target of many bytes") }
      return .link(try archive.content(of: entry).array, from: .folder)
    default: return .special("of the type \(String(entry.mode & 0xf000, radix: 8))")
    }
  }

  /// Unpacks into the store. What was added for a member that is not what it claims stays there
  /// and is never looked at.
  private func inflate(
    _ entry: ZipEntry, _ packed: ByteSlice, into store: inout MemberStore
  ) throws(ParseError) {
    var inflater = Inflater(packed, limit: entry.size)
    var checksum = CRC32()
    var count = 0
    while let block = try inflater.next() {
      checksum.update(block)
      count += block.count
      try store.add(block, at: packed.offset)
    }
    try inflater.demandEnd()
    try archive.demand(entry, hasSize: count, checksum: checksum)
  }

  private static func rule(for kind: ZipDiscrepancy.Kind) -> Rule {
    switch kind {
    case .gap, .prepended, .appended: .hiddenBytes
    case .endRecord, .localHeader, .hiddenMember, .overlap, .name: .ambiguousArchive
    case .duplicateName: .nameCollision
    }
  }
}
