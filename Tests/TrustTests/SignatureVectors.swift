import Bytes
import TestSupport
import Testing
import Trust

/// Keys and signatures that other tools made, under Fixtures/vectors/signatures.
enum SignatureVectors {
  static func bytes(_ name: String) throws -> ByteSlice {
    try Fixture.bytes("vectors/signatures/\(name)")
  }

  static func text(_ name: String) throws -> String { try #require(bytes(name).utf8) }

  /// What most of the signatures are over.
  static let release = ByteSlice(utf8: "a release\n")

  static func verificationKey(_ name: String) throws -> VerificationKey {
    try VerificationKey(pem: bytes("\(name).pub.pem"), name: name)
  }

  static func minisignKey() throws -> MinisignPublicKey {
    try MinisignPublicKey(parsing: bytes("minisign.pub"), name: "minisign.pub")
  }

  static func allowedSigners(_ options: String = "") throws -> AllowedSigners {
    let line = "ana@example.org \(options) \(try text("ssh.pub"))"
    return try AllowedSigners(parsing: ByteSlice(utf8: line))
  }

  /// The secret key of a file, in a copy that its owner alone may read.
  static func secretKey(_ name: String, passphrase: String? = nil) throws -> NamedSecretKey {
    let folder = try ScratchFolder()
    try folder.write(bytes(name), to: "key")
    try folder.setMode(0o600, of: "key")
    let source = try SecretKeySource(path: folder.file("key"))
    guard let passphrase else { return try source.key() }
    return try source.key(passphrase: SecretBytes(copying: Array(passphrase.utf8)))
  }
}

/// The fault that verification ends with; nil when it succeeds.
func fault(_ body: () throws(SignatureFault) -> Void) -> SignatureFault? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

/// Ed25519's group order added to the second half of a signature: the same point, another text.
func addingGroupOrder(toSignatureAt start: Int, of bytes: [UInt8]) -> [UInt8] {
  let order: [UInt8] =
    [
      0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
      0x14,
    ] + [UInt8](repeating: 0, count: 15) + [0x10]
  var result = bytes
  var carry = 0
  for index in 0..<32 {
    let sum = Int(result[start + 32 + index]) + Int(order[index]) + carry
    result[start + 32 + index] = UInt8(sum & 0xff)
    carry = sum >> 8
  }
  return result
}
