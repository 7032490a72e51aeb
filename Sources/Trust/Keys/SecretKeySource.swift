import Bytes

/// A file with a secret key in any of the formats, read and not yet opened.
public struct SecretKeySource: ~Copyable {
  private enum Content: ~Copyable {
    case own(SecretKeyFile)
    case minisign(MinisignSecretKey)
    case pkcs8(EncryptedPKCS8)
    case seed(SecretBytes)
  }

  /// How the file is written.
  public let format: KeyFormat
  private let content: Content
  private let path: String

  private static let byteLimit = 16 << 10
  // PKCS#8 of an Ed25519 key up to its seed (RFC 8410, section 7).
  static let pkcs8Head: [UInt8] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  /// The key file at `path`.
  ///
  /// - Throws: `TrustError` when it cannot be read, may be read by others than its owner, or holds
  ///   anything but one Ed25519 secret key in a known form.
  public init(path: String) throws(TrustError) {
    let text = try SecretBytes(privateFile: path, limit: SecretKeySource.byteLimit)
    func begins(_ prefix: String) -> Bool {
      let count = prefix.utf8.count
      return text.count >= count && text.publicBytes(0..<count) == Array(prefix.utf8)
    }
    if begins(SecretKeyFile.firstWord) {
      self.init(.proofmark, .own(try SecretKeyFile(content: text, path: path)), path)
    } else if begins("untrusted comment:") {
      self.init(.minisign, .minisign(try MinisignSecretKey(text, path: path)), path)
    } else if PEMBlock.isBegun(by: text) {
      let block = try PEMBlock(text, name: path)
      if block.label == OpenSSHSecretKey.label {
        self.init(.openssh, .seed(try OpenSSHSecretKey.seed(in: block.content, path: path)), path)
      } else if block.label == "ENCRYPTED PRIVATE KEY" {
        self.init(.pem, .pkcs8(try EncryptedPKCS8(block.content, path: path)), path)
      } else {
        self.init(.pem, .seed(try SecretKeySource.seed(in: block, path: path)), path)
      }
    } else {
      self.init(.raw, .seed(try SecretKeySource.rawSeed(text, path: path)), path)
    }
  }

  private init(_ format: KeyFormat, _ content: consuming Content, _ path: String) {
    self.format = format
    self.content = content
    self.path = path
  }

  private static func rawSeed(
    _ text: borrowing SecretBytes, path: String
  ) throws(TrustError) -> SecretBytes {
    guard text.count == 32 || text.count == 64 else {
      throw TrustError(
        .malformedKeyFile, path, "no secret key in a known form",
        help: "known: Proofmark's, PKCS#8 in PEM, OpenSSH's, minisign's, 32 or 64 raw bytes")
    }
    let seed = try SecretBytes(copying: 0..<32, of: text)
    if text.count == 64 {
      let publicKey = try SecretKey(seed: seed).publicKey
      guard publicKey.bytes == text.publicBytes(32..<64) else {
        throw TrustError(
          .malformedKeyFile, path, "the last 32 bytes are not the public key of the first 32")
      }
    }
    return seed
  }

  private static func seed(
    in block: borrowing PEMBlock, path: String
  ) throws(TrustError) -> SecretBytes {
    switch block.label {
    case "PRIVATE KEY": break
    case "EC PRIVATE KEY":
      throw TrustError(
        .malformedKeyFile, path, "an ECDSA key, where one of Ed25519 is needed",
        help: "'sign --oms' signs with ECDSA keys")
    default:
      throw TrustError(.malformedKeyFile, path, "expected a PRIVATE KEY, found '\(block.label)'")
    }
    return try pkcs8Seed(block.content, path: path)
  }

  private static func pkcs8Seed(
    _ content: borrowing SecretBytes, path: String
  ) throws(TrustError) -> SecretBytes {
    guard content.count == pkcs8Head.count + 32,
      content.publicBytes(0..<pkcs8Head.count) == pkcs8Head
    else { throw TrustError(.malformedKeyFile, path, "the key is not one of Ed25519") }
    return try SecretBytes(copying: pkcs8Head.count..<content.count, of: content)
  }

  /// Whether the key can only be read with its passphrase.
  public var isEncrypted: Bool {
    switch content {
    case .own(let file): file.isEncrypted
    case .minisign(let key): key.isEncrypted
    case .pkcs8: true
    case .seed: false
    }
  }

  /// The public half where the file shows it without a passphrase, as a Proofmark file does.
  public var statedPublicKey: PublicKey? {
    switch content {
    case .own(let file): file.publicKey
    case .minisign: nil
    case .pkcs8: nil
    case .seed: nil
    }
  }

  /// The key of a file that is not encrypted.
  public func key() throws(TrustError) -> NamedSecretKey {
    switch content {
    case .own(let file): return NamedSecretKey(try file.key())
    case .seed(let seed): return NamedSecretKey(try SecretKey(seed: seed))
    case .minisign(let key):
      if !key.isEncrypted {
        return NamedSecretKey(try key.open(passphrase: SecretBytes(copying: [])))
      }
    case .pkcs8: break
    }
    throw TrustError(.passphraseMismatch, path, "the key is encrypted and needs its passphrase")
  }

  /// The key of an encrypted file.
  public func key(passphrase: borrowing SecretBytes) throws(TrustError) -> NamedSecretKey {
    switch content {
    case .own(let file): return NamedSecretKey(try file.key(passphrase: passphrase))
    case .minisign(let key):
      if key.isEncrypted { return NamedSecretKey(try key.open(passphrase: passphrase)) }
    case .pkcs8(let file):
      let content = try file.open(passphrase: passphrase)
      let seed = try SecretKeySource.pkcs8Seed(content, path: path)
      return NamedSecretKey(try SecretKey(seed: seed))
    case .seed: break
    }
    throw TrustError(.passphraseMismatch, path, "the key is not encrypted")
  }
}

/// A secret key with the id that minisign's signatures name it by.
public struct NamedSecretKey: ~Copyable {
  /// The key.
  public let key: SecretKey
  /// The public key under the id that its file gave it, else under Proofmark's.
  public let minisignKey: MinisignPublicKey

  init(_ key: consuming SecretKey) {
    minisignKey = MinisignPublicKey(key.publicKey)
    self.key = key
  }

  init(_ opened: consuming OpenedMinisignKey) {
    minisignKey = MinisignPublicKey(opened.key.publicKey, id: opened.id)
    key = opened.take()
  }

  /// Writes the key, unencrypted, to a file that only its owner may read and that must not exist.
  public func export(
    as format: KeyFormat, to path: String, comment: String = ""
  ) throws(TrustError) {
    let content: SecretBytes
    switch format {
    case .proofmark: return try SecretKeyFile.writeUnprotected(key, to: path)
    case .raw: content = try key.seed()
    case .openssh: content = try OpenSSHSecretKey.file(key, comment: comment)
    case .minisign: content = try MinisignSecretKey.file(key, id: minisignKey.id)
    case .pem:
      let seed = try key.seed()
      var writer = try SecretWriter(capacity: SecretKeySource.pkcs8Head.count + 32)
      writer.append(SecretKeySource.pkcs8Head)
      writer.append(seed)
      content = try PEMBlock.text("PRIVATE KEY", writer.finish())
    }
    try content.write(toPrivateFile: path, replacing: false)
  }
}
