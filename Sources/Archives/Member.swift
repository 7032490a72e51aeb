public import Bytes

/// One file of a release: its path, its bytes and what it may be used for.
public struct Member: Sendable {
  /// The two modes that a release knows.
  public enum Mode: String, Sendable, CaseIterable {
    /// A file to read.
    case plain = "0644"
    /// A file to run.
    case executable = "0755"

    /// The mode of a file that its owner may or may not run.
    init(bits: UInt32) {
      self = bits & 0o100 == 0 ? .plain : .executable
    }

    /// The permission bits.
    public var bits: UInt32 {
      switch self {
      case .plain: 0o644
      case .executable: 0o755
      }
    }
  }

  /// Where the member stands below the release's root.
  public let path: MemberPath
  /// The content; its offsets count from 0.
  public let bytes: ByteSlice
  /// What the file may be used for.
  public let mode: Mode
  /// SHA-256 of the content: computed when it is asked, and once.
  public var digest: Digest { Digest(of: bytes) }
  /// The number of bytes.
  public var size: Int { bytes.count }

  /// Makes a member.
  public init(_ path: MemberPath, _ bytes: ByteSlice, mode: Mode = .plain) {
    self.path = path
    self.bytes = bytes.asFile()
    self.mode = mode
  }
}
