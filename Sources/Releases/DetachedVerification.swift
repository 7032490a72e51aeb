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

  /// Verifies every signature over the file that a key was given for. Each key must have made one;
  /// what else lies beside the file is named and proves nothing.
  public init(
    of file: ByteSlice, _ signatures: [DetachedSignature], by keys: ForeignKeys, at time: Timestamp
  ) {
    var missing = keys.fileKinds
    for signature in signatures {
      let place = Place([signature.name])
      let kind = SignatureKind(of: signature.bytes)
      guard let kind, keys.fileKinds.contains(where: { $0.contains(kind) }) else {
        let what = kind.map { "a signature of kind \($0.rawValue)" } ?? "no known kind of signature"
        findings.append(
          Rule.foreignSignatureNotJudged.at(place, "\(what), and no key for it"))
        continue
      }
      missing.removeAll { $0.contains(kind) }
      do throws(SignatureFault) {
        let signer = try keys.verify(file, signature.bytes, kind, at: time)
        established.append(signer)
        findings += DetachedVerification.remarks(on: signer, at: place)
      } catch {
        findings.append(error.finding(at: place))
      }
    }
    for kinds in missing {
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
