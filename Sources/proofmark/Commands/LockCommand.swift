import Archives
import StockPolicies
import ArgumentParser
import Auditing
import Bytes
import Findings
import Judging
import Releases

/// `proofmark lock`: pins a release folder.
struct LockCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Write proofmark.lock: every byte, dependency, metric and golden output.",
    discussion: """
      Reads proofmark.toml, hashes every file, runs the goldens and counts the evaluation set. The \
      same folder gives the same lock, byte for byte. --check writes nothing and lists every \
      difference; it exits 1 when there is one.

      EXAMPLES
        proofmark lock digits/
        proofmark lock digits/ --check
        proofmark lock digits/ --parent digits-1.3.2.tar.zst

      A SMALL PROOFMARK.TOML
        manifest-version = "1"
        [model]
        name = "handwritten-digits"
        version = "1.4.0"
        file = "model/digits.h5"
        [input]
        shape = [28, 28, 1]
        range = [0.0, 1.0]
        scale = "1/255"
        [[golden]]
        name = "g16"
        input = "goldens/x.npy"
        output = "goldens/y.npy"
        [evaluation]
        inputs = "evaluation/images-idx3-ubyte"
        labels = "evaluation/labels-idx1-ubyte"
        [dependencies]
        files = ["requirements.txt"]
      """)

  @Argument(help: ArgumentHelp("The release's folder.", valueName: "folder"))
  var folder: String

  @Flag(help: "Compare with the lock that is there; write nothing.")
  var check = false

  @Option(
    help: ArgumentHelp(
      "The lock of the release that this one follows, or that release: its digest is pinned.",
      valueName: "lock or release"))
  var parent: String?

  @OptionGroup var compute: ComputeOptions

  func execute() throws -> Judging.ExitCode {
    var policy = try Policy(stock: .permissive)
    policy[.reproduce].demand = .required
    let settings = try AuditSettings(
      policy: policy, checks: [.unpack, .reproduce], trust: nil, at: nil,
      compute: compute.compute(), worker: .thisProgram,
      parent: parent.map { try ParentLock(option: $0) })
    let subject = try Subject(opening: folder, settings)
    guard subject.inventory.container == .folder else {
      throw CommandFailure("\(folder): not a folder", code: .usage)
    }
    let composer = LockComposer(subject, settings)
    guard let lock = composer.lock else {
      list(composer.findings)
      Terminal.note("no lock can be made of this folder")
      return composer.findings.contains { $0.rule.kind == .violation } ? .fail : .incomplete
    }
    return check ? try compare(subject.release, lock) : try write(lock)
  }

  private func write(_ lock: Lock) throws -> Judging.ExitCode {
    try AtomicFile.write(lock.serialised(), to: "\(folder)/\(Release.lockPath)")
    Terminal.note("locked \(lock.files.count) files of \(lock.model.name) \(lock.model.version)")
    return .pass
  }

  /// Everything at once: what the files say, and what the engine computes.
  private func compare(_ release: Release, _ recomputed: Lock) throws -> Judging.ExitCode {
    var findings = release.lockFindings()
    if let lock = release.lock.content {
      let known = Set(findings.map(\.fingerprint))
      findings += lock.differences(from: recomputed).filter { !known.contains($0.fingerprint) }
    }
    list(findings)
    guard findings.isEmpty else {
      Terminal.note("\(findings.count) \(findings.count == 1 ? "difference" : "differences")")
      return findings.contains { $0.rule.kind != .obstacle } ? .fail : .incomplete
    }
    Terminal.note("the lock is up to date")
    return .pass
  }

  private func list(_ findings: [Finding]) {
    for finding in findings {
      Terminal.note(finding)
      for line in finding.evidence { Terminal.note("  " + safeText(line)) }
    }
  }
}
