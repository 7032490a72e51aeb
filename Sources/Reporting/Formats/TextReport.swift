import Bytes
import Findings
import Judging

extension ReportFormat {
  /// For people at a terminal: 96 columns, the verdict last, where the prompt is.
  ///
  /// Several subjects follow one another, with the overall verdict at the end.
  public static let text = ReportFormat(name: "text", fileExtension: "txt") { reports, style in
    var out = reports.map { TextReport($0, style).text() }.joined(separator: "\n")
    if reports.count > 1 {
      let paint = Paint(isOn: style.isColoured)
      let verdict = Verdict.over(reports.map(\.verdict))
      let passed = reports.count { $0.verdict == .pass }
      out += "\n" + paint.bold(verdict.heading, as: verdict)
      out += ": \(passed) of \(reports.count) subjects pass\n"
    }
    return out
  }
}

/// The colours of the text report, or none.
private struct Paint {
  let isOn: Bool

  func bold(_ text: String) -> String { isOn ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
  func dim(_ text: String) -> String { isOn ? "\u{1b}[2m\(text)\u{1b}[0m" : text }
  func bold(_ text: String, as verdict: Verdict) -> String {
    guard isOn else { return text }
    let colour =
      switch verdict {
      case .pass: 32
      case .fail: 31
      case .incomplete: 33
      }
    return "\u{1b}[1;\(colour)m\(text)\u{1b}[0m"
  }
}

private struct TextReport {
  private let report: AuditReport
  private let paint: Paint

  init(_ report: AuditReport, _ style: ReportStyle) {
    self.report = report
    paint = Paint(isOn: style.isColoured)
  }

  func text() -> String {
    let parts = [
      heading, checkTable, findings, packages, curves, signers,
      list("What this shows", report.established),
      list("What it does not show", report.notEstablished),
      verdict,
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var heading: String {
    var out = paint.bold(safeText(report.title)) + "\n"
    var rows = [
      ("subject", safeText(report.subject.path)),
      ("digest", report.subject.digest?.prefixed ?? "could not be read"),
      ("policy", "\(safeText(report.policy.name)), \(report.policy.digest.prefixed)"),
    ]
    if let trust = report.trust {
      rows.append(("trust", "\(safeText(trust.account)), \(trust.digest.prefixed)"))
    }
    if let time = report.at { rows.append(("at", safeText(time))) }
    rows.append(("tool", "\(report.tool.name) \(report.tool.version)"))
    for (name, value) in rows { out += "  " + TextLayout.left(name, 9) + value + "\n" }
    return out
  }

  private var checkTable: String {
    report.checks.map { check in
      let label = check.status.label
      let first = "  " + TextLayout.left(check.name.rawValue, 14) + TextLayout.left(label, 16)
      let line = TextLayout.wrap(safeText(report.summary(of: check)), first: first, indent: 32)
      return paint.isOn ? coloured(line, label, check.status) : line
    }.joined()
  }

  /// Colours the label after the line is laid out, so that escapes take no columns.
  private func coloured(_ line: String, _ label: String, _ status: CheckStatus) -> String {
    let painted =
      switch status {
      case .pass: paint.bold(label, as: .pass)
      case .fail: paint.bold(label, as: .fail)
      case .incomplete: paint.bold(label, as: .incomplete)
      case .notApplicable, .notAsked: paint.dim(label)
      }
    let scalars = line.unicodeScalars
    let start = scalars.index(scalars.startIndex, offsetBy: 16)
    let end = scalars.index(start, offsetBy: label.unicodeScalars.count)
    return String(scalars[..<start]) + painted + String(scalars[end...])
  }

  /// The packages, where the dependencies are what was asked for.
  private var packages: String {
    let isAlone = report.checks.contains { $0.name == .scan && $0.status == .notAsked }
    guard isAlone, !report.packages.isEmpty else { return "" }
    let shown = report.packages.prefix(TextReport.packageRows)
    let names = shown.map { "\($0.name) \($0.version)" }
    let width = min(36, names.map(\.unicodeScalars.count).max() ?? 0)
    var out = paint.bold("Packages") + "\n"
    for (package, name) in zip(shown, names) {
      let first =
        "  " + TextLayout.left(package.ecosystem, 7) + TextLayout.left(safeText(name), width) + "  "
        + TextLayout.left(TextReport.shortened(package.hashes), 22) + "  "
      out += first + "\(package.place)" + "\n"
    }
    let rest = report.packages.count - shown.count
    if rest > 0 { out += "  and \(counted(rest, "package")) more; --format json lists all\n" }
    return out
  }

  private static let packageRows = 1_000

  /// The first hash, cut, and how many there are besides.
  private static func shortened(_ hashes: [String]) -> String {
    guard let first = hashes.first else { return "no hash" }
    let parts = first.split(separator: ":", maxSplits: 1)
    let digits = parts.count == 2 ? ":\(parts[1].prefix(8))" : ""
    return "\(parts[0])\(digits)" + (hashes.count > 1 ? " +\(hashes.count - 1)" : "")
  }

  private var findings: String {
    report.listedFindings.map { text(of: $0.judged) }.joined(separator: "\n")
  }

  private func text(of judged: JudgedFinding) -> String {
    let finding = judged.finding
    let level = "\(judged.level)[\(finding.rule.id)]"
    let line = TextLayout.wrap(
      "\(level): \(finding.place): \(safeText(finding.message))", indent: 2)
    let verdict: Verdict? =
      switch judged.effect {
      case .fails: .fail
      case .blocks: .incomplete
      case .noted: nil
      }
    let painted = verdict.map { paint.bold(level, as: $0) } ?? paint.bold(level)
    var out = painted + line.unicodeScalars.dropFirst(level.unicodeScalars.count).string
    for evidence in finding.evidence { out += "  " + safeText(evidence) + "\n" }
    if !finding.references.isEmpty {
      let references = safeText(finding.references.joined(separator: ", "))
      out += TextLayout.wrap(references, first: "  see: ", indent: 7)
    }
    out += TextLayout.wrap(finding.rule.fix, first: "  help: ", indent: 8)
    return out
  }

  private var curves: String {
    AccuracyCurve.all(in: report).map(text(of:)).joined(separator: "\n") + gradients
  }

  private func text(of curve: AccuracyCurve) -> String {
    var out = paint.bold(curve.title) + "\n"
    out += TextLayout.wrap(curve.conditions, first: "  ", indent: 2)
    out += "     eps   correct  accuracy  interval" + String(repeating: " ", count: 25)
    out += "policy\n"
    for point in curve.points {
      let measured = point.measurement
      guard let interval = measured.interval else { continue }
      let range =
        "\(fixedDecimal(interval.low, places: 3)) to \(fixedDecimal(interval.high, places: 3))"
      var line = "  " + TextLayout.right(shortestDecimal(point.eps), 6)
      line += TextLayout.right(measured.correct.map(groupedDecimal) ?? "-", 10)
      line += TextLayout.right(fixedDecimal(measured.value, places: 3), 10)
      line += "  \(range)  \(bar(measured.value))"
      if let bound = point.bound, let reaches = point.reachesBound {
        let word = reaches ? "reached" : "NOT reached"
        line += "  \(shortestDecimal(bound)) " + paint.bold(word, as: reaches ? .pass : .fail)
      }
      out += line + "\n"
    }
    return out
  }

  /// Fifteen places for the accuracy from 0 to 1.
  private func bar(_ value: Double) -> String {
    let filled = Int((min(1, max(0, value)) * 15).rounded())
    return String(repeating: "#", count: filled) + String(repeating: ".", count: 15 - filled)
  }

  /// The sentence without which an accuracy under attack means nothing.
  private var gradients: String {
    let measured = report.checks.flatMap(\.measurements).first {
      $0.name == Measurement.Name.unusableGradients
    }
    return measured.map { "  \(phrase($0))\n" } ?? ""
  }

  private var signers: String {
    guard !report.signers.isEmpty else { return "" }
    let width = 2 + (report.signers.map { safeText($0.owner).unicodeScalars.count }.max() ?? 0)
    let keyWidth = 2 + (report.signers.map { safeText($0.key).unicodeScalars.count }.max() ?? 0)
    return paint.bold("Signed by") + "\n"
      + report.signers.map {
        "  " + TextLayout.left(safeText($0.owner), width)
          + TextLayout.left("key " + safeText($0.key), keyWidth + 4)
          + "role " + safeText($0.role) + "\n"
      }.joined()
  }

  private func list(_ title: String, _ sentences: [String]) -> String {
    guard !sentences.isEmpty else { return "" }
    return paint.bold(title) + "\n"
      + sentences.map { TextLayout.wrap(safeText($0), first: "  - ", indent: 4) }.joined()
  }

  private var verdict: String {
    let line = TextLayout.wrap(safeText(report.sentence), indent: 2)
    let heading = report.verdict.heading
    return paint.bold(heading, as: report.verdict)
      + line.unicodeScalars.dropFirst(heading.unicodeScalars.count).string
  }
}

extension Substring.UnicodeScalarView {
  fileprivate var string: String { String(Substring(self)) }
}
