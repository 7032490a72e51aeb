public import Bytes

/// How a key is written.
public enum KeyFormat: String, Sendable, CaseIterable {
  /// Proofmark's own: `ed25519:` and base64, secret keys under argon2id.
  case proofmark
  /// SubjectPublicKeyInfo and PKCS#8 as OpenSSL writes them (RFC 8410, RFC 7468).
  case pem
  /// 32 bytes; of a secret key the seed, with or without the public key after it.
  case raw
  /// One line with the public key, `openssh-key-v1` with the secret one.
  case openssh
  /// minisign's; signify's public keys are the same.
  case minisign
}

extension PublicKey {
  /// The longest public key file that is read.
  public static let fileLimit = 16 << 10
  // SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410, section 4).
  static let subjectPublicKeyInfoHead: [UInt8] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]

  /// The key of a public key file in any format, and the format.
  ///
  /// - Throws: `TrustError` for anything but exactly one Ed25519 key.
  public static func read(
    _ file: ByteSlice, name: String
  ) throws(TrustError) -> (key: PublicKey, format: KeyFormat) {
    guard file.count <= fileLimit else {
      throw TrustError(.invalidKey, name, "longer than \(fileLimit) bytes")
    }
    if file.count == 32 { return (try PublicKey(bytes: file.array), .raw) }
    guard let text = file.utf8 else {
      throw TrustError(.invalidKey, name, "no public key: not text, and not 32 bytes")
    }
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    if text.hasPrefix("-----BEGIN ") {
      guard case .ed25519(let key) = try VerificationKey(pem: file, name: name) else {
        throw TrustError(.invalidKey, name, "the key is not one of Ed25519")
      }
      return (key, .pem)
    }
    if text.hasPrefix("untrusted comment:") {
      return (try MinisignPublicKey(parsing: file, name: name).key, .minisign)
    }
    guard lines.count == 1, let line = lines.first else {
      throw TrustError(.invalidKey, name, "expected one public key")
    }
    if line.hasPrefix("ed25519:") { return (try PublicKey(line), .proofmark) }
    if line.hasPrefix(SSHWire.keyType + " ") {
      return (try PublicKey(sshLine: line, name: name), .openssh)
    }
    throw TrustError(
      .invalidKey, name, "in none of the known forms",
      help: "known: ed25519:BASE64, PEM, an ssh-ed25519 line, minisign's file, 32 raw bytes")
  }

  /// The key of a line `ssh-ed25519 BASE64 COMMENT`.
  init(sshLine line: String, name: String) throws(TrustError) {
    let fields = line.split(separator: " ", maxSplits: 2)
    guard fields.count >= 2, fields[0] == SSHWire.keyType,
      let blob = Base64.decode(String(fields[1]))
    else { throw TrustError(.invalidKey, name, "expected \(SSHWire.keyType) and base64") }
    do {
      self = try ByteReader.sshPublicKey(in: ByteSlice(blob))
    } catch {
      throw TrustError(.invalidKey, name, error.reason)
    }
  }

  /// The key in a format: the bytes of a public key file.
  public func file(_ format: KeyFormat) -> [UInt8] {
    switch format {
    case .proofmark: Array("\(self)\n".utf8)
    case .raw: bytes
    case .openssh:
      Array("\(SSHWire.keyType) \(Base64.encode(SSHWire.blob(of: self)))\n".utf8)
    case .minisign: Array(MinisignPublicKey(self).text.utf8)
    case .pem:
      // 44 bytes make 60 digits: one line.
      Array(
        """
        -----BEGIN PUBLIC KEY-----
        \(Base64.encode(PublicKey.subjectPublicKeyInfoHead + bytes))
        -----END PUBLIC KEY-----

        """.utf8)
    }
  }
}
