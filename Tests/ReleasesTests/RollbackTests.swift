import Bytes
import Findings
import Releases
import Testing
import Trust

/// A verifier with a memory, to whom makers and attackers send releases, as an in-memory
/// simulator: what passes is remembered, as `verify --state` does.
struct RollbackTests {
  private struct Verifier {
    var state = VerifierState()

    /// The rules that a release breaks; a release that passes is remembered.
    mutating func verify(_ world: ReleaseWorld) throws -> [String] {
      var world = world
      world.demands.state = state
      let verification = try world.verification()
      if let sighting = verification.sighting {
        state.remember(sighting.release, of: sighting.model)
        state.remember(try TrustFile(parsing: ByteSlice(utf8: world.trust)))
      }
      return verification.findings.map(\.rule.id).filter { $0 != "SIG019" }
    }
  }

  private static func published(
    _ version: String, parent: String? = nil, _ change: (inout ReleaseWorld) -> Void = { _ in }
  ) throws -> ReleaseWorld {
    var world = ReleaseWorld()
    world.version = version
    world.parent = parent
    change(&world)
    world.lock()
    try world.sign()
    return world
  }

  @Test func `a newer release passes and an older one never again`() throws {
    var verifier = Verifier()
    let versions = ["1.0.0-rc.1", "1.0.0", "1.9.0", "1.10.0", "1.10.0", "2.0.0"]
    for version in versions { #expect(try verifier.verify(Self.published(version)) == []) }
    for version in versions.dropLast() {
      #expect(try verifier.verify(Self.published(version)) == ["SIG021"])
    }
    #expect(try verifier.verify(Self.published("2.0.0")) == [])
  }

  @Test func `what did not pass is not remembered`() throws {
    var verifier = Verifier()
    #expect(try verifier.verify(Self.published("1.0.0")) == [])
    var unsigned = try Self.published("9.0.0")
    try unsigned.sign(by: [1])
    #expect(try verifier.verify(unsigned) == ["SIG004"])
    var tampered = try Self.published("9.0.0")
    tampered.files["model/evil.py"] = [1]
    #expect(try verifier.verify(tampered) == ["SIG011"])
    #expect(verifier.state.releases["handwritten-digits"]?.version.text == "1.0.0")
    #expect(try verifier.verify(Self.published("1.0.1")) == [])
  }

  @Test func `a release that passes beside a revoked signature is remembered`() throws {
    var verifier = Verifier()
    var world = try Self.published("2.0.0")
    try world.sign(by: [1, 2, 3])
    world.trust = ReleaseWorld.trustText(
      revoked: "[[revoked]]\nkey = \"ana-2026\"\nreason = \"stolen\"\n", owners: "eve")
    #expect(try verifier.verify(world) == ["SIG006"])
    #expect(verifier.state.releases["handwritten-digits"]?.version.text == "2.0.0")
  }

  @Test func `one version with two contents is noticed, signed anew it is not`() throws {
    var verifier = Verifier()
    var world = try Self.published("1.0.0")
    #expect(try verifier.verify(world) == [])
    try world.sign(by: [2, 1], expires: "2027-01-01T00:00:00Z")
    #expect(try verifier.verify(world) == [])
    let other = try Self.published("1.0.0") { $0.files["model/m.h5"] = [1, 2, 3] }
    #expect(try verifier.verify(other) == ["SIG022"])
    let built = try Self.published("1.0.0+build.2") { $0.files["model/m.h5"] = [1, 2, 3] }
    #expect(try verifier.verify(built) == ["SIG022"])
  }

  @Test func `models are remembered apart`() throws {
    var verifier = Verifier()
    #expect(try verifier.verify(Self.published("2.0.0")) == [])
    let letters = try Self.published("1.0.0") { $0.name = "handwritten-letters" }
    #expect(try verifier.verify(letters) == [])
    #expect(verifier.state.releases.keys.sorted() == ["handwritten-digits", "handwritten-letters"])
  }

  @Test func `taking the signature away is no way around the memory`() throws {
    var verifier = Verifier()
    var world = try Self.published("1.0.0")
    world.files["proofmark.sig"] = nil
    #expect(try verifier.verify(world) == ["SIG001"])
    #expect(try verifier.verify(Self.published("1.0.0")) == [])
    #expect(try verifier.verify(world) == ["SIG001", "SIG031"])
  }

  @Test func `without a memory an old release passes and the report says so`() throws {
    let verification = try Self.published("0.0.1").verification()
    #expect(verification.findings.map(\.rule.id) == ["SIG019", "SIG026"])
    #expect(verification.findings.allSatisfy { $0.rule.severity == .info })
  }

  @Test func `a version without an order is not judged`() throws {
    var verifier = Verifier()
    #expect(try verifier.verify(Self.published("2026-11")) == ["SIG032"])
    #expect(Rule.unorderedVersion.kind == .obstacle)
    #expect(verifier.state.releases.isEmpty)
  }

  /// The trust file that comes after version 5, and the rules that notice.
  @Test(arguments: [
    ("5", "", []), ("6", "", []), ("4", "", ["SIG023"]),
    ("5", "[[revoked]]\nkey = \"eve-2026\"\nreason = \"left\"\n", ["SIG024"]),
    ("6", "[[revoked]]\nkey = \"eve-2026\"\nreason = \"left\"\n", []),
  ])
  func `an older or altered trust file is noticed`(
    _ version: String, _ revoked: String, _ rules: [String]
  ) throws {
    var verifier = Verifier()
    var world = try Self.published("1.0.0")
    world.trust = ReleaseWorld.trustText().replacing("\nversion = 1\n", with: "\nversion = 5\n")
    #expect(try verifier.verify(world) == [])
    world.trust = ReleaseWorld.trustText(revoked: revoked)
      .replacing("\nversion = 1\n", with: "\nversion = \(version)\n")
    #expect(try verifier.verify(world) == rules)
  }

  @Test func `a trust file of other roots is noticed, however high its version`() throws {
    var verifier = Verifier()
    var world = try Self.published("1.0.0")
    let root = "[role.root]\nthreshold = 1\nowners = [\"eve\"]\n"
    world.trust = ReleaseWorld.trustText(revoked: root)
    #expect(try verifier.verify(world) == [])
    world.trust = world.trust.replacing("\nversion = 1\n", with: "\nversion = 99\n")
    #expect(try verifier.verify(world) == ["SIG025"])
    #expect(verifier.state.trust?.version == 1)
  }

  @Test func `keys are rotated, the old release is signed anew, and the old trust file is dead`()
    throws
  {
    var verifier = Verifier()
    var world = try Self.published("1.0.0")
    #expect(try verifier.verify(world) == [])
    let stolen =
      "[[revoked]]\nkey = \"ana-2026\"\nreason = \"stolen\"\nsince = 2026-06-30T00:00:00Z\n"
    let rotated = ReleaseWorld.trustText(revoked: stolen, owners: "eve")
      .replacing("\nversion = 1\n", with: "\nversion = 2\n")
    let before = world.trust
    world.trust = rotated
    #expect(try verifier.verify(world) == ["SIG006", "SIG004"])
    #expect(verifier.state.trust?.version == 1)
    try world.sign(by: [3, 2])
    #expect(try verifier.verify(world) == [])
    // The thief signs a newer release and brings the trust file of before along.
    var forged = try Self.published("1.1.0")
    forged.trust = before
    #expect(try verifier.verify(forged) == ["SIG023"])
    #expect(verifier.state.releases["handwritten-digits"]?.version.text == "1.0.0")
  }

  @Test func `a trust file from inside the release establishes nothing`() throws {
    var world = try Self.published("1.0.0")
    world.files["docs/trust.toml"] = Array(world.trust.utf8)
    world.lock()
    try world.sign()
    let verification = try world.verification()
    #expect(verification.findings.map(\.rule.id).contains("SIG030"))
    #expect(verification.signers.isEmpty)
    #expect(verification.sighting == nil)
  }

  @Test(arguments: [
    ("1.4.0", []), ("1.10.0", []), ("1.4.0-rc.1", ["SIG027"]), ("1.3.99", ["SIG027"]),
    ("one", ["SIG032"]),
  ])
  func `the policy's least version holds with and without a signature`(
    _ version: String, _ rules: [String]
  ) throws {
    var world = try Self.published(version)
    world.demands.minimumVersions = [
      "handwritten-digits": try #require(ReleaseVersion("1.4.0")),
      "other": try #require(ReleaseVersion("9.0.0")),
    ]
    #expect(try world.signatureRules() == rules)
    world.files["proofmark.sig"] = nil
    #expect(try world.signatureRules() == ["SIG001"] + rules)
  }

  /// Which parent is given, and the rules that notice.
  @Test(arguments: [
    ("the parent", []), ("none", []), ("another version", ["SIG028"]),
    ("the version with other bytes", ["SIG028"]), ("another model", ["SIG028"]),
    ("of a release that pins none", ["SIG029"]), ("of a release without one", ["SIG028"]),
  ])
  func `a release follows its parent`(_ given: String, _ rules: [String]) throws {
    let parent = try Self.published(given == "another version" ? "1.3.1" : "1.3.2") { world in
      if given == "another model" { world.name = "handwritten-letters" }
      if given == "the version with other bytes" { world.files["a"] = [1] }
    }
    let bytes = ByteSlice(try #require(parent.files["proofmark.lock"]))
    let pinned = ByteSlice(try #require(Self.published("1.3.2").files["proofmark.lock"]))
    var child = ReleaseWorld()
    child.parent = given == "of a release without one" ? nil : "1.3.2"
    child.parentLock = given == "of a release that pins none" ? nil : Digest(of: pinned)
    child.lock()
    try child.sign()
    if given != "none" { child.demands.parent = try ParentLock(parsing: bytes) }
    #expect(try child.signatureRules() == rules)
  }
}
