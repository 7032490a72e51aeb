import Archives
import Bytes
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
    var findings = subject.release.lockFindings()
    findings += subject.release.hygieneFindings { subject.inventory[$0]?.bytes }
    if let lock = subject.release.lock.content, let parent = settings.parent {
      findings += lock.weakenedPins(since: parent.lock)
    }
    return CheckOutput(name, findings: findings, measurements: locked.map { [$0] } ?? [])
  }
}
