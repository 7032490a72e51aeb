import Bytes

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
      guard FileKind(of: packed.suffix(packed.count - consumed).prefix(2)) == .gzip else {
        return nil
      }
      inflater.restart()
    }
  }
}
