public import Bytes
import Crypto

/// An ECDSA public key on a NIST curve, with the digest that signatures by it are over: SHA-256
/// for P-256, SHA-384 for P-384, SHA-512 for P-521.
public struct ECDSAPublicKey: Sendable, Hashable {
  /// A curve of FIPS 186-5.
  public enum Curve: String, Sendable, CaseIterable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    /// SubjectPublicKeyInfo up to the point (RFC 5480): the one form with a named curve.
    var subjectPublicKeyInfoHead: [UInt8] {
      let algorithm: [UInt8] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]
      return switch self {
      case .p256: [0x30, 0x59, 0x30, 0x13] + algorithm + objectIdentifier + [0x03, 0x42, 0x00]
      case .p384: [0x30, 0x76, 0x30, 0x10] + algorithm + objectIdentifier + [0x03, 0x62, 0x00]
      case .p521:
        [0x30, 0x81, 0x9b, 0x30, 0x10] + algorithm + objectIdentifier + [0x03, 0x81, 0x86, 0x00]
      }
    }

    /// The curve's object identifier in DER.
    var objectIdentifier: [UInt8] {
      switch self {
      case .p256: [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
      case .p384: [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22]
      case .p521: [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23]
      }
    }

    /// The bytes of a coordinate.
    var coordinateBytes: Int {
      switch self {
      case .p256: 32
      case .p384: 48
      case .p521: 66
      }
    }
  }

  /// The curve.
  public let curve: Curve
  /// `04`, x and y (SEC 1, section 2.3.3).
  let point: [UInt8]

  /// The key of an uncompressed point; nil when it does not lie on the curve.
  init?(_ curve: Curve, point: [UInt8]) {
    guard point.count == 1 + 2 * curve.coordinateBytes else { return nil }
    do {
      switch curve {
      case .p256: _ = try P256.Signing.PublicKey(x963Representation: point)
      case .p384: _ = try P384.Signing.PublicKey(x963Representation: point)
      case .p521: _ = try P521.Signing.PublicKey(x963Representation: point)
      }
    } catch {
      return nil
    }
    self.curve = curve
    self.point = point
  }

  /// SubjectPublicKeyInfo in DER.
  var subjectPublicKeyInfo: [UInt8] { curve.subjectPublicKeyInfoHead + point }

  /// The PEM text as OpenSSL writes it.
  public var pem: String {
    let digits = Array(Base64.encode(subjectPublicKeyInfo))
    let lines = stride(from: 0, to: digits.count, by: 64).map {
      String(digits[$0..<min($0 + 64, digits.count)]) + "\n"
    }
    return "-----BEGIN PUBLIC KEY-----\n" + lines.joined() + "-----END PUBLIC KEY-----\n"
  }

  /// What a sigstore bundle calls the key: SHA-256 of the PEM text, in hexadecimal.
  public var hint: String { Digest(ofUTF8: pem).hexadecimal }

  /// Whether the holder of the secret key made the DER signature over exactly this message
  /// (FIPS 186-5, section 6.4). The form must be canonical; both halves of S are allowed.
  public func verifies(_ signature: [UInt8], of message: ByteSlice) -> Bool {
    guard let raw = ECDSASignature.raw(der: signature, coordinateBytes: curve.coordinateBytes)
    else { return false }
    do {
      switch curve {
      case .p256:
        let key = try P256.Signing.PublicKey(x963Representation: point)
        return key.isValidSignature(
          try P256.Signing.ECDSASignature(rawRepresentation: raw),
          for: digest(of: message, by: SHA256.self))
      case .p384:
        let key = try P384.Signing.PublicKey(x963Representation: point)
        return key.isValidSignature(
          try P384.Signing.ECDSASignature(rawRepresentation: raw),
          for: digest(of: message, by: SHA384.self))
      case .p521:
        let key = try P521.Signing.PublicKey(x963Representation: point)
        return key.isValidSignature(
          try P521.Signing.ECDSASignature(rawRepresentation: raw),
          for: digest(of: message, by: SHA512.self))
      }
    } catch {
      return false
    }
  }
}

/// The digest of the bytes, without a copy of them.
func digest<Function: HashFunction>(
  of bytes: ByteSlice, by _: Function.Type
) -> Function.Digest {
  var hasher = Function()
  bytes.forEachWindow(in: bytes.indices) { window, _ in hasher.update(bufferPointer: window) }
  return hasher.finalize()
}

/// A public key of a kind that signatures of other tools are verified with.
public enum VerificationKey: Sendable, Hashable {
  /// Ed25519.
  case ed25519(PublicKey)
  /// ECDSA on a NIST curve.
  case ecdsa(ECDSAPublicKey)

  /// The key of a PEM file with one `PUBLIC KEY`.
  ///
  /// - Throws: `TrustError` for another block, two of them, or a key of another kind.
  public init(pem file: ByteSlice, name: String) throws(TrustError) {
    guard file.count <= PEMBlock.byteLimit else {
      throw TrustError(.invalidKey, name, "longer than \(PEMBlock.byteLimit) bytes")
    }
    let block = try PEMBlock(SecretBytes(copying: file.array), name: name)
    guard block.label == "PUBLIC KEY" else {
      throw TrustError(
        .invalidKey, name, "expected a PUBLIC KEY, found '\(block.label)'",
        help: "openssl pkey -pubin -in \(name), or -in SECRET -pubout, writes one")
    }
    try self.init(
      subjectPublicKeyInfo: block.content.publicBytes(0..<block.content.count), name: name)
  }

  init(subjectPublicKeyInfo bytes: [UInt8], name: String) throws(TrustError) {
    let head = PublicKey.subjectPublicKeyInfoHead
    if bytes.count == head.count + 32, bytes.starts(with: head) {
      self = .ed25519(try PublicKey(bytes: Array(bytes.dropFirst(head.count))))
      return
    }
    for curve in ECDSAPublicKey.Curve.allCases {
      let head = curve.subjectPublicKeyInfoHead
      guard bytes.starts(with: head) else { continue }
      guard let key = ECDSAPublicKey(curve, point: Array(bytes.dropFirst(head.count))) else {
        throw TrustError(.invalidKey, name, "not a point of \(curve.rawValue)")
      }
      self = .ecdsa(key)
      return
    }
    throw TrustError(
      .invalidKey, name, "neither Ed25519 nor ECDSA on P-256, P-384 or P-521 in its usual form")
  }

  /// Whether the signature is one over exactly this message; an ECDSA one is in DER.
  public func verifies(_ signature: [UInt8], of message: ByteSlice) -> Bool {
    switch self {
    case .ed25519(let key): key.verifies(signature, of: message)
    case .ecdsa(let key): key.verifies(signature, of: message)
    }
  }

  /// The key in a word, for people: its fingerprint or hint.
  public var name: String {
    switch self {
    case .ed25519(let key): key.fingerprint
    case .ecdsa(let key): key.hint
    }
  }
}
