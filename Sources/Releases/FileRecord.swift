public import Bytes

/// What a lock says about a file: whether it may be started. Other permissions are the system's
/// business and differ from one unpacking to the next.
public enum FileMode: String, Sendable {
  case regular = "0644"
  case executable = "0755"

  /// The mode that stands for these permission bits: executable when the owner may execute.
  public init(permissions: some BinaryInteger) {
    self = permissions & 0o100 == 0 ? .regular : .executable
  }
}

/// One file of a release, as a lock or a statement pins it.
public struct FileRecord: Sendable, Equatable {
  /// The path in the release.
  public let path: String
  /// SHA-256 of the content.
  public let digest: Digest
  /// The number of bytes.
  public let size: Int
  /// Whether it may be started.
  public let mode: FileMode

  /// Creates a record.
  public init(path: String, digest: Digest, size: Int, mode: FileMode) {
    self.path = path
    self.digest = digest
    self.size = size
    self.mode = mode
  }
}
