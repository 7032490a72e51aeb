public import Bytes

/// An Ed25519 public key (RFC 8032) under which a signature can have only one author.
///
/// Small-order points, points outside the prime-order group and non-canonical encodings are
/// refused when the key is made: under some of them anybody can sign anything.
public struct PublicKey: Hashable, Sendable {
  /// The 32 bytes of the compressed point.
  public let bytes: [UInt8]

  private static let prefix = "ed25519:"

  /// The key with the given 32 bytes.
  ///
  /// - Throws: `TrustError` when they are no canonical point of the prime-order group.
  public init(bytes: [UInt8]) throws(TrustError) {
    guard bytes.count == Sodium.publicKeyBytes else {
      throw TrustError(
        .invalidKey, "public key",
        "expected \(Sodium.publicKeyBytes) bytes, found \(bytes.count)")
    }
    guard try Sodium.isValidPoint(bytes) else {
      throw TrustError(
        .invalidKey, PublicKey.prefix + Base64.encode(bytes),
        "not a point of Ed25519's prime-order group in canonical form")
    }
    self.bytes = bytes
  }

  /// The key written `ed25519:` and 32 bytes in standard base64 with padding.
  public init(_ text: String) throws(TrustError) {
    guard text.hasPrefix(PublicKey.prefix) else {
      throw TrustError(.invalidKey, safeText(text), "expected \(PublicKey.prefix) and base64")
    }
    let encoded = String(text.dropFirst(PublicKey.prefix.count))
    guard let bytes = Base64.decode(encoded), Base64.encode(bytes) == encoded else {
      throw TrustError(.invalidKey, safeText(text), "expected standard base64 with padding")
    }
    try self.init(bytes: bytes)
  }

  /// SHA-256 of the 32 bytes in base64: short enough to read aloud, and the `keyid` of our
  /// signatures.
  public var fingerprint: String { Base64.encode(Digest(of: ByteSlice(bytes)).bytes) }

  /// The fingerprint in groups of four characters, for people who compare two of them.
  public var groupedFingerprint: String {
    let characters = Array(fingerprint)
    return stride(from: 0, to: characters.count, by: 4)
      .map { String(characters[$0..<min($0 + 4, characters.count)]) }
      .joined(separator: " ")
  }

  /// Whether the holder of the secret key made the signature over exactly this message
  /// (RFC 8032, section 5.1.7; S >= L is refused, so that a signature has one form).
  public func verifies(_ signature: [UInt8], of message: ByteSlice) -> Bool {
    Sodium.verify(signature, message, self)
  }
}

extension PublicKey: CustomStringConvertible {
  /// The key written `ed25519:` and base64, as trust files have it.
  public var description: String { PublicKey.prefix + Base64.encode(bytes) }
}
