import Archives
import Bytes
import Findings
import Releases
import TestSupport
import Testing
import Trust

/// The model that Fixtures/vectors/signatures/oms.*.sig were made for, and what happens to it.
private struct SignedModel {
  var files: [String: ByteSlice]
  var signature = "oms.p256.sig"
  var key = "p256"
  var time = "2026-12-01T00:00:00Z"
  /// Roots in place of the key.
  var roots: String?

  init() throws {
    files = [
      "a.txt": ByteSlice(utf8: "hello\n"), "sub/b.bin": ByteSlice(utf8: "xyz"),
      "big": ByteSlice((0..<2560).map { UInt8($0 & 0xff) }),
    ]
  }

  /// The rules and places of what a verifier finds.
  func findings(_ change: (inout String) -> Void = { _ in }) throws -> [String] {
    let folder = "vectors/signatures"
    var text = try #require(Fixture.bytes("\(folder)/\(signature)").utf8)
    change(&text)
    let authority: OMSAuthority
    if let roots {
      authority = .anchors(try TrustAnchors(pem: Fixture.bytes("\(folder)/\(roots)"), name: roots))
    } else {
      authority = .key(
        try VerificationKey(pem: Fixture.bytes("\(folder)/\(key).pub.pem"), name: key))
    }
    let bundle = ByteSlice(utf8: text)
    var all = files
    all["model.sig"] = bundle
    let release = Release(
      files: all.map { path, bytes in
        FileRecord(path: path, digest: Digest(of: bytes), size: bytes.count, mode: .plain)
      }, subjectDigest: nil, content: { all[$0] })
    let verification = OMSVerification(
      of: release, bundle: bundle, named: "model.sig", by: authority,
      at: try #require(Timestamp(time)), content: { all[$0] })
    return verification.findings.map { "\($0.rule.id) \($0.place)" }
  }
}

struct OMSVerificationTests {
  private static let signatures = ["p256", "shards", "blake2b", "blake2b-shards"]

  @Test(arguments: signatures)
  func `an untouched model holds`(_ name: String) throws {
    var model = try SignedModel()
    model.signature = "oms.\(name).sig"
    #expect(try model.findings().isEmpty)
  }

  @Test(arguments: signatures)
  func `a changed, missing, added, renamed or longer file is found`(_ name: String) throws {
    func check(_ expected: [String], _ change: (inout SignedModel) -> Void) throws {
      var model = try SignedModel()
      model.signature = "oms.\(name).sig"
      change(&model)
      let findings = try model.findings().map {
        $0.split(separator: " ").prefix(2).joined(separator: " ")
      }
      #expect(findings == expected, "\(findings)")
    }
    try check(["SIG013 a.txt"]) { $0.files["a.txt"] = ByteSlice(utf8: "Hello\n") }
    try check(["SIG012 a.txt"]) { $0.files["a.txt"] = nil }
    try check(["SIG011 extra"]) { $0.files["extra"] = ByteSlice(utf8: "x") }
    try check(["SIG012 a.txt", "SIG011 b.txt"]) {
      $0.files["b.txt"] = $0.files.removeValue(forKey: "a.txt")
    }
    try check([name.contains("shards") ? "SIG011 a.txt" : "SIG013 a.txt"]) {
      $0.files["a.txt"] = ByteSlice(utf8: "hello\nmore")
    }
    try check(["SIG013 big"]) {
      var bytes = $0.files["big"]?.array ?? []
      bytes[1500] ^= 1
      $0.files["big"] = ByteSlice(bytes)
    }
  }

  @Test func `files that the signer left out are found`() throws {
    var model = try SignedModel()
    model.files[".gitattributes"] = ByteSlice(utf8: "* filter=x\n")
    model.files[".git/config"] = ByteSlice(utf8: "[core]\n")
    #expect(try model.findings().sorted() == ["SIG039 .git/config", "SIG039 .gitattributes"])
    // What bears the name of a signature, and is another file.
    model = try SignedModel()
    model.files["proofmark.sig"] = ByteSlice(utf8: "payload")
    model.files["sub/model.sig"] = ByteSlice(utf8: "payload")
    #expect(try model.findings().sorted() == ["SIG011 proofmark.sig", "SIG011 sub/model.sig"])
    // Shards leave out what has no bytes.
    model = try SignedModel()
    model.signature = "oms.shards.sig"
    model.files["sub/__init__.py"] = .empty
    #expect(try model.findings() == ["SIG039 sub/__init__.py"])
  }

  @Test func `what is not by the key is not looked into`() throws {
    var model = try SignedModel()
    model.key = "p384"
    #expect(try model.findings() == ["SIG038 model.sig"])
    #expect(
      try model.findings { $0.replace(/"hint":"[0-9a-f]*"/, with: "") }
        == ["SIG037 model.sig"])
  }

  @Test func `a certificate vouches for the files up to a given root`() throws {
    var model = try SignedModel()
    model.signature = "oms.certificate.sig"
    model.roots = "authority.pem"
    #expect(try model.findings() == ["SIG054 model.sig"])
    model.files["a.txt"] = ByteSlice(utf8: "Hello\n")
    #expect(try model.findings() == ["SIG054 model.sig", "SIG013 a.txt"])
    model = try SignedModel()
    model.signature = "oms.certificate.sig"
    model.roots = "leaf.pem"
    #expect(try model.findings() == ["SIG050 model.sig"])
    model.roots = "authority.pem"
    model.time = "2040-01-01T00:00:00Z"
    #expect(try model.findings() == ["SIG051 model.sig"])
    model.signature = "oms.p256.sig"
    #expect(try model.findings() == ["SIG038 model.sig"])
  }

  @Test func `certificates without roots, keyless signatures and BLAKE3 are not judged`() throws {
    var model = try SignedModel()
    model.signature = "oms.certificate.sig"
    #expect(try model.findings() == ["SIG036 model.sig"])
    model.roots = "authority.pem"
    #expect(
      try model.findings { $0.replace("\"tlogEntries\":[]", with: "\"tlogEntries\":[{}]") }
        == ["SIG036 model.sig"])
    model.roots = nil
    model.signature = "oms.blake3.sig"
    #expect(try model.findings() == ["SIG036 model.sig (payload)"])
    model.signature = "oms.p256.sig"
    #expect(try model.findings { $0.removeLast(4) }.map { $0.prefix(6) } == ["SIG035"])
  }

  @Test func `a signer that followed links is named, and a statement about a release compared`()
    throws
  {
    let folder = try ScratchFolder()
    try folder.write(Fixture.bytes("vectors/signatures/p256.pem"), to: "key")
    try folder.setMode(0o600, of: "key")
    let secret = try ECDSASecretKey(path: folder.file("key"))
    func findings(_ payload: ByteSlice, beside own: String? = nil) throws -> [String] {
      let bundle = ByteSlice(utf8: try SigstoreBundle.text(signing: payload, with: secret))
      let lock = ByteSlice(utf8: "lock")
      let own = own.map { ByteSlice(utf8: $0) }
      let signature = own.map {
        FileRecord(path: "proofmark.sig", digest: Digest(of: $0), size: $0.count, mode: .plain)
      }
      let release = Release(
        files: [
          FileRecord(path: "proofmark.lock", digest: Digest(of: lock), size: 4, mode: .plain)
        ] + (signature.map { [$0] } ?? []), subjectDigest: nil,
        content: { $0 == "proofmark.sig" ? own : nil })
      let verification = OMSVerification(
        of: release, bundle: bundle, named: "model.sig",
        by: .key(
          try VerificationKey(
            pem: Fixture.bytes("vectors/signatures/p256.pub.pem"), name: "key")),
        at: try #require(Timestamp("2026-12-01T00:00:00Z")), content: { _ in lock })
      return verification.findings.map(\.rule.id)
    }
    func statement(lock: String, expires: String?) -> ByteSlice {
      Statement(
        [Statement.Resource(name: "proofmark.lock", digest: Digest(ofUTF8: "lock"))],
        of: Statement.ReleaseIdentity(
          name: "m", version: "1", parent: nil, issued: nil,
          expires: expires.flatMap { Timestamp($0) }, lock: Digest(ofUTF8: lock))
      ).payload()
    }
    #expect(try findings(statement(lock: "lock", expires: nil)).isEmpty)
    #expect(try findings(statement(lock: "other", expires: nil)) == ["SIG015"])
    let payload = statement(lock: "lock", expires: nil)
    #expect(try findings(payload, beside: Envelope(payload: payload).text()).isEmpty)
    #expect(try findings(payload, beside: "import os\n") == ["SIG039"])
    #expect(
      try findings(statement(lock: "lock", expires: "2026-11-30T00:00:00Z")) == ["SIG016"])
    let text = try #require(statement(lock: "lock", expires: nil).utf8)
    let followed = text.replacing("\"release\":", with: "\"other\":")
      .replacing("\"allow_symlinks\":false", with: "\"allow_symlinks\":true")
    #expect(try findings(ByteSlice(utf8: followed)) == ["SIG040"])
    #expect(try findings(ByteSlice(utf8: "{}")) == ["SIG010"])
  }
}

struct DetachedVerificationTests {
  private static let release = ByteSlice(utf8: "a release\n")

  private func bytes(_ name: String) throws -> ByteSlice {
    try Fixture.bytes("vectors/signatures/\(name)")
  }

  private func keys(_ kinds: String...) throws -> ForeignKeys {
    var keys = ForeignKeys()
    for kind in kinds {
      switch kind {
      case "minisign":
        keys.minisign = try MinisignPublicKey(parsing: bytes("minisign.pub"), name: kind)
      case "ssh":
        let line = "ana \(try #require(bytes("ssh.pub").utf8))"
        keys.ssh = try AllowedSigners(parsing: ByteSlice(utf8: line))
      default: keys.cosign = try VerificationKey(pem: bytes("\(kind).pub.pem"), name: kind)
      }
    }
    return keys
  }

  private func verify(
    _ keys: ForeignKeys, _ names: [String], over file: ByteSlice = release
  ) throws -> (rules: [String], owners: [String]) {
    let verification = DetachedVerification(
      of: file, try names.map { DetachedSignature(name: $0, bytes: try bytes($0)) }, by: keys,
      at: try #require(Timestamp("2026-12-01T00:00:00Z")))
    return (verification.findings.map(\.rule.id), verification.established.map(\.owner))
  }

  @Test(
    arguments: [
      ("minisign", "release.minisig", [], "minisign:"),
      ("minisign", "legacy.minisig", ["SIG045"], "minisign:"),
      ("minisign", "escape.minisig", ["SIG044"], "minisign:"),
      ("ssh", "release.ssh.sig", [], "ana"), ("ssh", "release.ssh-file.sig", ["SIG046"], nil),
      ("ssh", "release.ssh-ecdsa.sig", ["SIG036"], nil),
      ("p256", "release.cosign.sig", [], "cosign:"), ("p256", "release.cosign.json", [], "cosign:"),
      ("p256", "release.dsse-p256.json", [], "cosign:"),
      ("ed25519", "release.dsse-ed25519.json", [], "cosign:"),
      ("p384", "release.dsse-p256.json", ["SIG037"], nil),
      ("ed25519", "release.cosign.sig", ["SIG037"], nil),
      ("minisign", "release.ssh.sig", ["SIG042", "SIG041"], nil),
      ("ssh", "release.cosign.sig", ["SIG042", "SIG041"], nil),
    ] as [(String, String, [String], String?)])
  func `a signature is judged by the key for its kind`(
    _ key: String, _ name: String, _ rules: [String], _ owner: String?
  ) throws {
    let found = try verify(keys(key), [name])
    #expect(found.rules == rules)
    #expect(found.owners.count == (owner == nil ? 0 : 1))
    if let owner { #expect(found.owners.first?.hasPrefix(owner) == true) }
  }

  /// The forms that cosign has written beside bundles: the envelope alone, and a record.
  @Test(arguments: [
    ("the envelope", []), ("the envelope, signed by another as well", []),
    ("the envelope, unsigned", ["SIG035"]), ("a record of the envelope", []),
    ("a record", []), ("a record with a certificate", ["SIG036"]),
    ("a record of another signature", ["SIG037"]),
  ])
  func `cosign's older forms are judged, too`(_ form: String, _ rules: [String]) throws {
    let bundle = try JSON(parsing: bytes("release.dsse-p256.json"))
    let envelope = try #require(bundle["dsseEnvelope"]).compactText()
    let blob = try #require(bytes("release.cosign.sig").utf8).trimmingPrefix("\n")
    let base64 = String(blob.prefix { $0 != "\n" })
    func record(_ signature: String, certificate: String = "") -> String {
      #"{"base64Signature":"\#(signature)","cert":"\#(certificate)","rekorBundle":{}}"#
    }
    let text =
      switch form {
      case "the envelope": envelope
      case "the envelope, signed by another as well":
        envelope.replacing(#""signatures":["#, with: #""signatures":[{"sig":"AAAA"},"#)
      case "the envelope, unsigned":
        String(
          envelope.prefix(
            upTo: try #require(envelope.firstRange(of: #""signatures":["#)?.upperBound)))
          + "]}"
      case "a record of the envelope": record(Base64.encode(Array(envelope.utf8)))
      case "a record": record(base64)
      case "a record with a certificate": record(base64, certificate: "LS0tLS1CRUdJTg==")
      default: record("AAAA")
      }
    let verification = DetachedVerification(
      of: Self.release, [DetachedSignature(name: "release.sig", bytes: ByteSlice(utf8: text))],
      by: try keys("p256"), at: try #require(Timestamp("2026-12-01T00:00:00Z")))
    #expect(verification.findings.map(\.rule.id) == rules)
    #expect(verification.established.count == (rules.isEmpty ? 1 : 0))
  }

  @Test func `a good signature moved to another file is refused`() throws {
    let other = ByteSlice(utf8: "another\n")
    #expect(try verify(keys("minisign"), ["release.minisig"], over: other).rules == ["SIG037"])
    #expect(try verify(keys("ssh"), ["release.ssh.sig"], over: other).rules == ["SIG037"])
    #expect(try verify(keys("p256"), ["release.cosign.sig"], over: other).rules == ["SIG037"])
    #expect(try verify(keys("p256"), ["release.cosign.json"], over: other).rules == ["SIG048"])
    #expect(try verify(keys("p256"), ["release.dsse-p256.json"], over: other).rules == ["SIG048"])
  }

  @Test func `what nobody asked for beside a good signature changes nothing`() throws {
    let found = try verify(keys("minisign"), ["release.bin", "release.ssh.sig", "release.minisig"])
    #expect(found.rules == ["SIG042", "SIG042"] && found.owners.count == 1)
  }

  @Test func `every key that was given needs its signature`() throws {
    let all = try keys("minisign", "ssh", "p256")
    #expect(try verify(all, []).rules == ["SIG041", "SIG041", "SIG041"])
    let found = try verify(all, ["release.minisig", "release.ssh.sig", "release.cosign.sig"])
    #expect(found.rules.isEmpty && found.owners.count == 3)
  }

  @Test func `a principal must be allowed, and OpenPGP is only recognised`() throws {
    var keys = try keys("ssh")
    keys.principal = "eve"
    #expect(try verify(keys, ["release.ssh.sig"]).rules == ["SIG047"])
    for text in ["-----BEGIN PGP SIGNATURE-----\n", "\u{0}"] {
      let bytes = text == "\u{0}" ? ByteSlice([0x88, 0x75, 4, 0]) : ByteSlice(utf8: text)
      let verification = DetachedVerification(
        of: Self.release, [DetachedSignature(name: "x.asc", bytes: bytes)], by: keys,
        at: try #require(Timestamp("2026-12-01T00:00:00Z")))
      #expect(verification.findings.map(\.rule.id) == ["SIG042", "SIG041"])
    }
    let verification = DetachedVerification(
      of: Self.release, [DetachedSignature(name: "x.sig", bytes: ByteSlice(utf8: "?"))], by: keys,
      at: try #require(Timestamp("2026-12-01T00:00:00Z")))
    #expect(verification.findings.map(\.rule.id) == ["SIG042", "SIG041"])
  }
}
