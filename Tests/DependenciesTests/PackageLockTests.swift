import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

struct PackageResolvedTests {
  @Test func `what SwiftPM resolves is pinned by its revision`() throws {
    // Kept under another name: files of this name are the build's own and stay out of git.
    let report = DependencyReport(
      in: [("Package.resolved", try Fixture.bytes("vectors/dependencies/swift/resolved.json"))])
    #expect(report.findings == [])
    #expect(report.names.first == "swift github.com/apple/swift-argument-parser 1.8.2")
    #expect(
      report.packages.first?.hashes == ["sha1:436bde4bb9489201ca6662f5cf94ec45fa8e244e"])
  }

  private static let revision = String(repeating: "0a", count: 20)

  private static func pin(_ kind: String, _ location: String, _ state: String) -> String {
    """
    {"pins": [{"identity": "a", "kind": "\(kind)", "location": "\(location)",
     "state": {\(state)}}], "version": 2}
    """
  }

  @Test(arguments: [
    (
      "remoteSourceControl", "https://x.org/a.git",
      "\"revision\":\"\(revision)\",\"version\":\"1.0.0\"", []
    ),
    (
      "remoteSourceControl", "https://x.org/a", "\"revision\":\"\(revision)\",\"branch\":\"main\"",
      ["DEP001"]
    ),
    ("remoteSourceControl", "https://x.org/a", "\"revision\":\"\(revision)\"", ["DEP001"]),
    ("remoteSourceControl", "https://x.org/a", "\"version\":\"1.0.0\"", ["DEP002"]),
    (
      "remoteSourceControl", "https://x.org/a", "\"revision\":\"0a\",\"version\":\"1.0.0\"",
      ["DEP002"]
    ),
    (
      "remoteSourceControl", "http://x.org/a", "\"revision\":\"\(revision)\",\"version\":\"1.0.0\"",
      ["DEP005"]
    ),
    (
      "remoteSourceControl", "git@x.org:b/a.git",
      "\"revision\":\"\(revision)\",\"version\":\"1.0.0\"", []
    ),
    (
      "localSourceControl", "/srv/a", "\"revision\":\"\(revision)\",\"version\":\"1.0.0\"",
      ["DEP006"]
    ),
    ("registry", "", "\"version\":\"1.0.0\"", ["DEP002"]),
  ])
  func `a pin is judged`(
    _ kind: String, _ location: String, _ state: String, _ rules: [String]
  ) {
    let report = DependencyReport("Package.resolved", Self.pin(kind, location, state))
    #expect(report.rules == rules)
  }

  @Test func `version 1 is read`() {
    let text = """
      {"object": {"pins": [{"package": "A", "repositoryURL": "https://x.org/A.git",
       "state": {"branch": null, "revision": "\(Self.revision)", "version": "1.0.0"}}]},
       "version": 1}
      """
    #expect(DependencyReport("Package.resolved", text).names == ["swift x.org/A 1.0.0"])
  }

  @Test(arguments: [
    "", "{}", "[]", "{\"version\": 4, \"pins\": []}", "{\"version\": 2, \"pins\": [{}]}",
  ])
  func `another form is no lock`(_ text: String) {
    #expect(DependencyReport("Package.resolved", text).rules == ["DEP010"])
  }
}

struct PackageLockTests {
  private static let integrity =
    "\"integrity\":\"sha512-" + String(repeating: "A", count: 86) + "==\""
  private static let resolved =
    "\"resolved\":\"https://registry.npmjs.org/a/-/a-1.0.0.tgz\""

  private static func lock(_ members: String, name: String = "a") -> String {
    """
    {"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"},
     "node_modules/\(name)": {\(members)}}}
    """
  }

  @Test(arguments: [
    ("\"version\":\"1.0.0\",\(resolved),\(integrity),\"license\":\"MIT\"", []),
    ("\"version\":\"1.0.0\",\(resolved)", ["DEP002"]),
    (
      "\"version\":\"1.0.0\",\(resolved),\"integrity\":\"sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=\"",
      ["DEP003"]
    ),
    ("\"version\":\"1.0.0\",\(resolved),\"integrity\":\"sha512-AAAA\"", ["DEP010"]),
    ("\"version\":\"1.0.0\",\"inBundle\":true", []),
    ("\"version\":\"^1\",\(resolved),\(integrity)", ["DEP001"]),
    (
      "\"version\":\"1.0.0\",\(integrity),\"resolved\":\"http://registry.npmjs.org/a/-/a-1.0.0.tgz\"",
      ["DEP005"]
    ),
    (
      "\"version\":\"1.0.0\",\(integrity),\"resolved\":\"https://registry.npmjs.org/b/-/b-1.0.0.tgz\"",
      ["DEP019"]
    ),
    (
      "\"version\":\"1.0.1\",\(resolved),\(integrity)", ["DEP019"]
    ),
    (
      "\"name\":\"@s/b\",\"version\":\"1.0.0\",\(integrity),\"resolved\":\"https://registry.npmjs.org/@s%2fb/-/b-1.0.0.tgz?x\"",
      []
    ),
    (
      "\"name\":\"b\",\"version\":\"1.0.0\",\(integrity),\"resolved\":\"https://registry.npmjs.org/b/-/b-1.0.0.tgz\"",
      []
    ),
    ("\"version\":\"1.0.0\",\(integrity),\"resolved\":\"https://evil.example/a.tgz\"", ["DEP006"]),
    ("\"version\":\"1.0.0\",\"resolved\":\"git+ssh://git@github.com/a/a.git#0123\"", ["DEP006"]),
    ("\"version\":\"1.0.0\",\"resolved\":\"file:../a\"", ["DEP006"]),
    ("\"resolved\":\"../a\",\"link\":true", ["DEP006"]),
    ("\"version\":\"1.0.0\",\(resolved),\(integrity),\"hasInstallScript\":true", ["DEP020"]),
    ("\"version\":\"1.0.0\",\(resolved),\(integrity),\"deprecated\":\"use b\"", ["DEP021"]),
  ])
  func `a package of npm is judged`(_ members: String, _ rules: [String]) {
    #expect(DependencyReport("package-lock.json", Self.lock(members)).rules == rules)
  }

  @Test func `scopes, nested folders and older versions are read`() {
    let members = "\"version\":\"1.0.0\",\(Self.integrity)"
    let nested = Self.lock(members, name: "x/node_modules/@s/a")
    #expect(DependencyReport("package-lock.json", nested).names == ["npm @s/a 1.0.0"])
    let old = """
      {"lockfileVersion": 1, "dependencies": {"a": {\(members), "dependencies": {
       "b": {\(members)}}}, "c": {"version": "git+https://example.com/c.git#0123"}}}
      """
    let report = DependencyReport("package-lock.json", old)
    #expect(report.names == ["npm a 1.0.0", "npm b 1.0.0"])
    #expect(report.rules == ["DEP006"])
    #expect(
      report.packages.first?.hashes == ["sha512:" + String(repeating: "0", count: 128)])
  }

  @Test func `a project's own folders are no packages`() {
    let text = """
      {"lockfileVersion": 3, "packages": {"": {}, "lib": {"version": "1.0.0"},
       "node_modules/lib": {"resolved": "lib", "link": true}}}
      """
    let report = DependencyReport("package-lock.json", text)
    #expect(report.findings == [])
    #expect(report.packages == [])
  }
}

struct DependencyPolicyTests {
  @Test(arguments: [
    ("https://pypi.org/simple", true), ("https://PYPI.org/simple/", true),
    ("https://pypi.org/simple/x", true), ("https://pypi.org/simplex", false),
    ("https://pypi.org.evil.example/simple", false), ("https://evil.example/pypi.org", false),
    ("conda-forge", true), ("https://registry.npmjs.org/a", true),
    ("http://pypi.org/simple", false),
  ])
  func `a source is allowed by its address or host`(_ source: String, _ isAllowed: Bool) {
    let policy = DependencyPolicy(
      allowedSources: ["https://pypi.org/simple", "conda-forge", "registry.npmjs.org"])
    #expect(policy.allows(source: source) == isAllowed)
    #expect(DependencyPolicy().allows(source: source))
  }

  @Test(arguments: [
    ("MIT", true), ("GPL-3.0-only", false), ("(MIT OR GPL-3.0-only)", true),
    ("MIT AND GPL-3.0-only", false), ("GPL-3.0-only OR MIT AND Apache-2.0", true),
    ("Apache-2.0 WITH LLVM-exception", true), ("", false), ("MIT OR", true), ("(MIT", false),
    ("MIT MIT", false), ("UNLICENSED", false), (String(repeating: "(", count: 4_000), false),
  ])
  func `a licence is allowed by its expression`(_ licence: String, _ isAllowed: Bool) {
    let policy = DependencyPolicy(allowedLicences: ["MIT", "Apache-2.0"])
    #expect(policy.allows(licence: licence) == isAllowed)
  }

  @Test func `what is not allowed is found where it is pinned`() throws {
    let report = try DependencyReport(fixture: "uv")
    let policy = DependencyPolicy(allowedSources: ["https://mirror.example"])
    let findings = report.findings(under: policy)
    #expect(Set(findings.map(\.rule.id)) == ["DEP023"])
    // The exported requirements name no index.
    #expect(Set(findings.compactMap(\.place.members.first)) == ["pylock.toml", "uv.lock"])
    #expect(report.findings(under: DependencyPolicy(allowedLicences: [])) == [])
  }
}
