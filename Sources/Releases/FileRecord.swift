public import Archives
public import Bytes

/// One file of a release, as a lock or a statement pins it.
public struct FileRecord: Sendable, Equatable {
  /// The path in the release.
  public let path: String
  /// SHA-256 of the content.
  public let digest: Digest
  /// The number of bytes.
  public let size: Int
  /// Whether it may be started.
  public let mode: Member.Mode

  /// Creates a record.
  public init(path: String, digest: Digest, size: Int, mode: Member.Mode) {
    self.path = path
    self.digest = digest
    self.size = size
    self.mode = mode
  }

  /// The record of a member.
  public init(_ member: Member) {
    self.init(
      path: member.path.text, digest: member.digest, size: member.size, mode: member.mode)
  }
}
