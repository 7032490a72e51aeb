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
    let kind = FileKind(of: bytes)
    if let compression = Compression(kind) {
      return readCompressed(compression, into: &builder)
    }
    let hidesArchive = [.unknown, .onnx, .elf, .pe, .machO].contains(kind)
    if kind == .zip || hidesArchive && ZipArchive.ends(bytes) {
      return readZip(into: &builder)
    }
    if kind == .tar || [.unknown, .onnx].contains(kind) && TarReader.recognises(bytes) {
      var reader = TarReader(bytes)
      reader.read(into: &builder)
      return .tar
    }
    if kind == .empty { builder.note(.unreadableArchive, at: 0, "an empty file") }
    if kind == .sevenZip || kind == .lz4 {
      builder.note(.unreadableArchive, at: 0, "\(kind.rawValue) archives are not read")
    }
    return readFile(into: &builder)
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
    } else if fault == nil {
      return readFile(into: &builder)
    }
    if rest > 0 {
      let place = bytes.offset + bytes.count - rest
      builder.note(.hiddenBytes, at: place, "\(rest) bytes after the compressed stream")
    }
    // What was read of a bomb may have reached another limit already.
    if let fault, !builder.isStopped { builder.note(fault) }
    return compression.container
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
    guard compression != .gzip else {
      var stream = GzipStream(bytes, limit: limit)
      return try drain(&stream, into: &store, limit: limit)
    }
    var stream = try LibArchiveStream(bytes, compression)
    return try drain(&stream, into: &store, limit: limit)
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
    }
  }
}

extension ZipArchive {
  /// Whether the archive is a model file of its own: Keras 3, PyTorch or NumPy.
  fileprivate var isModel: Bool {
    let names = Set(entries.map(\.nameBytes))
    func has(_ name: String) -> Bool { names.contains(Array(name.utf8)) }
    if has("proofmark.toml") || names.isEmpty { return false }
    let isKeras = has("config.json") && has("metadata.json")
    let isTorch = names.contains { $0.ends(with: "/data.pkl") } || has("data.pkl")
    return isKeras || isTorch || names.allSatisfy { $0.ends(with: ".npy") }
  }
}

extension [UInt8] {
  fileprivate func ends(with text: String) -> Bool {
    suffix(text.utf8.count).elementsEqual(text.utf8)
  }
}
