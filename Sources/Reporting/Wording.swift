import Bytes
import Findings
import Judging

// What all formats for people say in the same words. Nothing here is escaped: each format does
// that in its own way as the last step.

/// The count with its noun: `1 file`, `1,000 files`.
func counted(_ count: Int, _ noun: String) -> String {
  "\(groupedDecimal(count)) \(noun)\(count == 1 ? "" : "s")"
}

/// A size in bytes, in the largest binary unit that it fills.
func byteSize(_ bytes: Double) -> String {
  var value = bytes
  for unit in ["bytes", "KiB", "MiB", "GiB"] {
    if value < 1024 {
      return unit == "bytes"
        ? "\(fixedDecimal(value, places: 0)) bytes" : "\(fixedDecimal(value, places: 1)) \(unit)"
    }
    value /= 1024
  }
  return "\(fixedDecimal(value, places: 1)) TiB"
}

/// A small number in two significant digits, such as `3.0e-07`; larger ones in three decimals.
func shortNumber(_ value: Double) -> String {
  guard value.isFinite, value != 0, value.magnitude < 0.001 else {
    return value == 0 || value == value.rounded()
      ? shortestDecimal(value) : fixedDecimal(value, places: 3)
  }
  var mantissa = value
  var exponent = 0
  while mantissa.magnitude < 0.995 {
    mantissa *= 10
    exponent -= 1
  }
  let digits = String(-exponent)
  let padding = digits.utf8.count < 2 ? "0" : ""
  return fixedDecimal(mantissa, places: 1) + "e-" + padding + digits
}

extension Verdict {
  /// The verdict as a word of its own.
  var heading: String {
    switch self {
    case .pass: "PASS"
    case .fail: "FAIL"
    case .incomplete: "INCOMPLETE"
    }
  }
}

extension CheckStatus {
  /// The status as a person reads it.
  var label: String {
    switch self {
    case .pass: "pass"
    case .fail: "FAIL"
    case .incomplete: "INCOMPLETE"
    case .notApplicable: "not applicable"
    case .notAsked: "not asked"
    }
  }
}

extension AuditReport.TrustReference {
  /// The version, and who signed it.
  var account: String {
    "version \(version)" + (signers.isEmpty ? "" : ", signed by \(signers.joined(separator: ", "))")
  }
}

extension JudgedFinding {
  /// The word before the rule: what the finding does, in a compiler's terms.
  var level: String {
    switch effect {
    case .fails: "error"
    case .blocks: "incomplete"
    case .noted: finding.rule.kind == .absence || finding.rule.severity <= .low ? "note" : "warning"
    }
  }
}

extension AuditReport {
  /// The model's name and version, or the path where no manifest names it.
  var title: String {
    subject.model.map { "\($0.name) \($0.version)" } ?? subject.path
  }

  /// The verdict in one sentence with what decided it.
  var sentence: String { "\(verdict.heading): \(reason)" }

  /// What decided the verdict: each check that fails, or else each that is incomplete.
  var reason: String {
    guard verdict != .pass else { return "\(title) meets policy \(policy.name): \(tally)" }
    return checks.filter { $0.verdict == verdict }.map {
      "\($0.name.rawValue): \(summary(of: $0))"
    }.joined(separator: "; ")
  }

  /// The findings that are listed one by one, what fails before what blocks before the rest, and
  /// the check that each belongs to. What a check that is not applicable lacks is left out: its
  /// summary says so.
  var listedFindings: [(check: CheckName, judged: JudgedFinding)] {
    let all = checks.flatMap { check in
      (check.status == .notApplicable ? check.findings.dropFirst() : check.findings[...]).map {
        (check: check.name, judged: $0)
      }
    }
    return [.fails, .blocks, .noted].flatMap { (effect: JudgedFinding.Effect) in
      all.filter { $0.judged.effect == effect }
    }
  }

  /// How many checks ended how.
  private var tally: String {
    CheckStatus.allCases.compactMap { status -> String? in
      let count = checks.count { $0.status == status }
      guard count > 0 else { return nil }
      return switch status {
      case .pass: count == 1 ? "1 check passes" : "\(count) checks pass"
      case .fail: count == 1 ? "1 check fails" : "\(count) checks fail"
      case .incomplete: "\(count) incomplete, which the policy notes"
      case .notApplicable: "\(count) not applicable"
      case .notAsked: "\(count) not asked"
      }
    }.joined(separator: ", ")
  }

  /// One line about a check: what decided it, or what it measured.
  func summary(of check: CheckReport) -> String {
    switch check.status {
    case .fail, .incomplete, .notApplicable:
      guard let first = check.findings.first else { return check.status.label }
      let others = check.findings.count { $0.effect == first.effect } - 1
      let place = first.finding.place.members.isEmpty ? "" : "\(first.finding.place): "
      return place + first.finding.message + (others > 0 ? " (and \(others) more)" : "")
    case .notAsked: return "neither the policy nor the command asks for it"
    case .pass: return passSummary(of: check)
    }
  }

  private func passSummary(of check: CheckReport) -> String {
    var parts: [String]
    switch check.name {
    case .signature where !signers.isEmpty:
      parts = ownersByRole.map {
        "signed by \($0.owners.joined(separator: ", ")) for role \($0.role)"
      }
    case .robustness:
      parts = AccuracyCurve.all(in: self).compactMap(\.headline)
    default:
      parts = check.measurements.filter { $0.attack == nil }.map(phrase)
    }
    if parts.isEmpty { parts = [check.findings.isEmpty ? "nothing found" : "nothing that fails"] }
    if !check.findings.isEmpty { parts.append("\(counted(check.findings.count, "note"))") }
    return parts.joined(separator: ", ")
  }
}

/// A measurement as a short phrase.
func phrase(_ measurement: Measurement) -> String {
  let value = measurement.value
  let count = Int(exactly: value) ?? 0
  let share = measurement.correct.map {
    "\(groupedDecimal($0)) of \(groupedDecimal(measurement.n ?? 0))"
  }
  switch measurement.name {
  case Measurement.Name.files: return counted(count, "file")
  case Measurement.Name.bytes: return byteSize(value)
  case Measurement.Name.signers: return counted(count, "signer")
  case Measurement.Name.lockedFiles: return counted(count, "locked file")
  case Measurement.Name.packages: return counted(count, "pinned package")
  case Measurement.Name.advisories: return counted(count, "advisory record")
  case Measurement.Name.advisoryAge: return "the newest of them \(counted(count, "day")) old"
  case Measurement.Name.vulnerabilities:
    let judged = counted(measurement.n ?? 0, "package")
    return count == 1
      ? "1 known vulnerability in \(judged)"
      : "\(groupedDecimal(count)) known vulnerabilities in \(judged)"
  case Measurement.Name.parameters: return counted(count, "parameter")
  case Measurement.Name.goldenRows: return counted(count, "golden row")
  case Measurement.Name.goldenMaxAbs: return "outputs within \(shortNumber(value))"
  case Measurement.Name.goldenAnyOrder:
    return value <= 1
      ? "within the any-order bound (largest \(shortNumber(value)) of it)"
      : "outside the any-order bound (by a factor of \(shortNumber(value)))"
  case Measurement.Name.goldenArgmaxEqual: return "\(share ?? shortNumber(value)) classes equal"
  case Measurement.Name.engineDigestsEqual: return "\(share ?? shortNumber(value)) digests equal"
  case Measurement.Name.unusableGradients:
    let found = measurement.n.map { n in
      "\(fixedDecimal(value * Double(n), places: 0)) of \(groupedDecimal(n))"
    }
    return "\(found ?? shortNumber(value)) gradients are zero, NaN or infinite"
  default:
    let name = measurement.name.split(separator: "-").joined(separator: " ")
    if let share { return "\(name) \(fixedDecimal(value, places: 3)) (\(share))" }
    return measurement.unit == "count"
      ? counted(count, name) : "\(name) \(shortNumber(value)) \(measurement.unit)"
  }
}
