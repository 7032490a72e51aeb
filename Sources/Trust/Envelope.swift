public import Bytes

/// What DSSE signs: `"DSSEv1" SP len(type) SP type SP len(body) SP body`, lengths in bytes, in
/// decimal (DSSE 1.0.2, protocol.md). Type and body cannot be shifted into each other.
public func preAuthenticationEncoding(type: String, body: ByteSlice) -> ByteSlice {
  var buffer = ByteBuffer(capacity: body.count + type.utf8.count + 64)
  buffer.append(Array("DSSEv1 \(type.utf8.count) \(type) \(body.count) ".utf8))
  buffer.append(body)
  return buffer.finish()
}

/// A DSSE envelope as it was found: nothing in it is established before a `VerifiedEnvelope` is
/// made of it.
///
/// ```
/// {"payload": BASE64, "payloadType": "application/vnd.in-toto+json",
///  "signatures": [{"keyid": TEXT, "sig": BASE64}, ...]}
/// ```
public struct Envelope: Sendable, Equatable {
  /// One signature, by nobody knows whom.
  public struct Signature: Sendable, Equatable {
    /// A hint which key to try first; never decides anything. Empty when unset.
    public let keyID: String
    /// The bytes, of any length.
    public let bytes: [UInt8]

    /// Creates a signature.
    public init(keyID: String, bytes: [UInt8]) {
      self.keyID = keyID
      self.bytes = bytes
    }
  }

  /// What a signature can be about. The type is signed with the payload, so that none passes for
  /// another.
  public enum PayloadType: String, Sendable {
    /// An in-toto statement about a release.
    case statement = "application/vnd.in-toto+json"
    /// A trust file.
    case trustFile = "application/vnd.proofmark.trust+toml"
  }

  /// The most signatures that are read: each costs a verification under every known key.
  public static let signatureLimit = 64
  /// The longest envelope that is read.
  public static let byteLimit = 10_000_000

  /// What the payload is.
  public let type: PayloadType
  /// The signed bytes. Not to be parsed before they are verified.
  public let payload: ByteSlice
  /// The signatures in file order.
  public let signatures: [Signature]

  private static let valueLimit = 4096
  // Every signature costs a pass over the payload under every known key: half a second a key.
  private static let workLimit = 256 << 20

  /// An envelope that nobody has signed yet.
  public init(payload: ByteSlice, type: PayloadType = .statement) {
    self.init(payload: payload, type: type, signatures: [])
  }

  private init(payload: ByteSlice, type: PayloadType, signatures: [Signature]) {
    self.type = type
    self.payload = payload
    self.signatures = signatures
  }

  /// Reads an envelope strictly: unique member names, one base64 alphabet per text, padding.
  /// Unknown members are ignored, as DSSE demands; a payload type that was not asked for is refused.
  public init(
    parsing bytes: ByteSlice, type expected: PayloadType = .statement
  ) throws(ParseError) {
    guard bytes.count <= Envelope.byteLimit else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "at most \(Envelope.byteLimit) bytes of signature",
        found: "\(bytes.count)")
    }
    let root = JSONPlace(
      try JSON(parsing: bytes, depth: 16, values: Envelope.valueLimit), "", at: bytes.offset)
    let found = try root.member("payloadType").string()
    guard found == expected.rawValue else {
      throw root.malformed(
        expected: "payloadType \(expected.rawValue)",
        found: "'\(safeText(String(found.prefix(80))))'")
    }
    type = expected
    payload = ByteSlice(try root.member("payload").base64())
    let elements = try root.member("signatures").elements()
    guard elements.count <= Envelope.signatureLimit else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "at most \(Envelope.signatureLimit) signatures",
        found: "\(elements.count)")
    }
    guard payload.count * elements.count <= Envelope.workLimit else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "fewer signatures over so long a payload",
        found: "\(elements.count) over \(payload.count) bytes")
    }
    signatures = try elements.map { (element) throws(ParseError) in
      let keyID = try element.optionalMember("keyid")?.string() ?? ""
      return Signature(keyID: keyID, bytes: try element.member("sig").base64())
    }
  }

  /// What every signature of the envelope must be a signature of.
  public var signedBytes: ByteSlice {
    preAuthenticationEncoding(type: type.rawValue, body: payload)
  }

  /// The envelope with one more signature; itself when the key has signed it already.
  public func signed(with key: borrowing SecretKey) -> Envelope {
    signed(as: key.publicKey) { key.signature(of: $0) }
  }

  /// The envelope with the signature that `sign` makes under the key; itself when the key has
  /// signed it already.
  func signed<Failure>(
    as key: PublicKey, by sign: (ByteSlice) throws(Failure) -> [UInt8]
  ) throws(Failure) -> Envelope {
    let message = signedBytes
    guard !signatures.contains(where: { key.verifies($0.bytes, of: message) }) else { return self }
    let signature = Signature(keyID: key.fingerprint, bytes: try sign(message))
    return Envelope(payload: payload, type: type, signatures: signatures + [signature])
  }

  /// The JSON text: the same envelope always gives the same bytes.
  public func text() -> String {
    let list = signatures.map { signature in
      JSON.record([
        ("keyid", signature.keyID.isEmpty ? nil : .string(signature.keyID)),
        ("sig", .string(Base64.encode(signature.bytes))),
      ])
    }
    return JSON.record([
      ("payload", .string(Base64.encode(payload))),
      ("payloadType", .string(type.rawValue)),
      ("signatures", .array(list)),
    ]).text()
  }
}
