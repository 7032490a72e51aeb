import Bytes
import Findings
import Testing
import Trust

struct VerifiedEnvelopeTests {
  private var world = TrustWorld()

  @Test func `two owners satisfy a threshold of two`() throws {
    let result = try world.verify(world.envelope(signedBy: ["ci-2026", "ana-2026"]))
    #expect(result.signers == ["ana-2026", "ci-2026"])
    #expect(result.rules == [])
  }

  @Test func `two keys of one owner are one owner`() throws {
    let result = try world.verify(world.envelope(signedBy: ["ana-2026", "ana-phone"]))
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG004"])
    #expect(
      result.findings.first?.message == "role 'release' demands 2 distinct owners, 1 signed")
    #expect(
      result.findings.first?.evidence == [
        "signature 1: 'ana-2026' of 'ana' counts", "signature 2: 'ana-phone' of 'ana' counts",
      ])
  }

  @Test func `one signature twice is one signature`() throws {
    let once = try world.envelope(signedBy: ["ana-2026"])
    let text = once.text()
    let start = try #require(text.firstRange(of: "\n    {")?.lowerBound)
    let end = try #require(text.firstRange(of: "\n  ]")?.lowerBound)
    let twice = text[..<end] + "," + text[start..<end] + text[end...]
    let envelope = try Envelope(parsing: ByteSlice(utf8: String(twice)))
    #expect(envelope.signatures.count == 2)
    let result = try world.verify(envelope)
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG004"])
    #expect(result.findings.first?.evidence.last == "signature 2: 'ana-2026' again, counts once")
  }

  @Test func `a stranger's signature is reported and counts for nothing`() throws {
    var stranger = world
    stranger.keys.append(.init(id: "mallory", owner: "ci", seed: 99))
    let envelope = try stranger.envelope(signedBy: ["ana-2026", "mallory"])
    let alone = try world.verify(envelope)
    #expect(alone.signers == nil)
    #expect(alone.rules == ["SIG005", "SIG004"])
    let enough = try world.verify(
      stranger.envelope(signedBy: ["mallory", "ana-2026", "ci-2026"]))
    #expect(enough.signers == ["ana-2026", "ci-2026"])
    #expect(enough.rules == ["SIG005"])
  }

  @Test func `no signature at all meets no threshold`() throws {
    let result = try world.verify(Envelope(payload: ByteSlice(utf8: "{}")))
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG004"])
  }

  @Test func `a signature over another payload counts for nothing`() throws {
    let text = try world.envelope("{}", signedBy: ["ana-2026", "ci-2026"]).text()
    let swapped = text.replacing(
      Base64.encode(Array("{}".utf8)), with: Base64.encode(Array("[]".utf8)))
    let result = try world.verify(Envelope(parsing: ByteSlice(utf8: swapped)))
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG005", "SIG005", "SIG004"])
  }

  @Test func `the keyid decides nothing`() throws {
    let ana = try world.envelope(signedBy: ["ana-2026"])
    let ci = try world.envelope(signedBy: ["ci-2026"])
    let anaHint = try #require(ana.signatures.first?.keyID)
    let ciHint = try #require(ci.signatures.first?.keyID)
    // Hints exchanged, unset and false: the same two keys have signed.
    for (first, second) in [(ciHint, anaHint), ("", ""), ("eve-2026", "eve-2026")] {
      let text = try world.envelope(signedBy: ["ana-2026", "ci-2026"]).text()
        .replacing(anaHint, with: "*1*").replacing(ciHint, with: "*2*")
        .replacing("*1*", with: first).replacing("*2*", with: second)
      let result = try world.verify(Envelope(parsing: ByteSlice(utf8: text)))
      #expect(result.signers == ["ana-2026", "ci-2026"])
    }
    // One signature under two hints is one signature.
    let text = ana.text()
    let start = try #require(text.firstRange(of: "\n    {")?.lowerBound)
    let end = try #require(text.firstRange(of: "\n  ]")?.lowerBound)
    let copy = String(text[start..<end]).replacing(anaHint, with: ciHint)
    let forged = text[..<end] + "," + copy + text[end...]
    let result = try world.verify(Envelope(parsing: ByteSlice(utf8: String(forged))))
    #expect(result.signers == nil)
  }

  @Test func `a revoked key counts for nothing`() throws {
    var world = world
    world.revoked = "[[revoked]]\nkey = \"ana-2026\"\nreason = \"laptop stolen\"\n"
    let envelope = try world.envelope(signedBy: ["ana-2026", "ci-2026"])
    let result = try world.verify(envelope)
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG006", "SIG004"])
    #expect(result.findings.first?.message == "'ana-2026' of 'ana' is revoked: laptop stolen")
    let replaced = try world.verify(
      world.envelope(signedBy: ["ana-2026", "ana-phone", "ci-2026"]))
    #expect(replaced.signers == ["ana-phone", "ci-2026"])
  }

  @Test(arguments: [
    ("2025-12-31T23:59:59Z", false), ("2026-01-01T00:00:00Z", true),
    ("2027-06-30T00:00:00Z", true), ("2027-06-30T00:00:01Z", false),
  ])
  func `a key counts from its first to its last moment`(_ time: String, _ counts: Bool) throws {
    var world = world
    world.keys[0].notAfter = "2027-06-30T00:00:00Z"
    let envelope = try world.envelope(signedBy: ["ana-2026", "ci-2026"])
    let result = try world.verify(envelope, at: time)
    #expect((result.signers != nil) == counts)
    #expect(result.rules.contains("SIG007") == !counts)
  }

  @Test func `an owner outside the role counts for nothing`() throws {
    let result = try world.verify(world.envelope(signedBy: ["ana-2026", "eve-2026"]))
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG008", "SIG004"])
  }

  @Test(arguments: ["handwritten-", "handwritten-digits", "handwritten-letters-2"])
  func `a role may release the models it names`(_ model: String) throws {
    let envelope = try world.envelope(signedBy: ["ana-2026", "ci-2026"])
    #expect(try world.verify(envelope, model: model).signers != nil)
  }

  @Test(arguments: ["faces", "my-handwritten-digits", nil] as [String?])
  func `a role may release no other model`(_ model: String?) throws {
    let envelope = try world.envelope(signedBy: ["ana-2026", "ci-2026"])
    let result = try world.verify(envelope, model: model)
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG018"])
  }

  @Test func `an expired trust file establishes nothing`() throws {
    let envelope = try world.envelope(signedBy: ["ana-2026", "ci-2026"])
    #expect(try world.verify(envelope, at: "2027-12-30T23:59:59Z").signers != nil)
    let result = try world.verify(envelope, at: "2027-12-31T00:00:00Z")
    #expect(result.signers == nil)
    #expect(result.rules == ["SIG009"])
    #expect(result.findings.first?.rule.kind == .obstacle)
  }

  @Test func `a role that the trust file does not have is a mistake of the user`() throws {
    let trust = try world.trustFile()
    let error = try #require(throws: ConfigurationError.self) {
      try Authority(trust, role: "relaese")
    }
    #expect(error.help == "did you mean 'release'?")
  }
}
