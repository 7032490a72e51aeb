import Bytes
import Findings
import Judging

extension ReportFormat {
  /// `proofmark-report/1`; docs/report.schema.json is its schema.
  ///
  /// One subject is one object; several are `{"schema": "proofmark-reports/1", "reports": [...]}`.
  static let json = ReportFormat(name: "json", fileExtension: "json") { reports, _ in
    if reports.count == 1 { return JSON(reports[0]).text() }
    return JSON.object([
      JSON.Member("schema", "proofmark-reports/1"),
      JSON.Member("reports", .array(reports.map { JSON($0) })),
    ]).text()
  }
}

extension JSON {
  fileprivate init(_ report: AuditReport) {
    self = .record([
      ("schema", "proofmark-report/1"),
      ("tool", ["name": .string(report.tool.name), "version": .string(report.tool.version)]),
      ("subject", JSON(report.subject)),
      (
        "policy",
        [
          "name": .string(report.policy.name), "sha256": .string(report.policy.digest.hexadecimal),
        ]
      ),
      (
        "trust",
        report.trust.map { trust in
          .record([
            ("version", .integer(trust.version)), ("sha256", .string(trust.digest.hexadecimal)),
            ("signedBy", trust.signers.isEmpty ? nil : .array(trust.signers.map { .string($0) })),
          ])
        } ?? .null
      ),
      ("at", report.at.map { .string($0) }),
      ("verdict", .string(report.verdict.rawValue)),
      ("checks", .array(report.checks.map { JSON($0) })),
      (
        "signers",
        .array(
          report.signers.map {
            ["owner": .string($0.owner), "key": .string($0.key), "role": .string($0.role)]
          })
      ),
      ("packages", report.packages.isEmpty ? nil : .array(report.packages.map { JSON($0) })),
    ])
  }

  fileprivate init(_ package: AuditReport.Package) {
    self = .record([
      ("ecosystem", .string(package.ecosystem)), ("name", .string(package.name)),
      ("version", .string(package.version)),
      ("hashes", .array(package.hashes.map { .string($0) })),
      ("place", .string(package.place.chain + (package.place.detail.map { "#\($0)" } ?? ""))),
      ("source", package.source.map { .string($0) }),
    ])
  }

  fileprivate init(_ subject: AuditReport.Subject) {
    self = [
      "path": .string(subject.path),
      "sha256": subject.digest.map { .string($0.hexadecimal) } ?? .null,
      "model": subject.model.map {
        ["name": .string($0.name), "version": .string($0.version)]
      } ?? .null,
    ]
  }

  fileprivate init(_ check: CheckReport) {
    self = [
      "name": .string(check.name.rawValue), "status": .string(check.status.rawValue),
      "findings": .array(check.findings.map { JSON($0.finding) }),
      "measurements": .array(check.measurements.map { JSON($0) }),
    ]
  }

  fileprivate init(_ finding: Finding) {
    let place = finding.place
    let detail = place.detail.map { "#\($0)" } ?? ""
    self = .record([
      ("rule", .string(finding.rule.id)),
      ("severity", .string(finding.rule.severity.rawValue)),
      ("place", .string(place.chain + detail)),
      ("offset", place.offset.map { .integer($0) }),
      ("instruction", place.instruction.map { .integer($0) }),
      ("message", .string(finding.message)),
      ("evidence", finding.evidence.isEmpty ? nil : .array(finding.evidence.map { .string($0) })),
      ("fix", .string(finding.rule.fix)),
      (
        "references",
        finding.references.isEmpty ? nil : .array(finding.references.map { .string($0) })
      ),
      ("fingerprint", .string(finding.fingerprint)),
    ])
  }

  fileprivate init(_ measurement: Measurement) {
    let attack = measurement.attack
    self = .record([
      ("name", .string(measurement.name)), ("value", .double(measurement.value)),
      ("unit", .string(measurement.unit)),
      ("n", measurement.n.map { .integer($0) }),
      ("correct", measurement.correct.map { .integer($0) }),
      ("low", measurement.interval.map { .double($0.low) }),
      ("high", measurement.interval.map { .double($0.high) }),
      ("confidence", measurement.interval.map { .double($0.confidence) }),
      ("attack", attack.map { .string($0.name) }),
      ("norm", attack.map { .string($0.norm) }),
      ("eps", attack.map { .double($0.eps) }),
      ("loss", attack.map { .string($0.loss) }),
    ])
  }
}
