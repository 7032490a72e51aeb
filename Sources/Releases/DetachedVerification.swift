public import Bytes
public import Findings
public import Trust

/// A signature file beside an archive, read before the archive is opened.
public struct DetachedSignature: Sendable {
  /// Its path, as reports name it.
  public let name: String
  /// Its bytes.
  public let bytes: ByteSlice

  /// Creates one.
  public init(name: String, bytes: ByteSlice) {
    self.name = name
    self.bytes = bytes
  }
}

/// What signatures by other tools establish about one file.
public struct DetachedVerification: Sendable {
  /// Everything wrong, and what could not be judged.
  public private(set) var findings: [Finding] = []
  /// The signatures that hold.
  public private(set) var established: [EstablishedSignature] = []

  /// Verifies every signature over the file by the keys. Each key that was given must have made
  /// one.
  public init(
    of file: ByteSlice, _ signatures: [DetachedSignature], by keys: ForeignKeys, at time: Timestamp
  ) {
    var wanted = keys.fileKinds
    for signature in signatures {
      let place = Place([signature.name])
      guard let kind = SignatureKind(of: signature.bytes) else {
        findings.append(
          Rule.malformedForeignSignature.at(place, "no signature in a known form"))
        continue
      }
      wanted.removeAll { $0.contains(kind) }
      do throws(SignatureFault) {
        let signer = try keys.verify(file, signature.bytes, kind, at: time)
        established.append(signer)
        findings += DetachedVerification.remarks(on: signer, at: place)
      } catch {
        findings.append(error.finding(at: place))
      }
    }
    for kinds in wanted {
      let names = kinds.map(\.rawValue).joined(separator: " or ")
      findings.append(
        Rule.missingForeignSignature.at(.subject, "a key was given, but no \(names) signature"))
    }
  }

  private static func remarks(on signer: EstablishedSignature, at place: Place) -> [Finding] {
    var findings: [Finding] = []
    if let comment = signer.comment,
      comment.unicodeScalars.contains(where: { isUnsafe($0) && $0 != "\t" })
    {
      findings.append(
        Rule.unsafeTrustedComment.at(
          place, "the trusted comment holds control characters", evidence: [comment]))
    }
    if signer.isLegacy {
      findings.append(Rule.legacyMinisign.at(place, "over the file itself, not its digest"))
    }
    return findings
  }
}

extension ForeignKeys {
  /// For each key, the kinds of signature that it can have made over one file.
  fileprivate var fileKinds: [[SignatureKind]] {
    (minisign == nil ? [] : [[.minisign]]) + (ssh == nil ? [] : [[.ssh]])
      + (cosign == nil ? [] : [[.bundle, .base64]])
  }
}
