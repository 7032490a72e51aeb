import CZlib

/// Builds zip archives, honest ones and every lie about them: each field of the local header and
/// of the directory can be overridden on its own.
public struct ZipBuilder {
  /// The fields that local header and directory share.
  public struct Header {
    /// The name's bytes.
    public var name: [UInt8]
    /// The general purpose flags.
    public var flags: UInt16 = 0
    /// The method's number.
    public var method: UInt16
    /// CRC-32.
    public var checksum: UInt32
    /// The number of packed bytes.
    public var packedSize: UInt32
    /// The number of unpacked bytes.
    public var size: UInt32
    /// Records of id, length and bytes.
    public var extra: [UInt8] = []
    /// The version of the format that is needed, in tenths.
    public var version: UInt8 = 20
  }

  /// One member.
  public struct Member {
    /// The local header; nil for none.
    public var local: Header?
    /// The header in the directory; nil for none.
    public var directory: Header?
    /// The packed bytes.
    public var packed: [UInt8]
    /// Bytes before the local header.
    public var before: [UInt8] = []
    /// Bytes after the data, such as a data descriptor.
    public var after: [UInt8] = []
    /// Modes in the high half, DOS attributes in the low byte.
    public var externalAttributes: UInt32 = 0o100644 << 16
    /// The offset in the directory; nil for the true one.
    public var offset: UInt32?

    /// Changes the same field of both headers.
    public mutating func both(_ change: (inout Header) -> Void) {
      if var header = local {
        change(&header)
        local = header
      }
      if var header = directory {
        change(&header)
        directory = header
      }
    }

    /// Moves checksum and sizes behind the data, as streaming writers do.
    public mutating func useDescriptor(signature: Bool = true, width: Int = 4) {
      both { $0.flags |= 8 }
      guard let header = directory else { return }
      local?.checksum = 0
      local?.packedSize = 0
      local?.size = 0
      after =
        (signature ? [0x50, 0x4b, 7, 8] : []) + little(UInt64(header.checksum), 4)
        + little(UInt64(header.packedSize), width) + little(UInt64(header.size), width)
    }
  }

  /// Bytes before the archive.
  public var prefix: [UInt8] = []
  /// Whether the offsets count from the file's first byte, `prefix` included.
  public var offsetsIncludePrefix = false
  /// Bytes between the last member and the directory.
  public var beforeDirectory: [UInt8] = []
  /// Bytes between the directory and the end record.
  public var beforeEnd: [UInt8] = []
  /// The archive's comment.
  public var comment: [UInt8] = []
  /// Bytes after the end record.
  public var suffix: [UInt8] = []
  /// The number of members in the end record; nil for the true one.
  public var count: UInt16?
  /// Whether the end record has its zip64 form.
  public var zip64 = false
  /// The number of members in the zip64 record; nil for the true one.
  public var zip64Count: UInt64?
  private var members: [Member] = []

  /// No members.
  public init() {}

  /// Adds a member and lets `change` lie about it.
  public mutating func add(
    _ name: String, _ content: [UInt8], deflated: Bool = false,
    _ change: (inout Member) -> Void = { _ in }
  ) {
    let packed = deflated ? deflate(content) : content
    let header = Header(
      name: Array(name.utf8), flags: name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 0x800,
      method: deflated ? 8 : 0, checksum: checksum(content), packedSize: UInt32(packed.count),
      size: UInt32(content.count))
    var member = Member(local: header, directory: header, packed: packed)
    change(&member)
    members.append(member)
  }

  /// The archive of one member.
  public static func one(
    _ name: String, _ content: [UInt8], deflated: Bool = false,
    _ change: (inout Member) -> Void = { _ in }
  ) -> [UInt8] {
    var builder = ZipBuilder()
    builder.add(name, content, deflated: deflated, change)
    return builder.bytes
  }

  /// The archive.
  public var bytes: [UInt8] {
    var file = prefix
    let base = offsetsIncludePrefix ? 0 : prefix.count
    var directory: [UInt8] = []
    var listed = 0
    for member in members {
      file += member.before
      let offset = member.offset ?? UInt32(file.count - base)
      if let local = member.local {
        file += [0x50, 0x4b, 3, 4, local.version, 0] + fields(local) + local.name + local.extra
      }
      file += member.packed + member.after
      guard let header = member.directory else { continue }
      listed += 1
      directory += [0x50, 0x4b, 1, 2, 20, 3, header.version, 0] + fields(header)
      directory += [0, 0, 0, 0, 0, 0] + little(UInt64(member.externalAttributes), 4)
      directory += little(UInt64(offset), 4) + header.name + header.extra
    }
    file += beforeDirectory
    let start = file.count - base
    file += directory + beforeEnd
    if zip64 {
      let record = file.count - base
      file += [0x50, 0x4b, 6, 6] + little(44, 8) + [45, 3, 45, 0] + little(0, 8)
      file += little(zip64Count ?? UInt64(listed), 8) + little(zip64Count ?? UInt64(listed), 8)
      file += little(UInt64(directory.count), 8) + little(UInt64(start), 8)
      file += [0x50, 0x4b, 6, 7, 0, 0, 0, 0] + little(UInt64(record), 8) + [1, 0, 0, 0]
    }
    let counted = little(UInt64(count ?? UInt16(listed)), 2)
    file += [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + counted + counted
    file += little(UInt64(directory.count), 4) + little(UInt64(start), 4)
    file += little(UInt64(comment.count), 2) + comment + suffix
    return file
  }

  private func fields(_ header: Header) -> [UInt8] {
    little(UInt64(header.flags), 2) + little(UInt64(header.method), 2) + [0, 0, 0x21, 0]
      + little(UInt64(header.checksum), 4) + little(UInt64(header.packedSize), 4)
      + little(UInt64(header.size), 4) + little(UInt64(header.name.count), 2)
      + little(UInt64(header.extra.count), 2)
  }

  /// A bare deflate stream.
  private func deflate(_ content: [UInt8]) -> [UInt8] {
    var length = compressBound(UInt(content.count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    let status = compress2(&packed, &length, content, UInt(content.count), 9)
    precondition(status == Z_OK)
    // Without the zlib header and checksum around the stream.
    return Array(packed[2..<(Int(length) - 4)])
  }

  private func checksum(_ content: [UInt8]) -> UInt32 {
    UInt32(crc32(0, content, UInt32(content.count)))
  }
}

/// The lowest `width` bytes, lowest first.
public func little(_ value: UInt64, _ width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
}
