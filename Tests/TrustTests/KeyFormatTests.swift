import Bytes
import TestSupport
import Testing
import Trust

struct KeyFormatTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func source(_ content: some Sequence<UInt8>, mode: Int = 0o600) throws -> String {
    try folder.write(content, to: "key")
    try folder.setMode(mode, of: "key")
    return folder.file("key")
  }

  @Test(arguments: [
    ("ed25519.pem", "ed25519.pub.pem", KeyFormat.pem), ("ssh", "ssh.pub", .openssh),
    ("minisign.key", "minisign.pub", .minisign),
  ])
  func `a secret key of another tool has its public key`(
    _ secret: String, _ shown: String, _ format: KeyFormat
  ) throws {
    let (expected, publicFormat) = try PublicKey.read(SignatureVectors.bytes(shown), name: shown)
    #expect(publicFormat == format)
    let file = try SecretKeySource(path: source(SignatureVectors.bytes(secret)))
    let (found, isEncrypted) = (file.format, file.isEncrypted)
    #expect(found == format && !isEncrypted)
    let named = try file.key()
    let publicKey = named.key.publicKey
    #expect(publicKey == expected)
    let signature = named.key.signature(of: SignatureVectors.release)
    #expect(expected.verifies(signature, of: SignatureVectors.release))
  }

  @Test(arguments: KeyFormat.allCases)
  func `a key reads as it was written`(_ format: KeyFormat) throws {
    let named = try SignatureVectors.secretKey("minisign.key")
    let publicKey = named.key.publicKey
    let (read, found) = try PublicKey.read(ByteSlice(publicKey.file(format)), name: "key")
    #expect(read == publicKey && found == format)

    let path = folder.file("new")
    try named.export(as: format, to: path)
    let again = try SecretKeySource(path: path)
    let key = try again.key()
    let (written, form) = (key.key.publicKey, again.format)
    #expect(written == publicKey && form == format)
    let id = key.minisignKey.id
    #expect(try (id == SignatureVectors.minisignKey().id) == (format == .minisign))
    #expect(trustError { try named.export(as: format, to: path) }?.kind == .file)
  }

  @Test func `keys are written as OpenSSL and ssh-keygen write them`() throws {
    let pem = try SignatureVectors.secretKey("ed25519.pem")
    try pem.export(as: .pem, to: folder.file("pem"))
    #expect(try folder.read("pem") == SignatureVectors.bytes("ed25519.pem").array)
    let text = pem.key.publicKey.file(.pem)
    #expect(try text == SignatureVectors.bytes("ed25519.pub.pem").array)
    let ssh = try SignatureVectors.secretKey("ssh").key.publicKey.file(.openssh)
    #expect(
      try SignatureVectors.text("ssh.pub").hasPrefix(
        String(decoding: ssh.dropLast(), as: UTF8.self) + " "))
  }

  @Test func `raw keys are a seed, or a seed and its public key`() throws {
    let vector = try #require(Ed25519Vector.read("rfc8032-ed25519.json").first)
    for bytes in [vector.seed, vector.seed + vector.publicKey] {
      let key = try SecretKeySource(path: source(bytes)).key().key.publicKey.bytes
      #expect(key == vector.publicKey)
    }
    let wrong = vector.seed + vector.seed
    #expect(
      trustError { _ = try SecretKeySource(path: source(wrong)) }?.kind == .malformedKeyFile)
  }

  @Test func `a minisign key under a passphrase opens with it alone`() throws {
    let named = try SignatureVectors.secretKey("minisign.encrypted.key", passphrase: "pw")
    let key = named.minisignKey
    #expect(try key == SignatureVectors.minisignKey())
    let wrong = try #require(throws: TrustError.self) {
      _ = try SignatureVectors.secretKey("minisign.encrypted.key", passphrase: "pv")
    }
    #expect(wrong.kind == .wrongPassphrase)
    let none = try #require(throws: TrustError.self) {
      _ = try SignatureVectors.secretKey("minisign.encrypted.key")
    }
    #expect(none.kind == .passphraseMismatch)
  }

  @Test(arguments: ["ed25519.encrypted.pem", "ed25519.scrypt.pem"])
  func `a PEM file under a passphrase opens with it alone`(_ name: String) throws {
    let named = try SignatureVectors.secretKey(name, passphrase: "pw")
    let publicKey = named.key.publicKey
    let shown = try SignatureVectors.bytes("ed25519.pub.pem")
    #expect(try publicKey == PublicKey.read(shown, name: name).key)
    for passphrase in ["pv", "p", "pww", "\u{301}"] {
      let error = trustError {
        _ = try SignatureVectors.secretKey(name, passphrase: passphrase)
      }
      #expect(error?.kind == .wrongPassphrase)
    }
    let path = try source(SignatureVectors.bytes(name))
    let file = try SecretKeySource(path: path)
    let (format, isEncrypted, stated) = (file.format, file.isEncrypted, file.statedPublicKey)
    #expect(format == .pem && isEncrypted && stated == nil)
  }

  /// Fields of `ed25519.encrypted.pem` and `ed25519.scrypt.pem`, in hexadecimal, and what they become.
  @Test(arguments: [
    // PBES1, PKCS#12's scheme, AES-128, SHA-512, no function named, 16 bytes of key.
    ("encrypted", "2a864886f70d01050d", "2a864886f70d010503", "another way"),
    ("encrypted", "2a864886f70d01050c", "2a864886f70d01050e", "another way"),
    ("encrypted", "60864801650304012a", "608648016503040102", "another way"),
    ("encrypted", "2a864886f70d0209", "2a864886f70d020b", "another way"),
    ("encrypted", "02020800", "02020000", "do not fit"),
    ("encrypted", "02020800", "02028800", "do not fit"),
    ("encrypted", "04086381", "04096381", "do not fit"),
    ("encrypted", "04109c", "040f9c", "do not fit"), ("encrypted", "0440", "043f", "do not fit"),
    ("scrypt", "02020400", "02020401", "out of bounds"),
    ("scrypt", "020108", "020110", "wrong"),
    ("scrypt", "020108020101", "02017f02017f", "out of bounds"),
    ("scrypt", "020108", "020100", "out of bounds"), ("scrypt", "020101", "020201", "do not fit"),
  ])
  func `a PEM file that is encrypted in another way says so`(
    _ name: String, _ old: String, _ new: String, _ reason: String
  ) throws {
    let lines = try SignatureVectors.text("ed25519.\(name).pem").split(separator: "\n")
    let content = try #require(Base64.decode(lines.dropFirst().dropLast().joined()))
    let changed = try #require(
      bytes(
        lowerCaseHexadecimal: hexadecimal(content).replacing(old, with: new, maxReplacements: 1)))
    #expect(changed != content)
    let text = "\(lines[0])\n\(Base64.encode(changed))\n\(lines[lines.count - 1])\n"
    let path = try source(text.utf8)
    let error = try #require(
      trustError {
        let passphrase = try SecretBytes(copying: Array("pw".utf8))
        _ = try SecretKeySource(path: path).key(passphrase: passphrase)
      })
    #expect(error.message.contains(reason), "\(error)")
  }

  @Test(arguments: [
    ("ssh.locked", "encrypted"), ("ed25519.encrypted.pem", "needs its passphrase"),
    ("p256.pem", "ECDSA"), ("p256.pkcs8.pem", "not one of Ed25519"),
    ("ed25519.pub.pem", "found 'PUBLIC KEY'"), ("ssh.pub", "known form"),
    ("minisign.pub", "expected 158 bytes"),
  ])
  func `what is no usable secret key says why`(_ name: String, _ reason: String) throws {
    let path = try source(SignatureVectors.bytes(name))
    let error = try #require(trustError { _ = try SecretKeySource(path: path).key() })
    #expect(error.message.contains(reason), "\(error)")
  }

  @Test(arguments: ["ed25519.pem", "ssh", "minisign.key"])
  func `a secret key that others may read is refused`(_ name: String) throws {
    for mode in [0o640, 0o604, 0o620, 0o610] {
      let path = try source(SignatureVectors.bytes(name), mode: mode)
      #expect(trustError { _ = try SecretKeySource(path: path) }?.kind == .exposedKeyFile)
    }
    let path = try source(SignatureVectors.bytes("p256.pem"), mode: 0o644)
    #expect(trustError { _ = try ECDSASecretKey(path: path) }?.kind == .exposedKeyFile)
  }

  @Test(arguments: [
    "ed25519.pem", "ssh", "minisign.key", "minisign.encrypted.key", "p256.pem",
    "ed25519.encrypted.pem", "ed25519.scrypt.pem",
  ])
  func `every truncation of a secret key is refused`(_ name: String) throws {
    let whole = try SignatureVectors.bytes(name).array
    let passphrase = try SecretBytes(copying: Array("pw".utf8))
    // A last line end may be missing.
    for length in 0..<(whole.count - 1) {
      let path = try source(whole[..<length])
      let error = trustError {
        if name == "p256.pem" {
          _ = try ECDSASecretKey(path: path)
          return
        }
        let file = try SecretKeySource(path: path)
        _ = file.isEncrypted ? try file.key(passphrase: passphrase) : try file.key()
      }
      #expect(error != nil, "\(length) of \(whole.count) bytes")
    }
  }

  @Test(arguments: ["ed25519.pem", "ssh", "minisign.key"])
  func `a changed byte gives an error or a whole key`(_ name: String) throws {
    let whole = try SignatureVectors.bytes(name).array
    for index in whole.indices {
      var changed = whole
      changed[index] ^= 1
      let path = try source(changed)
      _ = trustError {
        let key = try SecretKeySource(path: path).key()
        let signature = key.key.signature(of: SignatureVectors.release)
        let publicKey = key.key.publicKey
        #expect(publicKey.verifies(signature, of: SignatureVectors.release))
      }
    }
  }

  @Test func `files that are too long are refused`() throws {
    let long = [UInt8](repeating: UInt8(ascii: "\n"), count: 40_000)
    for name in ["ed25519.pem", "ssh", "minisign.key", "p256.pem"] {
      let path = try source(SignatureVectors.bytes(name).array + long)
      #expect(trustError { _ = try SecretKeySource(path: path) }?.kind == .malformedKeyFile)
      #expect(trustError { _ = try ECDSASecretKey(path: path) }?.kind == .malformedKeyFile)
    }
    let pem = ByteSlice(try SignatureVectors.bytes("p256.pub.pem").array + long)
    #expect(trustError { _ = try VerificationKey(pem: pem, name: "key") }?.kind == .invalidKey)
    #expect(trustError { _ = try PublicKey.read(pem, name: "key") }?.kind == .invalidKey)
    for name in ["release.minisig", "release.ssh.sig"] {
      let signature = ByteSlice(try SignatureVectors.bytes(name).array + long)
      let found = fault { () throws(SignatureFault) in
        if name == "release.minisig" {
          _ = try MinisignSignature(parsing: signature)
        } else {
          _ = try SSHSignature(parsing: signature)
        }
      }
      guard case .malformed = found else {
        Issue.record("\(name): \(String(describing: found))")
        return
      }
    }
    let signers = ByteSlice(
      try SignatureVectors.bytes("ssh.pub").array + [UInt8](repeating: 10, count: 1 << 20))
    #expect(throws: ConfigurationError.self) { try AllowedSigners(parsing: signers) }
  }

  @Test(arguments: ["ed25519.pem", "ed25519.pub.pem"])
  func `a PEM file holds one block and nothing else`(_ name: String) throws {
    let text = try SignatureVectors.text(name)
    let header = text.replacing("\n", with: "\nProc-Type: 4,ENCRYPTED\n", maxReplacements: 1)
    for wrong in [
      text + text, "key\n" + text, text + "garbage", " " + text, "\n" + text, header,
      text.replacing("-----END", with: "----END"), text.replacing("BEGIN P", with: "BEGIN X"),
      text.replacing("BEGIN PUBLIC", with: "BEGIN TRUSTED").replacing(
        "BEGIN PRIVATE", with: "BEGIN"),
      text.replacing("MC", with: "M!C"), String(text.dropLast(30)),
    ] {
      #expect(pemError(wrong, name) != nil, "\(wrong)")
    }
    // Other line ends are no other key.
    #expect(pemError(text.replacing("\n", with: "\r\n") + "\n", name) == nil)
  }

  /// What reading a PEM file as the key that its name says ends with.
  private func pemError(_ text: String, _ name: String) -> TrustError? {
    trustError {
      if name.contains("pub") {
        _ = try VerificationKey(pem: ByteSlice(utf8: text), name: name)
      } else {
        _ = try SecretKeySource(path: source(Array(text.utf8))).key()
      }
    }
  }

  @Test func `an ECDSA key of each curve reads, in both forms, and signs`() throws {
    for name in ["p256.pem", "p256.pkcs8.pem", "p384.pem", "p521.pem"] {
      let path = try source(SignatureVectors.bytes(name))
      let key = try ECDSASecretKey(path: path)
      let publicName = String(name.prefix(4))
      let expected = try SignatureVectors.verificationKey(publicName)
      let found = key.publicKey
      #expect(expected == .ecdsa(found))
      #expect(try found.pem == SignatureVectors.text("\(publicName).pub.pem"))
      let signature = try key.signature(of: SignatureVectors.release)
      #expect(expected.verifies(signature, of: SignatureVectors.release))
      #expect(!expected.verifies(signature, of: ByteSlice(utf8: "another")))
    }
  }

  @Test func `a key on another curve or off its curve is refused`() throws {
    let text = try SignatureVectors.text("p256.pub.pem")
    let lines = text.split(separator: "\n")
    var der = try #require(Base64.decode(lines.dropFirst().dropLast().joined()))
    der[der.count - 1] ^= 1
    let off = "-----BEGIN PUBLIC KEY-----\n\(Base64.encode(der))\n-----END PUBLIC KEY-----\n"
    let error = trustError { _ = try VerificationKey(pem: ByteSlice(utf8: off), name: "off") }
    #expect(error?.message == "not a point of P-256")
    // secp256k1 instead of P-256.
    der[der.count - 1] ^= 1
    der.replaceSubrange(4..<23, with: [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a])
    let other = "-----BEGIN PUBLIC KEY-----\n\(Base64.encode(der))\n-----END PUBLIC KEY-----\n"
    #expect(trustError { _ = try VerificationKey(pem: ByteSlice(utf8: other), name: "k1") } != nil)
  }

  @Test func `words and picture are those of the published tools`() throws {
    let (key, _) = try PublicKey.read(SignatureVectors.bytes("ed25519.pub.pem"), name: "key")
    let words = key.fingerprintWords.flatMap { $0.split(separator: " ") }.map(String.init)
    let list = try SignatureVectors.text("ed25519.words.txt").split(separator: "\n")
    #expect(words == list.map(String.init))
    let (ssh, _) = try PublicKey.read(SignatureVectors.bytes("ssh.pub"), name: "ssh")
    let lines = try SignatureVectors.text("ssh.picture.txt").split(separator: "\n").map(String.init)
    #expect(lines.first?.contains(" \(ssh.sshFingerprint) ") == true)
    #expect(ssh.sshPicture == Array(lines.dropFirst()))
  }
}
