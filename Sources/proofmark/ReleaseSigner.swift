import Archives
import Auditing
import Bytes
import Findings
import Judging
import Releases
import Trust

/// What `sign` signs: the statement over every file of a release folder.
struct ReleaseSigner {
  /// The statement's bytes.
  let payload: ByteSlice
  /// Where the signature goes.
  let signaturePath: String
  /// How many files the statement lists.
  let fileCount: Int

  private let present: Document<Envelope>

  /// Reads the folder and makes the statement.
  ///
  /// - Throws: `CommandFailure` when the folder holds what no release may hold, or its lock is
  ///   missing or out of date: a signature would only seal the fault.
  init(folder: String, issued: Timestamp?, expires: Timestamp?) throws {
    let inventory = try Inventory(opening: folder, limits: Limits())
    guard inventory.container == .folder else {
      throw CommandFailure("\(folder): not a folder", code: .usage)
    }
    let release = Release(inventory)
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
    let resources = release.files.filter { !Statement.ignoredPaths.contains($0.path) }
      .map { Statement.Resource(name: $0.path, digest: $0.digest) }
    let statement = Statement(
      resources,
      of: Statement.ReleaseIdentity(
        name: manifest.model.name, version: manifest.model.version, parent: manifest.model.parent,
        issued: issued, expires: expires, lock: lock.digest))
    payload = statement.payload()
    signaturePath = "\(folder)/\(Release.signaturePath)"
    fileCount = resources.count
    present = release.envelope
  }

  /// The envelope that is there, for another signature.
  func existingEnvelope() throws -> Envelope {
    switch present {
    case .missing:
      throw CommandFailure(
        "there is no \(Release.signaturePath) to add to", help: "leave out --add", code: .usage)
    case .refused(let finding): throw CommandFailure("\(finding.message)", code: .incomplete)
    case .read(let envelope):
      guard envelope.payload == payload else {
        throw CommandFailure(
          "the signatures that are there are over another statement",
          help: "the release changed, or --issued or --expires differ; sign again without --add",
          code: .fail)
      }
      return envelope
    }
  }
}
