import Bytes
import CArchive

// Besides the worker's SevenZipStream the only file that calls libarchive, and only its codecs: zstd, xz, lzma, lz4 and bzip2. It passes
// over gzip's checksum (`GzipStream` does not), gives a tar member of unknown type as a plain file,
// and says nothing about bytes after the end of a tar (`TarReader` does).

/// Undoes one layer of zstd, xz, lzma, lz4 or bzip2.
struct LibArchiveStream: PackedStream, ~Copyable {
  private let handle: OpaquePointer
  private let packed: ByteSlice
  // Kept, because libarchive forgets the number when it fails.
  private(set) var consumed = 0
  private var isFinished = false

  /// Opens a stream over bytes that must stay in memory, which `packed` sees to.
  init(_ packed: ByteSlice, _ compression: Compression) throws(ParseError) {
    guard let handle = archive_read_new() else { preconditionFailure("out of memory") }
    self.handle = handle
    self.packed = packed
    // The one filter that is named, and none that libarchive tells from the bytes behind it.
    let filter =
      switch compression {
      case .gzip, .zlib: preconditionFailure("zlib's formats are read by zlib")
      case .zstd: archive_read_append_filter(handle, ARCHIVE_FILTER_ZSTD)
      case .xz: archive_read_append_filter(handle, ARCHIVE_FILTER_XZ)
      case .bzip2: archive_read_append_filter(handle, ARCHIVE_FILTER_BZIP2)
      case .lz4: archive_read_append_filter(handle, ARCHIVE_FILTER_LZ4)
      case .lzma: archive_read_append_filter(handle, ARCHIVE_FILTER_LZMA)
      }
    // Anything but OK means that a program would be started for the filter.
    guard filter == ARCHIVE_OK else {
      throw ParseError(
        .unsupported, at: packed.offset, expected: "a filter built into libarchive",
        found: "\(compression)")
    }
    try demand(archive_read_support_format_raw(handle))
    try demand(
      packed.withUnsafeBytes { archive_read_open_memory(handle, $0.baseAddress, $0.count) })
    var entry: OpaquePointer?
    try demand(archive_read_next_header(handle, &entry))
    // The layer and libarchive's own bottom.
    guard archive_filter_count(handle) == 2 else {
      throw ParseError(
        .unsupported, at: packed.offset, expected: "one layer of compression",
        found: "\(archive_filter_count(handle) - 1)")
    }
  }

  deinit { archive_read_free(handle) }

  /// Throws unless the call went well: a warning is no success.
  private func demand(_ status: CInt) throws(ParseError) {
    guard status != ARCHIVE_OK else { return }
    let message = archive_error_string(handle).map { String(cString: $0) }
    throw ParseError(
      at: packed.offset + consumed, expected: "a stream that unpacks",
      found: message ?? "an error without a reason")
  }

  mutating func next() throws(ParseError) -> UnsafeRawBufferPointer? {
    guard !isFinished else { return nil }
    var start: UnsafeRawPointer?
    var count = 0
    var offset: Int64 = 0
    let status = archive_read_data_block(handle, &start, &count, &offset)
    consumed = max(consumed, Int(archive_filter_bytes(handle, -1)))
    guard status == ARCHIVE_EOF else {
      try demand(status)
      return UnsafeRawBufferPointer(start: start, count: count)
    }
    isFinished = true
    return nil
  }
}

/// Compresses a stream with zstd: the same bytes on every run of one libarchive and zstd version.
struct ZstdCompressor: Compressor, ~Copyable {
  /// What libarchive has written and nobody has taken.
  private final class Output {
    var bytes: [UInt8] = []
  }

  private let handle: OpaquePointer
  private let output = Output()

  /// Starts a stream at a fixed level, on one thread.
  init() {
    guard let handle = archive_write_new() else { preconditionFailure("out of memory") }
    self.handle = handle
    demand(archive_write_set_format_raw(handle))
    demand(archive_write_add_filter_zstd(handle))
    demand(archive_write_set_options(handle, "zstd:compression-level=9"))
    // The output as it comes, not padded to tape blocks.
    demand(archive_write_set_bytes_per_block(handle, 0))
    demand(archive_write_set_bytes_in_last_block(handle, 1))
    let context = Unmanaged.passUnretained(output).toOpaque()
    demand(
      archive_write_open(
        handle, context, nil,
        { _, context, bytes, count in
          guard let context else { return -1 }
          let output = Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
          output.bytes += UnsafeRawBufferPointer(start: bytes, count: count)
          return count
        }, nil))
    let entry = archive_entry_new()
    archive_entry_set_filetype(entry, UInt32(S_IFREG))
    demand(archive_write_header(handle, entry))
    archive_entry_free(entry)
  }

  deinit { archive_write_free(handle) }

  /// Compression in memory fails only when memory or the call is wrong.
  private func demand(_ status: CInt) {
    guard status != ARCHIVE_OK else { return }
    let message = archive_error_string(handle).map { String(cString: $0) }
    preconditionFailure("libarchive cannot compress: \(message ?? "\(status)")")
  }

  /// Adds bytes, and gives what they became so far.
  mutating func compress(_ bytes: ByteSlice) -> [UInt8] {
    let written = bytes.withUnsafeBytes { archive_write_data(handle, $0.baseAddress, $0.count) }
    precondition(written == bytes.count, "libarchive cannot compress")
    return take()
  }

  /// Ends the stream.
  mutating func finish() -> [UInt8] {
    demand(archive_write_close(handle))
    return take()
  }

  private func take() -> [UInt8] {
    defer { output.bytes = [] }
    return output.bytes
  }
}
