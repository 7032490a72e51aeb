import Dependencies
import Findings
import Judging
import Vulnerabilities

extension DependencyCheck {
  /// Adds what the advisories say of the packages, as far as the policy wants to know.
  static func judgeAdvisories(
    of report: DependencyReport, _ settings: AuditSettings, into result: inout CheckResult
  ) {
    let wanted = settings.policy.dependencies
    guard wanted.osv != .off else { return }
    guard !settings.advisories.isEmpty else {
      if wanted.osv == .required {
        result.findings.append(
          Rule.noAdvisories.at(
            .subject,
            "no vulnerability data were given, policy \(settings.policy.name) wants them "
              + "for \(report.packages.count) packages"))
      }
      return
    }
    let ages = settings.advisories.map { $0.summary.ageInDays(at: settings.time) }
    let oldest = ages.contains(nil) ? nil : ages.compactMap { $0 }.max()
    let vulnerabilities = VulnerabilityReport(
      of: report.packages.map { VulnerabilityReport.Pin($0, at: .subject) },
      in: settings.advisories, age: oldest, maxAge: wanted.osvMaxAgeDays)
    result.findings += vulnerabilities.findings
    result.measurements += vulnerabilities.measurements
  }
}
