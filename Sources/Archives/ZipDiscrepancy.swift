/// A place where two readers of one zip archive would see different members (CWE-436).
///
/// Whoever unpacks by the directory and whoever streams over the local headers must find the same
/// archive; attacks on scanners live in the difference.
public struct ZipDiscrepancy: Sendable, Equatable {
  /// What disagrees.
  public enum Kind: Sendable, Equatable {
    /// The end record or its zip64 form has a rival or contradicts the directory.
    case endRecord
    /// The local header or data descriptor is not what the directory says.
    case localHeader
    /// A local header that the directory does not list.
    case hiddenMember
    /// Bytes that belong to no member.
    case gap
    /// Members that share bytes.
    case overlap
    /// Bytes before the archive.
    case prepended
    /// Bytes after the archive.
    case appended
    /// Two members of one name.
    case duplicateName
    /// A name that readers decode in different ways.
    case name
    /// A number by which some readers refuse the member, and others do not look at it.
    case refused
  }

  /// What disagrees.
  public let kind: Kind
  /// The byte of the archive.
  public let offset: Int
  /// What stands there, in lower case; names in it are not escaped.
  public let text: String
  /// The member concerned, where it is one.
  public let name: [UInt8]?

  /// What a reader of the directory sees of the member; nil when it sees none.
  public let directory: ZipEntryView?
  /// What a reader of the local headers sees of the member; nil when it sees none.
  public let local: ZipEntryView?

  init(
    _ kind: Kind, at offset: Int, of name: [UInt8]? = nil, _ text: String,
    directory: ZipEntryView? = nil, local: ZipEntryView? = nil
  ) {
    self.kind = kind
    self.offset = offset
    self.name = name
    self.text = text
    self.directory = directory
    self.local = local
  }

  /// The views that there are, a line for each.
  var evidence: [String] {
    let views = [("directory", directory), ("local header", local)]
    return views.compactMap { reader, view in view.map { "\(reader): \($0)" } }
  }
}

/// What one reader of a zip archive sees of a member.
public struct ZipEntryView: Sendable, Equatable, CustomStringConvertible {
  /// The name's bytes.
  public let nameBytes: [UInt8]
  /// How the bytes are packed.
  public let method: ZipEntry.Method
  /// The general purpose flags.
  public let flags: UInt16
  /// CRC-32 of the unpacked bytes.
  public let checksum: UInt32
  /// The number of packed bytes.
  public let packedSize: Int
  /// The number of unpacked bytes.
  public let size: Int
  /// The place of the local header in the file.
  public let offset: Int

  /// All of it on one line; the name is not escaped.
  public var description: String {
    "\(String(decoding: nameBytes, as: UTF8.self)), size \(size), packed \(packedSize), "
      + "CRC-32 \(hexadecimal(checksum)), method \(method), "
      + "flags 0x\(String(flags, radix: 16)), at byte \(offset)"
  }
}

extension ZipEntry {
  /// The member as the directory shows it.
  var view: ZipEntryView {
    ZipEntryView(
      nameBytes: nameBytes, method: method, flags: flags, checksum: checksum,
      packedSize: packedSize, size: size, offset: headerOffset)
  }
}
