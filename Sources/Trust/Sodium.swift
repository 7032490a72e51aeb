// The one file that calls libsodium. Return codes become typed errors here, secrets live in
// memory that libsodium locks, guards and wipes, and no pointer leaves the file.
import Bytes
import CSodium
import Glibc

/// The calls into libsodium, all of them after `sodium_init`.
enum Sodium {
  private static let isReady = sodium_init() >= 0

  static let signatureBytes = crypto_sign_ed25519_bytes()
  static let publicKeyBytes = crypto_sign_ed25519_publickeybytes()
  static let seedBytes = crypto_sign_ed25519_seedbytes()
  static let saltBytes = crypto_pwhash_argon2id_saltbytes()
  static let nonceBytes = crypto_aead_xchacha20poly1305_ietf_npubbytes()
  static let tagBytes = crypto_aead_xchacha20poly1305_ietf_abytes()
  static let encryptionKeyBytes = crypto_aead_xchacha20poly1305_ietf_keybytes()
  static let argon2Version = crypto_pwhash_argon2id_alg_argon2id13()

  /// Makes libsodium ready for use, once.
  fileprivate static func start() throws(TrustError) {
    guard isReady else {
      throw TrustError(.resources, "", "libsodium finds no source of randomness")
    }
  }

  /// Random bytes from the system.
  static func random(_ count: Int) throws(TrustError) -> [UInt8] {
    try start()
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { buffer in
      if let first = buffer.baseAddress { randombytes_buf(first, buffer.count) }
    }
    return bytes
  }

  /// Whether the bytes are the canonical encoding of a point of the prime-order group other than
  /// the identity: the only keys under which a signature has one author.
  static func isValidPoint(_ bytes: [UInt8]) throws(TrustError) -> Bool {
    try start()
    guard bytes.count == publicKeyBytes else { return false }
    return crypto_core_ed25519_is_valid_point(bytes) == 1
  }

  /// RFC 8032, section 5.1.7, cofactorless; refuses S >= L, small-order R and small-order keys.
  static func verify(_ signature: [UInt8], _ message: ByteSlice, _ key: PublicKey) -> Bool {
    guard signature.count == signatureBytes else { return false }
    return message.withUnsafeBytes { memory in
      crypto_sign_ed25519_verify_detached(
        signature, memory.baseAddress?.assumingMemoryBound(to: UInt8.self),
        UInt64(memory.count), key.bytes) == 0
    }
  }

  /// RFC 8032, section 5.1.6.
  static func sign(_ message: ByteSlice, _ secretKey: borrowing SecretBytes) -> [UInt8] {
    precondition(secretKey.count == crypto_sign_ed25519_secretkeybytes())
    var signature = [UInt8](repeating: 0, count: signatureBytes)
    let code = message.withUnsafeBytes { memory in
      crypto_sign_ed25519_detached(
        &signature, nil, memory.baseAddress?.assumingMemoryBound(to: UInt8.self),
        UInt64(memory.count), secretKey.start)
    }
    precondition(code == 0, "signing with a whole key cannot fail")
    return signature
  }

  /// libsodium's form of the secret key of a 32-byte seed: the seed, then the public key.
  static func secretKey(seed: borrowing SecretBytes) throws(TrustError) -> SecretBytes {
    precondition(seed.count == seedBytes)
    let secretKey = try SecretBytes(count: crypto_sign_ed25519_secretkeybytes())
    var publicKey = [UInt8](repeating: 0, count: publicKeyBytes)
    let code = crypto_sign_ed25519_seed_keypair(&publicKey, secretKey.start, seed.start)
    precondition(code == 0, "every seed has a key pair")
    return secretKey
  }

  /// The public key inside libsodium's form of a secret key.
  static func publicKey(of secretKey: borrowing SecretBytes) -> [UInt8] {
    precondition(secretKey.count == crypto_sign_ed25519_secretkeybytes())
    var publicKey = [UInt8](repeating: 0, count: publicKeyBytes)
    crypto_sign_ed25519_sk_to_pk(&publicKey, secretKey.start)
    return publicKey
  }

  /// The seed inside libsodium's form of a secret key.
  static func seed(of secretKey: borrowing SecretBytes) throws(TrustError) -> SecretBytes {
    precondition(secretKey.count == crypto_sign_ed25519_secretkeybytes())
    let seed = try SecretBytes(count: seedBytes)
    crypto_sign_ed25519_sk_to_seed(seed.start, secretKey.start)
    return seed
  }

  /// The key that argon2id 1.3 (RFC 9106) makes of a passphrase.
  static func encryptionKey(
    from passphrase: borrowing SecretBytes, salt: [UInt8], cost: PassphraseCost
  ) throws(TrustError) -> SecretBytes {
    precondition(salt.count == saltBytes)
    let key = try SecretBytes(count: encryptionKeyBytes)
    let code = crypto_pwhash_argon2id(
      key.start, UInt64(key.count), passphrase.characters, UInt64(passphrase.count), salt,
      UInt64(cost.operations), cost.memoryBytes, argon2Version)
    guard code == 0 else {
      throw TrustError(
        .resources, "", "argon2id cannot have the \(cost.memoryBytes) bytes of memory it needs")
    }
    return key
  }

  /// XChaCha20-Poly1305: the ciphertext followed by its tag.
  static func encrypt(
    _ secret: borrowing SecretBytes, key: borrowing SecretBytes, nonce: [UInt8], header: [UInt8]
  ) -> [UInt8] {
    precondition(key.count == encryptionKeyBytes && nonce.count == nonceBytes)
    var sealed = [UInt8](repeating: 0, count: secret.count + tagBytes)
    let code = crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed, nil, secret.start, UInt64(secret.count), header, UInt64(header.count), nil, nonce,
      key.start)
    precondition(code == 0, "encryption of a few bytes cannot fail")
    return sealed
  }

  /// The secret inside; nil when key, nonce, header or ciphertext is not the one it was made with.
  static func decrypt(
    _ sealed: borrowing SecretBytes, key: borrowing SecretBytes, nonce: [UInt8], header: [UInt8]
  ) throws(TrustError) -> SecretBytes? {
    precondition(key.count == encryptionKeyBytes && nonce.count == nonceBytes)
    guard sealed.count >= tagBytes else { return nil }
    let secret = try SecretBytes(count: sealed.count - tagBytes)
    let code = crypto_aead_xchacha20poly1305_ietf_decrypt(
      secret.start, nil, nil, sealed.start, UInt64(sealed.count), header, UInt64(header.count),
      nonce, key.start)
    guard code == 0 else { return nil }
    return secret
  }
}

/// Bytes that nobody else may see: a passphrase or a key.
///
/// The memory comes from `sodium_malloc`: locked against swapping where the system allows it,
/// between guard pages, left out of core dumps, and wiped when the value ends. The value cannot
/// be copied.
public struct SecretBytes: ~Copyable {
  private let memory: UnsafeMutableRawPointer
  /// The number of bytes.
  public let count: Int

  fileprivate init(count: Int) throws(TrustError) {
    try Sodium.start()
    guard let memory = sodium_malloc(count) else {
      throw TrustError(.resources, "", "no memory for a secret of \(count) bytes")
    }
    self.memory = memory
    self.count = count
  }

  deinit { sodium_free(memory) }

  fileprivate var start: UnsafeMutablePointer<UInt8> {
    memory.assumingMemoryBound(to: UInt8.self)
  }

  fileprivate var characters: UnsafePointer<CChar> {
    UnsafePointer(memory.assumingMemoryBound(to: CChar.self))
  }

  /// A copy of bytes that are no longer, or never were, secret elsewhere: for tests and for
  /// published test keys.
  public init(copying bytes: [UInt8]) throws(TrustError) {
    try self.init(count: bytes.count)
    bytes.withUnsafeBytes { source in
      if let first = source.baseAddress { memory.copyMemory(from: first, byteCount: bytes.count) }
    }
  }

  /// Whether both hold the same bytes; takes the same time wherever they differ.
  public func matches(_ other: borrowing SecretBytes) -> Bool {
    count == other.count && sodium_memcmp(memory, other.memory, count) == 0
  }

  /// That many random bytes from the system.
  init(randomCount count: Int) throws(TrustError) {
    try self.init(count: count)
    randombytes_buf(memory, count)
  }

  /// A range of another secret.
  init(copying range: Range<Int>, of other: borrowing SecretBytes) throws(TrustError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= other.count)
    try self.init(count: range.count)
    memory.copyMemory(from: other.memory + range.lowerBound, byteCount: range.count)
  }

  /// The byte at `index`; a precondition failure outside the secret.
  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return start[index]
  }

  /// The bytes of a range in ordinary memory: for the parts of a key file that are no secret.
  func publicBytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return [UInt8](UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count))
  }
}

// Base64 by libsodium, which takes the same time for every secret.
extension SecretBytes {
  /// The bytes of a range that holds standard base64 with padding; nil when it does not.
  func decodingBase64(_ range: Range<Int>) throws(TrustError) -> SecretBytes? {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    // libsodium 1.0.18 takes the byte 0xd0 for '/': its comparison sees a signed character.
    guard range.allSatisfy({ start[$0] < 0x80 }) else { return nil }
    let decoded = try SecretBytes(count: range.count / 4 * 3)
    var length = 0
    let code = sodium_base642bin(
      decoded.start, decoded.count, characters + range.lowerBound, range.count, nil, &length, nil,
      sodium_base64_VARIANT_ORIGINAL)
    guard code == 0 else { return nil }
    return try SecretBytes(copying: 0..<length, of: decoded)
  }

  /// The text `prefix`, these bytes in standard base64, and a line feed.
  func base64Line(after prefix: String) throws(TrustError) -> SecretBytes {
    // libsodium counts the terminating zero, which becomes the line feed.
    let encodedCount = sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL)
    let head = Array(prefix.utf8)
    let line = try SecretBytes(count: head.count + encodedCount)
    line.memory.copyMemory(from: head, byteCount: head.count)
    let target = line.memory.assumingMemoryBound(to: CChar.self) + head.count
    sodium_bin2base64(target, encodedCount, start, count, sodium_base64_VARIANT_ORIGINAL)
    line.start[line.count - 1] = UInt8(ascii: "\n")
    return line
  }
}

// Files and streams, read straight into locked memory.
extension SecretBytes {
  /// The longest passphrase that is read.
  public static let passphraseLimit = 1024

  /// The first line of a stream, without its line end: a passphrase from a terminal or a
  /// descriptor. What follows the line stays unread.
  ///
  /// - Throws: `TrustError` when the line is empty, longer than `passphraseLimit`, or unreadable.
  public init(lineFrom descriptor: CInt, name: String) throws(TrustError) {
    let line = try SecretBytes(count: SecretBytes.passphraseLimit + 2)
    var length = 0
    while true {
      let result = Glibc.read(descriptor, line.memory + length, 1)
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw TrustError(FileError(path: name, action: "read")) }
      if result == 0 || line[length] == UInt8(ascii: "\n") { break }
      length += 1
      guard length < line.count else { break }
    }
    if length > 0, line[length - 1] == UInt8(ascii: "\r") { length -= 1 }
    guard length > 0 else {
      throw TrustError(.passphraseMismatch, name, "the passphrase is empty")
    }
    guard length <= SecretBytes.passphraseLimit else {
      throw TrustError(
        .passphraseMismatch, name,
        "the passphrase is longer than \(SecretBytes.passphraseLimit) bytes")
    }
    try self.init(copying: 0..<length, of: line)
  }

  /// The first line of the file at `path`, without its line end.
  public init(passphraseFile path: String) throws(TrustError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TrustError(FileError(path: path, action: "read")) }
    defer { close(descriptor) }
    try self.init(lineFrom: descriptor, name: path)
  }

  /// The content of a regular file that only its owner may read.
  init(privateFile path: String, limit: Int) throws(TrustError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw TrustError(FileError(path: path, action: "read")) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw TrustError(FileError(path: path, action: "read"))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TrustError(.file, path, "not a regular file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw TrustError(
        .exposedKeyFile, path,
        "mode 0\(String(status.st_mode & 0o7777, radix: 8)) lets others than the owner use it",
        help: "chmod 600 \(path), and replace the key if somebody may have read it")
    }
    // One byte more than allowed tells a file that is too long from one that just fits.
    let buffer = try SecretBytes(count: limit + 1)
    var length = 0
    while length < buffer.count {
      let result = Glibc.read(descriptor, buffer.memory + length, buffer.count - length)
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw TrustError(FileError(path: path, action: "read")) }
      guard result > 0 else { break }
      length += result
    }
    guard length <= limit else {
      throw TrustError(.malformedKeyFile, path, "longer than \(limit) bytes")
    }
    try self.init(copying: 0..<length, of: buffer)
  }

  /// Writes the bytes to a file that only its owner may read.
  func write(toPrivateFile path: String, replacing: Bool) throws(TrustError) {
    do {
      var file = try AtomicFile(path: path)
      try file.write(UnsafeRawBufferPointer(start: memory, count: count))
      try file.commit(mode: 0o600, replacing: replacing)
    } catch {
      throw TrustError(error)
    }
  }
}
