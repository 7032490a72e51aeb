import Bytes

// Layout, text, LF, one line each in this order, nothing else:
//
//   proofmark-secret-key: 1
//   public: ed25519:BASE64
//   protection: argon2id+xchacha20poly1305        or: none
//   operations: 3                                  argon2id's passes        not with none
//   memory: 268435456                              argon2id's memory, bytes   "
//   salt: BASE64                                   16 bytes                   "
//   nonce: BASE64                                  24 bytes                   "
//   key: BASE64                                    the 32-byte seed; encrypted: 48 bytes with tag
//
// The lines above `key:` are authenticated with it, so that none of them can be exchanged.

/// What it costs to try one passphrase: argon2id's passes and memory (RFC 9106).
public struct PassphraseCost: Sendable, Equatable {
  /// How often the memory is filled.
  public let operations: Int
  /// The memory in bytes.
  public let memoryBytes: Int

  /// About 0.6 s and 256 MiB: the default for keys at rest.
  public static let moderate = PassphraseCost(checked: 3, 256 << 20)
  /// About 0.07 s and 64 MiB.
  public static let interactive = PassphraseCost(checked: 2, 64 << 20)
  /// Next to nothing. Protects nothing: for tests.
  public static let minimum = PassphraseCost(checked: 1, 8 << 10)

  private static let operationsAllowed = 1...16
  private static let memoryAllowed = (8 << 10)...(1 << 30)

  private init(checked operations: Int, _ memoryBytes: Int) {
    self.operations = operations
    self.memoryBytes = memoryBytes
  }

  /// A cost between 1 and 16 passes and 8 KiB and 1 GiB; nil outside, so that a key file cannot
  /// ask for hours.
  public init?(operations: Int, memoryBytes: Int) {
    guard PassphraseCost.operationsAllowed.contains(operations),
      PassphraseCost.memoryAllowed.contains(memoryBytes)
    else { return nil }
    self.init(checked: operations, memoryBytes)
  }
}

/// A secret key at rest: encrypted under a passphrase, or plainly said to be unprotected.
///
/// Reading it gives the public key and tells whether a passphrase is needed; only then is one
/// asked for.
public struct SecretKeyFile: ~Copyable {
  private enum Protection {
    case none
    case passphrase(cost: PassphraseCost, salt: [UInt8], nonce: [UInt8])

    /// How much longer the seed is in the file.
    var tagBytes: Int {
      switch self {
      case .none: 0
      case .passphrase: Sodium.tagBytes
      }
    }
  }

  /// The public half, as the file states it; checked against the secret half when that is read.
  public let publicKey: PublicKey
  private let path: String
  private let protection: Protection
  private let header: [UInt8]
  private let sealedSeed: SecretBytes

  /// What every such file begins with.
  static let firstWord = "proofmark-secret-key"
  private static let version = "1"
  private static let encrypted = "argon2id+xchacha20poly1305"
  private static let unprotected = "none"
  private static let byteLimit = 4096

  /// Whether the key can only be read with its passphrase.
  public var isEncrypted: Bool {
    if case .passphrase = protection { true } else { false }
  }

  /// The key file at `path`.
  ///
  /// - Throws: `TrustError` when it cannot be read, may be read by others than its owner, or is
  ///   not in this form.
  public init(path: String) throws(TrustError) {
    let content = try SecretBytes(privateFile: path, limit: SecretKeyFile.byteLimit)
    try self.init(content: content, path: path)
  }

  /// The key file of the text that was read at `path`.
  init(content: borrowing SecretBytes, path: String) throws(TrustError) {
    guard content.count <= SecretKeyFile.byteLimit else {
      throw TrustError(
        .malformedKeyFile, path, "longer than \(SecretKeyFile.byteLimit) bytes")
    }
    var lines = KeyFileLines(path: path)
    try lines.expect(SecretKeyFile.firstWord, SecretKeyFile.version, in: content)
    let publicKey = try PublicKey(lines.text("public", in: content))
    let protection = try SecretKeyFile.protection(from: &lines, in: content)
    let header = content.publicBytes(0..<lines.position)
    let seedRange = try lines.value("key", in: content)
    guard lines.position == content.count else { throw lines.malformed("bytes after the key") }
    guard let sealedSeed = try content.decodingBase64(seedRange) else {
      throw lines.malformed("key: expected standard base64 with padding")
    }
    guard sealedSeed.count == Sodium.seedBytes + protection.tagBytes else {
      throw lines.malformed("key: found \(sealedSeed.count) bytes")
    }
    self.path = path
    self.publicKey = publicKey
    self.protection = protection
    self.header = header
    self.sealedSeed = sealedSeed
  }

  private static func protection(
    from lines: inout KeyFileLines, in content: borrowing SecretBytes
  ) throws(TrustError) -> Protection {
    switch try lines.text("protection", in: content) {
    case unprotected: return .none
    case encrypted:
      let operations = try lines.integer("operations", in: content)
      let memory = try lines.integer("memory", in: content)
      guard let cost = PassphraseCost(operations: operations, memoryBytes: memory) else {
        throw lines.malformed("argon2id's cost is out of bounds")
      }
      let salt = try lines.bytes("salt", Sodium.saltBytes, in: content)
      let nonce = try lines.bytes("nonce", Sodium.nonceBytes, in: content)
      return .passphrase(cost: cost, salt: salt, nonce: nonce)
    default: throw lines.malformed("unknown protection")
    }
  }

  /// The key of an unprotected file.
  public func key() throws(TrustError) -> SecretKey {
    guard case .none = protection else {
      throw TrustError(.passphraseMismatch, path, "the key is encrypted and needs its passphrase")
    }
    return try matchingKey(seed: SecretBytes(copying: 0..<sealedSeed.count, of: sealedSeed))
  }

  /// The key of an encrypted file. Takes as long as the cost says that the file was made with.
  public func key(passphrase: borrowing SecretBytes) throws(TrustError) -> SecretKey {
    guard case .passphrase(let cost, let salt, let nonce) = protection else {
      throw TrustError(.passphraseMismatch, path, "the key is not encrypted")
    }
    let key = try Sodium.encryptionKey(from: passphrase, salt: salt, cost: cost)
    guard
      let seed = try Sodium.decrypt(sealedSeed, key: key, nonce: nonce, header: header)
    else {
      throw TrustError(
        .wrongPassphrase, path, "the passphrase is wrong, or the file was altered")
    }
    return try matchingKey(seed: seed)
  }

  private func matchingKey(seed: consuming SecretBytes) throws(TrustError) -> SecretKey {
    let key = try SecretKey(seed: seed)
    guard key.publicKey == publicKey else {
      throw TrustError(.malformedKeyFile, path, "the public key is not that of the secret key")
    }
    return key
  }
}

// Writing: mode 0600 from the first byte on, and never over another file unless that is asked.
extension SecretKeyFile {
  /// Writes the key encrypted under the passphrase; `replacing` says whether a file of that name
  /// may be replaced.
  public static func write(
    _ key: borrowing SecretKey, to path: String, passphrase: borrowing SecretBytes,
    cost: PassphraseCost = .moderate, replacing: Bool = false
  ) throws(TrustError) {
    let salt = try Sodium.random(Sodium.saltBytes)
    let nonce = try Sodium.random(Sodium.nonceBytes)
    let header =
      head(of: key, protection: encrypted)
        + """
        operations: \(cost.operations)
        memory: \(cost.memoryBytes)
        salt: \(Base64.encode(salt))
        nonce: \(Base64.encode(nonce))

        """
    let encryptionKey = try Sodium.encryptionKey(from: passphrase, salt: salt, cost: cost)
    let sealed = try SecretBytes(
      copying: Sodium.encrypt(
        key.seed(), key: encryptionKey, nonce: nonce, header: Array(header.utf8)))
    let content = try sealed.base64Line(after: header + "key: ")
    try content.write(toPrivateFile: path, replacing: replacing)
  }

  /// Writes the key as it is: whoever reads the file can sign. `replacing` says whether a file of
  /// that name may be replaced.
  public static func writeUnprotected(
    _ key: borrowing SecretKey, to path: String, replacing: Bool = false
  ) throws(TrustError) {
    let content = try key.seed().base64Line(
      after: head(of: key, protection: unprotected) + "key: ")
    try content.write(toPrivateFile: path, replacing: replacing)
  }

  private static func head(of key: borrowing SecretKey, protection: String) -> String {
    """
    \(firstWord): \(version)
    public: \(key.publicKey)
    protection: \(protection)

    """
  }
}

/// Walks over the `name: value` lines of a key file without copying a secret one.
private struct KeyFileLines {
  let path: String
  /// Where the next line begins.
  private(set) var position = 0

  init(path: String) { self.path = path }

  func malformed(_ message: String) -> TrustError {
    TrustError(.malformedKeyFile, path, "no secret key file of Proofmark: \(message)")
  }

  /// Passes over the line that must come next and gives the place of its value.
  mutating func value(
    _ name: String, in content: borrowing SecretBytes
  ) throws(TrustError) -> Range<Int> {
    var end = position
    while end < content.count, content[end] != UInt8(ascii: "\n") { end += 1 }
    guard end < content.count else { throw malformed("it ends before '\(name)'") }
    let prefix = Array("\(name): ".utf8)
    guard end - position >= prefix.count,
      content.publicBytes(position..<(position + prefix.count)) == prefix
    else { throw malformed("expected '\(name)'") }
    let range = (position + prefix.count)..<end
    position = end + 1
    return range
  }

  mutating func text(
    _ name: String, in content: borrowing SecretBytes
  ) throws(TrustError) -> String {
    let range = try value(name, in: content)
    let bytes = content.publicBytes(range)
    guard bytes.allSatisfy({ (0x21..<0x7f).contains($0) }) else {
      throw malformed("\(name): expected printable ASCII")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func expect(
    _ name: String, _ expected: String, in content: borrowing SecretBytes
  ) throws(TrustError) {
    guard try text(name, in: content) == expected else { throw malformed("unknown version") }
  }

  mutating func integer(
    _ name: String, in content: borrowing SecretBytes
  ) throws(TrustError) -> Int {
    let digits = try text(name, in: content)
    guard let value = Int(digits), String(value) == digits else {
      throw malformed("\(name): expected a number")
    }
    return value
  }

  mutating func bytes(
    _ name: String, _ count: Int, in content: borrowing SecretBytes
  ) throws(TrustError) -> [UInt8] {
    let encoded = try text(name, in: content)
    guard let bytes = Base64.decode(encoded), bytes.count == count,
      Base64.encode(bytes) == encoded
    else { throw malformed("\(name): expected \(count) bytes in base64") }
    return bytes
  }
}
