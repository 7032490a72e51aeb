import Findings
import Judging
import Releases

/// One stage of the audit: takes the opened subject and its part of the settings, gives findings
/// and measurements, and never decides.
protocol Check: SendableMetatype {
  /// The stage.
  static var name: CheckName { get }

  /// Looks at the subject. What cannot be judged becomes a finding of an obstacle's rule.
  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput
}

/// What a check saw, and what only reports show of it.
struct CheckOutput {
  /// What is judged.
  var result: CheckResult
  /// Whose signatures hold.
  var signers: [AuditReport.Signer] = []
  /// What a state file should remember of the subject once it has passed.
  var sighting: ReleaseSighting?
  /// Inputs before and after an attack.
  var pictures: [AuditReport.Picture] = []
  /// The packages that dependency files pin.
  var packages: [AuditReport.Package] = []

  init(_ check: CheckName, findings: [Finding] = [], measurements: [Measurement] = []) {
    result = CheckResult(check, findings: findings, measurements: measurements)
  }
}
