import Auditing
import Bytes
import Engine
import Findings
import Judging
import Scanning
import StockPolicies
import TestSupport
import Testing

/// Every hostile file through the real opening and the stock policy's verdict.
@Suite struct CorpusTests {
  @Test(arguments: Corpus.all)
  func `a hostile file breaks its rule and does not pass`(_ file: HostileFile) throws {
    let report = try audit(file.bytes, named: file.file)
    let findings = report.checks.flatMap(\.findings).map(\.finding)
    #expect(findings.contains { $0.rule == file.rule }, "\(findings.map(line))")
    #expect(file.rule.severity == file.severity)
    #expect(report.verdict != .pass || file.isHygiene, "\(findings.map(line))")
  }

  @Test(arguments: Corpus.withClean)
  func `its clean twin breaks none`(_ file: HostileFile) throws {
    let report = try audit(try #require(file.clean), named: file.file)
    let findings = report.checks.flatMap(\.findings).map(\.finding)
    #expect(findings.isEmpty && report.verdict == .pass, "\(findings.map(line))")
  }

  @Test(arguments: Wrapping.allCases)
  func `a hostile file is found wherever it is put`(_ wrapping: Wrapping) throws {
    for file in Corpus.all where !file.dependsOnName || !wrapping.renames {
      let (name, bytes) = wrapping.wrap(file)
      let report = try audit(bytes, named: name)
      let findings = report.checks.flatMap(\.findings).map(\.finding)
      #expect(
        findings.contains { $0.rule == file.rule }, "\(file.name): \(findings.map(line))")
    }
  }

  @Test(arguments: Corpus.all)
  func `no damage makes the scan trap`(_ file: HostileFile) {
    for copy in Mutations(of: file.bytes, cases: 20) { _ = Scanner().scan(file.file, copy) }
  }

  @Test func `rows have names of their own`() {
    let names = Corpus.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Corpus.all.count { $0.isHygiene } * 20 <= Corpus.all.count)
  }

  private func line(_ finding: Finding) -> String {
    "\(finding.rule.id) \(finding.place): \(finding.message)"
  }

  private func audit(_ bytes: [UInt8], named name: String) throws -> AuditReport {
    let folder = try ScratchFolder()
    try folder.write(bytes, to: name)
    var policy = try Policy(stock: .ciGate)
    for check in [CheckName.unpack, .scan] { policy[check].demand = .required }
    let settings = try AuditSettings(
      policy: policy, checks: [.unpack, .scan], trust: nil, at: nil,
      compute: Compute(threads: 1, variant: .plain))
    return try Audit(settings).run(folder.file(name))
  }
}

extension HostileFile {
  /// Whether the rule compares the name with the content.
  var dependsOnName: Bool {
    [Rule.disguisedPickle, .misnamed, .startupHook, .unmarkedArray].contains(rule)
  }
}

extension Wrapping {
  /// Whether the file gets another name.
  var renames: Bool { self == .renamed || self == .readMe || self == .withoutExtension }
}
