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
    commandName: "lock", _superCommandName: Tool.name,
    abstract: "Write proofmark.lock: every byte, dependency, metric and golden output.",
    discussion: """
      Reads proofmark.toml, hashes every file, runs the goldens and counts the evaluation set. The \
      same folder gives the same lock, byte for byte; git's own .git in it is left out. --check \
      writes nothing and lists every difference; it exits 1 when there is one.

      Metrics and goldens of a version that was locked before are only changed where --update \
      says so. --merge puts two branches' locks together and rewrites OURS: a merge driver for \
      git (git config merge.proofmark.driver 'proofmark lock --merge %O %A %B').

      EXAMPLES
        proofmark lock digits/
        proofmark lock digits/ --check
        proofmark lock digits/ --update metrics
        proofmark lock --merge base.lock ours.lock theirs.lock
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

  @Argument(
    help: ArgumentHelp(
      "The release's folder; with --check also an archive; with --merge three locks.",
      valueName: "release"))
  var paths: [String]

  @Flag(help: "Compare with the lock that is there; write nothing.")
  var check = false

  @Flag(help: "Merge the locks OURS and THEIRS, which come from BASE; write OURS.")
  var merge = false

  @Option(
    help: ArgumentHelp(
      "Change what an earlier lock of this version says: metrics or goldens. Repeatable.",
      valueName: "metrics|goldens"),
    transform: { name in
      guard let kind = LockedMeasurement(rawValue: name) else {
        throw ValidationError("--update takes metrics or goldens, not '\(name)'")
      }
      return kind
    })
  var update: [LockedMeasurement] = []

  @Option(
    help: ArgumentHelp(
      "The lock of the release that this one follows, or that release: its digest is pinned.",
      valueName: "lock or release"))
  var parent: String?

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    guard paths.count == (merge ? 3 : 1) else {
      throw ValidationError(merge ? "--merge takes three locks: BASE OURS THEIRS" : "one release")
    }
    if check, merge || !update.isEmpty {
      throw ValidationError("--check writes nothing: it goes without --merge and --update")
    }
    if merge, parent != nil || !update.isEmpty {
      throw ValidationError("--merge goes without --parent and --update")
    }
  }

  func execute() throws -> Judging.ExitCode {
    if merge { return try mergeLocks() }
    let path = paths[0]
    var policy = try Policy(stock: .permissive)
    policy[.reproduce].demand = .required
    let settings = try AuditSettings(
      policy: policy, checks: [.unpack, .reproduce], trust: nil, at: nil,
      compute: compute.compute(), worker: .thisProgram,
      parent: parent.map { try ParentLock(option: $0) })
    let subject = try Subject(opening: path, settings)
    guard subject.inventory.container == .folder || check && subject.inventory.container != .file
    else {
      throw CommandFailure(
        "\(path): not a folder\(check ? " and no archive" : "")", code: .usage)
    }
    let composer = LockComposer(subject, settings)
    guard let lock = composer.lock else {
      // What the files alone show is not hidden by what could not be computed.
      let findings =
        composer.findings + (check ? differences(in: subject, besides: composer.findings) : [])
      list(findings)
      Terminal.note("no lock can be made of this release")
      return findings.contains { $0.rule.kind == .violation } ? .fail : .incomplete
    }
    return check ? compare(subject, lock) : try write(lock, over: subject.release.lock)
  }

  private func write(_ lock: Lock, over present: Document<Lock>) throws -> Judging.ExitCode {
    if let present = present.content {
      let changes = lock.measurementChanges(since: present)
      let held = Set(changes.map(\.kind)).subtracting(update)
      guard held.isEmpty else {
        list(changes.map(\.change))
        let options = LockedMeasurement.allCases.filter(held.contains)
          .map { "--update \($0.rawValue)" }.joined(separator: " ")
        throw CommandFailure(
          "\(lock.model.name) \(lock.model.version) does not measure what its lock says",
          help: "'\(options)' locks what is measured now", code: .fail)
      }
      for change in changes.map(\.change) {
        Terminal.note("updated: \(safeText(change.message))")
        for line in change.evidence { Terminal.note("  " + safeText(line)) }
      }
      list(lock.weakenedPins(since: present))
    } else if case .refused(let finding) = present {
      list([finding])
      Terminal.note("the lock that was there cannot be read and is written anew")
    }
    try AtomicFile.write(lock.serialised(), to: "\(paths[0])/\(Release.lockPath)")
    Terminal.note("locked \(lock.files.count) files of \(lock.model.name) \(lock.model.version)")
    return .pass
  }

  /// Rewrites the second lock; on a conflict it stays as it is, which is what git expects.
  private func mergeLocks() throws -> Judging.ExitCode {
    func read(_ path: String) throws -> Lock {
      do {
        return try Lock(parsing: ByteSlice(path: path))
      } catch let error as ParseError {
        throw CommandFailure("\(path): \(error)", code: .usage)
      }
    }
    // git gives an empty file where both branches added the lock.
    let base = try ByteSlice(path: paths[0]).isEmpty ? nil : read(paths[0])
    let merged = LockMerge(base: base, ours: try read(paths[1]), theirs: try read(paths[2]))
    guard let lock = merged.lock else {
      for conflict in merged.conflicts { Terminal.note("conflict: \(safeText(conflict))") }
      throw CommandFailure(
        "both sides changed \(merged.conflicts.count) "
          + "\(merged.conflicts.count == 1 ? "record" : "records")",
        help: "resolve the files, then run 'proofmark lock' again", code: .fail)
    }
    try AtomicFile.write(lock.serialised(), to: paths[1])
    return .pass
  }

  /// Everything at once: what the files say, and what the engine computes.
  private func compare(_ subject: Subject, _ recomputed: Lock) -> Judging.ExitCode {
    var findings = differences(in: subject)
    if let lock = subject.release.lock.content {
      findings += new(lock.differences(from: recomputed), besides: findings)
    }
    list(findings)
    guard findings.isEmpty else {
      Terminal.note("\(findings.count) \(findings.count == 1 ? "difference" : "differences")")
      return findings.contains { $0.rule.kind != .obstacle } ? .fail : .incomplete
    }
    Terminal.note("the lock is up to date")
    return .pass
  }

  /// What the release's own files show without a computation.
  private func differences(in subject: Subject, besides known: [Finding] = []) -> [Finding] {
    let hygiene = subject.release.hygieneFindings { subject.inventory[$0]?.bytes }
    return new(
      subject.release.lockFindings() + hygiene.filter { $0.rule.severity > .low }, besides: known)
  }

  private func new(_ findings: [Finding], besides known: [Finding]) -> [Finding] {
    let known = Set(known.map(\.fingerprint))
    return findings.filter { !known.contains($0.fingerprint) }
  }

  private func list(_ findings: [Finding]) {
    for finding in findings {
      Terminal.note(finding)
      for line in finding.evidence { Terminal.note("  " + safeText(line)) }
    }
  }
}
