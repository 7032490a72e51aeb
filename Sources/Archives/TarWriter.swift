import Bytes

/// The blocks of a tar archive: ustar, with a pax header before a member that ustar has no room
/// for.
enum TarWriter {
  /// The largest number that eleven octal digits hold.
  private static let longestSize = 1 << 33 - 1

  /// Two blocks of zeros.
  static let end = [UInt8](repeating: 0, count: 2 * TarHeader.blockBytes)

  /// What fills the last block of a member.
  static func padding(after size: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: -size & (TarHeader.blockBytes - 1))
  }

  /// The header of a member, and the pax header before it where one is needed.
  static func headers(of member: Member, time: Int) -> [UInt8] {
    let path = Array(member.path.text.utf8)
    let mode = Int(member.mode.bits)
    let names = split(path)
    var records: [UInt8] = []
    if names == nil { records += record("path", path) }
    if member.size > longestSize { records += record("size", Array("\(member.size)".utf8)) }
    var blocks: [UInt8] = []
    if !records.isEmpty {
      let own = (prefix: [UInt8](), name: Array("././@PaxHeader".utf8))
      blocks += header(own, type: "x", size: records.count, mode: 0o644, time: time)
      blocks += records + padding(after: records.count)
    }
    let size = member.size > longestSize ? 0 : member.size
    let name = names ?? (prefix: [], name: Array(path.prefix(100)))
    return blocks + header(name, type: "0", size: size, mode: mode, time: time)
  }

  /// The path at a slash between a prefix of up to 155 bytes and a name of up to 100.
  private static func split(_ path: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
    guard path.count > 100 else { return ([], path) }
    let slash = path.indices.first {
      path[$0] == UInt8(ascii: "/") && path.count - $0 - 1 <= 100 && $0 <= 155
    }
    return slash.map { (Array(path[..<$0]), Array(path[($0 + 1)...])) }
  }

  /// `LENGTH KEY=VALUE\n`, where the length counts its own digits.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let body = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = body.count + 1
    while "\(length)".utf8.count + body.count != length { length += 1 }
    return Array("\(length)".utf8) + body
  }

  private static func header(
    _ names: (prefix: [UInt8], name: [UInt8]), type: Unicode.Scalar, size: Int, mode: Int,
    time: Int
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: TarHeader.blockBytes)
    func put(_ bytes: [UInt8], at place: Int) {
      block.replaceSubrange(place..<(place + bytes.count), with: bytes)
    }
    put(names.name, at: 0)
    put(octal(mode, 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(octal(size, 11), at: 124)
    put(octal(min(time, longestSize), 11), at: 136)
    put(Array("        ".utf8), at: 148)
    put([UInt8(ascii: type)], at: 156)
    put(Array("ustar\u{0}00".utf8), at: 257)
    put(octal(0, 7), at: 329)
    put(octal(0, 7), at: 337)
    put(names.prefix, at: 345)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6) + [0], at: 148)
    return block
  }

  private static func octal(_ value: Int, _ digits: Int) -> [UInt8] {
    (0..<digits).reversed().map { UInt8(ascii: "0") + UInt8(value >> (3 * $0) & 7) }
  }
}
