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
    case .gzip: return readCompressed(.gzip, into: &builder)
    case .zstd: return readCompressed(.zstd, into: &builder)
    case .xz: return readCompressed(.xz, into: &builder)
    case .bzip2: return readCompressed(.bzip2, into: &builder)
    // Only opened for what is in them, never as a release.
    case .lz4 where opensModels: return readCompressed(.lz4, into: &builder)
    case .lzma where opensModels: return readCompressed(.lzma, into: &builder)
    case .zlib where opensModels: return readCompressed(.zlib, into: &builder)
    case .lz4, .lzma, .zlib: return readFile(into: &builder)
    case nil:
      if endsAsZip { return readZip(into: &builder) }
      if TarReader.recognises(bytes) { return readTar(into: &builder) }
      return readFile(into: &builder)
    case let other?:
      if endsAsZip { return readZip(into: &builder) }
      builder.note(.unreadableArchive, at: 0, "\(other.rawValue) archives are not read")
      return readFile(into: &builder)
    }
  }

  /// Whether the archive begins after something else: what unpacks zip archives finds it all the
  /// same. The descriptions that TFLite's own tools put behind a model are no archive of files.
  private var endsAsZip: Bool {
    let isLiteModel = bytes.count > 8 && "TFL3".utf8.elementsEqual(bytes.prefix(8).suffix(4))
    return !isLiteModel && ZipArchive.ends(bytes)
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
      if !opensModels, archive.isModel { return readFile(into: &builder) }
      ZipReader(archive).read(into: &builder)
    } catch {
      builder.note(error)
    }
    return .zip
  }

  /// Unpacks the compression as a whole, so that the tar inside can be read in place.
  private func readCompressed(
    _ compression: Compression, into builder: inout InventoryBuilder
  ) -> Inventory.Container {
    var store = MemberStore(builder.limits)
    var fault: ParseError?
    var rest = 0
    do throws(ParseError) {
      rest = try unpack(compression, into: &store, under: builder)
    } catch {
      fault = error
    }
    let unpacked: ByteSlice
    do throws(FileError) {
      unpacked = try store.finish()
    } catch {
      builder.note(.overLimit, "\(error)")
      return compression.container
    }
    if TarReader.recognises(unpacked) {
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
    return compression.container
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

  /// Adds the unpacked bytes to the store, and says how many packed bytes follow the stream.
  private func unpack(
    _ compression: Compression, into store: inout MemberStore, under builder: InventoryBuilder
  ) throws(ParseError) -> Int {
    // Headers and padding are no members' bytes, but they take room all the same.
    let limits = builder.limits
    let (most, overflow) = builder.allowance.bytes.addingReportingOverflow(limits.headerBytes)
    let limit = min(
      Allowance.unpackedBytes(limits, packed: bytes.count), overflow ? Int.max : most)
    switch compression {
    case .gzip:
      var stream = GzipStream(bytes, limit: limit)
      return try drain(&stream, into: &store, limit: limit)
    case .zlib:
      var stream = Inflater(bytes, .zlib, limit: limit)
      return try drain(&stream, into: &store, limit: limit)
    case .zstd, .xz, .bzip2, .lz4, .lzma:
      var stream = try LibArchiveStream(bytes, compression)
      return try drain(&stream, into: &store, limit: limit)
    }
  }

  private func drain(
    _ stream: inout some PackedStream & ~Copyable, into store: inout MemberStore, limit: Int
  ) throws(ParseError) -> Int {
    while let block = try stream.next() {
      guard block.count <= limit - store.count else {
        throw ParseError(
          .limit, at: bytes.offset + stream.consumed,
          expected: "at most \(limit) unpacked bytes", found: "more")
      }
      try store.add(block, at: bytes.offset + stream.consumed)
    }
    return bytes.count - stream.consumed
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
    case .lz4, .lzma, .zlib: .compressed
    }
  }
}

extension ZipArchive {
  /// Whether the archive is a model file of its own.
  fileprivate var isModel: Bool {
    !ArchivedModel.all(in: entries.map { $0.name ?? "" }).isEmpty
  }
}
