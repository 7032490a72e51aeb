import Archives
import Findings
import Judging
import Scanning

/// Whether any file holds something that a loader would run or misread.
enum ScanCheck: Check {
  static let name = CheckName.scan

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    let scanner = Scanner(limits: settings.policy.limits)
    let members = subject.inventory.members
    return CheckOutput(
      name, findings: scanner.scan(subject.inventory),
      measurements: [Measurement(Measurement.Name.files, Double(members.count), unit: "count")])
  }
}
