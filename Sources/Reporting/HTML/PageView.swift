import Bytes
import Findings
import Judging

// What the page template shows, by the names it uses. Mustache reads the properties by reflection;
// a nil or an empty array leaves its section out.

struct PageView {
  let pageTitle: String
  let styleSheet = htmlStyleSheet
  let overview: OverviewView?
  let subjects: [SubjectView]
  let footer: String

  init(_ reports: [AuditReport]) {
    let verdict = Verdict.over(reports.map(\.verdict))
    let title = reports.count == 1 ? reports[0].title : counted(reports.count, "subject")
    pageTitle = "\(verdict.heading): \(title) - Proofmark"
    overview = reports.count == 1 ? nil : OverviewView(reports, verdict)
    subjects = reports.enumerated().map { SubjectView($1, anchor: anchor($0)) }
    let tool = reports.first.map { "\($0.tool.name) \($0.tool.version)" } ?? "proofmark"
    footer =
      "Written by \(tool). The same release, policy and trust file give the same page, "
      + "byte for byte."
  }
}

struct OverviewView {
  struct Row {
    let anchor: String
    let name: String
    let style: String
    let verdict: String
    let reason: String
  }

  let subjectCount: String
  let tally: String
  let style: String
  let verdict: String
  let rows: [Row]

  init(_ reports: [AuditReport], _ verdict: Verdict) {
    subjectCount = counted(reports.count, "subject")
    tally = "\(reports.count { $0.verdict == .pass }) of \(reports.count) pass"
    style = verdict.style
    self.verdict = verdict.heading
    rows = reports.enumerated().map { index, report in
      Row(
        anchor: Reporting.anchor(index), name: report.title, style: report.verdict.style,
        verdict: report.verdict.heading.lowercased(), reason: report.reason)
    }
  }
}

struct SubjectView {
  struct Check {
    let name: String
    let style: String
    let status: String
    let summary: String
  }

  struct Signatures {
    let signers: [AuditReport.Signer]
  }

  struct Fact {
    let name: String
    let value: String
    var digest: String?
  }

  struct FileList {
    struct File {
      let path: String
      let size: String
      let digest: String
    }

    let isOpen: Bool
    let count: String
    let files: [File]
    let more: String?
  }

  let anchor: String
  let path: String
  let policy: String
  let title: String
  let reason: String
  let style: String
  let verdict: String
  let checks: [Check]
  let findings: FindingsView?
  let curves: [CurveView]
  let gradients: String?
  let pictures: PicturesView?
  let established: [String]
  let notEstablished: [String]
  let signatures: Signatures?
  let facts: [Fact]
  let fileList: FileList?

  init(_ report: AuditReport, anchor: String) {
    self.anchor = anchor
    path = report.subject.path
    policy = report.policy.name
    title = report.title
    reason = report.reason
    style = report.verdict.style
    verdict = report.verdict.heading
    checks = report.checks.map {
      Check(
        name: $0.name.rawValue, style: $0.status.style, status: $0.status.label.lowercased(),
        summary: report.summary(of: $0))
    }
    findings = FindingsView(report)
    curves = AccuracyCurve.all(in: report).map(CurveView.init)
    gradients = report.checks.flatMap(\.measurements).first {
      $0.name == Measurement.Name.unusableGradients
    }.map { "Honesty check: \(phrase($0)). An attack along such a gradient shows nothing." }
    pictures = PicturesView(report.pictures)
    established = report.established
    notEstablished = report.notEstablished
    signatures = report.signers.isEmpty ? nil : Signatures(signers: report.signers)
    facts = SubjectView.facts(report)
    fileList =
      report.files.isEmpty
      ? nil
      : FileList(
        isOpen: report.files.count <= 50, count: counted(report.files.count, "file"),
        files: report.files.prefix(pageRows).map {
          FileList.File(
            path: $0.path, size: groupedDecimal($0.size), digest: $0.digest.hexadecimal)
        }, more: remainder(report.files.count, "file"))
  }

  private static func facts(_ report: AuditReport) -> [Fact] {
    var facts = [
      Fact(
        name: "Subject", value: report.subject.path,
        digest: report.subject.digest?.prefixed ?? "could not be read"),
      Fact(name: "Policy", value: report.policy.name, digest: report.policy.digest.prefixed),
    ]
    if let trust = report.trust {
      facts.append(
        Fact(
          name: "Trust file", value: trust.account, digest: trust.digest.prefixed))
    }
    if let time = report.at { facts.append(Fact(name: "Judged at", value: time)) }
    return facts
  }
}

struct FindingsView {
  struct Evidence {
    let lines: [String]
  }

  struct Item {
    let effect: String
    let level: String
    let rule: String
    let severity: String
    let check: String
    let weakness: String?
    let message: String
    let place: String
    let evidence: Evidence?
    let why: String
    let fix: String
  }

  let items: [Item]
  let more: String?

  init?(_ report: AuditReport) {
    let listed = report.listedFindings
    more = remainder(listed.count, "finding")
    items = listed.prefix(pageRows).map { check, judged in
      let finding = judged.finding
      return Item(
        effect: judged.effect.rawValue, level: judged.level, rule: finding.rule.id,
        severity: finding.rule.severity.rawValue, check: check.rawValue,
        weakness: finding.rule.cwe.map { "CWE-\($0)" }, message: finding.message,
        place: finding.place.description,
        evidence: finding.evidence.isEmpty ? nil : Evidence(lines: finding.evidence),
        why: finding.rule.why, fix: finding.rule.fix)
    }
    if items.isEmpty { return nil }
  }
}

struct CurveView {
  struct Row {
    let eps: String
    let correct: String
    let accuracy: String
    let interval: String
    let style: String
    let bound: String
  }

  let title: String
  let conditions: String
  let svg: String
  let rows: [Row]

  init(_ curve: AccuracyCurve) {
    title = curve.title
    conditions = curve.conditions
    svg = CurveDrawing(curve).svg
    rows = curve.points.compactMap { point in
      guard let interval = point.measurement.interval else { return nil }
      let word = point.reachesBound == true ? "reached" : "not reached"
      return Row(
        eps: shortestDecimal(point.eps),
        correct: point.measurement.correct.map(groupedDecimal) ?? "",
        accuracy: fixedDecimal(point.measurement.value, places: 3),
        interval: "\(fixedDecimal(interval.low, places: 3)) to "
          + fixedDecimal(interval.high, places: 3),
        style: point.reachesBound == true ? "pass" : "fail",
        bound: point.bound.map { "\(shortestDecimal($0)) \(word)" } ?? "")
    }
  }
}

struct PicturesView {
  struct Item {
    let style: String
    let original: String
    let originalText: String
    let attacked: String
    let attackedText: String
    let change: String
    let truth: String
  }

  let caption: String
  let items: [Item]

  init?(_ pictures: [AuditReport.Picture]) {
    guard let first = pictures.first else { return nil }
    caption =
      "Chosen to show both outcomes, not a sample: the counts are above. No value moved by more "
      + "than \(shortestDecimal(first.eps))."
    items = pictures.map(PicturesView.item)
  }

  private static func item(_ picture: AuditReport.Picture) -> Item {
    let isChanged = picture.prediction != picture.attackedPrediction
    return Item(
      style: isChanged ? "changed" : "kept",
      original: address(picture, picture.original),
      originalText: "input \(picture.index), class \(picture.label), as recorded",
      attacked: address(picture, picture.attacked),
      attackedText: "input \(picture.index) attacked with eps \(shortestDecimal(picture.eps))",
      change: isChanged
        ? "\(picture.prediction) becomes \(picture.attackedPrediction)"
        : "stays \(picture.prediction)",
      truth: "input \(picture.index), labelled \(picture.label)")
  }

  private static func address(_ picture: AuditReport.Picture, _ pixels: [UInt8]) -> String {
    "data:image/png;base64,"
      + Base64.encode(PNG.encode(width: picture.width, height: picture.height, pixels: pixels))
  }
}

/// The findings and the files that a page lists; a browser shows no more with ease.
private let pageRows = 1000

private func remainder(_ count: Int, _ noun: String) -> String? {
  guard count > pageRows else { return nil }
  let others = counted(count - pageRows, noun)
  return "\(others) more: the JSON report and the lock list them all."
}

private func anchor(_ index: Int) -> String { "subject-\(index + 1)" }

extension Verdict {
  fileprivate var style: String { rawValue }
}

extension CheckStatus {
  fileprivate var style: String {
    switch self {
    case .pass: "pass"
    case .fail: "fail"
    case .incomplete: "incomplete"
    case .notApplicable, .notAsked: "quiet"
    }
  }
}
