import Archives
public import Bytes
public import Findings
public import Judging
public import Releases
import Trust

/// The audit of one subject: open it, run the checks that the policy asks for, judge.
///
/// Every check runs, also when an earlier one failed; nothing from the subject is executed but by
/// the engine.
public struct Audit: Sendable {
  private let settings: AuditSettings

  /// What an audit gives: the report, and what a state file should remember.
  public struct Outcome: Sendable {
    /// The report.
    public let report: AuditReport
    /// The release that passed; nil when it did not, or is not signed.
    public let sighting: ReleaseSighting?
  }

  /// The seven checks in the order of an audit.
  private static let checks: [any Check.Type] = [
    UnpackCheck.self, SignatureCheck.self, LockCheck.self, DependencyCheck.self, ScanCheck.self,
    ReproductionCheck.self, RobustnessCheck.self,
  ]

  /// An audit with the given settings.
  public init(_ settings: AuditSettings) {
    self.settings = settings
  }

  /// The report on the archive, folder or file at `path`.
  ///
  /// - Throws: `FileError` when there is nothing to open at the path.
  public func run(_ path: String) throws(FileError) -> AuditReport {
    try outcome(of: path).report
  }

  /// Audits the archive, folder or file at `path`; `progress` is told of each check as it begins.
  ///
  /// - Throws: `FileError` when there is nothing to open at the path.
  public func outcome(
    of path: String, progress: (CheckName) -> Void = { _ in }
  ) throws(FileError) -> Outcome {
    progress(.unpack)
    let subject = try Subject(opening: path, settings)
    var outputs: [CheckOutput] = []
    for check in Audit.checks where isAsked(check.name) {
      progress(check.name)
      outputs.append(check.run(on: subject, settings))
    }
    let isWhole = !subject.inventory.findings.contains { $0.rule.kind == .obstacle }
    let results = outputs.map { isWhole ? $0.result : withoutAbsences($0.result) }
    let judgement = Judge(settings.policy).judge(results, asked: settings.checks)
    return Outcome(
      report: report(on: subject, path: path, outputs, judgement),
      sighting: judgement.verdict == .pass ? outputs.compactMap(\.sighting).first : nil)
  }

  /// The result on a subject of which some could not be read: what was not found may be there, so
  /// that a check that demands it is incomplete and has not failed.
  private func withoutAbsences(_ result: CheckResult) -> CheckResult {
    let demands = settings.policy[result.check]
    // Where obstacles are only noted, an absence must not become one.
    guard demands.demand == .required, demands.obstacles != .note else { return result }
    var result = result
    result.findings = result.findings.map { finding in
      let isAbsence =
        finding.rule.kind == .absence
        || [.signedFileMissing, .lockedFileMissing].contains(finding.rule)
      guard isAbsence else { return finding }
      return Rule.unreadableArchive.at(
        finding.place, "\(finding.message) among what could be read")
    }
    return result
  }

  private func isAsked(_ check: CheckName) -> Bool {
    settings.checks.contains(check) && settings.policy[check].demand != .off
  }

  private func report(
    on subject: Subject, path: String, _ outputs: [CheckOutput], _ judgement: Judgement
  ) -> AuditReport {
    let model = subject.release.manifest.content?.model
    var report = AuditReport(
      tool: AuditReport.Tool(name: Tool.name, version: Tool.version),
      subject: AuditReport.Subject(
        path: path, container: AuditReport.Container(subject.inventory.container),
        digest: subject.inventory.subjectDigest,
        model: model.map { AuditReport.Model(name: $0.name, version: $0.version) }),
      policy: AuditReport.PolicyReference(settings.policy),
      trust: settings.trust.map {
        AuditReport.TrustReference(
          version: $0.version, digest: $0.digest, signers: $0.signature?.owners ?? [])
      },
      at: settings.at.map { "\($0)" }, judgement: judgement)
    report.signers = outputs.flatMap(\.signers)
    report.pictures = outputs.flatMap(\.pictures)
    report.packages = outputs.flatMap(\.packages)
    report.files = subject.inventory.members.map {
      AuditReport.File(path: $0.path.text, size: $0.size, digest: $0.digest)
    }
    return report
  }
}

extension AuditReport.Container {
  fileprivate init(_ container: Inventory.Container) {
    switch container {
    case .folder: self = .folder
    case .file: self = .file
    case .tar, .tarGzip, .tarZstd, .tarXZ, .tarBzip2, .tarLZ4, .tarLZMA, .tarZlib, .zip,
      .sevenZip, .compressed:
      self = .archive
    }
  }
}
