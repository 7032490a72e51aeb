public import Findings

/// How a check ended under a policy.
public enum CheckStatus: String, Sendable, CaseIterable {
  /// It ran and nothing fails it.
  case pass
  /// It found what the policy does not accept.
  case fail
  /// It could not be finished.
  case incomplete
  /// The release brings no input for it, and the policy demands none.
  case notApplicable = "not-applicable"
  /// The policy or the command did not ask for it.
  case notAsked = "not-asked"
}

/// A finding and what it does to its check.
public struct JudgedFinding: Sendable, Equatable {
  /// What a finding does to its check.
  public enum Effect: String, Sendable {
    /// It fails the check.
    case fails
    /// It leaves the check incomplete.
    case blocks
    /// It is shown and changes nothing.
    case noted
  }

  /// The finding.
  public let finding: Finding
  /// What it does.
  public let effect: Effect

  /// Creates a judged finding.
  public init(_ finding: Finding, _ effect: Effect) {
    self.finding = finding
    self.effect = effect
  }
}

/// What one check found and how it ended.
public struct CheckReport: Sendable, Equatable {
  /// The check.
  public let name: CheckName
  /// How it ended.
  public let status: CheckStatus
  /// What it adds to the verdict: an incomplete check adds nothing where the policy only notes
  /// obstacles.
  public let verdict: Verdict
  /// Everything found, what fails first, then what blocks, each worst first.
  public let findings: [JudgedFinding]
  /// Everything measured, in the order of the check.
  public let measurements: [Measurement]

  /// Creates a report.
  public init(
    name: CheckName, status: CheckStatus, verdict: Verdict, findings: [JudgedFinding] = [],
    measurements: [Measurement] = []
  ) {
    self.name = name
    self.status = status
    self.verdict = verdict
    self.findings = findings
    self.measurements = measurements
  }
}
