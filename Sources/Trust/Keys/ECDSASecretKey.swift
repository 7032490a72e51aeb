public import Bytes
import Crypto

/// An ECDSA secret key from a PEM file, for OMS bundles. swift-crypto holds and wipes it.
public struct ECDSASecretKey: ~Copyable {
  private enum Key {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case p521(P521.Signing.PrivateKey)
  }

  private let key: Key
  /// The public half.
  public let publicKey: ECDSAPublicKey

  /// The key of an unencrypted PEM file that only its owner may read: `PRIVATE KEY` (PKCS#8) or
  /// `EC PRIVATE KEY` (SEC 1).
  ///
  /// - Throws: `TrustError` when it is something else, or others may read it.
  public init(path: String) throws(TrustError) {
    let block = try PEMBlock(
      SecretBytes(privateFile: path, limit: PEMBlock.byteLimit), name: path)
    let scalar: Range<Int>
    let curve: ECDSAPublicKey.Curve
    switch block.label {
    case "EC PRIVATE KEY", "PRIVATE KEY":
      guard let found = DERWalk.ecdsaScalar(in: block.content) else {
        throw TrustError(
          .malformedKeyFile, path, "no ECDSA secret key on P-256, P-384 or P-521")
      }
      (curve, scalar) = found
    case "ENCRYPTED PRIVATE KEY":
      throw TrustError(
        .malformedKeyFile, path, "encrypted PEM files are not read",
        help: "openssl pkey -in \(path) -out KEY.pem takes the encryption off")
    default:
      throw TrustError(.malformedKeyFile, path, "expected a PRIVATE KEY, found '\(block.label)'")
    }
    let key: Key?
    let point: [UInt8]
    do {
      switch curve {
      case .p256:
        let p256 = try block.content.reading(scalar) { bytes in
          Result { try P256.Signing.PrivateKey(rawRepresentation: bytes) }
        }.get()
        (key, point) = (.p256(p256), Array(p256.publicKey.x963Representation))
      case .p384:
        let p384 = try block.content.reading(scalar) { bytes in
          Result { try P384.Signing.PrivateKey(rawRepresentation: bytes) }
        }.get()
        (key, point) = (.p384(p384), Array(p384.publicKey.x963Representation))
      case .p521:
        let p521 = try block.content.reading(scalar) { bytes in
          Result { try P521.Signing.PrivateKey(rawRepresentation: bytes) }
        }.get()
        (key, point) = (.p521(p521), Array(p521.publicKey.x963Representation))
      }
    } catch {
      throw TrustError(.malformedKeyFile, path, "no secret key of \(curve.rawValue)")
    }
    guard let key, let publicKey = ECDSAPublicKey(curve, point: point) else {
      throw TrustError(.malformedKeyFile, path, "no secret key of \(curve.rawValue)")
    }
    self.key = key
    self.publicKey = publicKey
  }

  /// A DER signature of the message; another one each time.
  public func signature(of message: ByteSlice) throws(TrustError) -> [UInt8] {
    do {
      return switch key {
      case .p256(let key):
        Array(try key.signature(for: digest(of: message, by: SHA256.self)).derRepresentation)
      case .p384(let key):
        Array(try key.signature(for: digest(of: message, by: SHA384.self)).derRepresentation)
      case .p521(let key):
        Array(try key.signature(for: digest(of: message, by: SHA512.self)).derRepresentation)
      }
    } catch {
      throw TrustError(.resources, "", "cannot sign: \(error)")
    }
  }
}

/// Walks over DER in locked memory, and finds the secret scalar in SEC 1's and PKCS#8's structures,
/// which are nested like this:
///
///     PKCS#8   SEQUENCE { INTEGER 0, SEQUENCE { OID ecPublicKey, OID curve },
///                         OCTET STRING { SEC 1 } }
///     SEC 1    SEQUENCE { INTEGER 1, OCTET STRING scalar, [0] { OID curve }?, [1] { ... }? }
struct DERWalk {
  private var position: Int
  private let end: Int

  init(_ range: Range<Int>) { (position, end) = (range.lowerBound, range.upperBound) }

  var isAtEnd: Bool { position == end }

  /// Passes over one element of the tag and gives the place of its content; nil when another
  /// one stands there, or one that is longer than what holds it.
  mutating func element(_ tag: UInt8, in bytes: borrowing SecretBytes) -> Range<Int>? {
    guard end - position >= 2, bytes[position] == tag else { return nil }
    var length = Int(bytes[position + 1])
    var start = position + 2
    if length == 0x81 {
      guard start < end, bytes[start] >= 0x80 else { return nil }
      length = Int(bytes[start])
      start += 1
    } else if length == 0x82 {
      guard end - start >= 2, bytes[start] > 0 else { return nil }
      length = Int(bytes[start]) << 8 | Int(bytes[start + 1])
      start += 2
    } else if length >= 0x80 {
      return nil
    }
    guard length <= end - start else { return nil }
    position = start + length
    return start..<position
  }

  /// Passes over an element that must be these bytes, tag and length included.
  mutating func expect(_ wanted: [UInt8], in bytes: borrowing SecretBytes) -> Bool {
    guard wanted.count <= end - position,
      bytes.publicBytes(position..<(position + wanted.count)) == wanted
    else { return false }
    position += wanted.count
    return true
  }

  private static let ecPublicKey: [UInt8] = [
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
  ]

  /// The curve and the place of the scalar in a secret key in DER.
  static func ecdsaScalar(
    in bytes: borrowing SecretBytes
  ) -> (ECDSAPublicKey.Curve, Range<Int>)? {
    var outer = DERWalk(0..<bytes.count)
    guard let sequence = outer.element(0x30, in: bytes), outer.isAtEnd else { return nil }
    var inner = DERWalk(sequence)
    if inner.expect([0x02, 0x01, 0x00], in: bytes) {
      guard let algorithm = inner.element(0x30, in: bytes) else { return nil }
      var names = DERWalk(algorithm)
      guard names.expect(ecPublicKey, in: bytes) else { return nil }
      let rest = bytes.publicBytes(names.position..<names.end)
      guard let curve = ECDSAPublicKey.Curve.allCases.first(where: { $0.objectIdentifier == rest }),
        let octets = inner.element(0x04, in: bytes)
      else { return nil }
      var wrapped = DERWalk(octets)
      guard let key = wrapped.element(0x30, in: bytes), wrapped.isAtEnd else { return nil }
      return scalar(of: key, curve, in: bytes)
    }
    return scalar(of: sequence, nil, in: bytes)
  }

  private static func scalar(
    of key: Range<Int>, _ known: ECDSAPublicKey.Curve?, in bytes: borrowing SecretBytes
  ) -> (ECDSAPublicKey.Curve, Range<Int>)? {
    var walk = DERWalk(key)
    guard walk.expect([0x02, 0x01, 0x01], in: bytes),
      let scalar = walk.element(0x04, in: bytes)
    else { return nil }
    var curve = known
    if let parameters = walk.element(0xa0, in: bytes) {
      let name = bytes.publicBytes(parameters)
      let stated = ECDSAPublicKey.Curve.allCases.first { $0.objectIdentifier == name }
      guard let stated, known == nil || known == stated else { return nil }
      curve = stated
    }
    guard let curve, scalar.count == curve.coordinateBytes else { return nil }
    return (curve, scalar)
  }
}
