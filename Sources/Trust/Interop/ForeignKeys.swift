public import Bytes

/// Keys of other tools that the user trusts, each for one kind of signature.
public struct ForeignKeys: Sendable {
  /// Whoever signs models with OpenSSF's tool.
  public var oms: OMSAuthority?
  /// Whoever signs with minisign.
  public var minisign: MinisignPublicKey?
  /// Whoever signs with OpenSSH.
  public var ssh: AllowedSigners?
  /// Whoever signs with cosign.
  public var cosign: VerificationKey?
  /// As whom an OpenSSH signer must be allowed; nil means as anybody.
  public var principal: String?
  /// What an OpenSSH signature must be made for.
  public var namespace = SSHSignature.proofmarkNamespace

  /// No keys.
  public init() {}

  /// Whether there is no key.
  public var isEmpty: Bool { oms == nil && !judgesFiles }
  /// Whether there is one for signatures over one file.
  public var judgesFiles: Bool { minisign != nil || ssh != nil || cosign != nil }
}

/// What is known of a signature over one file after it was verified.
public struct EstablishedSignature: Sendable {
  /// Who made it, as far as the key given says: a principal or a key.
  public let owner: String
  /// The key's name in its tool.
  public let key: String
  /// The tool, as reports name it.
  public let tool: String
  /// What the signer says besides, for people; unescaped.
  public let comment: String?
  /// Whether it is in minisign's legacy form.
  public let isLegacy: Bool
}

extension ForeignKeys {
  /// Verifies a detached signature of the kind over the file.
  ///
  /// - Throws: `SignatureFault` for everything that is not established.
  public func verify(
    _ file: ByteSlice, _ signature: ByteSlice, _ kind: SignatureKind, at time: Timestamp
  ) throws(SignatureFault) -> EstablishedSignature {
    switch kind {
    case .minisign:
      let parsed = try MinisignSignature(parsing: signature)
      guard let minisign else { throw .unsupported("a minisign signature, and no key for it") }
      try parsed.verify(file, by: minisign)
      return EstablishedSignature(
        owner: "minisign:\(minisign.idText)", key: minisign.idText, tool: "minisign",
        comment: parsed.trustedComment,
        isLegacy: parsed.isLegacy)
    case .ssh:
      let parsed = try SSHSignature(parsing: signature)
      guard let ssh else { throw .unsupported("an OpenSSH signature, and no allowed signers") }
      try parsed.verify(file, namespace: namespace)
      let owner = try ssh.principals(
        of: parsed.key, principal: principal, namespace: namespace, at: time)
      return EstablishedSignature(
        owner: owner, key: parsed.key.sshFingerprint, tool: "OpenSSH", comment: nil, isLegacy: false
      )
    case .bundle, .base64:
      guard let cosign else { throw .unsupported("a cosign signature, and no key for it") }
      try ForeignKeys.verify(file, signature, kind, by: cosign)
      return EstablishedSignature(
        owner: "cosign:\(cosign.name.prefix(12))", key: cosign.name, tool: "cosign", comment: nil,
        isLegacy: false)
    case .openPGP:
      throw .unsupported("an OpenPGP signature: verify it with gpg")
    }
  }

  private static func verify(
    _ file: ByteSlice, _ signature: ByteSlice, _ kind: SignatureKind, by key: VerificationKey
  ) throws(SignatureFault) {
    guard kind == .bundle else {
      guard let bytes = SignatureKind.base64(signature) else { throw .malformed("no base64") }
      guard key.verifies(bytes, of: file) else {
        throw .mismatch("the signature is not over this file, or not by the key \(key.name)")
      }
      return
    }
    let bundle: SigstoreBundle
    do {
      bundle = try SigstoreBundle(cosign: signature)
    } catch {
      throw error.kind == .malformed ? .malformed(error.reason) : .unsupported(error.reason)
    }
    try bundle.expect(key)
    switch bundle.content {
    case .file(let digest, let bytes):
      guard digest == nil || digest == Digest(of: file) else {
        throw .otherSubject("the bundle is about a file with another digest")
      }
      guard key.verifies(bytes, of: file) else {
        throw .mismatch("the signature is not over this file, or not by the key \(key.name)")
      }
    case .envelope:
      let payload = try bundle.payload(verifiedBy: key, allowingKeyID: true)
      try InTotoSubjects(payload).expect(file)
    }
  }
}

/// The subjects of any in-toto statement. Names are for people: a subject is its digest.
private struct InTotoSubjects {
  private let digests: [Digest]

  init(_ payload: ByteSlice) throws(SignatureFault) {
    do throws(ParseError) {
      let root = JSONPlace(
        try JSON(parsing: payload, depth: 64, values: 1 << 16), "", at: payload.offset)
      let type = try root.member("_type").string()
      guard
        ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"].contains(type)
      else {
        throw root.unsupported(
          expected: "an in-toto statement", found: "'\(safeText(String(type.prefix(80))))'")
      }
      var digests: [Digest] = []
      for place in try root.member("subject").elements() {
        if let digest = try place.member("digest").optionalMember("sha256")?.digest() {
          digests.append(digest)
        }
      }
      self.digests = digests
    } catch {
      throw error.kind == .malformed ? .malformed(error.reason) : .unsupported(error.reason)
    }
  }

  func expect(_ file: ByteSlice) throws(SignatureFault) {
    guard digests.contains(Digest(of: file)) else {
      throw .otherSubject("none of the statement's \(digests.count) subjects is this file")
    }
  }
}
