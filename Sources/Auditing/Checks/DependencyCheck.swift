import Archives
import Dependencies
import Findings
import Releases

/// Whether what the release is installed with is pinned and hashed.
enum DependencyCheck: Check {
  static let name = CheckName.dependencies

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    let report = DependencyReport(of: subject)
    var output = CheckOutput(name, findings: report.findings)
    if !report.sources.isEmpty {
      output.result.measurements = [
        Measurement(Measurement.Name.packages, Double(report.packages.count), unit: "count")
      ]
    }
    return output
  }
}

extension DependencyReport {
  /// The dependency files of a subject: those that its manifest names, and all others.
  init(of subject: Subject) {
    self.init(
      named: subject.release.manifest.content?.dependencyFiles ?? [],
      in: subject.inventory.members.map { ($0.path.text, $0.bytes) })
  }
}
