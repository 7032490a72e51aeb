/// Builds tar archives block by block, honest ones and those that no honest program writes.
public struct TarBuilder {
  /// The fields of a header block.
  public struct Header {
    /// The name field's bytes; cut at 100.
    public var name: [UInt8]
    /// The type byte.
    public var type: Unicode.Scalar = "0"
    /// The size that the header claims.
    public var size: Int
    /// The permission bits.
    public var mode = 0o644
    /// The target of a link.
    public var linkName: [UInt8] = []
    /// Eight bytes of magic and version.
    public var magic: [UInt8] = Array("ustar\u{0}00".utf8)
    /// The prefix field's bytes.
    public var prefix: [UInt8] = []
    /// Added to the right checksum.
    public var checksumError = 0
    /// Bytes put at places of the block before the checksum is computed.
    public var patches: [(place: Int, bytes: [UInt8])] = []
  }

  /// The blocks so far.
  public private(set) var blocks: [UInt8] = []

  /// No members.
  public init() {}

  /// Adds a header and the bytes that follow it.
  public mutating func add(
    _ name: String, _ content: [UInt8] = [], type: Unicode.Scalar = "0",
    _ change: (inout Header) -> Void = { _ in }
  ) {
    var header = Header(name: Array(name.utf8), type: type, size: content.count)
    change(&header)
    add(raw: TarBuilder.block(header))
    add(raw: content + [UInt8](repeating: 0, count: -content.count & 511))
  }

  /// Adds bytes as they are.
  public mutating func add(raw bytes: [UInt8]) {
    blocks += bytes
  }

  /// Adds a pax header for the next member, or with type `g` for all that follow.
  public mutating func pax(_ records: [(String, String)], type: Unicode.Scalar = "x") {
    add("PaxHeader", records.flatMap { TarBuilder.record($0.0, Array($0.1.utf8)) }, type: type)
  }

  /// Adds a GNU header with the next member's long name (`L`) or link target (`K`).
  public mutating func gnuLong(_ text: String, type: Unicode.Scalar = "L") {
    add("././@LongLink", Array(text.utf8) + [0], type: type) {
      $0.magic = Array("ustar  \u{0}".utf8)
    }
  }

  /// The archive: the blocks and the end marker.
  public var bytes: [UInt8] { blocks + [UInt8](repeating: 0, count: 1024) }

  /// The archive of one member.
  public static func one(
    _ name: String, _ content: [UInt8] = [], type: Unicode.Scalar = "0",
    _ change: (inout Header) -> Void = { _ in }
  ) -> [UInt8] {
    var builder = TarBuilder()
    builder.add(name, content, type: type, change)
    return builder.bytes
  }

  /// A pax record.
  public static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let body = Array(" \(key)=".utf8) + value + [0x0a]
    var length = body.count
    while "\(length)".utf8.count + body.count != length { length += 1 }
    return Array("\(length)".utf8) + body
  }

  private static func block(_ header: Header) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Collection<UInt8>, at place: Int) {
      block.replaceSubrange(place..<(place + bytes.count), with: bytes)
    }
    put(header.name.prefix(100), at: 0)
    put(octal(header.mode, 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(octal(header.size, 11), at: 124)
    put(octal(0, 11), at: 136)
    put([UInt8](repeating: 0x20, count: 8), at: 148)
    put(String(header.type).utf8.prefix(1), at: 156)
    put(header.linkName.prefix(100), at: 157)
    put(header.magic, at: 257)
    put(header.prefix.prefix(155), at: 345)
    for patch in header.patches { put(patch.bytes, at: patch.place) }
    let sum = block.reduce(0) { $0 + Int($1) } + header.checksumError
    put(octal(sum, 6) + [0], at: 148)
    return block
  }

  private static func octal(_ value: Int, _ digits: Int) -> [UInt8] {
    (0..<digits).reversed().map { 0x30 + UInt8(value >> (3 * $0) & 7) }
  }
}
