import Judging
import Findings
import Releases

/// Whether every file is the locked one and none is missing or unlisted.
enum LockCheck: Check {
  static let name = CheckName.lock

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    let locked = subject.release.lock.content.map {
      Measurement(Measurement.Name.lockedFiles, Double($0.files.count), unit: "count")
    }
    return CheckOutput(
      name, findings: subject.release.lockFindings(), measurements: locked.map { [$0] } ?? [])
  }
}
