public import Bytes

// A sigstore bundle (sigstore protobuf-specs, bundle v0.3) in JSON, as OMS and cosign write it:
//
//   mediaType              application/vnd.dev.sigstore.bundle.v0.3+json
//   verificationMaterial   publicKey { hint } | certificate | x509CertificateChain; tlogEntries
//   dsseEnvelope           a DSSE envelope
//   or messageSignature    messageDigest { algorithm, digest }, signature: over a file

/// Signatures in the form that OpenSSF's tools exchange. Nothing in it is established.
public struct SigstoreBundle: Sendable {
  /// What is needed to verify the signature.
  public enum Material: Sendable, Equatable {
    /// A key that both sides know; the hint may say which.
    case publicKey(hint: String?)
    /// X.509 certificates in DER, the signer's first, each issued by the next.
    case certificates([[UInt8]])
    /// A certificate of a few minutes, which only a transparency log's entry makes count: not
    /// judged.
    case keyless
  }

  /// What was signed.
  public enum Content: Sendable {
    /// The payload of a DSSE envelope.
    case envelope(Envelope)
    /// A file, by a signature over its bytes.
    case file(digest: Digest?, signature: [UInt8])
  }

  /// What is needed to verify it.
  public let material: Material
  /// What was signed.
  public let content: Content

  /// The longest bundle that is read.
  public static let byteLimit = Envelope.byteLimit
  private static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
  // Versions 0.1 and 0.2 have the same members where they carry a public key.
  private static let mediaTypes = [
    mediaType, "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
  ]
  private static let valueLimit = 4096

  /// Whether the bytes begin as a bundle's JSON does.
  public static func isClaimed(by bytes: ByteSlice) -> Bool {
    bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) } == UInt8(ascii: "{")
  }

  /// Reads a bundle strictly: unique names, one content, one material, one signature.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    guard bytes.count <= SigstoreBundle.byteLimit else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "at most \(SigstoreBundle.byteLimit) bytes",
        found: "\(bytes.count)")
    }
    let root = JSONPlace(
      try JSON(parsing: bytes, depth: 32, values: SigstoreBundle.valueLimit), "",
      at: bytes.offset)
    let type = try root.member("mediaType").string()
    guard SigstoreBundle.mediaTypes.contains(type) else {
      throw root.unsupported(
        expected: "mediaType \(SigstoreBundle.mediaType)",
        found: "'\(safeText(String(type.prefix(80))))'")
    }
    material = try SigstoreBundle.material(root.member("verificationMaterial"))
    let envelope = try root.optionalMember("dsseEnvelope")
    let message = try root.optionalMember("messageSignature")
    switch (envelope, message) {
    case (let place?, nil): content = .envelope(try SigstoreBundle.envelope(place))
    case (nil, let place?): content = try SigstoreBundle.file(place)
    default:
      throw root.malformed(
        expected: "either dsseEnvelope or messageSignature",
        found: envelope == nil ? "neither" : "both")
    }
  }

  /// Reads what cosign writes: a bundle, a DSSE envelope without one (`attest-blob
  /// --output-signature`), or the record of its first two versions, `base64Signature` with an
  /// unused `cert` and `rekorBundle`.
  init(cosign bytes: ByteSlice) throws(ParseError) {
    guard bytes.count <= SigstoreBundle.byteLimit else {
      self = try SigstoreBundle(parsing: bytes)
      return
    }
    let root = JSONPlace(
      try JSON(parsing: bytes, depth: 32, values: SigstoreBundle.valueLimit), "",
      at: bytes.offset)
    let certificate = try root.optionalMember("cert")?.string() ?? ""
    if try root.optionalMember("payloadType") != nil {
      material = .publicKey(hint: nil)
      content = .envelope(try Envelope(parsing: bytes))
    } else if let place = try root.optionalMember("base64Signature") {
      material = certificate.isEmpty ? .publicKey(hint: nil) : .keyless
      let signature = ByteSlice(try place.base64())
      content =
        SigstoreBundle.isClaimed(by: signature)
        ? .envelope(try Envelope(parsing: signature))
        : .file(digest: nil, signature: signature.array)
    } else {
      self = try SigstoreBundle(parsing: bytes)
    }
  }

  private static func material(_ place: JSONPlace) throws(ParseError) -> Material {
    let key = try place.optionalMember("publicKey")
    let chain = try place.optionalMember("x509CertificateChain")
    let certificate = try place.optionalMember("certificate")
    guard [key, chain, certificate].count(where: { $0 != nil }) == 1 else {
      throw place.malformed(
        expected: "one of publicKey, certificate and x509CertificateChain", found: "another number")
    }
    if let chain {
      let entries = try place.optionalMember("tlogEntries")?.elements() ?? []
      let certificates = try chain.member("certificates").elements()
      guard !certificates.isEmpty else {
        throw chain.malformed(expected: "certificates", found: "none")
      }
      guard entries.isEmpty else { return .keyless }
      return .certificates(
        try certificates.map { (place) throws(ParseError) in
          try place.member("rawBytes").base64()
        })
    }
    guard let key else { return .keyless }
    let hint = try key.optionalMember("hint")?.string()
    return .publicKey(hint: hint?.isEmpty == true ? nil : hint)
  }

  private static func envelope(_ place: JSONPlace) throws(ParseError) -> Envelope {
    let envelope = try Envelope(parsing: ByteSlice(utf8: place.value.compactText()))
    guard envelope.signatures.count == 1 else {
      throw place.malformed(
        expected: "exactly one signature", found: "\(envelope.signatures.count)")
    }
    return envelope
  }

  private static func file(_ place: JSONPlace) throws(ParseError) -> Content {
    var digest: Digest?
    if let stated = try place.optionalMember("messageDigest") {
      let algorithm = try stated.member("algorithm").string()
      guard algorithm == "SHA2_256" else {
        throw stated.unsupported(
          expected: "SHA2_256", found: "'\(safeText(String(algorithm.prefix(40))))'")
      }
      let bytes = try stated.member("digest").base64()
      digest = Digest(bytes: bytes)
      guard digest != nil else {
        throw stated.malformed(expected: "32 bytes", found: "\(bytes.count)")
      }
    }
    return .file(digest: digest, signature: try place.member("signature").base64())
  }

  /// The bundle of an ECDSA signature over a payload, as OMS v1.0 has it: what `model_signing
  /// verify key` reads.
  public static func text(
    signing payload: ByteSlice, with key: borrowing ECDSASecretKey
  ) throws(TrustError) -> String {
    let envelope = Envelope(payload: payload)
    let signature = try key.signature(of: envelope.signedBytes)
    let material: JSON = [
      "publicKey": ["hint": .string(key.publicKey.hint)], "tlogEntries": [],
    ]
    let signatures: JSON = [["sig": .string(Base64.encode(signature)), "keyid": ""]]
    let bundle: JSON = [
      "mediaType": .string(mediaType), "verificationMaterial": material,
      "dsseEnvelope": [
        "payload": .string(Base64.encode(payload)),
        "payloadType": .string(envelope.type.rawValue), "signatures": signatures,
      ],
    ]
    return bundle.compactText()
  }
}

extension SigstoreBundle {
  /// Throws unless the key is the one that the bundle means.
  public func expect(_ key: VerificationKey) throws(SignatureFault) {
    switch material {
    case .certificates:
      throw .unsupported("signed by a certificate, and no root for it")
    case .keyless:
      throw .unsupported(SigstoreBundle.keylessReason)
    case .publicKey(let hint):
      // Of an ECDSA key the hint is known; other tools write others, or none.
      guard case .ecdsa(let key) = key, let hint, Digest(hexadecimal: hint) != nil else { return }
      guard hint == key.hint else {
        throw .otherKey("the bundle names the key \(hint), the key given is \(key.hint)")
      }
    }
  }

  /// The payload of the envelope, once its signature is found to be by the key. OMS leaves `keyid`
  /// empty; other tools may write one, which DSSE lets decide nothing.
  public func payload(
    verifiedBy key: VerificationKey, allowingKeyID: Bool = false
  ) throws(SignatureFault) -> ByteSlice {
    try expect(key)
    return try envelopePayload(verifiedBy: key, allowingKeyID: allowingKeyID)
  }

  /// The payload of the envelope, once its signature is found to be by somebody who counts.
  public func payload(
    by authority: OMSAuthority, at time: Timestamp
  ) throws(SignatureFault) -> (payload: ByteSlice, signer: OMSSigner) {
    switch authority {
    case .key(let key): return (try payload(verifiedBy: key), OMSSigner(key))
    case .anchors(let anchors):
      switch material {
      case .publicKey: throw .otherKey("signed by a key, for which no certificate vouches")
      case .keyless: throw .unsupported(SigstoreBundle.keylessReason)
      case .certificates(let chain):
        let signer = try CertificatePath(chain, to: anchors, at: time).signer
        let key = VerificationKey.ecdsa(try signer.signatureKey())
        let payload = try envelopePayload(verifiedBy: key, allowingKeyID: false)
        return (payload, OMSSigner(signer))
      }
    }
  }

  private static let keylessReason =
    "a keyless signature: its certificate and its transparency log are not judged"

  private func envelopePayload(
    verifiedBy key: VerificationKey, allowingKeyID: Bool
  ) throws(SignatureFault) -> ByteSlice {
    guard case .envelope(let envelope) = content, let signature = envelope.signatures.first else {
      throw .malformed("expected a DSSE envelope with a signature")
    }
    guard allowingKeyID || signature.keyID.isEmpty else {
      throw .otherKey("expected an empty keyid, found '\(signature.keyID)'")
    }
    let message = envelope.signedBytes
    guard envelope.signatures.contains(where: { key.verifies($0.bytes, of: message) }) else {
      throw .mismatch("the signature is not over this payload, or not by the key \(key.name)")
    }
    return envelope.payload
  }
}
