import Findings
import Judging
import Scanning
import TestSupport
import Testing

/// Every hostile file through the real opening and the stock policy's verdict.
@Suite struct CorpusTests {
  @Test(arguments: Corpus.all)
  func `a hostile file breaks its rule and does not pass`(_ file: HostileFile) throws {
    let report = try CorpusAudit.report(on: file.bytes, named: file.file)
    let findings = report.checks.flatMap(\.findings).map(\.finding)
    #expect(findings.contains { $0.rule == file.rule }, "\(findings.map(line))")
    #expect(file.rule.severity == file.severity)
    #expect(report.verdict != .pass || file.isHygiene, "\(findings.map(line))")
  }

  @Test(arguments: Corpus.withClean)
  func `its clean twin breaks none`(_ file: HostileFile) throws {
    let report = try CorpusAudit.report(on: try #require(file.clean), named: file.file)
    let findings = report.checks.flatMap(\.findings).map(\.finding)
    #expect(findings.isEmpty && report.verdict == .pass, "\(findings.map(line))")
  }

  @Test(arguments: Wrapping.allCases)
  func `a hostile file is found wherever it is put`(_ wrapping: Wrapping) throws {
    for (number, file) in Corpus.all.enumerated()
    where wrapping.takes(number) && (!file.dependsOnName || !wrapping.renames) {
      let (name, bytes) = wrapping.wrap(file)
      let report = try CorpusAudit.report(on: bytes, named: name)
      let findings = report.checks.flatMap(\.findings).map(\.finding)
      #expect(
        findings.contains { $0.rule == file.rule }, "\(file.name): \(findings.map(line))")
    }
  }

  @Test(arguments: Corpus.all)
  func `no damage makes the scan trap`(_ file: HostileFile) {
    for copy in Mutations(of: file.bytes, cases: 6) { _ = Scanner().scan(file.file, copy) }
  }

  @Test func `rows have names of their own`() {
    let names = Corpus.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Corpus.all.count { $0.isHygiene } * 20 <= Corpus.all.count)
  }

  private func line(_ finding: Finding) -> String {
    "\(finding.rule.id) \(finding.place): \(finding.message)"
  }
}

extension HostileFile {
  /// Rows whose content is plain text or nothing under another name.
  private static let toldByName: Set<String> = [
    "bytes before a pickle", "a decoded command in a value of YAML",
    "a download for a shell in TOML", "a function by a tag of js-yaml",
    "a formula that starts a program", "a formula that reaches an address",
    "a container with all rights", "a container with its host's socket",
    "a container with its host's files", "a pod with its host's files", "a pod with all rights",
  ]

  /// Whether the rule compares the name with the content.
  var dependsOnName: Bool {
    [Rule.disguisedPickle, .misnamed, .startupHook, .unmarkedArray].contains(rule)
      || Self.toldByName.contains(name)
  }
}

extension Wrapping {
  /// Whether the file gets another name.
  var renames: Bool { self == .renamed || self == .readMe || self == .withoutExtension }
}
