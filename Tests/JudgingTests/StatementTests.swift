import Bytes
import Findings
import Judging
import StockPolicies
import Testing

private func report(
  _ stock: StockPolicy, _ results: [CheckResult], asked: [CheckName] = CheckName.allCases
) throws -> AuditReport {
  let policy = try Policy(stock: stock)
  return AuditReport(
    tool: .init(name: "proofmark", version: "1"),
    subject: .init(path: "x", container: .folder, digest: nil, model: nil),
    policy: .init(policy), judgement: Judge(policy).judge(results, asked: asked))
}

struct StatementTests {
  @Test
  func `a check that passes without a remark is a statement with its reservation`() throws {
    let report = try report(.ciGate, [CheckResult(.scan)], asked: [.scan])
    #expect(report.established == ["No file holds a known sign of hostile content."])
    #expect(report.notEstablished.contains { $0.hasPrefix("That the files are harmless") })
  }

  @Test
  func `a remark, a failure or a gap states nothing`() throws {
    let rules = [Rule.tooFewGoldens, .outputDiffers, .modelNotRunnable, .noGoldens]
    for rule in rules {
      let result = CheckResult(.lock, findings: [rule.at(.subject, "something")])
      #expect(try report(.ciGate, [result], asked: [.lock]).established.isEmpty)
    }
  }

  @Test
  func `a note for the record takes nothing away`() throws {
    let note = Rule.all.first { $0.severity == .info && $0.kind == .violation }
    let result = CheckResult(.lock, findings: note.map { [$0.at(.subject, "noted")] } ?? [])
    #expect(try report(.release, [result], asked: [.lock]).established.count == 1)
  }

  @Test
  func `what did not run is named with its reason`() throws {
    let absent = CheckResult(.lock, findings: [Rule.noGoldens.at(.subject, "no lock")])
    let sentences = try report(.ciGate, [absent], asked: [.lock, .scan]).notEstablished
    #expect(sentences.contains { $0.hasSuffix("together: there was nothing to check.") })
    #expect(sentences.contains("That no file is hostile: the check could not be finished."))
    #expect(sentences.contains("Who made the release: the check was not asked for."))
  }

  @Test
  func `owners and bounds are named`() throws {
    let attack = Measurement.Attack(name: "fgsm", norm: "linf", eps: 0.1, loss: "cross-entropy")
    let results = [
      CheckResult(.signature),
      CheckResult(
        .robustness,
        measurements: [
          Measurement(Measurement.Name.accuracy, correct: 837, of: 1000, attack: attack),
          Measurement(Measurement.Name.unusableGradients, 0, unit: "fraction", n: 1000),
        ]),
    ]
    var report = try report(.release, results, asked: [.signature, .robustness])
    #expect(report.established.count == 1)
    report.signers = [
      .init(owner: "ana", key: "1", role: "release"), .init(owner: "ci", key: "2", role: "release"),
    ]
    #expect(
      report.established == [
        "ana and ci signed exactly these files for the role release.",
        "Under FGSM at eps 0.1 the model is right on at least 0.813 of inputs like those of its "
          + "evaluation set, with 95 % confidence.",
      ])
  }
}

struct SubjectTests {
  @Test(arguments: [
    ("a/b", "a/b"), ("./a/", "./a/"), ("/home/ana/a.tar", "a.tar"), ("/a/b/", "b"), ("/", "/"),
    ("//", "/"), ("", ""), ("/x/\u{301}y", "\u{301}y"),
  ])
  func `an absolute path is cut to its last part`(_ given: String, _ shown: String) {
    let subject = AuditReport.Subject(path: given, container: .file, digest: nil, model: nil)
    #expect(Array(subject.path.utf8) == Array(shown.utf8))
  }
}
