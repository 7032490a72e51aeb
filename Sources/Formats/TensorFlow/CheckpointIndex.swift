public import Bytes

/// The index of a TensorFlow checkpoint: which tensor lies where in which data file.
///
/// Layout (a table of LevelDB): blocks of entries, then a footer of 48 bytes with the places of
/// the metaindex and the index block, and a signature. A block: entries (shared, unshared and
/// value length as varints, rest of the key, value), restarts, their number; then a type 1 and a
/// checksum 4. The value of the empty key is a `BundleHeaderProto`, all others are
/// `BundleEntryProto` (tensorflow/core/protobuf/tensor_bundle.proto).
public struct CheckpointIndex: Sendable {
  /// A tensor's place.
  public struct Entry: Sendable {
    /// The tensor's name.
    public let name: String
    /// The number of its data file.
    public let shard: Int
    /// Its bytes there.
    public let range: Range<Int>
    /// Whether the tensor is cut into slices, which have entries of their own.
    public let isSliced: Bool
  }

  /// The number of data files.
  public private(set) var shardCount = 0
  /// The tensors in order of their names.
  public private(set) var entries: [Entry] = []

  /// Reads the index.
  ///
  /// - Throws: `ParseError` for bytes that are no such table, `unsupported` for packed blocks.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var footer = ByteReader(bytes.suffix(48))
    _ = try footer.readVarint("the metaindex")
    _ = try footer.readVarint("the metaindex")
    let index = try Self.readPlace(&footer)
    for block in try Self.entries(of: index, in: bytes) {
      var reader = ByteReader(block.value)
      for entry in try Self.entries(of: Self.readPlace(&reader), in: bytes) {
        guard entries.count < limits.graphNodes else {
          throw ParseError(
            .limit, at: entry.value.offset, expected: "at most \(limits.graphNodes) tensors",
            found: "more")
        }
        try add(entry.key, entry.value)
      }
    }
  }

  private mutating func add(_ key: [UInt8], _ value: ByteSlice) throws(ParseError) {
    var fields = ProtobufReader(value)
    guard !key.isEmpty else {
      while let field = try fields.next() {
        if field.number == 1 { shardCount = try field.integer("the number of files") }
      }
      return
    }
    var (shard, offset, size, isSliced) = (0, 0, 0, false)
    while let field = try fields.next() {
      switch field.number {
      case 3: shard = try field.integer("a file")
      case 4: offset = try field.integer("an offset")
      case 5: size = try field.integer("a size")
      case 7: isSliced = true
      default: break
      }
    }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard offset >= 0, size >= 0, !overflow else {
      throw ParseError(
        at: value.offset, expected: "an offset and a size", found: "\(offset) and \(size)")
    }
    entries.append(
      Entry(
        name: String(decoding: key, as: UTF8.self), shard: shard, range: offset..<end,
        isSliced: isSliced))
  }

  private static func readPlace(_ reader: inout ByteReader) throws(ParseError) -> Range<Int> {
    let start = reader.offset
    let offset = Int(truncatingIfNeeded: try reader.readVarint("a block's offset"))
    let size = Int(truncatingIfNeeded: try reader.readVarint("a block's size"))
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard offset >= 0, size >= 4, !overflow else {
      throw ParseError(at: start, expected: "a block", found: "\(size) bytes at \(offset)")
    }
    return offset..<end
  }

  private static func entries(
    of place: Range<Int>, in bytes: ByteSlice
  ) throws(ParseError) -> [(key: [UInt8], value: ByteSlice)] {
    let block = try bytes.slice(place)
    let type = try bytes.slice(place.upperBound..<place.upperBound + 1)[0]
    guard type == 0 else {
      throw ParseError(
        .unsupported, at: block.offset, expected: "a block that is not packed",
        found: "type \(type)")
    }
    let restarts = Int(block.suffix(4).integers(UInt32.self)[0])
    guard restarts <= (block.count - 4) / 4 else {
      throw ParseError(at: block.offset, expected: "restarts in the block", found: "\(restarts)")
    }
    var reader = ByteReader(block.prefix(block.count - 4 - 4 * restarts))
    var key: [UInt8] = []
    var entries: [(key: [UInt8], value: ByteSlice)] = []
    while !reader.isAtEnd {
      let shared = try reader.readVarint("a key's shared bytes")
      let rest = try reader.readVarint("a key's length")
      let size = try reader.readVarint("a value's length")
      guard shared <= UInt64(key.count), rest <= UInt64(reader.remaining),
        size <= UInt64(reader.remaining), shared + rest <= 65_536
      else { throw reader.malformed(expected: "an entry in its block", found: "a longer one") }
      key = Array(key.prefix(Int(shared))) + (try reader.read(Int(rest), "a key")).array
      entries.append((key, try reader.read(Int(size), "a value")))
    }
    return entries
  }
}
