import Bytes
import Findings
import Judging

extension ReportFormat {
  /// For comments and job summaries, in GitHub's dialect.
  static let markdown = ReportFormat(name: "markdown", fileExtension: "md") { reports, _ in
    reports.map(page).joined(separator: "\n")
  }
}

private func page(_ report: AuditReport) -> String {
  var out = "## \(report.verdict.heading): \(markdownText(report.title))\n\n"
  out += "\(markdownText(report.sentence))\n\n"
  out += "| check | status | |\n|---|---|---|\n"
  for check in report.checks {
    out += "| \(check.name.rawValue) | \(status(check)) | "
    out += "\(markdownText(report.summary(of: check))) |\n"
  }
  for (_, judged) in report.listedFindings { out += "\n" + text(of: judged) }
  for curve in AccuracyCurve.all(in: report) { out += "\n" + table(of: curve) }
  if !report.signers.isEmpty {
    out += "\nSigned by "
    out += report.signers.map {
      "\(markdownText($0.owner)) (key \(markdownText($0.key)), role \(markdownText($0.role)))"
    }.joined(separator: ", ")
    out += "\n"
  }
  out += "\nSubject \(markdownText(report.subject.path))"
  out += report.subject.digest.map { ", `\($0.prefixed)`" } ?? ""
  out += ". Policy \(markdownText(report.policy.name)), `\(report.policy.digest.prefixed)`."
  out += " \(report.tool.name) \(report.tool.version).\n"
  return out
}

private func status(_ check: CheckReport) -> String {
  switch check.status {
  case .fail, .incomplete: "**\(check.status.label)**"
  case .pass, .notApplicable, .notAsked: check.status.label
  }
}

private func text(of judged: JudgedFinding) -> String {
  let finding = judged.finding
  var out = "- **\(judged.level) \(finding.rule.id)** \(markdownText("\(finding.place)")): "
  out += markdownText(finding.message) + "\n"
  for evidence in finding.evidence { out += "  - \(markdownText(evidence))\n" }
  out += "  - help: \(markdownText(finding.rule.fix))\n"
  return out
}

private func table(of curve: AccuracyCurve) -> String {
  var out = "**\(curve.title)** (\(markdownText(curve.conditions)))\n\n"
  out += "| eps | correct | accuracy | 95 % interval | policy |\n|---:|---:|---:|---|---|\n"
  for point in curve.points {
    guard let interval = point.measurement.interval else { continue }
    let bound = point.bound.map {
      "\(shortestDecimal($0)) \(point.reachesBound == true ? "reached" : "**not reached**")"
    }
    out += "| \(shortestDecimal(point.eps)) "
    out += "| \(point.measurement.correct.map(groupedDecimal) ?? "") "
    out += "| \(fixedDecimal(point.measurement.value, places: 3)) "
    out +=
      "| \(fixedDecimal(interval.low, places: 3)) to \(fixedDecimal(interval.high, places: 3)) "
    out += "| \(bound ?? "") |\n"
  }
  return out
}
