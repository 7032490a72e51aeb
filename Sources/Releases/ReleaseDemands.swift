public import Bytes
import Findings
public import Trust

/// What a release that passed is remembered by.
public struct ReleaseSighting: Sendable, Equatable {
  /// The model's name, as it was signed.
  public let model: String
  /// Its version, lock and statement.
  public let release: VerifierState.Release

  /// The sighting of a verified statement; nil when its version has no place in an order.
  init?(_ statement: Statement, payload: ByteSlice, at time: Timestamp) {
    guard let version = ReleaseVersion(statement.release.version) else { return nil }
    model = statement.release.name
    release = VerifierState.Release(
      version: version, lock: statement.release.lock, payload: Digest(of: payload), time: time)
  }
}

/// What a verifier knows of other releases and asks of this one: nothing in the release itself can
/// show that it is not an old one sent again.
public struct ReleaseDemands: Sendable {
  /// What passed before; nil when nothing remembers it.
  public var state: VerifierState?
  /// The least versions that the policy accepts, by the model's name.
  public var minimumVersions: [String: ReleaseVersion]
  /// The lock of the release that this one must follow; nil when none was given.
  public var parent: ParentLock?

  /// Creates demands.
  public init(
    state: VerifierState? = nil, minimumVersions: [String: ReleaseVersion] = [:],
    parent: ParentLock? = nil
  ) {
    self.state = state
    self.minimumVersions = minimumVersions
    self.parent = parent
  }

  private static let place = Place([Release.signaturePath])

  /// What stands against relying on the trust file.
  func findings(about trust: TrustFile, in release: Release) -> [Finding] {
    var findings: [Finding] = []
    if trust.signature == nil {
      findings.append(
        Rule.unsignedTrustFile.at(
          .subject, "trust file version \(trust.version) was taken as given",
          evidence: [trust.digest.prefixed]))
    }
    findings += release.files.filter { $0.digest == trust.digest }.map {
      Rule.trustFileFromRelease.at(
        Place([$0.path]), "the trust file is this file", evidence: [trust.digest.prefixed])
    }
    guard let seen = state?.trust else { return findings }
    let succession = TrustSuccession(of: trust, after: seen)
    guard let objection = succession.objection(to: trust, after: seen) else { return findings }
    let rule: Rule =
      switch succession {
      case .older: .olderTrustFile
      case .altered: .alteredTrustFile
      case .same, .follows, .notHandedOver: .trustFileNotHandedOver
      }
    findings.append(
      rule.at(
        .subject, "trust file: \(objection)",
        evidence: ["seen \(seen.digest.prefixed)", "found \(trust.digest.prefixed)"]))
    return findings
  }

  /// What stands against a release without a signature: its manifest's claims are all there is.
  func findings(forUnsigned release: Release) -> [Finding] {
    guard let model = release.manifest.content?.model else { return [] }
    var findings = minimumFindings(model: model.name, version: model.version)
    if let seen = state?.releases[model.name] {
      findings.append(
        Rule.signatureVanished.at(
          .subject, "\(model.name) \(seen.version) was signed, \(model.version) is not"))
    }
    return findings
  }

  /// What stands against a release that is signed as the role demands.
  func findings(about statement: Statement, in release: Release) -> [Finding] {
    let signed = statement.release
    return minimumFindings(model: signed.name, version: signed.version)
      + memoryFindings(signed) + parentFindings(signed, release)
  }

  private func minimumFindings(model: String, version: String) -> [Finding] {
    guard let minimum = minimumVersions[model] else { return [] }
    guard let found = ReleaseVersion(version) else { return [unordered(model, version)] }
    guard found < minimum else { return [] }
    return [
      Rule.belowMinimumVersion.at(
        .subject, "\(model) \(version) is below \(minimum), the policy's minimum",
        evidence: ["expected at least \(minimum)", "found \(version)"])
    ]
  }

  private func memoryFindings(_ signed: Statement.ReleaseIdentity) -> [Finding] {
    guard let state else {
      return [
        Rule.noRollbackMemory.at(
          .subject, "no rollback memory: an older release would have passed as well")
      ]
    }
    guard let version = ReleaseVersion(signed.version) else {
      return [unordered(signed.name, signed.version)]
    }
    guard let seen = state.releases[signed.name] else { return [] }
    if version < seen.version {
      return [
        Rule.rolledBack.at(
          ReleaseDemands.place, "\(signed.name) \(seen.version) passed before, this is \(version)",
          evidence: ["seen \(seen.version) at \(seen.time)", "found \(version)"])
      ]
    }
    guard version.isAlike(seen.version), signed.lock != seen.lock else { return [] }
    return [
      Rule.sameVersionOtherBytes.at(
        ReleaseDemands.place, "\(signed.name) \(seen.version) passed before with another lock",
        evidence: ["seen \(seen.lock.prefixed)", "found \(signed.lock.prefixed)"])
    ]
  }

  private func unordered(_ model: String, _ version: String) -> Finding {
    Rule.unorderedVersion.at(
      .subject, "\(model) \(version) cannot be compared with other versions")
  }

  private func parentFindings(
    _ signed: Statement.ReleaseIdentity, _ release: Release
  ) -> [Finding] {
    guard let parent else { return [] }
    let place = Place([Release.lockPath]).detail("parent")
    let given = parent.lock.model
    func differs(_ what: String, expected: String, found: String) -> [Finding] {
      [
        Rule.parentDiffers.at(
          place, "the \(what) is not the parent's",
          evidence: ["expected \(expected)", "found \(found)"])
      ]
    }
    guard signed.name == given.name else {
      return differs("model", expected: given.name, found: signed.name)
    }
    guard signed.parent == given.version else {
      return differs("version", expected: given.version, found: signed.parent ?? "none")
    }
    guard let pinned = release.lock.content?.model.parent?.lock else {
      return [
        Rule.parentNotPinned.at(place, "the lock names \(given.version) and not its lock's digest")
      ]
    }
    guard pinned == parent.digest else {
      return differs("lock", expected: parent.digest.prefixed, found: pinned.prefixed)
    }
    return []
  }
}

/// The lock of a release's parent.
public struct ParentLock: Sendable {
  /// What it says.
  public let lock: Lock
  /// SHA-256 of its bytes.
  public let digest: Digest

  /// Reads the parent's lock.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    lock = try Lock(parsing: bytes)
    digest = Digest(of: bytes)
  }
}
