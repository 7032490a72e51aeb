import Bytes

/// The compressions that are undone, around a tar archive or any other file.
enum Compression: String, Sendable {
  case gzip
  case zstd
  case xz
  case bzip2
  case lz4
  case lzma
  case zlib

  /// The compression that a format is; nil for archives.
  init?(_ format: ArchiveFormat) {
    self.init(rawValue: format.rawValue)
  }

  /// Whether its files begin with bytes of its own: others may begin as `lzma` and `zlib` do.
  var hasSignature: Bool { self != .lzma && self != .zlib }
}

/// A compressed stream that is unpacked block by block.
protocol PackedStream: ~Copyable {
  /// The packed bytes taken so far; after the end, what follows the stream is not among them.
  var consumed: Int { get }

  /// The next bytes, valid until the next call; nil after the last.
  ///
  /// - Throws: `ParseError` for a damaged or short stream.
  mutating func next() throws(ParseError) -> UnsafeRawBufferPointer?
}

/// A file in one layer of compression.
struct CompressedFile {
  let compression: Compression
  private let bytes: ByteSlice

  /// Packed bytes of a mapped file that stay in memory behind the decoder.
  private static let releasedBytes = 8 << 20

  /// Unpacked bytes that may come before what they are made of: a tensor of zeros in front.
  private static let zeroBytes = 256 << 20

  init(_ bytes: ByteSlice, _ compression: Compression) {
    self.bytes = bytes
    self.compression = compression
  }

  /// The first `count` unpacked bytes, fewer when there are no more.
  ///
  /// - Throws: `ParseError` when the stream is damaged before them.
  func beginning(_ count: Int) throws(ParseError) -> ByteSlice {
    var buffer = ByteBuffer()
    _ = try read(limit: .max) { (block, _) throws(ParseError) in
      buffer.append(block)
      return buffer.count < count
    }
    return buffer.finish().prefix(count)
  }

  /// Adds the unpacked bytes to the store, and says how many packed bytes follow the stream.
  ///
  /// - Throws: `ParseError` when the stream is damaged, or gives more than `limit` bytes.
  func unpack(
    into store: inout MemberStore, limit: Int, under limits: Limits
  ) throws(ParseError) -> Int {
    let consumed = try read(limit: limit) { (block, place) throws(ParseError) in
      // A bomb is told long before its end: by what the bytes so far may become.
      let allowed = min(
        limit,
        CompressedFile.zeroBytes
          + Allowance.unpackedBytes(limits, packed: place - bytes.offset))
      guard block.count <= allowed - store.count else {
        throw ParseError(
          .limit, at: place, expected: "at most \(allowed) unpacked bytes", found: "more")
      }
      try store.add(block, at: place)
      return true
    }
    return bytes.count - consumed
  }

  /// Hands over the unpacked blocks, each with the place behind what it was made of, until `take`
  /// wants no more; returns the packed bytes that were taken.
  private func read(
    limit: Int, _ take: (UnsafeRawBufferPointer, Int) throws(ParseError) -> Bool
  ) throws(ParseError) -> Int {
    switch compression {
    case .gzip:
      var stream = GzipStream(bytes, limit: limit)
      return try drain(&stream, take)
    case .zlib:
      var stream = Inflater(bytes, .zlib, limit: limit)
      return try drain(&stream, take)
    case .zstd, .xz, .bzip2, .lz4, .lzma:
      var stream = try LibArchiveStream(bytes, compression)
      return try drain(&stream, take)
    }
  }

  private func drain(
    _ stream: inout some PackedStream & ~Copyable,
    _ take: (UnsafeRawBufferPointer, Int) throws(ParseError) -> Bool
  ) throws(ParseError) -> Int {
    var released = 0
    while let block = try stream.next(), try take(block, bytes.offset + stream.consumed) {
      guard stream.consumed - released >= CompressedFile.releasedBytes else { continue }
      bytes.releasePages(released..<stream.consumed)
      released = stream.consumed
    }
    bytes.releasePages()
    return stream.consumed
  }
}
