public import Bytes
import CZlib

// The only file that calls zlib: inflation under a limit, deflation, CRC-32.

/// DEFLATE (RFC 1951), bare or in a zlib stream (RFC 1950).
public enum Deflate {
  /// What stands around the compressed blocks.
  public enum Wrapper: Sendable {
    /// Nothing, as in a zip archive.
    case none
    /// A zlib header and an Adler-32 checksum, as in HDF5 and PNG.
    case zlib
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
    return buffer.finish()
  }

  /// A bare stream for the bytes: the same on every run of one zlib version.
  static func deflate(_ bytes: ByteSlice, level: CInt = 9) -> ByteSlice {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    let started = deflateInit2_(
      stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "zlib cannot start: \(started)")
    defer { deflateEnd(stream) }
    var buffer = ByteBuffer()
    var block = [UInt8](repeating: 0, count: Inflater.blockBytes)
    var consumed = 0
    var status = Z_OK
    while status != Z_STREAM_END {
      let produced = bytes.withUnsafeBytes { input in
        block.withUnsafeMutableBytes { output in
          let offered = Swift.min(bytes.count - consumed, Inflater.inputBytes)
          stream.point(input, from: consumed, count: offered, at: output)
          status = CZlib.deflate(stream, offered == bytes.count - consumed ? Z_FINISH : Z_NO_FLUSH)
          consumed += offered - Int(stream.pointee.avail_in)
          return output.count - Int(stream.pointee.avail_out)
        }
      }
      precondition(status == Z_OK || status == Z_STREAM_END, "zlib fails to deflate: \(status)")
      block.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0[..<produced])) }
    }
    return buffer.finish()
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
  private var consumed = 0
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
      stream, wrapper == .zlib ? MAX_WBITS : -MAX_WBITS, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
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

  /// The next bytes, valid until the next call; nil after the last.
  ///
  /// - Throws: `ParseError` as `Deflate.inflate` does.
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
    case Z_STREAM_END:
      isFinished = true
      guard consumed == packed.count else {
        throw malformed(
          expected: "the end of the deflate stream", found: "\(packed.count - consumed) more bytes")
      }
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

/// The checksum CRC-32 of zip and gzip (ITU-T V.42).
public struct CRC32: Sendable {
  /// The checksum of the bytes so far.
  public private(set) var value: UInt32 = 0

  /// Starts with no bytes.
  public init() {}

  /// The checksum of the bytes.
  public init(of bytes: ByteSlice) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds the bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
  }
}
