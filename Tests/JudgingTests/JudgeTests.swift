import Bytes
import Findings
import Judging
import StockPolicies
import Testing

// A rule of each kind and severity that the table needs.
private let critical = Rule.all.first { $0.severity == .critical && $0.kind == .violation }
private let high = Rule.outputDiffers
private let medium = Rule.tooFewSamples
private let obstacle = Rule.modelNotRunnable
private let absence = Rule.noGoldens

/// What a release gives that passes under every stock policy.
private func passing(_ check: CheckName) -> CheckResult {
  var result = CheckResult(check)
  switch check {
  case .reproduce:
    result.measurements = [
      Measurement(Measurement.Name.goldenRows, 16, unit: "count"),
      Measurement(Measurement.Name.engineDigestsEqual, correct: 1, of: 1),
    ]
  case .robustness:
    result.measurements = robustnessMeasurements(correct: 837)
  default: break
  }
  return result
}

private func robustnessMeasurements(
  correct: Int, of n: Int = 1000, eps: Double = 0.1, unusable: Double? = 0
) -> [Measurement] {
  let attack = Measurement.Attack(name: "fgsm", norm: "linf", eps: eps, loss: "cross-entropy")
  let accuracy = Measurement(Measurement.Name.accuracy, correct: correct, of: n, attack: attack)
  guard let unusable else { return [accuracy] }
  let share = Measurement(Measurement.Name.unusableGradients, unusable, unit: "fraction", n: n)
  return [accuracy, share]
}

/// All seven checks pass but the given ones.
private func results(but changed: CheckResult...) -> [CheckResult] {
  CheckName.allCases.map { check in changed.first { $0.check == check } ?? passing(check) }
}

private func judge(_ stock: StockPolicy, _ results: [CheckResult]) throws -> Judgement {
  Judge(try Policy(stock: stock)).judge(results)
}

extension Judgement {
  fileprivate subscript(check: CheckName) -> CheckReport? { checks.first { $0.name == check } }
  fileprivate func rules(_ check: CheckName) -> [String] {
    self[check]?.findings.map(\.finding.rule.id) ?? []
  }
}

struct JudgeTests {
  @Test(arguments: StockPolicy.allCases)
  func `a release without findings passes and shows all seven checks`(_ stock: StockPolicy) throws {
    let judgement = try judge(stock, results())
    #expect(judgement.verdict == .pass)
    #expect(judgement.checks.map(\.name) == CheckName.allCases)
    #expect(judgement.checks.allSatisfy { $0.status == .pass })
  }

  @Test(arguments: StockPolicy.allCases, CheckName.allCases)
  func `a check that did not run never passes`(_ stock: StockPolicy, _ check: CheckName) throws {
    let policy = try Policy(stock: stock)
    let judgement = Judge(policy).judge(results().filter { $0.check != check })
    #expect(judgement[check]?.status == .incomplete)
    #expect(judgement.rules(check) == ["POL001"])
    #expect(judgement.verdict == (policy[check].obstacles == .note ? .pass : .incomplete))
    if policy[check].demand == .required { #expect(judgement.verdict == .incomplete) }
  }

  @Test(arguments: [
    (StockPolicy.permissive, high, CheckStatus.pass, Verdict.pass),
    (.permissive, medium, .pass, .pass),
    (.permissive, obstacle, .incomplete, .pass),
    (.permissive, absence, .notApplicable, .pass),
    (.ciGate, high, .fail, .fail),
    (.ciGate, medium, .pass, .pass),
    (.ciGate, obstacle, .incomplete, .incomplete),
    (.ciGate, absence, .notApplicable, .pass),
    (.release, high, .fail, .fail),
    (.release, medium, .fail, .fail),
    (.release, obstacle, .incomplete, .incomplete),
    (.release, absence, .fail, .fail),
  ])
  func `a finding does what its kind and the policy say`(
    _ stock: StockPolicy, _ rule: Rule, _ status: CheckStatus, _ verdict: Verdict
  ) throws {
    let result = CheckResult(.lock, findings: [rule.at(.subject, "something")])
    let judgement = try judge(stock, results(but: result))
    #expect(judgement[.lock]?.status == status)
    #expect(judgement.verdict == verdict)
  }

  @Test(arguments: StockPolicy.allCases, CheckName.allCases)
  func `a critical finding fails everywhere`(_ stock: StockPolicy, _ check: CheckName) throws {
    guard let critical else { return }
    var result = passing(check)
    result.findings = [critical.at(.subject, "something")]
    #expect(try judge(stock, results(but: result)).verdict == .fail)
  }

  @Test
  func `a failure outranks an obstacle, within a check and over all`() throws {
    let both = CheckResult(
      .scan, findings: [obstacle.at(.subject, "unreadable"), high.at(.subject, "hostile")])
    let within = try judge(.ciGate, results(but: both))
    #expect(within[.scan]?.status == .fail)
    #expect(within[.scan]?.findings.map(\.effect) == [.fails, .blocks])
    let over = try judge(
      .ciGate,
      results(
        but: CheckResult(.scan, findings: [high.at(.subject, "hostile")]),
        CheckResult(.lock, findings: [obstacle.at(.subject, "unreadable")])))
    #expect(over.verdict == .fail)
  }

  @Test
  func `an absence beside measurements leaves the check applicable`() throws {
    var result = passing(.reproduce)
    result.findings = [Rule.noEvaluationSet.at(.subject, "no evaluation set")]
    #expect(try judge(.ciGate, results(but: result))[.reproduce]?.status == .pass)
    #expect(try judge(.release, results(but: result))[.reproduce]?.status == .fail)
  }

  @Test
  func `a number that only describes the subject makes no check applicable`() throws {
    let result = CheckResult(
      .reproduce, findings: [Rule.noGoldens.at(.subject, "no goldens")],
      measurements: [Measurement(Measurement.Name.parameters, 693_962, unit: "count")])
    #expect(try judge(.ciGate, results(but: result))[.reproduce]?.status == .notApplicable)
  }

  @Test
  func `checks that were not asked for do not count`() throws {
    let judge = Judge(try Policy(stock: .release))
    let judgement = judge.judge([passing(.scan)], asked: [.scan])
    #expect(judgement.verdict == .pass)
    #expect(judgement[.scan]?.status == .pass)
    #expect(judgement[.signature]?.status == .notAsked)
    #expect(judge.judge([], asked: [.scan]).verdict == .incomplete)
  }

  @Test(arguments: [(776, Verdict.fail), (777, .pass), (837, .pass), (612, .fail)])
  func `the lower end of the interval is held against the bound`(
    _ correct: Int, _ verdict: Verdict
  ) throws {
    let result = CheckResult(
      .robustness, measurements: robustnessMeasurements(correct: correct))
    let judgement = try judge(.release, results(but: result))
    #expect(judgement.verdict == verdict)
    #expect(judgement.rules(.robustness) == (verdict == .fail ? ["ROB001"] : []))
  }

  @Test
  func `the finding says what was shown and what is demanded`() throws {
    let result = CheckResult(.robustness, measurements: robustnessMeasurements(correct: 612))
    let finding = try #require(
      try judge(.release, results(but: result))[.robustness]?.findings.first)
    #expect(
      finding.finding.message
        == "FGSM accuracy at eps 0.1 is at least 0.581 (612 of 1,000), policy release demands 0.75")
    #expect(finding.finding.place.detail == "fgsm linf eps 0.1")
  }

  @Test
  func `masked gradients leave a good accuracy incomplete`() throws {
    for unusable in [0.011, 1, .nan] {
      let result = CheckResult(
        .robustness, measurements: robustnessMeasurements(correct: 930, unusable: unusable))
      let judgement = try judge(.release, results(but: result))
      #expect(judgement.verdict == .incomplete)
      #expect(judgement.rules(.robustness) == ["ROB002"])
    }
    let atBound = CheckResult(
      .robustness, measurements: robustnessMeasurements(correct: 930, unusable: 0.01))
    #expect(try judge(.release, results(but: atBound)).verdict == .pass)
  }

  @Test
  func `an attack without its gradient share is not believed`() throws {
    let result = CheckResult(
      .robustness, measurements: robustnessMeasurements(correct: 930, unusable: nil))
    let judgement = try judge(.ciGate, results(but: result))
    #expect(judgement.verdict == .incomplete)
    #expect(judgement.rules(.robustness) == ["POL002"])
  }

  @Test
  func `a bound without its measurement is incomplete`() throws {
    let other = CheckResult(
      .robustness, measurements: robustnessMeasurements(correct: 950, eps: 0.05))
    #expect(try judge(.release, results(but: other)).rules(.robustness) == ["POL002"])
    let none = try judge(.release, results(but: CheckResult(.robustness)))
    #expect(none.verdict == .incomplete)
    #expect(none.rules(.robustness) == ["POL002"])
    let reproduce = try judge(.release, results(but: CheckResult(.reproduce)))
    #expect(reproduce.verdict == .incomplete)
    #expect(reproduce.rules(.reproduce) == ["POL002", "POL002"])
  }

  @Test
  func `an explained gap is not reported twice`() throws {
    let result = CheckResult(
      .robustness, findings: [Rule.attackNotRunnable.at(.subject, "no gradient")])
    #expect(try judge(.release, results(but: result)).rules(.robustness) == ["ROB004"])
  }

  @Test
  func `small samples and few goldens fail a release`() throws {
    let few = CheckResult(
      .robustness, measurements: robustnessMeasurements(correct: 999, of: 999))
    #expect(try judge(.release, results(but: few)).rules(.robustness) == ["ROB005"])
    var reproduce = passing(.reproduce)
    reproduce.measurements[0] = Measurement(Measurement.Name.goldenRows, 15, unit: "count")
    let judgement = try judge(.release, results(but: reproduce))
    #expect(judgement.rules(.reproduce) == ["REP009"])
    #expect(judgement.verdict == .fail)
  }

  @Test
  func `findings come worst first and then by rule and place`() throws {
    let findings = [
      Rule.noGoldens.at(.subject, "none"),
      Rule.tooFewGoldens.at(.subject, "few"),
      Rule.outputDiffers.at(Place(["b"]), "differs"),
      Rule.outputDiffers.at(Place(["a"], offset: 9), "differs"),
      Rule.outputDiffers.at(Place(["a"], offset: 10), "differs"),
      Rule.modelNotRunnable.at(.subject, "no"),
    ]
    let forwards = CheckResult(.lock, findings: findings)
    let backwards = CheckResult(.lock, findings: findings.reversed())
    let judgement = try judge(.ciGate, results(but: forwards))
    #expect(judgement == (try judge(.ciGate, results(but: backwards))))
    let order = judgement[.lock]?.findings.map { "\($0.finding.rule.id) \($0.finding.place)" }
    #expect(
      order == [
        "REP005 a at byte 9", "REP005 a at byte 10", "REP005 b", "REP001 release",
        "REP002 release", "REP009 release",
      ])
  }
}

struct VerdictTests {
  @Test
  func `verdicts and exit codes combine by rank`() {
    #expect(Verdict.over([Verdict]()) == .pass)
    #expect(Verdict.over([.pass, .incomplete]) == .incomplete)
    #expect(Verdict.over([.incomplete, .fail, .pass]) == .fail)
    #expect(ExitCode.over([ExitCode]()) == .pass)
    #expect(ExitCode.over([.pass, .incomplete]) == .incomplete)
    #expect(ExitCode.over([.incomplete, .fail]) == .fail)
    #expect(ExitCode.over([.usage, .fail, .incomplete]) == .usage)
    #expect(ExitCode.over([.usage, .bug, .fail]) == .bug)
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4])
    #expect(Verdict.allCases.map { ExitCode($0) } == [.pass, .fail, .incomplete])
  }
}

struct KnownVulnerabilityTests {
  @Test(arguments: [
    ("fail-from = \"low\"", Rule.mediumVulnerability, Verdict.fail),
    ("fail-from = \"low\"\nosv-fail-from = \"high\"", .mediumVulnerability, .pass),
    ("fail-from = \"low\"\nosv-fail-from = \"high\"", .unratedVulnerability, .fail),
    ("fail-from = \"low\"\nosv-fail-from = \"high\"", .weakHash, .fail),
    ("osv-fail-from = \"critical\"", .highVulnerability, .pass),
    ("osv-fail-from = \"critical\"", .maliciousPackage, .fail),
    ("osv-fail-from = \"critical\"", .oldAdvisories, .incomplete),
  ])
  func `known vulnerabilities may have a threshold of their own`(
    _ lines: String, _ rule: Rule, _ verdict: Verdict
  ) throws {
    let policy = try Policy(
      parsing: ByteSlice(
        utf8: "policy-version = \"1\"\nname = \"mine\"\n[dependencies]\n" + lines))
    let result = CheckResult(.dependencies, findings: [rule.at(.subject, "text")])
    let judgement = Judge(policy).judge(results(but: result))
    #expect(judgement.verdict == verdict)
  }
}
