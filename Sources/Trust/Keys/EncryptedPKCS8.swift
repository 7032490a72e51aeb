import Bytes
import Crypto
import CryptoExtras

// An encrypted PKCS#8 key (RFC 5958, section 3) as OpenSSL writes it by default and with -scrypt:
//
//   SEQUENCE {
//     SEQUENCE { OID PBES2, SEQUENCE { derivation, SEQUENCE { OID aes256-CBC, OCTET STRING iv } } }
//     OCTET STRING ciphertext }
//   PBKDF2  SEQUENCE { OID, SEQUENCE { OCTET STRING salt, INTEGER rounds, INTEGER 32?,
//                                      SEQUENCE { OID hmacWithSHA256, NULL } } }    (RFC 8018)
//   scrypt  SEQUENCE { OID, SEQUENCE { OCTET STRING salt, INTEGER N, INTEGER r, INTEGER p,
//                                      INTEGER 32? } }                              (RFC 7914)

/// A PKCS#8 key under a passphrase, by PBES2 with AES-256.
struct EncryptedPKCS8: ~Copyable {
  /// How the passphrase becomes a key, and at what cost.
  private enum Derivation {
    case pbkdf2(salt: [UInt8], rounds: Int)
    case scrypt(salt: [UInt8], cost: ScryptCost)
  }

  private let derivation: Derivation
  private let vector: [UInt8]
  private let ciphertext: SecretBytes
  private let path: String

  private static let keyBytes = 32
  private static let blockBytes = 16
  /// OpenSSL writes 2048, careful people a million.
  private static let mostRounds = 10_000_000
  private static let saltBytes = 1...1024

  private static let pbes2 = oid([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d])
  private static let pbkdf2 = oid([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c])
  private static let scrypt = oid([0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b])
  private static let aes256CBC = oid([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a])
  private static let hmacSHA256: [UInt8] =
    [0x30, 0x0c] + oid([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09]) + [0x05, 0x00]

  private static func oid(_ content: [UInt8]) -> [UInt8] { [0x06, UInt8(content.count)] + content }

  /// Reads the bytes of an `ENCRYPTED PRIVATE KEY`.
  init(_ content: borrowing SecretBytes, path: String) throws(TrustError) {
    let broken = TrustError(
      .malformedKeyFile, path, "no encrypted PKCS#8 key: its fields do not fit")
    let unsupported = TrustError(
      .malformedKeyFile, path,
      "the PEM file is encrypted in another way than PBKDF2 with SHA-256, or scrypt, and AES-256-CBC",
      help: "openssl pkey -in \(path) -out KEY.pem takes the encryption off")
    var outer = DERWalk(0..<content.count)
    guard let info = outer.element(0x30, in: content), outer.isAtEnd else { throw broken }
    var fields = DERWalk(info)
    guard let algorithm = fields.element(0x30, in: content),
      let ciphertext = fields.element(0x04, in: content), fields.isAtEnd
    else { throw broken }
    var scheme = DERWalk(algorithm)
    guard scheme.expect(Self.pbes2, in: content) else { throw unsupported }
    guard let parameters = scheme.element(0x30, in: content), scheme.isAtEnd else { throw broken }
    var parts = DERWalk(parameters)
    guard let function = parts.element(0x30, in: content),
      let encryption = parts.element(0x30, in: content), parts.isAtEnd
    else { throw broken }

    var cipher = DERWalk(encryption)
    guard cipher.expect(Self.aes256CBC, in: content) else { throw unsupported }
    guard let vector = cipher.element(0x04, in: content), cipher.isAtEnd,
      vector.count == Self.blockBytes, !ciphertext.isEmpty,
      ciphertext.count.isMultiple(of: Self.blockBytes)
    else { throw broken }

    var named = DERWalk(function)
    let isScrypt = named.expect(Self.scrypt, in: content)
    guard isScrypt || named.expect(Self.pbkdf2, in: content) else { throw unsupported }
    guard let settings = named.element(0x30, in: content), named.isAtEnd else { throw broken }
    var walk = DERWalk(settings)
    guard let salt = walk.element(0x04, in: content), Self.saltBytes.contains(salt.count),
      let first = walk.number(in: content)
    else { throw broken }
    let costly = TrustError(.malformedKeyFile, path, "the cost of its passphrase is out of bounds")
    let derivation: Derivation
    if isScrypt {
      guard let blockSize = walk.number(in: content), let parallel = walk.number(in: content)
      else { throw broken }
      guard let cost = ScryptCost(rounds: first, blockSize: blockSize, parallel: parallel) else {
        throw costly
      }
      derivation = .scrypt(salt: content.publicBytes(salt), cost: cost)
    } else {
      guard (1...Self.mostRounds).contains(first) else { throw costly }
      derivation = .pbkdf2(salt: content.publicBytes(salt), rounds: first)
    }
    if let keyBytes = walk.number(in: content), keyBytes != Self.keyBytes { throw broken }
    // Without a name the function is HMAC with SHA-1.
    guard isScrypt || walk.expect(Self.hmacSHA256, in: content) else { throw unsupported }
    guard walk.isAtEnd else { throw broken }
    let sealed = try SecretBytes(copying: ciphertext, of: content)
    self.derivation = derivation
    self.vector = content.publicBytes(vector)
    self.ciphertext = sealed
    self.path = path
  }

  /// The bytes of the `PRIVATE KEY` inside.
  func open(passphrase: borrowing SecretBytes) throws(TrustError) -> SecretBytes {
    let derived =
      switch derivation {
      case .pbkdf2(let salt, let rounds):
        try Sodium.pbkdf2(from: passphrase, salt: salt, rounds: rounds)
      case .scrypt(let salt, let cost):
        try Sodium.scrypt(Self.keyBytes, from: passphrase, salt: salt, cost: cost)
      }
    let key = derived.reading(0..<Self.keyBytes) { SymmetricKey(data: $0) }
    let plain = try SecretBytes(copying: 0..<ciphertext.count, of: ciphertext)
    for start in stride(from: 0, to: plain.count, by: Self.blockBytes) {
      do {
        try plain.changing(start..<(start + Self.blockBytes)) { block in
          try AES.inversePermute(&block, key: key)
        }
      } catch {
        throw TrustError(.resources, path, "AES does not work: \(error)")
      }
      let previous =
        start == 0 ? vector : ciphertext.publicBytes((start - Self.blockBytes)..<start)
      for (index, byte) in previous.enumerated() { plain.start[start + index] ^= byte }
    }
    // CBC has no checksum: a wrong passphrase shows in the padding or, once in 256 times, in what
    // is left not being one whole element.
    let padding = Int(plain[plain.count - 1])
    let end = plain.count - padding
    let wrong = TrustError(
      .wrongPassphrase, path, "the passphrase is wrong, or the file was altered")
    guard (1...Self.blockBytes).contains(padding),
      (end..<plain.count).allSatisfy({ Int(plain[$0]) == padding })
    else { throw wrong }
    var walk = DERWalk(0..<end)
    guard walk.element(0x30, in: plain) != nil, walk.isAtEnd else { throw wrong }
    return try SecretBytes(copying: 0..<end, of: plain)
  }
}

extension DERWalk {
  /// Passes over a positive INTEGER of at most four bytes; nil when another element stands there.
  fileprivate mutating func number(in bytes: borrowing SecretBytes) -> Int? {
    var walk = self
    guard let range = walk.element(0x02, in: bytes), (1...4).contains(range.count) else {
      return nil
    }
    let digits = bytes.publicBytes(range)
    guard digits[0] < 0x80, digits.count == 1 || digits[0] > 0 || digits[1] >= 0x80 else {
      return nil
    }
    self = walk
    return digits.reduce(0) { $0 << 8 | Int($1) }
  }
}
