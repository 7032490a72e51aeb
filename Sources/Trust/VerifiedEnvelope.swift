public import Bytes
public import Findings

/// Whom a release must be signed by: a role of a trust file.
public struct Authority: Sendable {
  /// The trust file.
  public let trust: TrustFile
  /// The role in it that must be satisfied.
  public let role: TrustFile.Role

  /// The role of that name.
  ///
  /// - Throws: `ConfigurationError` when the trust file has none: policy and trust file do not
  ///   fit together, which says nothing about any release.
  public init(_ trust: TrustFile, role name: String) throws(ConfigurationError) {
    guard let role = trust.roles.first(where: { $0.name == name }) else {
      let nearest = nearestName(to: name, among: trust.roles.map(\.name))
      throw ConfigurationError(
        key: "role", "the trust file has no role '\(safeText(name))'",
        help: nearest.map { "did you mean '\(safeText($0))'?" })
    }
    self.trust = trust
    self.role = role
  }
}

/// Somebody whose signature counts.
public struct Signer: Sendable, Hashable {
  /// The owner of the key.
  public let owner: String
  /// The key's id in the trust file.
  public let keyID: String
  /// The role that the signature counts for.
  public let role: String
}

/// An envelope that enough distinct owners of a role have signed with valid keys.
///
/// There is one way to get one, and it verifies.
public struct VerifiedEnvelope: Sendable {
  /// The bytes that were signed: the same ones that were verified.
  public let payload: ByteSlice
  /// Who signed, sorted by owner and key.
  public let signers: [Signer]

  /// Verifies the envelope against the authority, without looking into the payload; nil when it
  /// does not satisfy the role.
  ///
  /// Signatures that fail are skipped and reported; everything wrong goes to `findings`, also
  /// where the threshold is met. A public key counts once, and so does an owner; the envelope's
  /// `keyid` decides nothing. Validity and revocation are judged at `time`. `model` is the name
  /// that the release gives its model; compare it with the statement afterwards.
  public init?(
    _ envelope: Envelope, by authority: Authority, model: String?, at time: Timestamp,
    place: Place, findings: inout [Finding]
  ) {
    let trust = authority.trust
    let role = authority.role
    var isAcceptable = true
    if time >= trust.expires {
      findings.append(
        Rule.trustFileExpired.at(place, "the trust file was valid until \(trust.expires)"))
      isAcceptable = false
    }
    if !role.covers(model: model) {
      let name = model.map { "the model '\($0)'" } ?? "a model without a name"
      findings.append(
        Rule.roleDoesNotCoverModel.at(place, "role '\(role.name)' does not cover \(name)"))
      isAcceptable = false
    }

    let judged = JudgedSignatures(envelope, by: authority, at: time, place: place)
    findings += judged.findings
    let owners = Set(judged.signers.map(\.owner))
    if owners.count < role.threshold {
      findings.append(
        Rule.thresholdNotMet.at(
          place,
          "role '\(role.name)' demands \(role.threshold) distinct "
            + "\(role.threshold == 1 ? "owner" : "owners"), \(owners.count) signed",
          evidence: judged.outcomes))
      isAcceptable = false
    }
    guard isAcceptable else { return nil }
    payload = envelope.payload
    signers = judged.signers
  }
}

/// What each signature of an envelope is worth.
struct JudgedSignatures {
  /// Those that count, sorted by owner and key.
  private(set) var signers: [Signer] = []
  private(set) var findings: [Finding] = []
  /// One line for each signature.
  private(set) var outcomes: [String] = []

  init(_ envelope: Envelope, by authority: Authority, at time: Timestamp, place: Place) {
    let message = envelope.signedBytes
    var seen: Set<PublicKey> = []
    for (index, signature) in envelope.signatures.enumerated() {
      let here = place.detail("signature \(index + 1)")
      let key = JudgedSignatures.keys(of: authority.trust, likelyFirst: signature.keyID)
        .first { $0.publicKey.verifies(signature.bytes, of: message) }
      guard let key else {
        reject(.unknownKey, here, "no key of the trust file made it")
        continue
      }
      guard seen.insert(key.publicKey).inserted else {
        outcomes.append("signature \(index + 1): '\(key.id)' again, counts once")
        continue
      }
      judge(key, by: authority, at: time, place: here)
    }
    signers.sort { a, b in
      a.owner == b.owner
        ? a.keyID.utf8.lexicographicallyPrecedes(b.keyID.utf8)
        : a.owner.utf8.lexicographicallyPrecedes(b.owner.utf8)
    }
  }

  /// All keys, the one that the signature hints at first: it saves time and decides nothing.
  private static func keys(of trust: TrustFile, likelyFirst hint: String) -> [TrustFile.Key] {
    let isLikely = { (key: TrustFile.Key) in key.publicKey.fingerprint == hint || key.id == hint }
    return trust.keys.filter(isLikely) + trust.keys.filter { !isLikely($0) }
  }

  private mutating func judge(
    _ key: TrustFile.Key, by authority: Authority, at time: Timestamp, place: Place
  ) {
    let role = authority.role
    let who = "'\(key.id)' of '\(key.owner)'"
    if let revocation = authority.trust.revocation(ofKey: key.id) {
      reject(.revokedKey, place, "\(who) is revoked: \(revocation.account)")
    } else if !key.isValid(at: time) {
      let from = key.notBefore.map { "\($0)" } ?? "ever"
      let to = key.notAfter.map { "\($0)" } ?? "ever"
      reject(.keyOutsideValidity, place, "\(who) is valid from \(from) to \(to)")
    } else if !role.owners.contains(key.owner) {
      reject(.ownerNotInRole, place, "\(who) is not in role '\(role.name)'")
    } else {
      outcomes.append("\(place.detail ?? ""): \(who) counts")
      signers.append(Signer(owner: key.owner, keyID: key.id, role: role.name))
    }
  }

  private mutating func reject(_ rule: Rule, _ place: Place, _ reason: String) {
    findings.append(rule.at(place, reason))
    outcomes.append("\(place.detail ?? ""): \(reason)")
  }
}
