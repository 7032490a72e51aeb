public import Bytes
import CZlib

// The only file that calls zlib: inflation under a limit, and deflation.

/// DEFLATE (RFC 1951), bare, in a zlib stream (RFC 1950) or in a gzip member (RFC 1952).
public enum Deflate {
  /// What stands around the compressed blocks.
  public enum Wrapper: Sendable {
    /// Nothing, as in a zip archive.
    case none
    /// A zlib header and an Adler-32 checksum, as in HDF5 and PNG.
    case zlib
    /// A gzip header, CRC-32 and length.
    case gzip

    /// How zlib is told: the window's bits, negated for nothing, 16 added for gzip.
    fileprivate var windowBits: CInt {
      switch self {
      case .none: -MAX_WBITS
      case .zlib: MAX_WBITS
      case .gzip: MAX_WBITS + 16
      }
    }
  }

  /// The bytes that `packed` stands for.
  ///
  /// - Throws: `ParseError` when the stream is damaged, ends early, has bytes after its end, or
  ///   gives more than `limit` bytes. Memory follows what was produced, never what was claimed.
  public static func inflate(
    _ packed: ByteSlice, _ wrapper: Wrapper = .none, limit: Int
  ) throws(ParseError) -> ByteSlice {
    var inflater = Inflater(packed, wrapper, limit: limit)
    var buffer = ByteBuffer()
    while let block = try inflater.next() { buffer.append(block) }
    try inflater.demandEnd()
    return buffer.finish()
  }

  /// A bare stream for the bytes: the same on every run of one zlib version.
  static func deflate(_ bytes: ByteSlice) -> ByteSlice {
    var deflater = Deflater(.none)
    var buffer = ByteBuffer()
    buffer.append(deflater.compress(bytes))
    buffer.append(deflater.finish())
    return buffer.finish()
  }
}

/// Deflates a stream piece by piece, at the highest level.
struct Deflater: Compressor, ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ wrapper: Deflate.Wrapper) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let started = deflateInit2_(
      stream, Z_BEST_COMPRESSION, Z_DEFLATED, wrapper.windowBits, 8, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "zlib cannot start: \(started)")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Adds bytes, and gives what they became so far.
  mutating func compress(_ bytes: ByteSlice) -> [UInt8] {
    var packed: [UInt8] = []
    var rest = bytes
    while !rest.isEmpty {
      let step = rest.prefix(Inflater.inputBytes)
      run(step, Z_NO_FLUSH, into: &packed)
      rest = rest.suffix(rest.count - step.count)
    }
    return packed
  }

  /// Ends the stream.
  mutating func finish() -> [UInt8] {
    var packed: [UInt8] = []
    run(.empty, Z_FINISH, into: &packed)
    return packed
  }

  /// Calls zlib until it has taken all bytes and has nothing more to give.
  private mutating func run(_ bytes: ByteSlice, _ flush: CInt, into packed: inout [UInt8]) {
    var block = [UInt8](repeating: 0, count: Inflater.blockBytes)
    var consumed = 0
    var isFull = true
    while isFull {
      let produced = bytes.withUnsafeBytes { input in
        block.withUnsafeMutableBytes { output in
          let offered = bytes.count - consumed
          stream.point(input, from: consumed, count: offered, at: output)
          let status = CZlib.deflate(stream, flush)
          precondition(status != Z_STREAM_ERROR, "zlib cannot deflate")
          consumed += offered - Int(stream.pointee.avail_in)
          return output.count - Int(stream.pointee.avail_out)
        }
      }
      packed += block[..<produced]
      isFull = produced == block.count
    }
  }
}

/// Inflates a stream piece by piece, so that a reader can stop at any limit.
public struct Inflater: ~Copyable {
  static let blockBytes = 1 << 18
  static let inputBytes = 1 << 30

  private let packed: ByteSlice
  private let limit: Int
  // On the heap: zlib's own state keeps the address of this structure.
  private let stream: UnsafeMutablePointer<z_stream>
  private let block: UnsafeMutableRawBufferPointer
  /// The packed bytes taken so far.
  private(set) var consumed = 0
  private var produced = 0
  private var isFinished = false

  /// Starts at the first byte of `packed`.
  public init(_ packed: ByteSlice, _ wrapper: Deflate.Wrapper = .none, limit: Int) {
    self.packed = packed
    self.limit = limit
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    block = .allocate(byteCount: Inflater.blockBytes, alignment: 64)
    let started = inflateInit2_(
      stream, wrapper.windowBits, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "zlib cannot start: \(started)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    block.deallocate()
  }

  private func malformed(expected: String, found: String) -> ParseError {
    ParseError(at: packed.offset + consumed, expected: expected, found: found)
  }

  /// The next bytes, valid until the next call; nil after the last. Bytes after the stream are
  /// left alone.
  ///
  /// - Throws: `ParseError` when the stream is damaged, ends early or passes the limit.
  public mutating func next() throws(ParseError) -> UnsafeRawBufferPointer? {
    guard !isFinished else { return nil }
    let status = packed.withUnsafeBytes { input in
      let offered = Swift.min(packed.count - consumed, Inflater.inputBytes)
      stream.point(input, from: consumed, count: offered, at: block)
      let status = CZlib.inflate(stream, Z_NO_FLUSH)
      consumed += offered - Int(stream.pointee.avail_in)
      return status
    }
    let count = block.count - Int(stream.pointee.avail_out)
    produced += count
    switch status {
    case Z_STREAM_END: isFinished = true
    case Z_OK: break
    case Z_BUF_ERROR:
      throw malformed(expected: "more of the deflate stream", found: "its end")
    case Z_NEED_DICT:
      throw malformed(expected: "a stream without a dictionary", found: "a preset dictionary")
    case Z_MEM_ERROR: preconditionFailure("out of memory in zlib")
    default:
      throw malformed(
        expected: "a deflate stream",
        found: stream.pointee.msg.map { String(cString: $0) } ?? "an error of zlib")
    }
    guard produced <= limit else {
      throw ParseError(
        .limit, at: packed.offset + consumed, expected: "at most \(limit) unpacked bytes",
        found: "more")
    }
    return count > 0 || !isFinished ? UnsafeRawBufferPointer(rebasing: block[..<count]) : nil
  }
}

extension Inflater: PackedStream {
  /// Goes on with another stream that begins where the last one ended.
  mutating func restart() {
    inflateReset(stream)
    isFinished = false
  }

  /// Throws when bytes follow the end of the stream.
  func demandEnd() throws(ParseError) {
    guard consumed == packed.count else {
      throw malformed(
        expected: "the end of the deflate stream", found: "\(packed.count - consumed) more bytes")
    }
  }
}

/// The members of a gzip file one after the other (RFC 1952), each with its checksum and length:
/// libarchive's own filter reads neither.
struct GzipStream: PackedStream, ~Copyable {
  private let packed: ByteSlice
  private var inflater: Inflater

  /// Opens a stream that may give `limit` bytes.
  init(_ packed: ByteSlice, limit: Int) {
    self.packed = packed
    inflater = Inflater(packed, .gzip, limit: limit)
  }

  var consumed: Int { inflater.consumed }

  mutating func next() throws(ParseError) -> UnsafeRawBufferPointer? {
    while true {
      if let block = try inflater.next() { return block }
      guard ArchiveFormat(of: packed.suffix(packed.count - consumed).prefix(2)) == .gzip else {
        return nil
      }
      inflater.restart()
    }
  }
}

extension UnsafeMutablePointer<z_stream> {
  /// Points zlib at the bytes to take and the room to fill.
  fileprivate func point(
    _ input: UnsafeRawBufferPointer, from start: Int, count: Int,
    at output: UnsafeMutableRawBufferPointer
  ) {
    let bytes = input.bindMemory(to: UInt8.self)
    // zlib reads through this pointer and never writes.
    pointee.next_in = bytes.baseAddress.map {
      UnsafeMutablePointer<UInt8>(mutating: $0.advanced(by: start))
    }
    pointee.avail_in = UInt32(count)
    pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    pointee.avail_out = UInt32(output.count)
  }
}
