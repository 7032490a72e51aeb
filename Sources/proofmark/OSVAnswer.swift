import Bytes
import Dependencies
import Findings
import Vulnerabilities

/// The answer of `osv query`, for people and programs.
enum OSVAnswer {
  static func text(_ answers: [PackageExposure], _ summary: AdvisorySummary) -> String {
    var lines: [String] = []
    for answer in answers {
      lines.append("\(safeText(answer.package.purl)): \(answer.outcome)")
      for vulnerability in answer.vulnerabilities {
        var line = "  \(vulnerability.id)  \(vulnerability.severity?.rawValue ?? "not rated")"
        line += "  \(vulnerability.affected.joined(separator: "; "))"
        if !vulnerability.fixed.isEmpty {
          line += "  fixed in \(vulnerability.fixed.joined(separator: ", "))"
        }
        lines.append(safeText(line))
        if !vulnerability.summary.isEmpty { lines.append("    " + safeText(vulnerability.summary)) }
      }
      for doubt in answer.doubts { lines.append(safeText("  \(doubt.id)  \(doubt.reason)")) }
    }
    return lines.joined(separator: "\n") + "\n" + summary.text
  }

  static func json(_ answers: [PackageExposure], _ summary: AdvisorySummary) -> JSON {
    [
      "data": .record([
        ("records", .integer(summary.records)), ("unread", .integer(summary.unread)),
        ("newest", summary.newest.map { .string("\($0)") }),
        ("source", summary.source.map { .string($0.prefixed) }),
      ]),
      "packages": .array(answers.map(json)),
    ]
  }

  private static func json(_ answer: PackageExposure) -> JSON {
    .record([
      ("purl", .string(answer.package.purl)), ("outcome", .string(answer.status)),
      ("reason", answer.reason.map { .string($0) }),
      ("vulnerabilities", .array(answer.vulnerabilities.map(json))),
      (
        "undetermined",
        answer.doubts.isEmpty
          ? nil
          : .array(answer.doubts.map { ["id": .string($0.id), "reason": .string($0.reason)] })
      ),
    ])
  }

  private static func json(_ vulnerability: Vulnerability) -> JSON {
    .record([
      ("id", .string(vulnerability.id)), ("ids", .array(vulnerability.ids.map { .string($0) })),
      ("severity", vulnerability.severity.map { .string($0.rawValue) } ?? .null),
      ("rating", vulnerability.rating.isEmpty ? nil : .string(vulnerability.rating)),
      ("malware", vulnerability.isMalware ? true : nil),
      ("affected", .array(vulnerability.affected.map { .string($0) })),
      ("fixed", .array(vulnerability.fixed.map { .string($0) })),
      ("summary", vulnerability.summary.isEmpty ? nil : .string(vulnerability.summary)),
    ])
  }
}

extension PackageExposure {
  /// One word for programs.
  fileprivate var status: String {
    if !vulnerabilities.isEmpty { return "affected" }
    return coverage == .covered && doubts.isEmpty ? "not-known-affected" : "not-judged"
  }

  /// Why nobody can say.
  fileprivate var reason: String? {
    switch coverage {
    case .covered: nil
    case .noRecords: "the data hold no record of its ecosystem"
    case .notJudged(let reason): reason
    }
  }

  /// The same for people.
  fileprivate var outcome: String {
    if let reason { return "not judged: \(safeText(reason))" }
    switch (vulnerabilities.count, doubts.count) {
    case (0, 0): return "no known vulnerability"
    case (0, let doubts): return "not judged by \(doubts) \(doubts == 1 ? "record" : "records")"
    case (1, _): return "1 known vulnerability"
    case (let count, _): return "\(count) known vulnerabilities"
    }
  }
}

extension AdvisorySummary {
  /// What the data are, in a line or two.
  var text: String {
    let known = Ecosystem.allCases.compactMap(\.osvName).filter { ecosystems[$0] != nil }
    let counts = known.map { "\($0) \(ecosystems[$0] ?? 0)" }.joined(separator: ", ")
    var text = records == 1 ? "1 record" : "\(records) records"
    text += " (\(counts.isEmpty ? "of no ecosystem that is judged" : counts))"
    if withdrawn > 0 { text += ", \(withdrawn) withdrawn" }
    if let newest { text += ", newest of \(newest)" }
    if unread > 0 { text += "\nincomplete: \(unread) could not be read" }
    if otherFiles > 0 { text += "\npassed over, for they are no .json: \(otherFiles)" }
    return text + "\n"
  }
}
