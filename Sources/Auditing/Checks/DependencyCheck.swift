import Archives
import Bytes
import Dependencies
import Findings
import Judging
import Releases

/// Whether what the release is installed with is pinned and hashed, and has no known vulnerability.
enum DependencyCheck: Check {
  static let name = CheckName.dependencies

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    let nested = NestedDependencies(in: subject.inventory)
    let report = DependencyReport(of: subject, nested: nested.files, images: nested.images)
    var findings = report.findings + report.findings(under: DependencyPolicy(settings.policy))
    // The scan reports the same commands under the same rule.
    if settings.checks.contains(.scan) { findings.removeAll { $0.rule == .shellPayload } }
    if let lock = subject.release.lock.content {
      // A lock pins what the release's own files say, not those of archives in it.
      let own = nested.files.isEmpty ? report : DependencyReport(of: subject)
      findings += lock.packageDifferences(from: own.packages)
    }
    if nested.isIncomplete {
      findings.append(
        Rule.unreadDependencyFile.at(
          .subject, "more dependency files in archives and images than are read"))
    }
    var output = CheckOutput(name, findings: findings)
    if !report.sources.isEmpty {
      output.result.measurements = [
        Measurement(Measurement.Name.packages, Double(report.packages.count), unit: "count")
      ]
      judgeAdvisories(of: report, settings, into: &output.result)
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
  /// The dependency files of a subject: those that its manifest names, all others, and those of
  /// archives and images in it that are given.
  init(
    of subject: Subject, nested: [(members: [String], bytes: ByteSlice)] = [],
    images: Set<[String]> = []
  ) {
    self.init(
      named: subject.release.manifest.content?.dependencyFiles ?? [],
      in: subject.inventory.members.map { ($0.path.text, $0.bytes) },
      nested: nested, images: images)
  }
}
