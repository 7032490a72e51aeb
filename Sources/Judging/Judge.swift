public import Findings

/// What a policy makes of the results of the checks.
public struct Judgement: Sendable, Equatable {
  /// The verdict.
  public let verdict: Verdict
  /// All seven checks in the order of an audit.
  public let checks: [CheckReport]

  /// Creates a judgement.
  public init(verdict: Verdict, checks: [CheckReport]) {
    self.verdict = verdict
    self.checks = checks
  }
}

/// Turns findings and measurements into a verdict under a policy. Nothing else decides.
///
/// - A violation fails its check when it is as bad as the policy's `fail-from`; a critical one
///   always does, since nothing is worse than critical.
/// - An obstacle leaves its check incomplete.
/// - An absence fails a required check. Elsewhere it is noted, and a check with an absence that
///   measured nothing but the subject's size is not applicable.
/// - A check that was asked for and gave no result is incomplete: nothing passes by not running.
/// - The bounds of the policy become findings here, in `PolicyBounds`.
public struct Judge: Sendable {
  private let policy: Policy

  /// A judge under the policy.
  public init(_ policy: Policy) {
    self.policy = policy
  }

  /// Judges the results of the checks that ran.
  ///
  /// - Parameters:
  ///   - results: at most one for each check.
  ///   - asked: the checks that the command stands for; the policy's demands on others are left
  ///     out of the verdict and shown as not asked.
  /// - Returns: the verdict and a report for each of the seven checks.
  public func judge(_ results: [CheckResult], asked: [CheckName] = CheckName.allCases) -> Judgement
  {
    let checks = CheckName.allCases.map { check in
      let result = results.first { $0.check == check }
      return asked.contains(check) && policy[check].demand != .off
        ? judge(check, result) : notAsked(check, result)
    }
    return Judgement(verdict: .over(checks.map(\.verdict)), checks: checks)
  }

  private func notAsked(_ check: CheckName, _ result: CheckResult?) -> CheckReport {
    CheckReport(
      name: check, status: .notAsked, verdict: .pass,
      findings: sorted((result?.findings ?? []).map { JudgedFinding($0, .noted) }),
      measurements: result?.measurements ?? [])
  }

  private func judge(_ check: CheckName, _ result: CheckResult?) -> CheckReport {
    let given = result ?? CheckResult(check, findings: [missing(check)])
    let findings = (given.findings + PolicyBounds(policy).findings(for: given)).map {
      JudgedFinding($0, effect(of: $0, on: check))
    }
    let status = status(of: findings, measurements: given.measurements)
    return CheckReport(
      name: check, status: status, verdict: verdict(of: status, on: check),
      findings: sorted(findings), measurements: given.measurements)
  }

  private func missing(_ check: CheckName) -> Finding {
    Rule.checkDidNotRun.at(.subject, "the check '\(check.rawValue)' did not run")
  }

  private func effect(of finding: Finding, on check: CheckName) -> JudgedFinding.Effect {
    let demands = policy[check]
    return switch finding.rule.kind {
    case .violation: finding.rule.severity >= failFrom(finding.rule, on: check) ? .fails : .noted
    case .obstacle: .blocks
    case .absence: demands.demand == .required ? .fails : .noted
    }
  }

  /// Known vulnerabilities may have a threshold of their own.
  private func failFrom(_ rule: Rule, on check: CheckName) -> Severity {
    guard rule.isKnownVulnerability else { return policy[check].failFrom }
    return policy.dependencies.osvFailFrom ?? policy[check].failFrom
  }

  private func status(
    of findings: [JudgedFinding], measurements: [Measurement]
  ) -> CheckStatus {
    if findings.contains(where: { $0.effect == .fails }) { return .fail }
    if findings.contains(where: { $0.effect == .blocks }) { return .incomplete }
    let hasAbsence = findings.contains { $0.finding.rule.kind == .absence }
    return hasAbsence && measurements.allSatisfy(\.isDescriptive) ? .notApplicable : .pass
  }

  private func verdict(of status: CheckStatus, on check: CheckName) -> Verdict {
    switch status {
    case .pass, .notApplicable, .notAsked: .pass
    case .fail: .fail
    case .incomplete: policy[check].obstacles == .note ? .pass : .incomplete
    }
  }

  /// What fails first, then what blocks, each worst first; the rest by rule and place, so that
  /// the order is the same on every machine.
  private func sorted(_ findings: [JudgedFinding]) -> [JudgedFinding] {
    findings.sorted { a, b in
      let (left, right) = (a.finding, b.finding)
      if a.effect != b.effect { return a.effect.rank < b.effect.rank }
      if left.rule.severity != right.rule.severity {
        return left.rule.severity > right.rule.severity
      }
      let keys = [
        (left.rule.id, right.rule.id), (left.place.chain, right.place.chain),
        (left.place.detail ?? "", right.place.detail ?? ""),
      ]
      for (a, b) in keys where a != b { return a.utf8.lexicographicallyPrecedes(b.utf8) }
      if left.place.offset != right.place.offset {
        return (left.place.offset ?? -1) < (right.place.offset ?? -1)
      }
      return left.message.utf8.lexicographicallyPrecedes(right.message.utf8)
    }
  }
}

extension JudgedFinding.Effect {
  fileprivate var rank: Int {
    switch self {
    case .fails: 0
    case .blocks: 1
    case .noted: 2
    }
  }
}
