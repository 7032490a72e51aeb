import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

/// What keeps any file within a second and 200 MiB: `Benchmarks/dependencies.py` measures it.
struct ReadingLimitTests {
  private static func repeated(_ count: Int, _ line: (Int) -> String) -> String {
    (0..<count).map(line).joined()
  }

  @Test func `a flood of findings is an obstacle and hides no other rule`() {
    let flood = Self.repeated(5_100) { "a\($0)>=1\n" }
    let report = DependencyReport("requirements.txt", flood + "--trusted-host example.com\n")
    #expect(report.findings.count { $0.rule == .unpinnedDependency } == 5_000)
    #expect(report.findings.count { $0.rule == .unreadDependencyFile } == 1)
    #expect(report.findings.count { $0.rule == .insecureSource } == 1)
  }

  @Test func `so is one over many files`() {
    let flood = String(repeating: "a\n", count: 4_000)
    let report = DependencyReport(
      texts: (0..<3).map { ("\($0)/gradle.lockfile", flood) } + [("9/requirements.txt", "a==1\n")])
    #expect(report.findings.count == 10_002)
    #expect(report.findings.count { $0.rule == .unreadDependencyFile } == 1)
    #expect(report.findings.last?.place.members == ["9/requirements.txt"])
  }

  @Test(arguments: ["name", "version"])
  func `no package has a name or version of kilobytes`(_ part: String) {
    let long = String(repeating: "1", count: 1_100)
    let line = part == "name" ? "a\(long)==1\n" : "a==\(long)\n"
    let report = DependencyReport("requirements.txt", line)
    #expect(report.packages == [])
    #expect(report.rules.contains("DEP010"))
  }

  @Test(arguments: [
    ("uv.lock", RepeatedText(start: "version = 1\na = [", "1,", 250_000, end: "]\n")),
    ("uv.lock", RepeatedText(start: "version = 1\na = ", "[", 65)),
    ("environment.yml", RepeatedText(start: "dependencies: [", "a", 70_000, end: "]\n")),
    ("environment.yml", RepeatedText(start: "dependencies: [{pip: [", "a", 70_000, end: "]}]")),
  ])
  func `what is read no further is an obstacle`(_ name: String, _ long: RepeatedText) {
    #expect(DependencyReport(name, long.text).rules == ["DEP011"])
  }

  @Test func `tags of YAML are read up to a number`() {
    let tags = Self.repeated(1_001) { "%TAG !a\($0)! b:\n" }
    #expect(DependencyReport("environment.yml", tags + "--- a\n").rules == ["DEP011"])
  }

  @Test(arguments: [
    ("uv.lock", RepeatedText("#", 4 << 20 + 1)),
    ("requirements.txt", RepeatedText("#\n", 1 << 20 + 1)),
    ("Pipfile.lock", RepeatedText(" ", 5 << 20 + 1)), ("package-lock.json", RepeatedText("[", 65)),
  ])
  func `what is not read to its end is an omission`(_ name: String, _ long: RepeatedText) {
    let report = DependencyReport(name, long.text)
    #expect(report.omissions.map(\.rule) == [.unreadDependencyFile])
    #expect(report.omissions == report.findings)
  }

  @Test func `too many findings leave no package out`() {
    let report = DependencyReport("requirements.txt", Self.repeated(5_100) { "a\($0)==1\n" })
    #expect(report.rules.contains("DEP011"))
    #expect(report.packages.count == 5_100 && report.omissions == [])
  }

  @Test func `parents of a project are read up to a sum`() {
    let comment = "<!--\(String(repeating: " ", count: 3 << 19))-->"
    func project(_ number: Int) -> String {
      """
      <project><artifactId>a\(number)</artifactId><parent><artifactId>a\(number + 1)</artifactId>
      <relativePath>../\(number + 1)/pom.xml</relativePath></parent>\(comment)</project>
      """
    }
    let report = DependencyReport(texts: (0..<3).map { ("\($0)/pom.xml", project($0)) })
    let unread = report.findings.filter { $0.rule == .unreadDependencyFile }
    #expect(unread.map(\.place.members) == [["0/pom.xml"]])
  }

  @Test func `a licence too long to judge is not allowed`() {
    let policy = DependencyPolicy(allowedSources: nil, allowedLicences: ["MIT"])
    #expect(policy.allows(licence: "MIT AND MIT"))
    let long = String(repeating: "MIT AND ", count: 600) + "GPL-3.0"
    #expect(!policy.allows(licence: long))
  }
}
