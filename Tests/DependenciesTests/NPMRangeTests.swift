import Bytes
import Dependencies
import TestSupport
import Testing

struct NPMRangeTests {
  @Test func `a range admits what npm's own reader admits`() throws {
    let bytes = try Fixture.bytes("vectors/versions/npm-ranges.txt")
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let versions = try lines[0].dropFirst("# versions: ".count).split(separator: " ").map {
      try #require(SemanticVersion(String($0)))
    }
    #expect(lines.count > 90)
    var wrong: [String] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      let range = NPMRange(String(parts[0]))
      let signs = range.map { range in
        versions.map { range.admits($0) ? "+" : "-" }.joined()
      }
      if signs ?? "invalid" != String(parts[1]) { wrong.append("\(line)\t\(signs ?? "invalid")") }
    }
    #expect(wrong == [])
  }

  @Test func `a range longer than any real one is none`() {
    #expect(NPMRange(String(repeating: "1 || ", count: 1_000) + "1") == nil)
  }

  private static let integrity = "sha512-" + String(repeating: "A", count: 86) + "=="

  private static func report(_ declared: String, _ locked: String, at name: String = "a")
    -> DependencyReport
  {
    DependencyReport(texts: [
      ("package.json", "{\(declared)}"),
      (
        "package-lock.json",
        """
        {"lockfileVersion": 3, "packages": {"": {}, "node_modules/\(name)":
          {\(locked), "integrity": "\(integrity)"}}}
        """
      ),
    ])
  }

  @Test(arguments: [
    ("^1.2", "1.9.9", []), ("^1.2", "2.0.0", ["DEP017"]), ("~1.2.3", "1.3.0", ["DEP017"]),
    (">=1.2 <2", "1.2.0", []), ("1.x || >=2.5.0", "2.4.9", ["DEP017"]),
    ("1.x || >=2.5.0", "2.5.0", []), ("1 - 2", "2.9.9", []), ("^1.0.0", "1.1.0-rc.1", ["DEP017"]),
    ("1.2.3", "1.2.4", ["DEP017"]), ("*", "9.9.9", []), ("latest", "9.9.9", []),
  ])
  func `a lock is held to the ranges of the declaration beside it`(
    _ range: String, _ version: String, _ rules: [String]
  ) {
    let report = Self.report(#""dependencies":{"a":"\#(range)"}"#, #""version":"\#(version)""#)
    #expect(report.rules == rules)
  }

  @Test func `an alias stands for the package and range behind it`() {
    let locked = #""name":"@s/b","version":"2.0.0""#
    func alias(_ range: String) -> [String] {
      Self.report(#""dependencies":{"a":"npm:@s/b@\#(range)"}"#, locked).rules
    }
    #expect(alias("^2.0.0") == [])
    #expect(alias("^1.0.0") == ["DEP017"])
  }

  @Test func `a peer that is optional need not be installed`() {
    let peers = #""peerDependencies":{"b":"1"}"#
    #expect(Self.report(peers, #""version":"1.0.0""#).rules == ["DEP017"])
    let optional = peers + #","peerDependenciesMeta":{"b":{"optional":true}}"#
    #expect(Self.report(optional, #""version":"1.0.0""#).rules == [])
  }
}
