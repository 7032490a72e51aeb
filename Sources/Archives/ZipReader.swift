import Bytes
import Findings

/// Unpacks a zip archive into members.
struct ZipReader {
  private let archive: ZipArchive
  private let discrepancies: [ZipDiscrepancy]
  private let isRelease: Bool

  /// A reader of a release, or else of an archive inside one: of a model, mostly, whose loader asks
  /// for members by the bytes of their names. A pass has gone over its bytes.
  init(_ archive: ZipArchive, isRelease: Bool) {
    self.archive = archive
    discrepancies = archive.discrepancies + archive.falseEnds
    self.isRelease = isRelease
  }

  /// A member whose bytes will be in the store.
  private struct Unpacked {
    let path: MemberPath
    let mode: UInt32
    let range: Range<Int>
  }

  /// Reports what the archive contradicts itself in, then every member.
  func read(into builder: inout InventoryBuilder) {
    for discrepancy in discrepancies where discrepancy.kind != .duplicateName {
      builder.note(
        ZipReader.rule(for: discrepancy.kind), at: discrepancy.offset, of: discrepancy.name,
        discrepancy.text, evidence: discrepancy.evidence)
    }
    var store = MemberStore(builder.limits)
    var members: [Unpacked] = []
    var packedBytes = 0
    for entry in archive.entries where !builder.isStopped {
      // Members that share bytes may together be more than all of the archive.
      packedBytes += entry.packedRange.count
      guard packedBytes <= archive.bytes.count else {
        builder.stop(of: entry.nameBytes, "the members take more packed bytes than there are")
        break
      }
      do throws(ParseError) {
        guard let member = try unpack(entry, into: &store, builder: &builder) else { continue }
        members.append(member)
      } catch {
        builder.note(error, of: entry.nameBytes)
        suspect(entry, into: &builder)
      }
    }
    keep(members, in: store, builder: &builder)
    suspectOtherViews(into: &builder)
  }

  /// Keeps for the scanner what other readers see of the archive: members by their local headers
  /// or by another directory, and bytes of no member.
  private func suspectOtherViews(into builder: inout InventoryBuilder) {
    var streamed: Set<Int> = []
    for discrepancy in discrepancies where !builder.isStopped {
      switch discrepancy.kind {
      case .hiddenMember, .localHeader:
        let place = discrepancy.local?.offset ?? discrepancy.offset
        guard !discrepancy.agreesOnBytes, streamed.insert(place).inserted,
          let member = archive.streamedMember(at: place)
        else { continue }
        suspect(member.name, member.bytes, into: &builder)
      default: continue
      }
    }
    for aside in archive.sideContent where !builder.isStopped {
      suspect(aside.name, aside.bytes, into: &builder)
    }
    for place in archive.rivals.prefix(4) where !builder.isStopped {
      suspectRival(at: place, into: &builder)
    }
  }

  private func suspect(
    _ name: [UInt8], _ bytes: ByteSlice, into builder: inout InventoryBuilder
  ) {
    guard !bytes.isEmpty, builder.spend(bytes.count, on: name) else { return }
    builder.suspect(name, bytes)
  }

  /// The members of another directory that the archive's own does not list.
  private func suspectRival(at place: Int, into builder: inout InventoryBuilder) {
    let known = Set(archive.entries.map(\.packedRange))
    do throws(ParseError) {
      let rival = try ZipArchive(parsing: archive.bytes, endingAt: place, limits: builder.limits)
      for entry in rival.entries where !known.contains(entry.packedRange) && !builder.isStopped {
        guard let content = rival.deniedContent(of: entry) else { continue }
        suspect(entry.nameBytes, content.bytes, into: &builder)
      }
    } catch {
      // A record that leads nowhere shows nobody anything; that it is there was found.
      return
    }
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
    // `bsdtar -a -cf r.zip .` writes a folder for the root itself.
    if isRelease, entry.nameBytes == Array("./".utf8), entry.size == 0 { return nil }
    guard let path = try admit(entry, into: &builder) else {
      suspect(entry, into: &builder)
      return nil
    }
    guard !entry.isDirectory else {
      suspect(entry, into: &builder)
      return nil
    }
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
    guard !builder.isStopped, entry.packedSize > 0, let denied = archive.deniedContent(of: entry)
    else { return }
    if entry.isEncrypted {
      // Right bytes below the flag: nothing is encrypted.
      guard denied.isIntact else { return }
      builder.note(
        .falseEncryption, of: entry.nameBytes, "flagged as encrypted, and readable as it is")
    } else if !denied.isIntact, denied.isWhole {
      builder.note(
        .wrongChecksum, of: entry.nameBytes,
        "its CRC-32 is \(hexadecimal(CRC32(of: denied.bytes).value)), "
          + "the directory says \(hexadecimal(entry.checksum))")
    }
    suspect(entry.nameBytes, denied.bytes, into: &builder)
    suspect(entry.nameBytes + Array(" as it is".utf8), denied.rest, into: &builder)
  }

  private func admit(
    _ entry: ZipEntry, into builder: inout InventoryBuilder
  ) throws(ParseError) -> MemberPath? {
    var name = entry.nameBytes
    if entry.isDirectory, name.last == UInt8(ascii: "/") { name.removeLast() }
    // libarchive begins each name so where it packs a folder, in zip as in tar.
    if isRelease, name.starts(with: "./".utf8) { name.removeFirst(2) }
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
    case .endRecord, .localHeader, .hiddenMember, .name, .refused: .ambiguousArchive
    case .overlap: .selfContainedArchive
    case .duplicateName: .nameCollision
    }
  }
}

extension ZipDiscrepancy {
  /// Whether both readers get the same bytes of the member, whatever else they see.
  fileprivate var agreesOnBytes: Bool {
    guard let directory, let local else { return false }
    return directory.method == local.method && directory.packedSize == local.packedSize
  }
}
