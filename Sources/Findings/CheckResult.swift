/// The seven stages of an audit, in the order in which they run.
public enum CheckName: String, Sendable, CaseIterable {
  case unpack
  case signature
  case lock
  case dependencies
  case scan
  case reproduce
  case robustness
}

/// What a check saw. It never says whether that is good enough: the policy does.
public struct CheckResult: Sendable, Equatable {
  /// The check.
  public let check: CheckName
  /// Everything wrong or in the way. An `absence` finding says that the check had no input.
  public var findings: [Finding]
  /// Everything measured.
  public var measurements: [Measurement]

  /// Creates a result.
  public init(_ check: CheckName, findings: [Finding] = [], measurements: [Measurement] = []) {
    self.check = check
    self.findings = findings
    self.measurements = measurements
  }
}
