// libsodium's functions. Return codes become typed errors here; the memory that it locks, guards
// and wipes for secrets is SecretBytes', and no pointer leaves the two files.
import Bytes
import CSodium

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
  static func start() throws(TrustError) {
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

  // scrypt's cost as minisign writes it: the default of its key files, and what is read at most.
  static let scryptOperations = 1 << 25
  static let scryptMemory = 1 << 30

  /// The stream that scrypt (RFC 7914) makes of a passphrase, at the cost that a minisign key file
  /// states.
  static func scryptStream(
    _ count: Int, from passphrase: borrowing SecretBytes, salt: [UInt8], operations: Int,
    memoryBytes: Int
  ) throws(TrustError) -> SecretBytes {
    precondition(salt.count == crypto_pwhash_scryptsalsa208sha256_saltbytes())
    let stream = try SecretBytes(count: count)
    let code = crypto_pwhash_scryptsalsa208sha256(
      stream.start, UInt64(count), passphrase.characters, UInt64(passphrase.count), salt,
      UInt64(operations), memoryBytes)
    guard code == 0 else {
      throw TrustError(
        .resources, "", "scrypt cannot have the \(memoryBytes) bytes of memory it needs")
    }
    return stream
  }

  /// The key that scrypt (RFC 7914) makes of a passphrase.
  static func scrypt(
    _ count: Int, from passphrase: borrowing SecretBytes, salt: [UInt8], cost: ScryptCost
  ) throws(TrustError) -> SecretBytes {
    let key = try SecretBytes(count: count)
    let code = crypto_pwhash_scryptsalsa208sha256_ll(
      passphrase.start, passphrase.count, salt, salt.count, UInt64(cost.rounds),
      UInt32(cost.blockSize), UInt32(cost.parallel), key.start, key.count)
    guard code == 0 else {
      throw TrustError(.resources, "", "scrypt cannot have the memory it needs")
    }
    return key
  }

  /// The 32 bytes that PBKDF2 with HMAC-SHA-256 (RFC 8018, section 5.2) makes of a passphrase.
  static func pbkdf2(
    from passphrase: borrowing SecretBytes, salt: [UInt8], rounds: Int
  ) throws(TrustError) -> SecretBytes {
    precondition(rounds >= 1)
    let key = try SecretBytes(count: crypto_auth_hmacsha256_bytes())
    let last = try SecretBytes(count: key.count)
    var keyed = crypto_auth_hmacsha256_state()
    var state = keyed
    defer {
      sodium_memzero(&keyed, MemoryLayout.size(ofValue: keyed))
      sodium_memzero(&state, MemoryLayout.size(ofValue: state))
    }
    crypto_auth_hmacsha256_init(&keyed, passphrase.start, passphrase.count)
    state = keyed
    let firstBlock = salt + [0, 0, 0, 1]
    crypto_auth_hmacsha256_update(&state, firstBlock, UInt64(firstBlock.count))
    crypto_auth_hmacsha256_final(&state, last.start)
    for index in 0..<key.count { key.start[index] = last.start[index] }
    for _ in 1..<rounds {
      state = keyed
      crypto_auth_hmacsha256_update(&state, last.start, UInt64(last.count))
      crypto_auth_hmacsha256_final(&state, last.start)
      for index in 0..<key.count { key.start[index] ^= last.start[index] }
    }
    return key
  }

  /// BLAKE2b-256 of a secret: the checksum in minisign's key files.
  static func checksum(of secret: borrowing SecretBytes) throws(TrustError) -> SecretBytes {
    let digest = try SecretBytes(count: 32)
    crypto_generichash_blake2b(
      digest.start, digest.count, secret.start, UInt64(secret.count), nil, 0)
    return digest
  }

  /// BLAKE2b-512 (RFC 7693), without a key.
  static func blake2b512(of slice: ByteSlice) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: crypto_generichash_blake2b_statebytes(), alignment: 64)
    defer { memory.deallocate() }
    let state = OpaquePointer(memory)
    crypto_generichash_blake2b_init(state, nil, 0, digest.count)
    slice.forEachWindow(in: slice.indices) { window, _ in
      crypto_generichash_blake2b_update(
        state, window.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(window.count))
    }
    crypto_generichash_blake2b_final(state, &digest, digest.count)
    return digest
  }
}

/// What scrypt (RFC 7914, section 2) costs, within the bounds of what is read.
struct ScryptCost {
  /// N, a power of two.
  let rounds: Int
  /// r.
  let blockSize: Int
  /// p.
  let parallel: Int

  /// The cost; nil when it is none, or more memory or work than a key file may ask for.
  init?(rounds: Int, blockSize: Int, parallel: Int) {
    guard rounds > 1, rounds & (rounds - 1) == 0, (1...64).contains(blockSize),
      (1...64).contains(parallel), rounds <= Sodium.scryptMemory / (128 * blockSize),
      rounds <= Sodium.scryptOperations / (blockSize * parallel)
    else { return nil }
    self.rounds = rounds
    self.blockSize = blockSize
    self.parallel = parallel
  }
}
