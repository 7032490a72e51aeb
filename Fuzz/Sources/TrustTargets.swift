import Bytes
import Judging
import Releases
import Trust

/// The moment that everything is judged at: the fixtures' certificates are valid then.
private let now = Timestamp("2026-11-26T00:00:00Z") ?? Timestamp.systemClock()

/// A release's manifest and its lock, which a merge with itself must not change.
func readRelease(_ bytes: ByteSlice) {
  _ = try? Manifest(parsing: bytes)
  guard let lock = try? Lock(parsing: bytes) else { return }
  _ = lock.differences(from: lock.files, manifest: nil)
  let merge = LockMerge(base: lock, ours: lock, theirs: lock)
  precondition(merge.lock == lock || !merge.conflicts.isEmpty, "a merge with itself changed it")
}

/// What lies on the verifier's side: trust file, state, policy and history.
func readTrust(_ bytes: ByteSlice) {
  _ = try? Policy(parsing: bytes)
  if let history = try? History(parsing: bytes) {
    let text = history.records.map { $0.line + "\n" }.joined()
    precondition(ByteSlice(utf8: text) == bytes, "a history is not as it was written")
  }
  if let state = try? VerifierState(parsing: bytes) {
    precondition(ByteSlice(utf8: state.serialised()) == bytes, "a state is not as it was written")
  }
  guard let trust = try? TrustFile(parsing: bytes) else { return }
  _ = trust.isCanonical
  if let draft = try? TrustFileDraft(following: trust) {
    let next = try? draft.finish()
    precondition(next?.roles == trust.roles, "a trust file cannot be followed")
  }
  var state = VerifierState()
  state.remember(trust)
  let kept = try? VerifierState(parsing: ByteSlice(utf8: state.serialised()))
  precondition(kept == state, "a trust file cannot be remembered")
}

/// Fixtures that signatures are verified with. Without them the target would find nothing.
private enum Known {
  static let file = content("release.bin")
  /// The keys of all tools; cosign's with each kind of key.
  static let keys: [ForeignKeys] = {
    do {
      var keys = ForeignKeys()
      keys.minisign = try MinisignPublicKey(parsing: content("minisign.pub"), name: "minisign.pub")
      keys.ssh = try AllowedSigners(
        parsing: ByteSlice(Array("ana ".utf8) + content("ssh.pub").array))
      return try ["ed25519", "p256", "p384", "p521"].map { kind in
        keys.cosign = try VerificationKey(pem: content("\(kind).pub.pem"), name: kind)
        return keys
      }
    } catch {
      preconditionFailure("a key of the fixtures cannot be read: \(error)")
    }
  }()
  static let anchors: TrustAnchors = {
    do {
      return try TrustAnchors(pem: content("authority.pem"), name: "authority.pem")
    } catch {
      preconditionFailure("the authority of the fixtures cannot be read: \(error)")
    }
  }()

  private static func content(_ name: String) -> ByteSlice {
    do {
      return try ByteSlice(path: "Fixtures/vectors/signatures/" + name)
    } catch {
      preconditionFailure("run it from the repository's root: \(error)")
    }
  }
}

/// Signatures in JSON, and the statements in them: read also where nobody has verified them.
func readEnvelopes(_ bytes: ByteSlice) {
  for type in [Envelope.PayloadType.statement, .trustFile] {
    guard let envelope = try? Envelope(parsing: bytes, type: type) else { continue }
    let again = try? Envelope(parsing: ByteSlice(utf8: envelope.text()), type: type)
    precondition(again == envelope, "an envelope is not read as it was written")
    readStatements(envelope.payload)
  }
  readStatements(bytes)
  guard let bundle = try? SigstoreBundle(parsing: bytes) else { return }
  _ = try? bundle.payload(by: .anchors(Known.anchors), at: now)
  for keys in Known.keys { _ = try? keys.verify(Known.file, bytes, .bundle, at: now) }
  if case .envelope(let envelope) = bundle.content { readStatements(envelope.payload) }
}

private func readStatements(_ payload: ByteSlice) {
  if let statement = try? Statement(parsing: payload) {
    let again = try? Statement(parsing: statement.payload())
    precondition(again == statement, "a statement is not read as it was written")
  }
  guard let statement = try? OMSStatement(parsing: payload) else { return }
  for resource in statement.resources { _ = statement.matches(resource, Known.file) }
}

/// Signatures of other tools over a file, and what says whose they may be.
func readSignatures(_ bytes: ByteSlice) {
  if let kind = SignatureKind(of: bytes) {
    for keys in Known.keys { _ = try? keys.verify(Known.file, bytes, kind, at: now) }
  }
  if let signature = try? SSHSignature(parsing: bytes) {
    let again = try? SSHSignature(parsing: ByteSlice(utf8: signature.text))
    precondition(again == signature, "a signature is not read as it was written")
    if let signers = try? AllowedSigners(parsing: bytes) {
      _ = try? signers.principals(
        of: signature.key, principal: "ana", namespace: signature.namespace, at: now)
    }
  }
  _ = try? AllowedSigners(parsing: bytes)
}

/// Public and secret keys in every format, and certificates.
func readKeys(_ bytes: ByteSlice) {
  if let (key, format) = try? PublicKey.read(bytes, name: "key") {
    let again = try? PublicKey.read(ByteSlice(key.file(format)), name: "key")
    precondition(again?.key == key, "a key is not read as it was written")
  }
  _ = try? VerificationKey(pem: bytes, name: "key")
  _ = try? TrustAnchors(pem: bytes, name: "anchors")
  let path = stage(bytes, as: "secret.key")
  _ = try? ECDSASecretKey(path: path)
  guard let source = try? SecretKeySource(path: path) else { return }
  _ = try? source.key()
  // Passphrases are tried only where that costs next to nothing.
  guard bytes.utf8?.contains("operations: 1\nmemory: 8192\n") == true,
    let passphrase = try? SecretBytes(copying: [0x70])
  else { return }
  _ = try? source.key(passphrase: passphrase)
}
