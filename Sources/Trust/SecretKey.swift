public import Bytes

/// An Ed25519 secret key in locked memory; it cannot be copied, and is wiped when it ends.
public struct SecretKey: ~Copyable {
  /// libsodium's form: the seed, then the public key.
  private let bytes: SecretBytes
  /// The public half.
  public let publicKey: PublicKey

  /// The key of a 32-byte seed (RFC 8032, section 5.1.5).
  public init(seed: borrowing SecretBytes) throws(TrustError) {
    guard seed.count == Sodium.seedBytes else {
      throw TrustError(
        .invalidKey, "secret key", "expected a seed of \(Sodium.seedBytes) bytes")
    }
    let secretKey = try Sodium.secretKey(seed: seed)
    publicKey = try PublicKey(bytes: Sodium.publicKey(of: secretKey))
    bytes = secretKey
  }

  /// A new key from the system's randomness.
  public static func generate() throws(TrustError) -> SecretKey {
    try SecretKey(seed: SecretBytes(randomCount: Sodium.seedBytes))
  }

  /// The seed, for the key file.
  func seed() throws(TrustError) -> SecretBytes { try Sodium.seed(of: bytes) }

  /// The 64-byte signature of the message (RFC 8032, section 5.1.6): always the same one.
  public func signature(of message: ByteSlice) -> [UInt8] { Sodium.sign(message, bytes) }
}
