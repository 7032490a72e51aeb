public import Archives
public import Bytes
public import Findings
public import Trust

/// One of Proofmark's own files in a release.
public enum Document<Content: Sendable>: Sendable {
  /// The release has no such file.
  case missing
  /// The file cannot be accepted; the finding says why.
  case refused(Finding)
  /// What the file says.
  case read(Content)

  /// What the file says, nil when it is missing or refused.
  public var content: Content? {
    if case .read(let content) = self { content } else { nil }
  }
}

/// A release: its files, and what its manifest, lock and signature say, each read strictly and
/// none of it believed yet.
public struct Release: Sendable {
  /// Every file, sorted by path.
  public let files: [FileRecord]
  /// SHA-256 of the whole subject as it was given, nil for one that has none of its own.
  public let subjectDigest: Digest?
  /// `proofmark.toml`.
  public let manifest: Document<Manifest>
  /// `proofmark.lock`.
  public let lock: Document<Lock>
  /// `proofmark.sig`, not verified.
  public let envelope: Document<Envelope>
  /// Files where signatures lie, which no signature covers, that hold none: anybody may have put
  /// them there.
  let falseSignatures: [FileRecord]

  /// Where the manifest lies.
  public static let manifestPath = Inventory.manifestPath
  /// Where the lock lies.
  public static let lockPath = "proofmark.lock"
  /// Where the signature lies.
  public static let signaturePath = "proofmark.sig"
  /// Where an OMS bundle lies.
  public static let bundlePath = Inventory.bundlePath

  /// The release of these files; `content` gives a file's bytes by its path. A detached signature,
  /// one that is kept elsewhere, takes the place of the one inside.
  public init(
    files: [FileRecord], subjectDigest: Digest?, detachedSignature: ByteSlice? = nil,
    content: (String) -> ByteSlice?
  ) {
    self.files = sortedByKey(files)
    self.subjectDigest = subjectDigest
    manifest = Release.manifest(content(Release.manifestPath))
    let (lockBytes, ownSignature) = (content(Release.lockPath), content(Release.signaturePath))
    let signature = detachedSignature ?? ownSignature
    // The two that grow with the number of files.
    (lock, envelope) = concurrently(
      { Release.lock(lockBytes) }, { Release.envelope(signature) })
    let isSigned = detachedSignature == nil && envelope.content != nil
    falseSignatures = self.files.filter { file in
      Statement.ignoredPaths.contains(file.path)
        && !(isSigned && file.path == Release.signaturePath)
        && content(file.path).map { !Release.isSignature($0, at: file.path) } == true
    }
  }

  /// The release that an inventory holds.
  public init(_ inventory: Inventory, detachedSignature: ByteSlice? = nil) {
    self.init(
      files: inventory.members.map { FileRecord($0) }, subjectDigest: inventory.subjectDigest,
      detachedSignature: detachedSignature, content: { inventory[$0]?.bytes })
  }

  /// Whether the bytes are what lies at the path of a signature, be it of a kind that is not read.
  private static func isSignature(_ bytes: ByteSlice, at path: String) -> Bool {
    do throws(ParseError) {
      if path == bundlePath {
        _ = try SigstoreBundle(parsing: bytes)
      } else {
        _ = try Envelope(parsing: bytes)
      }
      return true
    } catch {
      return error.kind == .unsupported
    }
  }

  /// The record of the file, nil when there is none.
  public func file(_ path: String) -> FileRecord? { files.first { $0.path == path } }

  private static func manifest(_ bytes: ByteSlice?) -> Document<Manifest> {
    guard let bytes else { return .missing }
    do {
      return .read(try Manifest(parsing: bytes))
    } catch {
      let place = Place([manifestPath])
      return .refused(
        Rule.malformedManifest.at(
          error.key.isEmpty ? place : place.detail(error.key), error.description,
          evidence: error.help.map { [$0] } ?? []))
    }
  }

  private static func lock(_ bytes: ByteSlice?) -> Document<Lock> {
    guard let bytes else { return .missing }
    do {
      return .read(try Lock(parsing: bytes))
    } catch {
      let rule = error.kind == .malformed ? Rule.malformedLock : .unsupportedLock
      return .refused(rule.at(Place([lockPath]), error))
    }
  }

  /// The envelope in the bytes of a signature file.
  public static func envelope(_ bytes: ByteSlice?) -> Document<Envelope> {
    guard let bytes else { return .missing }
    do {
      return .read(try Envelope(parsing: bytes))
    } catch {
      return .refused(Rule.malformedSignature.at(Place([signaturePath]), error))
    }
  }
}

extension Release {
  /// What the lock check sees: all differences between files, manifest and lock.
  public func lockFindings() -> [Finding] {
    var findings: [Finding] = []
    switch manifest {
    case .missing:
      findings.append(Rule.missingManifest.at(.subject, "no \(Release.manifestPath)"))
    case .refused(let finding): findings.append(finding)
    case .read: break
    }
    switch lock {
    case .missing: findings.append(Rule.missingLock.at(.subject, "no \(Release.lockPath)"))
    case .refused(let finding): findings.append(finding)
    case .read(let lock): findings += lock.differences(from: files, manifest: manifest.content)
    }
    return findings
  }
}
