public import Bytes

/// Packs members into an archive that has the same bytes on every run: sorted by path, one time
/// for all, owner 0 without a name, modes 0644 and 0755, fixed compression, no leading folder.
///
/// The bytes may differ between versions of the compression libraries, never their content.
public struct ArchiveWriter {
  /// The archives that are written.
  public enum Format: String, Sendable, CaseIterable {
    case tarZstd = "tar.zst"
    case tarGzip = "tar.gz"
    case zip

    /// The format that the path's extension asks for; nil for any other.
    public init?(path: String) {
      let match = Format.allCases.first { path.hasSuffix(".\($0.rawValue)") }
      guard let format = match ?? (path.hasSuffix(".tgz") ? .tarGzip : nil) else { return nil }
      self = format
    }
  }

  private let members: [Member]
  private let format: Format
  private let time: Int

  /// Bytes that are compressed and written in one step.
  private static let stepBytes = 1 << 20

  /// A writer of the members.
  ///
  /// - Parameters:
  ///   - members: their order does not matter.
  ///   - format: the kind of archive.
  ///   - time: the time of all members in seconds after 1970, such as SOURCE_DATE_EPOCH.
  public init(_ members: [Member], as format: Format, time: Int = 0) {
    self.members = members.sorted { $0.path < $1.path }
    self.format = format
    self.time = max(0, time)
  }

  /// Writes the archive: the path names what was there before, or the whole new archive.
  ///
  /// - Throws: `FileError` when the file cannot be written, or a zip would need more than 4 GiB.
  public func write(to path: String) throws(FileError) {
    var file = try AtomicFile(path: path)
    switch format {
    case .tarZstd:
      var stream = ZstdCompressor()
      try writeTar(through: &stream, to: &file)
    case .tarGzip:
      var stream = Deflater(.gzip)
      try writeTar(through: &stream, to: &file)
    case .zip: try writeZip(to: &file, path: path)
    }
    try file.commit()
  }

  private func writeTar(
    through stream: inout some Compressor & ~Copyable, to file: inout AtomicFile
  ) throws(FileError) {
    for member in members {
      try file.write(stream.compress(ByteSlice(TarWriter.headers(of: member, time: time))))
      var rest = member.bytes
      while !rest.isEmpty {
        try file.write(stream.compress(rest.prefix(ArchiveWriter.stepBytes)))
        rest = rest.suffix(rest.count - min(rest.count, ArchiveWriter.stepBytes))
      }
      try file.write(stream.compress(ByteSlice(TarWriter.padding(after: member.size))))
    }
    try file.write(stream.compress(ByteSlice(TarWriter.end)))
    try file.write(stream.finish())
  }

  private func writeZip(to file: inout AtomicFile, path: String) throws(FileError) {
    var writer = ZipWriter(time: time)
    for member in members {
      let content = ZipWriter.pack(member.bytes)
      guard let header = writer.header(of: member, content) else {
        throw FileError(
          path: path, action: "write", reason: "a zip of more than 4 GiB; use .tar.zst")
      }
      try file.write(header)
      try file.write(content.bytes)
    }
    guard let end = writer.end() else {
      throw FileError(
        path: path, action: "write", reason: "a zip of more than 65,534 members; use .tar.zst")
    }
    try file.write(end)
  }
}

extension AtomicFile {
  fileprivate mutating func write(_ bytes: [UInt8]) throws(FileError) {
    try write(ByteSlice(bytes))
  }
}

/// Takes bytes and gives back what they become.
protocol Compressor: ~Copyable {
  /// Adds bytes, and gives what they became so far.
  mutating func compress(_ bytes: ByteSlice) -> [UInt8]

  /// Ends the stream, and gives the last of it.
  mutating func finish() -> [UInt8]
}
