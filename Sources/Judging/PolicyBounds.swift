import Bytes
import Findings

/// Holds the numbers of a policy against the measurements of a check.
///
/// A bound without its measurement is an obstacle, unless the check has already said why there is
/// none.
struct PolicyBounds {
  private let policy: Policy

  init(_ policy: Policy) {
    self.policy = policy
  }

  /// What the policy's bounds add to the findings of the check itself.
  func findings(for result: CheckResult) -> [Finding] {
    switch result.check {
    case .reproduce: reproduceFindings(result)
    case .robustness: robustnessFindings(result)
    case .unpack, .signature, .lock, .dependencies, .scan: []
    }
  }

  private func reproduceFindings(_ result: CheckResult) -> [Finding] {
    let bounds = policy.reproduce
    var findings: [Finding] = []
    if bounds.minGoldenRows > 0 {
      if let rows = result.measurement(Measurement.Name.goldenRows) {
        if !(rows.value >= Double(bounds.minGoldenRows)) {
          findings.append(
            Rule.tooFewGoldens.at(
              .subject.detail("goldens"),
              "\(shortestDecimal(rows.value)) golden rows, policy \(policy.name) demands "
                + "\(bounds.minGoldenRows)"))
        }
      } else {
        findings += missing(Measurement.Name.goldenRows, in: result)
      }
    }
    if bounds.anyOrderBound == .required,
      result.measurement(Measurement.Name.goldenAnyOrder) == nil
    {
      findings += missing(Measurement.Name.goldenAnyOrder, in: result)
    }
    if bounds.engineDigests == .required,
      result.measurement(Measurement.Name.engineDigestsEqual) == nil
    {
      findings += missing(Measurement.Name.engineDigestsEqual, in: result)
    }
    return findings
  }

  private func robustnessFindings(_ result: CheckResult) -> [Finding] {
    let attacked = result.measurements.filter { $0.attack != nil }
    var findings = policy.robustness.minimums.flatMap { minimum(of: $0, in: result) }
    findings += attacked.flatMap(sampleFindings)
    guard let unusable = result.measurement(Measurement.Name.unusableGradients) else {
      return attacked.isEmpty
        ? findings : findings + missing(Measurement.Name.unusableGradients, in: result)
    }
    if !(unusable.value <= policy.robustness.maxUnusableGradients) {
      findings.append(
        Rule.maskedGradients.at(
          .subject.detail("gradients"),
          "\(percentage(unusable.value)) of the gradients are zero, NaN or infinite, policy "
            + "\(policy.name) believes \(percentage(policy.robustness.maxUnusableGradients))"))
    }
    return findings
  }

  private func minimum(of bound: Policy.Minimum, in result: CheckResult) -> [Finding] {
    let name = "\(bound.attack.uppercased()) accuracy at eps \(shortestDecimal(bound.eps))"
    let measured = result.measurements.first {
      $0.name == Measurement.Name.accuracy && $0.attack?.name == bound.attack
        && $0.attack?.norm == bound.norm && $0.attack?.eps == bound.eps
    }
    guard let measured, let interval = measured.interval else { return missing(name, in: result) }
    guard !(interval.low >= bound.lowerBound) else { return [] }
    var low = fixedDecimal(interval.low, places: 3)
    if low == fixedDecimal(bound.lowerBound, places: 3) { low = shortestDecimal(interval.low) }
    let counts = measured.correct.map {
      " (\(groupedDecimal($0)) of \(groupedDecimal(measured.n ?? 0)))"
    }
    return [
      Rule.belowRobustnessBound.at(
        place(of: measured),
        "\(name) is at least \(low)\(counts ?? ""), policy \(policy.name) demands "
          + shortestDecimal(bound.lowerBound),
        evidence: [
          "expected: lower end of the 95 % interval at or above \(shortestDecimal(bound.lowerBound))",
          "found: \(fixedDecimal(measured.value, places: 3)), interval \(low) to "
            + fixedDecimal(interval.high, places: 3),
        ])
    ]
  }

  private func sampleFindings(_ measured: Measurement) -> [Finding] {
    let n = measured.n ?? 0
    guard n < policy.robustness.minSamples else { return [] }
    return [
      Rule.tooFewSamples.at(
        place(of: measured),
        "\(groupedDecimal(n)) samples, policy \(policy.name) demands "
          + groupedDecimal(policy.robustness.minSamples))
    ]
  }

  private func place(of measured: Measurement) -> Place {
    guard let attack = measured.attack else { return .subject.detail(measured.name) }
    return .subject.detail("\(attack.name) \(attack.norm) eps \(shortestDecimal(attack.eps))")
  }

  /// An obstacle, unless the check says itself that it was stopped or had nothing to work on.
  private func missing(_ what: String, in result: CheckResult) -> [Finding] {
    let isExplained = result.findings.contains { $0.rule.kind != .violation }
    guard !isExplained else { return [] }
    return [
      Rule.measurementMissing.at(
        .subject.detail(what), "policy \(policy.name) demands \(what), which was not measured")
    ]
  }
}

extension CheckResult {
  fileprivate func measurement(_ name: String) -> Measurement? {
    measurements.first { $0.name == name && $0.attack == nil }
  }
}

private func percentage(_ share: Double) -> String {
  fixedDecimal(share * 100, places: 1) + " %"
}
