import Bytes

/// Whose OpenSSF model signatures count.
public enum OMSAuthority: Sendable {
  /// Those by one key.
  case key(VerificationKey)
  /// Those by a key whose certificate leads to one of these.
  case anchors(TrustAnchors)
}

/// Who made a model signature, as reports name them.
public struct OMSSigner: Sendable, Equatable {
  /// The key's short name, or the subject of its certificate; unescaped.
  public let owner: String
  /// The key's hint, or the SHA-256 of the certificate in hexadecimal.
  public let key: String

  init(_ key: VerificationKey) {
    owner = "oms:\(key.name.prefix(12))"
    self.key = key.name
  }

  init(_ certificate: X509Certificate) {
    owner = "oms:\(certificate.name)"
    key = certificate.fingerprint.hexadecimal
  }
}
