import Bytes
import CArchive

// The only file that calls libarchive, and only its codecs: gzip, zstd, xz and bzip2. The tar
// inside is read by `TarReader`: libarchive gives a member of unknown type as a plain file, says
// nothing about bytes after the end, and follows whichever of two contradicting sizes it likes.

/// The compression around a tar archive.
enum Compression: Sendable {
  case gzip
  case zstd
  case xz
  case bzip2

  /// The compression that the bytes begin with.
  init?(_ kind: FileKind) {
    switch kind {
    case .gzip: self = .gzip
    case .zstd: self = .zstd
    case .xz: self = .xz
    case .bzip2: self = .bzip2
    default: return nil
    }
  }
}

/// Undoes one layer of compression, block by block.
struct Decompressor: ~Copyable {
  private let handle: OpaquePointer
  private let packed: ByteSlice
  private var isFinished = false

  /// Opens a stream over bytes that must stay in memory, which `packed` sees to.
  init(_ packed: ByteSlice, _ compression: Compression) throws(ParseError) {
    guard let handle = archive_read_new() else { preconditionFailure("out of memory") }
    self.handle = handle
    self.packed = packed
    let filter =
      switch compression {
      case .gzip: archive_read_support_filter_gzip(handle)
      case .zstd: archive_read_support_filter_zstd(handle)
      case .xz: archive_read_support_filter_xz(handle)
      case .bzip2: archive_read_support_filter_bzip2(handle)
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
    // The layer and libarchive's own bottom: a second layer hides what is in it.
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
      at: packed.offset + packed.count - max(0, remaining),
      expected: "a stream that unpacks", found: message ?? "an error without a reason")
  }

  /// The packed bytes that the stream has not taken: after its end, what follows it.
  var remaining: Int { packed.count - Int(archive_filter_bytes(handle, -1)) }

  /// The next bytes, valid until the next call; nil after the last.
  ///
  /// - Throws: `ParseError` for a damaged or short stream.
  mutating func next() throws(ParseError) -> UnsafeRawBufferPointer? {
    guard !isFinished else { return nil }
    var start: UnsafeRawPointer?
    var count = 0
    var offset: Int64 = 0
    let status = archive_read_data_block(handle, &start, &count, &offset)
    guard status == ARCHIVE_EOF else {
      try demand(status)
      return UnsafeRawBufferPointer(start: start, count: count)
    }
    isFinished = true
    return nil
  }
}

/// Compresses a stream: the same bytes on every run of one libarchive and codec version.
struct Compressor: ~Copyable {
  /// What libarchive has written and nobody has taken.
  private final class Output {
    var bytes: [UInt8] = []
  }

  private let handle: OpaquePointer
  private let output = Output()

  /// Starts a stream at a fixed level, on one thread, without a name or time in its header.
  init(_ compression: Compression) {
    guard let handle = archive_write_new() else { preconditionFailure("out of memory") }
    self.handle = handle
    demand(archive_write_set_format_raw(handle))
    switch compression {
    case .gzip:
      demand(archive_write_add_filter_gzip(handle))
      demand(archive_write_set_options(handle, "gzip:compression-level=9,gzip:!timestamp"))
    case .zstd:
      demand(archive_write_add_filter_zstd(handle))
      demand(archive_write_set_options(handle, "zstd:compression-level=9"))
    case .xz: demand(archive_write_add_filter_xz(handle))
    case .bzip2: demand(archive_write_add_filter_bzip2(handle))
    }
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
  consuming func finish() -> [UInt8] {
    demand(archive_write_close(handle))
    return take()
  }

  private func take() -> [UInt8] {
    defer { output.bytes = [] }
    return output.bytes
  }
}
