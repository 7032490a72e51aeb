public import Bytes
public import Findings
public import Trust

/// What the signature check sees: who signed the release, and whether it is what they signed.
public struct SignatureVerification: Sendable {
  /// Everything wrong, and what could not be judged.
  public private(set) var findings: [Finding] = []
  /// Whose signatures count; empty when the role is not satisfied.
  public private(set) var signers: [Signer] = []
  /// What they signed, nil before it is verified.
  public private(set) var statement: Statement?
  /// What a state file should remember once the release has passed; nil when something that a
  /// lenient policy might let pass stands against it.
  public private(set) var sighting: ReleaseSighting?

  private static let place = Place([Release.signaturePath])

  /// Verifies the release: the envelope first, then the statement inside it, then the files.
  ///
  /// Without an authority a signature cannot be judged. Validity, revocation and expiry are
  /// judged at `time`; `demands` holds what the verifier knows of other releases.
  public init(
    of release: Release, by authority: Authority?, at time: Timestamp,
    demands: ReleaseDemands = ReleaseDemands()
  ) {
    let envelope: Envelope
    switch release.envelope {
    case .missing:
      findings = [Rule.missingSignature.at(.subject, "no \(Release.signaturePath)")]
      findings += demands.findings(forUnsigned: release)
      return
    case .refused(let finding):
      findings = [finding]
      return
    case .read(let content): envelope = content
    }
    guard let authority else {
      findings = [
        Rule.noTrustFile.at(SignatureVerification.place, "no trust file says whose keys count")
      ]
      return
    }
    findings += demands.findings(about: authority.trust, in: release)
    findings += authority.trust.idleRevocations()
    guard !findings.contains(where: { $0.rule == .trustFileFromRelease }) else { return }
    guard
      let verified = VerifiedEnvelope(
        envelope, by: authority, model: release.manifest.content?.model.name, at: time,
        place: SignatureVerification.place, findings: &findings)
    else { return }
    signers = verified.signers
    do {
      let statement = try Statement(parsing: verified.payload)
      self.statement = statement
      findings += SignatureVerification.identityFindings(
        statement, release, at: time, place: SignatureVerification.place)
      findings += SignatureVerification.fileFindings(statement, release)
      findings += SignatureVerification.revocationFindings(statement, release, authority.trust)
      findings += demands.findings(about: statement, in: release)
      guard findings.allSatisfy({ $0.rule.severity < .high }) else { return }
      sighting = ReleaseSighting(statement, payload: verified.payload, at: time)
    } catch {
      findings.append(
        Rule.malformedStatement.at(SignatureVerification.place.detail("payload"), "\(error)"))
    }
  }

  /// The statement must be about this release, now.
  static func identityFindings(
    _ statement: Statement, _ release: Release, at time: Timestamp, place: Place
  ) -> [Finding] {
    let signed = statement.release
    var findings: [Finding] = []
    func compare(_ what: String, signed: String, found: String?) {
      guard signed != found else { return }
      findings.append(
        Rule.statementOfAnotherRelease.at(
          place.detail(what), "the signed \(what) is not the release's",
          evidence: ["signed \(signed)", "found \(found ?? "none")"]))
    }
    if let model = release.manifest.content?.model {
      compare("name", signed: signed.name, found: model.name)
      compare("version", signed: signed.version, found: model.version)
      compare("parent", signed: signed.parent ?? "none", found: model.parent ?? "none")
    }
    compare(
      "lock", signed: signed.lock.prefixed, found: release.file(Release.lockPath)?.digest.prefixed)
    if let issued = signed.issued, issued > time {
      findings.append(
        Rule.statementNotYetValid.at(
          place, "the statement was issued at \(issued)", evidence: ["judged at \(time)"]))
    }
    if let expires = signed.expires, time >= expires {
      findings.append(
        Rule.statementExpired.at(
          place, "the statement expired at \(expires)", evidence: ["judged at \(time)"]))
    }
    return findings
  }

  /// Names and digests, both ways, and the digest over all of them.
  private static func fileFindings(_ statement: Statement, _ release: Release) -> [Finding] {
    let signed = Dictionary(statement.resources.map { ($0.name, $0.digest) }) { first, _ in first }
    let files = release.files.filter { !Statement.ignoredPaths.contains($0.path) }
    let found = Dictionary(files.map { ($0.path, $0.digest) }) { first, _ in first }
    var findings: [Finding] = []
    for resource in statement.resources {
      let place = Place([resource.name])
      guard let digest = found[resource.name] else {
        findings.append(Rule.signedFileMissing.at(place, "signed, but missing"))
        continue
      }
      guard digest != resource.digest else { continue }
      findings.append(
        Rule.signedFileChanged.at(
          place, "digest differs from the signed one",
          evidence: ["expected \(resource.digest.prefixed)", "found \(digest.prefixed)"]))
    }
    for file in files where signed[file.path] == nil {
      findings.append(
        Rule.unsignedFile.at(
          Place([file.path]), "not among the signed files",
          evidence: ["found \(file.digest.prefixed)"]))
    }
    for file in release.falseSignatures {
      findings.append(
        Rule.unsignedFile.at(
          Place([file.path]), "holds no signature, and nobody signed it",
          evidence: ["found \(file.digest.prefixed)"]))
    }
    let rootDigest = Statement.rootDigest(of: statement.resources)
    if rootDigest != statement.rootDigest {
      findings.append(
        Rule.rootDigestDiffers.at(
          place.detail("subject"), "the subject's digest is not that of the resources",
          evidence: [
            "expected \(rootDigest.prefixed)", "found \(statement.rootDigest.prefixed)",
          ]))
    }
    return findings
  }

  /// Neither the release nor one of its files may be revoked.
  private static func revocationFindings(
    _ statement: Statement, _ release: Release, _ trust: TrustFile
  ) -> [Finding] {
    let digests = release.files.map { (path: [$0.path], digest: $0.digest) }
    let subject = release.subjectDigest.map { [(path: [String](), digest: $0)] } ?? []
    return trust.revocations.flatMap { revocation -> [Finding] in
      switch revocation.subject {
      case .key: []
      case .digest(let revoked):
        (subject + digests).filter { $0.digest == revoked }.map {
          Rule.revokedRelease.at(
            Place($0.path), "revoked: \(revocation.account)", evidence: [revoked.prefixed])
        }
      case .release(let model, let version):
        revocation.subject.covers(
          model: statement.release.name, version: statement.release.version)
          ? [
            Rule.revokedRelease.at(
              .subject, "\(model) \(version) is revoked: \(revocation.account)")
          ] : []
      }
    }
  }
}

extension TrustFile {
  /// Revocations that revoke nothing, because no key has that id.
  fileprivate func idleRevocations() -> [Finding] {
    revocations.compactMap { revocation in
      guard case .key(let id) = revocation.subject, !keys.contains(where: { $0.id == id }) else {
        return nil
      }
      return Rule.idleRevocation.at(
        .subject, "the trust file revokes the key '\(id)', which it does not list")
    }
  }
}
