import Archives
import Auditing
import Bytes
import Findings
import Judging
import Releases
import Trust

/// What `sign` signs: the statement over every file of a release.
struct ReleaseSigner {
  /// What the signers may say beside what the release says itself.
  struct Times {
    var issued: Timestamp?
    var expires: Timestamp?
  }
  /// Where an OMS bundle goes; nil for an archive.
  let bundlePath: String?

  /// Where a signature inside the release goes; nil for an archive.
  let signaturePath: String?

  private let release: Release
  private let manifest: Manifest
  private let lock: FileRecord

  /// Reads the folder or archive.
  ///
  /// - Throws: `CommandFailure` when it holds what no release may hold, or its lock is missing or
  ///   out of date: a signature would only seal the fault.
  init(_ path: String) throws {
    let inventory = try Inventory(opening: path, worker: .thisProgram).atRelease()
    guard inventory.container != .file else {
      throw CommandFailure("\(path): neither a folder nor an archive", code: .usage)
    }
    release = Release(inventory)
    let findings = inventory.findings + release.lockFindings()
    if let worst = findings.first {
      throw CommandFailure(
        "\(worst.place): \(worst.message)" + (findings.count > 1 ? " (and more)" : ""),
        help: "run 'proofmark lock' first; 'proofmark lock --check' lists every difference",
        code: worst.rule.kind == .obstacle ? .incomplete : .fail)
    }
    guard let manifest = release.manifest.content, let lock = release.file(Release.lockPath) else {
      preconditionFailure("a release without lock findings has a manifest and a lock")
    }
    self.manifest = manifest
    self.lock = lock
    signaturePath = inventory.container == .folder ? "\(path)/\(Release.signaturePath)" : nil
    bundlePath = inventory.container == .folder ? "\(path)/\(Release.bundlePath)" : nil
  }

  /// How many files the statement lists.
  var fileCount: Int { resources.count }

  private var resources: [Statement.Resource] {
    release.files.filter { !Statement.ignoredPaths.contains($0.path) }
      .map { Statement.Resource(name: $0.path, digest: $0.digest) }
  }

  /// An envelope over the statement that nobody has signed yet.
  func newEnvelope(_ times: Times) -> Envelope {
    let identity = Statement.ReleaseIdentity(
      name: manifest.model.name, version: manifest.model.version, parent: manifest.model.parent,
      issued: times.issued, expires: times.expires, lock: lock.digest)
    return Envelope(payload: Statement(resources, of: identity).payload())
  }

  /// The envelope that is there, for another signature: in the file at `path`, else in the release.
  ///
  /// The times that it states are kept, unless others are given; the statement must then be the
  /// one that this release has.
  func existingEnvelope(at path: String?, _ times: Times) throws -> Envelope {
    let envelope = try presentEnvelope(at: path)
    var times = times
    if let present = ReleaseSigner.times(in: envelope) {
      times.issued = times.issued ?? present.issued
      times.expires = times.expires ?? present.expires
    }
    guard envelope.payload == newEnvelope(times).payload else {
      throw CommandFailure(
        "the signatures that are there are over another statement",
        help: "the release changed, or --issued or --expires differ; sign again without --add",
        code: .fail)
    }
    return envelope
  }

  private func presentEnvelope(at path: String?) throws -> Envelope {
    var present = release.envelope
    if let path, let bytes = try ByteSlice.ifPresent(path: path) {
      present = Release.envelope(bytes)
    }
    switch present {
    case .missing:
      throw CommandFailure(
        "there is no \(Release.signaturePath) to add to", help: "leave out --add", code: .usage)
    case .refused(let finding): throw CommandFailure("\(finding.message)", code: .incomplete)
    case .read(let envelope): return envelope
    }
  }

  /// What the statement says of times, before anybody has verified it: the whole of it is compared
  /// afterwards. Nil for what is no statement.
  private static func times(in envelope: Envelope) -> Times? {
    do {
      let release = try Statement(parsing: envelope.payload).release
      return Times(issued: release.issued, expires: release.expires)
    } catch {
      return nil
    }
  }
}
