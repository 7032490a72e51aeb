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
  }

  /// What disagrees.
  public let kind: Kind
  /// The byte of the archive.
  public let offset: Int
  /// What stands there, in lower case; names in it are not escaped.
  public let text: String
  /// The member concerned, where it is one.
  public let name: [UInt8]?

  init(_ kind: Kind, at offset: Int, of name: [UInt8]? = nil, _ text: String) {
    self.kind = kind
    self.offset = offset
    self.name = name
    self.text = text
  }
}
