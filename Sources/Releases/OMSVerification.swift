public import Bytes
public import Findings
public import Trust

/// What an OpenSSF Model Signing bundle establishes about a folder of files, whether or not they
/// are a release.
public struct OMSVerification: Sendable {
  /// Everything wrong, and what could not be judged.
  public private(set) var findings: [Finding] = []
  /// Who made the signature, whatever the files are; nil when it establishes nothing.
  public private(set) var signer: OMSSigner?

  private let place: Place

  /// Verifies a bundle: the signature first, then its statement, then every file.
  ///
  /// - Parameters:
  ///   - release: the files.
  ///   - bundle: the bundle's bytes.
  ///   - name: its path, or the last part of it when it lies outside of the release.
  ///   - authority: whose signatures count.
  ///   - time: when expiry is judged, of certificates too.
  ///   - content: a file's bytes by its path.
  public init(
    of release: Release, bundle: ByteSlice, named name: String, by authority: OMSAuthority,
    at time: Timestamp, content: (String) -> ByteSlice?
  ) {
    place = Place([name])
    let payload: ByteSlice
    do throws(SignatureFault) {
      let signed = try OMSVerification.parse(bundle).payload(by: authority, at: time)
      payload = signed.payload
      signer = signed.signer
      if case .anchors = authority {
        findings.append(
          Rule.revocationNotJudged.at(place, "no list of revoked certificates is read"))
      }
    } catch {
      findings.append(error.finding(at: place))
      return
    }
    do {
      let statement = try OMSStatement(parsing: payload)
      judge(statement, release, bundle: Digest(of: bundle), content: content)
      guard statement.describesRelease else { return }
      findings += SignatureVerification.identityFindings(
        try Statement(parsing: payload), release, at: time, place: place)
    } catch {
      let rule =
        error.kind == .malformed ? Rule.malformedStatement : .unsupportedForeignSignature
      findings.append(rule.at(place.detail("payload"), "\(error.reason)"))
    }
  }

  private static func parse(_ bytes: ByteSlice) throws(SignatureFault) -> SigstoreBundle {
    do {
      return try SigstoreBundle(parsing: bytes)
    } catch {
      throw error.kind == .malformed ? .malformed(error.reason) : .unsupported(error.reason)
    }
  }

  /// Names and digests, both ways.
  private mutating func judge(
    _ statement: OMSStatement, _ release: Release, bundle: Digest,
    content: (String) -> ByteSlice?
  ) {
    if statement.followsLinks {
      findings.append(
        Rule.signerFollowedLinks.at(place.detail("payload"), "allow_symlinks is true"))
    }
    let present = Set(release.files.map(\.path))
    var covered: [String: Int] = [:]
    for resource in statement.resources {
      let file = Place([resource.path])
      guard present.contains(resource.path), let bytes = content(resource.path) else {
        // One finding for a file, however many pieces of it are missing.
        if covered.updateValue(0, forKey: resource.path) == nil {
          findings.append(Rule.signedFileMissing.at(file, "signed, but missing"))
        }
        continue
      }
      let range = resource.range ?? 0..<bytes.count
      if covered[resource.path, default: 0] == range.lowerBound {
        covered[resource.path] = range.upperBound
      }
      guard !statement.matches(resource, bytes) else { continue }
      findings.append(
        Rule.signedFileChanged.at(
          resource.range.map { file.detail("bytes \($0.lowerBound) to \($0.upperBound)") } ?? file,
          "digest differs from the signed one",
          evidence: ["expected \(statement.hashType.rawValue):\(hexadecimal(resource.digest))"]))
    }
    let strange = Set(release.falseSignatures.map(\.path))
    for file in release.files {
      // No signature can cover itself; our own statements say that they leave out both.
      let isItself = file.path == place.members.last && file.digest == bundle
      let isOther =
        Statement.ignoredPaths.contains(file.path) && statement.ignores(file.path)
        && !strange.contains(file.path)
      if !isItself && !isOther { judge(file, statement, covered: covered[file.path]) }
    }
  }

  /// A file that is there: all of it must be signed.
  private mutating func judge(_ file: FileRecord, _ statement: OMSStatement, covered: Int?) {
    let here = Place([file.path])
    if let covered {
      guard covered < file.size else { return }
      findings.append(
        Rule.unsignedFile.at(
          here, "only \(covered) of its \(file.size) bytes are signed"))
    } else if file.size == 0, case .shards = statement.method {
      findings.append(
        Rule.ignoredBySigner.at(here, "an empty file, which a signature of shards cannot cover"))
    } else if statement.ignores(file.path) {
      findings.append(
        Rule.ignoredBySigner.at(
          here, "the signature leaves it out", evidence: ["found \(file.digest.prefixed)"]))
    } else {
      findings.append(
        Rule.unsignedFile.at(
          here, "not among the signed files", evidence: ["found \(file.digest.prefixed)"]))
    }
  }
}

extension SignatureFault {
  /// The finding of a signature that establishes nothing.
  func finding(at place: Place) -> Finding {
    let rule: Rule =
      switch self {
      case .malformed: .malformedForeignSignature
      case .unsupported: .unsupportedForeignSignature
      case .mismatch: .foreignSignatureMismatch
      case .otherKey: .foreignKeyMismatch
      case .alteredComment: .alteredTrustedComment
      case .otherNamespace: .foreignNamespace
      case .notAllowed: .signerNotAllowed
      case .otherSubject: .foreignSubjectDiffers
      case .untrustedChain: .untrustedCertificate
      case .outsideValidity: .certificateOutsideValidity
      case .unfitCertificate: .unfitCertificate
      case .weakCertificate: .weakCertificate
      }
    return rule.at(place, reason)
  }
}
