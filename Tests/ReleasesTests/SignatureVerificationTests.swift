import Archives
import Bytes
import Findings
import Releases
import TestSupport
import Testing
import Trust

struct SignatureVerificationTests {
  @Test func `a published release passes and names its signers`() throws {
    let world = try ReleaseWorld.published()
    let verification = try world.verification()
    #expect(verification.findings.map(\.rule.id) == ["SIG019", "SIG026"])
    #expect(verification.signers.map(\.owner) == ["ana", "ci"])
    #expect(verification.statement?.release.version == "1.4.0")
    #expect(world.lockRules() == [])
  }

  @Test func `no signature is an absence`() throws {
    var world = try ReleaseWorld.published()
    world.files["proofmark.sig"] = nil
    let findings = try world.verification().findings
    #expect(findings.map(\.rule.id) == ["SIG001"])
    #expect(findings.first?.rule.kind == .absence)
  }

  @Test func `a signature without a trust file is not judged`() throws {
    let world = try ReleaseWorld.published()
    let time = try #require(Timestamp(world.time))
    let verification = SignatureVerification(of: world.opened(), by: nil, at: time)
    #expect(verification.findings.map(\.rule.id) == ["SIG002"])
    #expect(verification.findings.first?.rule.kind == .obstacle)
    #expect(verification.statement == nil)
  }

  @Test(arguments: [
    ([1], ["SIG004"]), ([1, 9], ["SIG005", "SIG004"]), ([1, 3], ["SIG008", "SIG004"]),
    ([9, 10], ["SIG005", "SIG005", "SIG004"]), ([1, 2, 9], ["SIG005"]),
  ])
  func `only owners of the role count`(_ seeds: [UInt8], _ rules: [String]) throws {
    var world = ReleaseWorld()
    world.lock()
    try world.sign(by: seeds)
    #expect(try world.signatureRules() == rules)
  }

  /// What was done to a signed release, and the rules that notice.
  @Test(arguments: [
    ("change a file", ["SIG013"]), ("add a file", ["SIG011"]),
    ("add a hidden file", ["SIG011"]), ("add an empty file", ["SIG011"]),
    ("remove a file", ["SIG012"]), ("rename a file", ["SIG012", "SIG011"]),
    ("swap two files", ["SIG013", "SIG013"]), ("case alias", ["SIG011"]),
    ("change the lock", ["SIG015", "SIG013"]), ("remove the lock", ["SIG015", "SIG012"]),
    ("add a signature of another tool", []),
    ("put something else in the place of one", ["SIG011"]),
  ])
  func `tampering after the signature is noticed`(_ attack: String, _ rules: [String]) throws {
    var world = try ReleaseWorld.published()
    switch attack {
    case "change a file": world.files["model/m.h5"] = Array("weightt".utf8)
    case "add a file": world.files["model/evil.py"] = [1]
    case "add a hidden file": world.files[".hidden"] = [1]
    case "add an empty file": world.files["model/__init__.py"] = []
    case "remove a file": world.files["CHANGELOG.md"] = nil
    case "rename a file":
      world.files["model/n.h5"] = world.files["model/m.h5"]
      world.files["model/m.h5"] = nil
    case "swap two files":
      let labels = world.files["model/labels.txt"]
      world.files["model/labels.txt"] = world.files["model/m.h5"]
      world.files["model/m.h5"] = labels
    case "case alias": world.files["Model/m.h5"] = world.files["model/m.h5"]
    case "change the lock": try world.edit("proofmark.lock", "0.1.0", "0.1.1")
    case "remove the lock": world.files["proofmark.lock"] = nil
    case "add a signature of another tool":
      world.files["model.sig"] = try Fixture.bytes("vectors/signatures/oms.p256.sig").array
    default: world.files["model.sig"] = Array("import os\n".utf8)
    }
    #expect(try world.signatureRules() == rules)
  }

  @Test(
    arguments: [
      ("2026-07-01T12:00:00Z", []), ("2026-07-01T12:00:01Z", ["SIG055"]), (nil, []),
    ] as [(String?, [String])])
  func `a statement of a later time does not count yet`(
    _ issued: String?, _ rules: [String]
  ) throws {
    var world = ReleaseWorld()
    world.lock()
    try world.sign(issued: issued)
    #expect(try world.signatureRules() == rules)
  }

  @Test func `beside a detached signature nothing else lies where one belongs`() throws {
    let world = try ReleaseWorld.published()
    let signature = ByteSlice(try #require(world.files["proofmark.sig"]))
    for (inside, rules) in [("import os\n", ["SIG011"]), (signature.utf8 ?? "", [])] {
      var files = world.files
      files["proofmark.sig"] = Array(inside.utf8)
      let release = Release(
        files: files.map { path, bytes in
          FileRecord(
            path: path, digest: Digest(of: ByteSlice(bytes)), size: bytes.count, mode: .plain)
        }, subjectDigest: nil, detachedSignature: signature,
        content: { files[$0].map { ByteSlice($0) } })
      let verification = SignatureVerification(
        of: release,
        by: try Authority(TrustFile(parsing: ByteSlice(utf8: world.trust)), role: "release"),
        at: try #require(Timestamp(world.time)))
      let found = verification.findings.map(\.rule.id).filter {
        !["SIG019", "SIG026"].contains($0)
      }
      #expect(found == rules)
    }
  }

  @Test func `a rename that keeps the order keeps the root digest and is noticed`() throws {
    var world = try ReleaseWorld.published()
    let before = try #require(try world.verification().statement)
    world.files["model/m2.h5"] = world.files["model/m.h5"]
    world.files["model/m.h5"] = nil
    let resources = world.opened().files.filter { !Statement.ignoredPaths.contains($0.path) }
      .map { Statement.Resource(name: $0.path, digest: $0.digest) }
    #expect(Statement(resources, of: before.release).rootDigest == before.rootDigest)
    #expect(try world.signatureRules() == ["SIG012", "SIG011"])
  }

  @Test func `a statement whose root digest lies is noticed`() throws {
    var world = try ReleaseWorld.published()
    let statement = try #require(try world.verification().statement)
    let text = try #require(statement.payload().utf8)
    let forged = text.replacing(
      statement.rootDigest.hexadecimal, with: Digest(ofUTF8: "other").hexadecimal)
    try world.sign(payload: ByteSlice(utf8: forged), by: [1, 2])
    #expect(try world.signatureRules() == ["SIG014"])
  }

  @Test(arguments: [
    "{}", "[]", "", "not json", #"{"_type":"https://in-toto.io/Statement/v1","subject":[]}"#,
  ])
  func `a good signature over something else is none over the release`(_ payload: String) throws {
    var world = try ReleaseWorld.published()
    try world.sign(payload: ByteSlice(utf8: payload), by: [1, 2])
    #expect(try world.signatureRules() == ["SIG010"])
  }

  @Test func `the signature of an older release does not fit a newer one`() throws {
    var old = ReleaseWorld()
    old.version = "1.3.2"
    old.parent = nil
    old.lock()
    try old.sign()
    var new = try ReleaseWorld.published()
    new.files["proofmark.sig"] = old.files["proofmark.sig"]
    // Version, parent and lock; then the files that differ.
    #expect(
      try new.signatureRules() == ["SIG015", "SIG015", "SIG015", "SIG013", "SIG013"])
  }

  @Test func `the signature of another model does not fit`() throws {
    var other = ReleaseWorld()
    other.name = "handwritten-letters"
    other.lock()
    try other.sign()
    var world = try ReleaseWorld.published()
    world.files["proofmark.sig"] = other.files["proofmark.sig"]
    #expect(try world.signatureRules().contains("SIG015"))
  }

  @Test func `a manifest cannot claim a name that the role covers`() throws {
    // Signed as a model that the role does not cover, shown as one that it covers.
    var world = ReleaseWorld()
    world.name = "faces"
    world.lock()
    try world.sign()
    #expect(try world.signatureRules() == ["SIG018"])
    world.name = "handwritten-digits"
    world.files["proofmark.toml"] = Array(world.manifest.utf8)
    #expect(try world.signatureRules().contains("SIG015"))
  }

  @Test func `without a readable manifest a role for some models covers nothing`() throws {
    var world = try ReleaseWorld.published()
    world.files["proofmark.toml"] = nil
    #expect(try world.signatureRules() == ["SIG018"])
  }

  @Test func `a statement expires`() throws {
    var world = ReleaseWorld()
    world.lock()
    try world.sign(expires: "2026-08-01T00:00:00Z")
    #expect(try world.signatureRules() == [])
    world.time = "2026-08-01T00:00:00Z"
    #expect(try world.signatureRules() == ["SIG016"])
  }

  @Test func `keys are rotated and revoked, and the release signed anew`() throws {
    var world = try ReleaseWorld.published()
    // ana's key is stolen: the old signature counts no more.
    let revoked = "[[revoked]]\nkey = \"ana-2026\"\nreason = \"stolen\"\n"
    world.trust = ReleaseWorld.trustText(revoked: revoked)
    #expect(try world.signatureRules() == ["SIG006", "SIG004"])
    // eve takes over; ana's signature may stay, it is reported and counts for nothing.
    world.trust = ReleaseWorld.trustText(revoked: revoked, owners: "eve")
    try world.sign(by: [1, 2, 3])
    #expect(try world.signatureRules() == ["SIG006"])
    #expect(try world.verification().signers.map(\.owner) == ["ci", "eve"])
    // A trust file from before the theft would not know; it expires.
    world.trust = ReleaseWorld.trustText(expires: "2026-06-01T00:00:00Z")
    #expect(try world.signatureRules().contains("SIG009"))
  }

  @Test(arguments: [
    ("digest = \"\(Digest(ofUTF8: "archive").prefixed)\"", ["SIG017"]),
    ("digest = \"\(Digest(ofUTF8: "weights").prefixed)\"", ["SIG017"]),
    ("model = \"handwritten-digits\"\nversion = \"1.4.0\"", ["SIG017"]),
    ("model = \"handwritten-digits\"\nversion = \"1.3.2\"", []),
    ("digest = \"\(Digest(ofUTF8: "another").prefixed)\"", []),
    ("key = \"anna-2026\"", ["SIG020"]),
  ])
  func `a release, a file or a version can be revoked`(
    _ subject: String, _ rules: [String]
  ) throws {
    var world = try ReleaseWorld.published()
    world.trust = ReleaseWorld.trustText(
      revoked: "[[revoked]]\n\(subject)\nreason = \"backdoor\"\n")
    #expect(try world.signatureRules() == rules)
  }

  @Test func `a build of a revoked version is revoked`() throws {
    var world = try ReleaseWorld.published()
    try world.edit("proofmark.toml", "\"1.4.0\"", "\"1.4.0+build.2\"")
    world.lock()
    try world.sign(by: [1, 2])
    for (revoked, rules) in [("1.4.0", ["SIG017"]), ("1.4.0+build.1", [])] {
      world.trust = ReleaseWorld.trustText(
        revoked: "[[revoked]]\nmodel = \"handwritten-digits\"\nversion = \"\(revoked)\"\n"
          + "reason = \"backdoor\"\n")
      #expect(try world.signatureRules() == rules)
    }
  }

  @Test func `every damaged signature file is refused`() throws {
    var world = try ReleaseWorld.published()
    let whole = try #require(world.files["proofmark.sig"])
    for length in stride(from: 0, to: whole.count - 2, by: 31) {
      world.files["proofmark.sig"] = Array(whole[..<length])
      #expect(try world.signatureRules() == ["SIG003"])
    }
    for index in stride(from: 0, to: whole.count - 2, by: 19) {
      var changed = whole
      changed[index] ^= 4
      world.files["proofmark.sig"] = changed
      let verification = try world.verification()
      // A damaged hint costs time and nothing else.
      let isIntact = verification.signers.map(\.owner) == ["ana", "ci"]
      #expect(isIntact || verification.statement == nil)
    }
  }
}
