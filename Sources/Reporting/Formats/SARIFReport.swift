import Bytes
import Findings
import Judging

extension ReportFormat {
  /// SARIF 2.1.0 (OASIS Standard, 2020), within what GitHub's code scanning reads: one run for
  /// each subject, a category for each model.
  ///
  /// Findings that fail or block are results of kind `fail`. An absence that the policy does not
  /// demand is `notApplicable` with level `none`, as section 3.27.9 wants.
  static let sarif = ReportFormat(name: "sarif", fileExtension: "sarif") { reports, _ in
    JSON.object([
      JSON.Member("$schema", "https://json.schemastore.org/sarif-2.1.0.json"),
      JSON.Member("version", "2.1.0"),
      JSON.Member("runs", .array(reports.map { SARIFRun($0).json })),
    ]).text()
  }
}

private struct SARIFRun {
  private let report: AuditReport
  private let findings: [JudgedFinding]
  /// The rules that occur, by id.
  private let rules: [Rule]

  init(_ report: AuditReport) {
    self.report = report
    findings = report.checks.flatMap(\.findings)
    let occurring = Set(findings.map(\.finding.rule.id))
    rules = Rule.all.filter { occurring.contains($0.id) }
  }

  var json: JSON {
    [
      "tool": [
        "driver": [
          "name": .string(report.tool.name), "version": .string(report.tool.version),
          "rules": .array(rules.map(descriptor)),
        ]
      ],
      "automationDetails": ["id": .string("proofmark/\(category)/")],
      "invocations": [["executionSuccessful": .bool(report.verdict != .incomplete)]],
      "artifacts": [subject],
      "results": .array(findings.map(result)),
      "columnKind": "unicodeCodePoints",
      "properties": .record([
        ("verdict", .string(report.verdict.rawValue)),
        ("policy", .string(report.policy.name)),
        ("policySHA256", .string(report.policy.digest.hexadecimal)),
        ("at", report.at.map { .string($0) }),
        (
          "checks",
          .object(report.checks.map { .init($0.name.rawValue, .string($0.status.rawValue)) })
        ),
      ]),
    ]
  }

  /// What tells this subject's alerts from another's: two runs of one category are refused.
  private var category: String {
    let name = report.subject.model?.name ?? report.subject.path
    return percentEncoded(name).utf8.split(separator: UInt8(ascii: "/")).map {
      String(Substring($0))
    }.joined(separator: "%2F")
  }

  private var subject: JSON {
    .record([
      ("location", ["uri": .string(percentEncoded(report.subject.path))]),
      ("roles", ["analysisTarget"]),
      (
        "hashes",
        report.subject.digest.map { ["sha-256": .string($0.hexadecimal)] }
      ),
    ])
  }

  private func descriptor(_ rule: Rule) -> JSON {
    let weakness = rule.cwe.map { ["external/cwe/cwe-\($0)"] } ?? []
    return [
      "id": .string(rule.id),
      "shortDescription": ["text": .string(rule.title)],
      "fullDescription": ["text": .string("\(rule.title): \(rule.why)")],
      "help": ["text": .string(rule.fix)],
      "defaultConfiguration": ["level": .string(level(rule))],
      "properties": .record([
        ("tags", .array((["security", rule.kind.rawValue] + weakness).map { .string($0) })),
        ("security-severity", .string(securitySeverity(rule.severity))),
        ("references", references(rule.references)),
      ]),
    ]
  }

  private func result(_ judged: JudgedFinding) -> JSON {
    let finding = judged.finding
    let isDemanded = judged.effect != .noted || finding.rule.kind != .absence
    return .record([
      ("ruleId", .string(finding.rule.id)),
      ("ruleIndex", rules.firstIndex(of: finding.rule).map { .integer($0) }),
      ("kind", isDemanded ? nil : "notApplicable"),
      ("level", .string(isDemanded ? level(finding.rule) : "none")),
      ("message", ["text": .string(message(of: finding))]),
      ("locations", [location(of: finding.place)]),
      (
        "partialFingerprints",
        [
          "primaryLocationLineHash": .string(finding.fingerprint + ":1"),
          "proofmark/v1": .string(finding.fingerprint),
        ]
      ),
      (
        "properties",
        .record([
          ("effect", .string(judged.effect.rawValue)),
          ("instruction", finding.place.instruction.map { .integer($0) }),
          ("references", references(finding.references)),
        ])
      ),
    ])
  }

  private func references(_ ids: [String]) -> JSON? {
    ids.isEmpty ? nil : .array(ids.map { .string($0) })
  }

  private func message(of finding: Finding) -> String {
    ([finding.message] + finding.evidence).map(safeText).joined(separator: "\n")
  }

  private func location(of place: Place) -> JSON {
    let isSubject = place.members.isEmpty || report.subject.container == .file
    let name = ([place.chain] + (place.detail.map { [$0] } ?? [])).filter { !$0.isEmpty }
    return .record([
      (
        "physicalLocation",
        .record([
          (
            "artifactLocation",
            .record([
              ("uri", .string(uri(of: place))), ("index", isSubject ? 0 : nil),
            ])
          ),
          ("region", place.offset.map { ["byteOffset": .integer($0), "byteLength": 1] }),
        ])
      ),
      (
        "logicalLocations",
        name.isEmpty ? nil : [["fullyQualifiedName": .string(name.joined(separator: "#"))]]
      ),
    ])
  }

  private func uri(of place: Place) -> String {
    let subject = percentEncoded(report.subject.path)
    let chain = percentEncoded(place.chain)
    guard !chain.isEmpty else { return subject }
    return switch report.subject.container {
    case .folder: subject.utf8.last == UInt8(ascii: "/") ? subject + chain : "\(subject)/\(chain)"
    case .archive: "\(subject)!\(chain)"
    case .file: subject
    }
  }

  private func level(_ rule: Rule) -> String {
    switch rule.severity {
    case .critical, .high: "error"
    case .medium: "warning"
    case .low, .info: "note"
    }
  }

  /// A text, as GitHub wants it: 9 and up is critical, 7 high, 4 medium, above 0 low.
  private func securitySeverity(_ severity: Severity) -> String {
    switch severity {
    case .critical: "9.5"
    case .high: "8.0"
    case .medium: "5.5"
    case .low: "2.0"
    case .info: "0.0"
    }
  }
}

/// A relative URI reference (RFC 3986, section 3.3) of the path: everything is encoded but
/// unreserved characters, `/` and the `!` between members.
func percentEncoded(_ path: String) -> String {
  var out = ""
  for byte in path.utf8 {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e, 0x2f, 0x21:
      out.unicodeScalars.append(Unicode.Scalar(byte))
    default: out += "%" + hexadecimal([byte]).uppercased()
    }
  }
  return out
}
