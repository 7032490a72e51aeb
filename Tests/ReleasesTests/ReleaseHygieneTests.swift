import Bytes
import Dependencies
import Findings
import Releases
import Testing

struct ReleaseHygieneTests {
  /// A change of a clean release, and the rules that notice.
  @Test(arguments: [
    ("nothing", []), ("a changelog with brackets", []), ("a changelog with v", []),
    ("a changelog of another version", ["LCK017"]), ("the version in the text alone", ["LCK017"]),
    ("no changelog", ["LCK017"]), ("a changelog that is no text", ["LCK017"]),
    ("the parent's version", ["LCK018"]), ("an older version", ["LCK018"]),
    ("a prerelease of the parent", ["LCK018"]), ("no version of SemVer", ["LCK019"]),
    ("a policy inside", ["LCK016"]), ("a waiver inside", ["LCK016"]),
    ("a trust file inside", ["LCK016"]), ("a policy under another name", ["LCK016"]),
    ("a heading in bold, with a full stop", []), ("an underlined heading", []),
    ("a changelog in reStructuredText", []), ("an underlined list", ["LCK017"]),
    ("other TOML inside", []), ("broken TOML inside", []),
  ])
  func `what is amiss beside files and lock is a finding`(_ what: String, _ rules: [String]) {
    var world = ReleaseWorld()
    var changelog = "# Changelog\n\n## 1.4.0\n- Better.\n\n## 1.3.2\n- First.\n"
    switch what {
    case "a changelog with brackets": changelog = "## [1.4.0] - 2026-07-01\n"
    case "a changelog with v": changelog = "# v1.4.0:\r\nFirst.\r\n"
    case "a changelog of another version": changelog = "## 1.4.0-rc.1\n## 11.4.0\n"
    case "a heading in bold, with a full stop": changelog = " ## **Release `1.4.0`.**\n"
    case "an underlined heading": changelog = "1.4.0 (2026-07-01)\r\n------------------\r\n"
    case "an underlined list": changelog = "- after 1.4.0\n\n---\n"
    case "the version in the text alone": changelog = "## Unreleased\nafter 1.4.0\n"
    case "the parent's version": world.parent = "1.4.0+other"
    case "an older version": world.parent = "1.10.0"
    case "a prerelease of the parent": (world.version, world.parent) = ("1.4.0-rc.1", "1.4.0")
    case "no version of SemVer": world.version = "1.4"
    case "a policy inside":
      world.files["policy.toml"] = Array("policy-version = \"1\"\nname = \"mine\"\n".utf8)
    case "a waiver inside":
      world.files["ci/waivers.toml"] = Array("[[waiver]]\nrule = \"PKL001\"\n".utf8)
    case "a trust file inside": world.files["trust.toml"] = Array(world.trust.utf8)
    case "a policy under another name":
      world.files["docs/NOTES.TOML"] = Array("policy-version = \"1\"\n".utf8)
    case "other TOML inside": world.files["pyproject.toml"] = Array("[project]\n".utf8)
    case "broken TOML inside": world.files["a.toml"] = Array("policy-version = ".utf8)
    default: break
    }
    if what == "a prerelease of the parent" { changelog += "## 1.4.0-rc.1\n" }
    if what == "no version of SemVer" { changelog += "## 1.4\n" }
    world.files["CHANGELOG.md"] = Array(changelog.utf8)
    if what == "a changelog in reStructuredText" {
      world.files["CHANGELOG.md"] = nil
      world.files["changelog.rst"] = Array("Changes\n=======\n\n1.4.0\n~~~~~\n".utf8)
    }
    if what == "no changelog" { world.files["CHANGELOG.md"] = nil }
    if what == "a changelog that is no text" {
      world.files["CHANGELOG.md"] = [0x23, 0xff, 0xfe, 0x0a]
    }
    world.lock()
    let files = world.files
    let content = { (path: String) in files[path].map { ByteSlice($0) } }
    #expect(world.opened().hygieneFindings(content: content).map(\.rule.id) == rules)
  }

  private static let hashes = ["a", "b", "c"].map { Digest(ofUTF8: $0).prefixed }
  private static let long = "sha512:" + String(repeating: "5a", count: 64)

  /// The digests of a package before and now, its version now, and whether that is weaker.
  @Test(arguments: [
    (hashes, hashes, "1.0", false), ([hashes[0]], hashes, "1.0", false),
    (hashes, [hashes[0]], "1.0", true), (hashes, [], "1.0", true),
    (hashes, [hashes[0]], "1.1", false), ([], hashes, "1.0", false),
    (hashes, [long], "1.0", false), ([long], [hashes[0]], "1.0", true),
    ([hashes[0]], [hashes[1]], "1.0", true),
  ])
  func `fewer or weaker digests than before are noticed`(
    _ before: [String], _ now: [String], _ version: String, _ isWeaker: Bool
  ) {
    func lock(_ version: String, _ hashes: [String]) -> Lock {
      Lock(
        createdBy: "proofmark 0.1.0",
        model: .init(name: "m", version: "1.0.0", format: "onnx", parent: nil),
        contract: "proofmark-numerics/1", files: [],
        packages: [Package(.pypi, name: "p", version: version, hashes: hashes)])
    }
    let findings = lock(version, now).weakenedPins(since: lock("1.0", before))
    #expect(findings.map(\.rule.id) == (isWeaker ? ["LCK015"] : []))
  }

  @Test func `another count of the same version is a change, of another version it is not`() {
    func lock(_ version: String, correct: Int, golden: String?) -> Lock {
      Lock(
        createdBy: "proofmark 0.1.0",
        model: .init(name: "m", version: version, format: "onnx", parent: nil),
        contract: "proofmark-numerics/1", files: [],
        metrics: [.init(name: "accuracy", data: "evaluation", n: 9, correct: correct)],
        goldens: golden.map { text in
          let digest = Digest(ofUTF8: text)
          return [.init(name: "g", n: 1, input: digest, output: digest, engine: digest)]
        } ?? [])
    }
    let old = lock("1.0.0", correct: 8, golden: "x")
    let changed = lock("1.0.0", correct: 7, golden: nil).measurementChanges(since: old)
    #expect(changed.map(\.kind) == [.metrics, .goldens])
    #expect(lock("1.0.0", correct: 8, golden: "x").measurementChanges(since: old).isEmpty)
    #expect(lock("1.1.0", correct: 7, golden: nil).measurementChanges(since: old).isEmpty)
    #expect(old.measurementChanges(since: lock("1.0.0", correct: 8, golden: nil)).isEmpty)
  }
}
