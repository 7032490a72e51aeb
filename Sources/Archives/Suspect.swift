public import Bytes

/// Bytes that some reader gets from an archive and its own truth denies: a member whose checksum
/// is wrong, that is said to be encrypted, or whose name may not be used.
///
/// They are scanned, and never unpacked, locked or run.
public struct Suspect: Sendable {
  /// The name that a reader would give them; untrusted.
  public let name: String
  /// The content; its offsets count from 0.
  public let bytes: ByteSlice
}
