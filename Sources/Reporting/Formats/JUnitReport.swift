import Bytes
import Findings
import Judging

extension ReportFormat {
  /// JUnit XML for CI dashboards: a suite for each subject, a case for each check, the worst
  /// finding as its message and all of them as its text.
  ///
  /// `failure` is a check that fails, `error` one that could not be judged, `skipped` one that is
  /// not applicable, was not asked for, or is incomplete where the policy only notes that. Times
  /// are 0, since equal audits give equal reports.
  static let junit = ReportFormat(name: "junit", fileExtension: "xml") { reports, _ in
    var all = JUnitCounts()
    for report in reports { all.add(JUnitCounts(report)) }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<testsuites name=\"proofmark\" \(all.attributes) time=\"0\">\n"
      + reports.map(suite).joined() + "</testsuites>\n"
  }
}

private enum JUnitOutcome {
  case success
  case failure
  case error
  case skipped

  init(_ check: CheckReport) {
    switch check.status {
    case .pass: self = .success
    case .fail: self = .failure
    case .incomplete: self = check.verdict == .pass ? .skipped : .error
    case .notApplicable, .notAsked: self = .skipped
    }
  }
}

private struct JUnitCounts {
  private var tests = 0
  private var failures = 0
  private var errors = 0
  private var skipped = 0

  init() {}

  init(_ report: AuditReport) {
    let outcomes = report.checks.map { JUnitOutcome($0) }
    tests = outcomes.count
    failures = outcomes.count { $0 == .failure }
    errors = outcomes.count { $0 == .error }
    skipped = outcomes.count { $0 == .skipped }
  }

  mutating func add(_ other: JUnitCounts) {
    tests += other.tests
    failures += other.failures
    errors += other.errors
    skipped += other.skipped
  }

  var attributes: String {
    "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
  }
}

private func suite(_ report: AuditReport) -> String {
  let properties = [
    ("verdict", report.verdict.rawValue), ("policy", report.policy.name),
    ("policy-sha256", report.policy.digest.hexadecimal),
    ("subject-sha256", report.subject.digest?.hexadecimal ?? ""),
    ("tool", "\(report.tool.name) \(report.tool.version)"),
  ]
  var out = "  <testsuite name=\"\(markupText(report.subject.path))\" "
  out += "\(JUnitCounts(report).attributes) time=\"0\">\n    <properties>\n"
  for (name, value) in properties {
    out += "      <property name=\"\(name)\" value=\"\(markupText(value))\"/>\n"
  }
  out += "    </properties>\n"
  for check in report.checks { out += testCase(check, in: report) }
  return out + "  </testsuite>\n"
}

private func testCase(_ check: CheckReport, in report: AuditReport) -> String {
  let name = check.name.rawValue
  let head = "    <testcase classname=\"\(markupText(report.subject.path))\" name=\"\(name)\" "
  let summary = markupText(report.summary(of: check))
  let detail = markupText(check.findings.map(line).joined(separator: " | "))
  func element(_ tag: String, type: String) -> String {
    let body = check.findings.map { "\n" + markupText(line($0)) }.joined() + "\n      "
    return "\(head)time=\"0\">\n      <\(tag) message=\"\(summary)\" type=\"\(type)\">\(body)"
      + "</\(tag)>\n    </testcase>\n"
  }
  let rule = check.findings.first?.finding.rule.id ?? name
  switch JUnitOutcome(check) {
  case .success where check.findings.isEmpty: return "\(head)time=\"0\"/>\n"
  case .success:
    return "\(head)time=\"0\">\n      <system-out>\(detail)</system-out>\n    </testcase>\n"
  case .failure: return element("failure", type: rule)
  case .error: return element("error", type: rule)
  case .skipped:
    return "\(head)time=\"0\">\n      <skipped message=\"\(check.status.rawValue): \(summary)\"/>\n"
      + "    </testcase>\n"
  }
}

/// One finding on one line.
private func line(_ judged: JudgedFinding) -> String {
  let finding = judged.finding
  let evidence = finding.evidence.isEmpty ? "" : "; " + finding.evidence.joined(separator: "; ")
  return "\(judged.level)[\(finding.rule.id)]: \(finding.place): \(finding.message)\(evidence); "
    + "help: \(finding.rule.fix)"
}
