import Bytes
import Findings

/// Finds out what kind of archive bytes are, from the bytes alone, and hands them to its reader.
struct ArchiveReader {
  private let bytes: ByteSlice
  private let name: String
  private let opensModels: Bool

  /// A reader of what stood at the path, whose last part names a bare file.
  init(_ bytes: ByteSlice, named name: String, opensModels: Bool = false) {
    self.bytes = bytes
    self.name = name
    self.opensModels = opensModels
  }

  /// Reports all members.
  func read(into builder: inout InventoryBuilder) -> Inventory.Container {
    if bytes.isEmpty { builder.note(.unreadableArchive, at: 0, "an empty file") }
    switch ArchiveFormat(of: bytes) {
    case .zip: return readZip(into: &builder)
    case .tar: return readTar(into: &builder)
    case .sevenZip where !endsAsZip:
      SevenZipReader(bytes).read(into: &builder)
      return .sevenZip
    case nil:
      if endsAsZip { return readZip(into: &builder) }
      if TarReader.recognises(bytes) { return readTar(into: &builder) }
      if opensModels, let place = SevenZipHeader.place(in: bytes) {
        return readSevenZip(behind: place, into: &builder)
      }
      return readFile(into: &builder)
    case let other?:
      if let compression = Compression(other) {
        return readCompressed(CompressedFile(bytes, compression), into: &builder)
      }
      if endsAsZip { return readZip(into: &builder) }
      builder.note(.unreadableArchive, at: 0, "\(other.rawValue) archives are not read")
      return readFile(into: &builder)
    }
  }

  /// Whether the archive begins after something else: what unpacks zip archives finds it all the
  /// same. What TFLite's own tools put behind a model is no release, but looked into all the same.
  private var endsAsZip: Bool {
    let isLiteModel = bytes.count > 8 && "TFL3".utf8.elementsEqual(bytes.prefix(8).suffix(4))
    return (!isLiteModel || opensModels) && ZipArchive.ends(bytes)
  }

  /// What unpacks 7z archives finds one behind other bytes, as in a program that unpacks itself.
  private func readSevenZip(
    behind place: Int, into builder: inout InventoryBuilder
  ) -> Inventory.Container {
    builder.note(
      .hiddenBytes, at: bytes.offset, "\(place) bytes before the start of a 7z archive")
    SevenZipReader(bytes.suffix(bytes.count - place)).read(into: &builder)
    return .sevenZip
  }

  private func readTar(into builder: inout InventoryBuilder) -> Inventory.Container {
    var reader = TarReader(bytes)
    reader.read(into: &builder)
    return .tar
  }

  /// The bytes as the one member of themselves.
  private func readFile(into builder: inout InventoryBuilder) -> Inventory.Container {
    let ownName = name.utf8.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
    if builder.spend(bytes.count, on: ownName) {
      builder.keep(MemberPath(file: ownName), bytes, mode: 0o644)
    }
    return .file
  }

  private func readZip(into builder: inout InventoryBuilder) -> Inventory.Container {
    do throws(ParseError) {
      let archive = try ZipArchive(parsing: bytes, limits: builder.limits)
      let isRelease = !opensModels && !archive.isModel
      sum(archive, isRelease: isRelease)
      if !opensModels, !isRelease { return readFile(into: &builder) }
      ZipReader(archive, isRelease: isRelease).read(into: &builder)
    } catch {
      builder.note(error)
      suspectStreamed(into: &builder)
    }
    return .zip
  }

  /// Computes in one pass the checksums of stored members, also those of a model that is opened
  /// later, and whatever digests of the subject will be asked; and looks for what ends members
  /// before their time.
  private func sum(_ archive: ZipArchive, isRelease: Bool) {
    var pass = BytePass(over: bytes)
    if !opensModels { pass.askDigest(of: bytes.indices) }
    for range in archive.storedRanges {
      pass.askChecksum(of: range)
      if isRelease { pass.askDigest(of: range) }
    }
    for range in archive.openRanges { pass.askEndMark(of: range) }
    pass.run()
  }

  /// Without a directory that can be followed, a reader may still walk the local headers.
  private func suspectStreamed(into builder: inout InventoryBuilder) {
    for place in ZipStreamView(of: bytes, in: bytes.indices).headers where !builder.isStopped {
      guard
        let member = ZipArchive.streamedMember(of: bytes, at: place, limits: builder.limits),
        !member.bytes.isEmpty, builder.spend(member.bytes.count, on: member.name)
      else { continue }
      builder.suspect(member.name, member.bytes)
    }
  }

  /// Unpacks the compression as a whole, so that the tar inside can be read in place. As a release,
  /// what holds no tar is a file, and unpacked by nobody but the scan.
  private func readCompressed(
    _ file: CompressedFile, into builder: inout InventoryBuilder
  ) -> Inventory.Container {
    guard opensModels || namesTar || mayHoldTar(file) else { return readFile(into: &builder) }
    // Whatever comes out would be too much: a limit was reached in an archive before.
    guard !builder.allowance.isSpent else {
      builder.stop(of: innerName, "the members are together larger than the limits allow")
      return file.compression.container
    }
    var store = MemberStore(builder.limits)
    var fault: ParseError?
    var rest = 0
    do throws(ParseError) {
      rest = try file.unpack(into: &store, limit: limit(under: builder), under: builder.limits)
    } catch {
      fault = error
    }
    let unpacked: ByteSlice
    do throws(FileError) {
      unpacked = try store.finish()
    } catch {
      builder.note(.overLimit, "\(error)")
      return file.compression.container
    }
    builder.noteContent(unpacked)
    let isTar = TarReader.recognises(unpacked)
    if isTar || opensModels { noteParts(file.compression, unpacked, into: &builder) }
    if isTar {
      var reader = TarReader(unpacked, isCut: fault != nil)
      reader.read(into: &builder)
    } else if opensModels {
      // What was unpacked before a fault is what a reader gets that does not mind it.
      keepUnpacked(unpacked, isWhole: fault == nil, into: &builder)
      if rest > 0 { builder.suspect(innerName, bytes.suffix(rest)) }
      if let fault { builder.note(fault) }
      if rest > 0 { noteRest(rest, into: &builder) }
      return .compressed
    } else if fault == nil {
      return readFile(into: &builder)
    } else if builder.spend(unpacked.count, on: innerName) {
      builder.suspect(innerName, unpacked)
    }
    if rest > 0 { noteRest(rest, into: &builder) }
    // What was read of a bomb may have reached another limit already.
    if let fault, !builder.isStopped { builder.note(fault) }
    return file.compression.container
  }

  /// Whether a tar begins in the compression, or would but for damage.
  private func mayHoldTar(_ file: CompressedFile) -> Bool {
    do throws(ParseError) {
      return TarReader.recognises(try file.beginning(TarHeader.blockBytes))
    } catch {
      return file.compression.hasSignature
    }
  }

  /// Whether the name promises a tar in a compression: one that is not there is damaged.
  private var namesTar: Bool {
    let parts = name.lowercased().split(separator: ".").suffix(2)
    return parts.count == 2 && parts.first == "tar"
      || ["tgz", "tbz2", "txz", "tzst"].contains(parts.last)
  }

  /// Headers and padding are no members' bytes, but they take room all the same.
  private func limit(under builder: InventoryBuilder) -> Int {
    let (most, overflow) = builder.allowance.bytes.addingReportingOverflow(
      builder.limits.headerBytes)
    return min(
      Allowance.unpackedBytes(builder.limits, packed: bytes.count), overflow ? Int.max : most,
      builder.limits.totalBytes)
  }

  /// Reports what readers of compressed files undo in different ways, and keeps what only some of
  /// them get for the scanner.
  private func noteParts(
    _ compression: Compression, _ unpacked: ByteSlice, into builder: inout InventoryBuilder
  ) {
    let parts = CompressedParts(
      of: bytes, compression, limit: Allowance.unpackedBytes(builder.limits, packed: bytes.count))
    if let further = parts.further {
      builder.note(
        .ambiguousCompression, at: bytes.offset + further,
        "a second stream: some readers stop at the first one, others join them")
      suspect("the first stream", bytes.prefix(further), into: &builder)
      suspect("the streams after it", bytes.suffix(bytes.count - further), into: &builder)
    }
    for range in parts.skipped where range.count >= ZipAside.leastBytes {
      suspect(
        "a skipped frame", bytes.prefix(range.upperBound).suffix(range.count), into: &builder)
    }
    if let inner = ArchiveFormat(of: unpacked).flatMap(Compression.init), inner.hasSignature {
      builder.note(
        .ambiguousCompression, "compressed twice: some readers undo one layer, others both")
    }
    if compression == .gzip { noteGzipHeader(into: &builder) }
  }

  private func noteGzipHeader(into builder: inout InventoryBuilder) {
    do throws(ParseError) {
      let header = try GzipHeader(parsing: bytes)
      if let name = header.name { noteGzipName(name, into: &builder) }
      for aside in header.asides where aside.count >= ZipAside.leastBytes {
        suspect("the header's own field", aside, into: &builder)
      }
      for field in header.subfields where field.count >= ZipAside.leastBytes {
        suspect("a field of the header", field, into: &builder)
      }
    } catch {
      // The decoder reads the header as well, and finds the same.
      return
    }
  }

  /// Only names that lead elsewhere: the others are Latin-1 of any kind.
  private func noteGzipName(_ name: [UInt8], into builder: inout InventoryBuilder) {
    do throws(MemberPath.Fault) {
      _ = try MemberPath(name)
    } catch  where error.rule == .pathTraversal {
      builder.note(.pathTraversal, of: name, "\(error.reason), in the gzip header")
    } catch {
      return
    }
  }

  private func suspect(
    _ part: String, _ content: ByteSlice, into builder: inout InventoryBuilder
  ) {
    let name = innerName + Array(" (\(part))".utf8)
    guard !builder.isStopped, builder.spend(content.count, on: name) else { return }
    builder.suspect(name, content)
  }

  private func noteRest(_ rest: Int, into builder: inout InventoryBuilder) {
    let place = bytes.offset + bytes.count - rest
    builder.note(.hiddenBytes, at: place, "\(rest) bytes after the compressed stream")
  }

  /// The file's own name without the ending of its compression.
  private var innerName: [UInt8] {
    let ownName = name.split(separator: "/").last.map(String.init) ?? name
    let endings = [".gz", ".zst", ".xz", ".bz2", ".lz4", ".lzma", ".z", ".zlib"]
    let ending = endings.first { ownName.hasSuffix($0) && ownName.count > $0.count }
    return Array(ownName.dropLast(ending?.count ?? 0).utf8)
  }

  private func keepUnpacked(
    _ unpacked: ByteSlice, isWhole: Bool, into builder: inout InventoryBuilder
  ) {
    guard builder.spend(unpacked.count, on: innerName) else { return }
    if isWhole {
      builder.keep(MemberPath(file: innerName), unpacked, mode: 0o644)
    } else {
      builder.suspect(innerName, unpacked)
    }
  }
}

extension Compression {
  /// A tar archive in this compression.
  fileprivate var container: Inventory.Container {
    switch self {
    case .gzip: .tarGzip
    case .zstd: .tarZstd
    case .xz: .tarXZ
    case .bzip2: .tarBzip2
    case .lz4: .tarLZ4
    case .lzma: .tarLZMA
    case .zlib: .tarZlib
    }
  }
}

extension ZipArchive {
  /// Whether the archive is a model file of its own.
  fileprivate var isModel: Bool {
    !ArchivedModel.all(in: entries.map { $0.name ?? "" }).isEmpty
  }
}
