import Archives
import Dependencies
import Findings
import Judging
import Releases

/// Whether what the release is installed with is pinned and hashed.
enum DependencyCheck: Check {
  static let name = CheckName.dependencies

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    let report = DependencyReport(of: subject, includingNested: true)
    var findings = report.findings + report.findings(under: DependencyPolicy(settings.policy))
    // The scan reports the same commands under the same rule.
    if settings.checks.contains(.scan) { findings.removeAll { $0.rule == .shellPayload } }
    var output = CheckOutput(name, findings: findings)
    if !report.sources.isEmpty {
      output.result.measurements = [
        Measurement(Measurement.Name.packages, Double(report.packages.count), unit: "count")
      ]
    }
    output.packages = report.pins.map { AuditReport.Package($0) }.sorted()
    return output
  }
}

extension DependencyPolicy {
  fileprivate init(_ policy: Policy) {
    self.init(
      allowedSources: policy.dependencies.allowSources,
      allowedLicences: policy.dependencies.allowLicences)
  }
}

extension AuditReport.Package {
  fileprivate init(_ pin: PinnedPackage) {
    self.init(
      ecosystem: pin.package.ecosystem.rawValue, name: pin.package.name,
      version: pin.package.version, hashes: pin.package.hashes, place: pin.place,
      source: pin.source)
  }
}

extension DependencyReport {
  /// The dependency files of a subject: those that its manifest names, and all others; those in
  /// archives and images, too, where `includingNested`.
  init(of subject: Subject, includingNested: Bool) {
    self.init(
      named: subject.release.manifest.content?.dependencyFiles ?? [],
      in: subject.inventory.members.map { ($0.path.text, $0.bytes) },
      nested: includingNested ? NestedDependencies(in: subject.inventory).files : [])
  }
}
