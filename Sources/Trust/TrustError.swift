import Bytes

/// Why a key could not be made, read, written or used.
public struct TrustError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, for callers that act on it.
  public enum Kind: Sendable, Equatable {
    /// The bytes are no usable Ed25519 public key.
    case invalidKey
    /// The text is no secret key file of a known version.
    case malformedKeyFile
    /// The key file is encrypted and no passphrase was given, or the reverse.
    case passphraseMismatch
    /// The passphrase does not open the key file, or the file was altered.
    case wrongPassphrase
    /// Others than the owner may read the key file.
    case exposedKeyFile
    /// The bytes are no state file that this program has written.
    case malformedStateFile
    /// The system could not read or write a file.
    case file
    /// Not enough memory or randomness.
    case resources
  }

  /// What went wrong.
  public let kind: Kind
  /// The path or key at fault; empty when there is none.
  public let subject: String
  /// What is wrong, in lower case without a full stop.
  public let message: String
  /// What the user can do.
  public let help: String?

  /// Creates an error.
  public init(_ kind: Kind, _ subject: String, _ message: String, help: String? = nil) {
    self.kind = kind
    self.subject = subject
    self.message = message
    self.help = help
  }

  /// The error of a system call on a file that holds a secret.
  init(_ error: FileError) {
    self.init(.file, error.path, "cannot \(error.action): \(error.reason)")
  }

  /// One line: the subject and what is wrong with it.
  public var description: String { subject.isEmpty ? message : "\(subject): \(message)" }
}
