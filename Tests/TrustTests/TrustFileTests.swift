import Bytes
import Testing
import Trust

struct TrustFileTests {
  @Test func `a trust file says whose keys count`() throws {
    var world = TrustWorld()
    world.revoked = """
      [[revoked]]
      key = "ana-phone"
      reason = "lost"
      [[revoked]]
      digest = "sha256:\(String(repeating: "0", count: 64))"
      reason = "backdoor"
      [[revoked]]
      model = "handwritten-digits"
      version = "1.0.0"
      reason = "fails on sevens"
      """
    let trust = try world.trustFile()
    #expect(trust.version == 7)
    #expect(trust.expires.description == "2027-12-31T00:00:00Z")
    #expect(trust.keys.map(\.id) == ["ana-2026", "ana-phone", "ci-2026", "eve-2026"])
    #expect(trust.roles.map(\.name) == ["release"])
    #expect(trust.roles.first?.owners == ["ana", "ci"])
    #expect(trust.revocations.map(\.reason) == ["lost", "backdoor", "fails on sevens"])
    #expect(
      trust.revocations.last?.subject == .release(model: "handwritten-digits", version: "1.0.0"))
    #expect(trust.digest == Digest(ofUTF8: try world.text()))
  }

  @Test(arguments: [
    ("trust-version = \"1\"", "trust-version = \"2\"", "trust-version"),
    ("trust-version = \"1\"", "", "trust-version"),
    ("version = 7", "version = 0", "version"),
    ("\nversion = 7", "", "version"),
    ("expires = 2027-12-31T00:00:00Z", "", "expires"),
    ("expires = 2027-12-31T00:00:00Z", "expires = 2027-12-31", "expires"),
    ("expires = 2027-12-31T00:00:00Z", "expires = 2027-12-31T00:00:00+01:00", "expires"),
    ("expires = 2027-12-31T00:00:00Z", "expires = 2027-12-31T00:00:00.5Z", "expires"),
    ("expires = 2027-12-31T00:00:00Z", "expires = 2027-12-31T00:00:00", "expires"),
    ("expires = 2027-12-31T00:00:00Z", "expires = \"2027-12-31T00:00:00Z\"", "expires"),
    ("expires =", "expirse =", "expires"),
    ("id = \"ci-2026\"", "id = \"ana-2026\"", "key[2].id"),
    ("id = \"ci-2026\"", "id = \"\"", "key[2].id"),
    ("id = \"ci-2026\"", "id = \"a\\u202Eb\"", "key[2].id"),
    ("id = \"ci-2026\"", "id = \"ci-2026\"\nowners = \"x\"", "key[2].owners"),
    ("public = \"ed25519:", "public = \"ed25519:A", "key[0].public"),
    ("threshold = 2", "threshold = 0", "role.release.threshold"),
    ("threshold = 2", "threshold = -1", "role.release.threshold"),
    ("threshold = 2", "threshold = 3", "role.release.threshold"),
    ("threshold = 2", "threshold = \"2\"", "role.release.threshold"),
    ("threshold = 2", "", "role.release.threshold"),
    ("threshold = 2", "treshold = 2", "role.release.threshold"),
    ("owners = [\"ana\", \"ci\"]", "owners = [\"ana\", \"cy\"]", "role.release.owners"),
    ("owners = [\"ana\", \"ci\"]", "owners = [\"ana\", \"ana\"]", "role.release.owners"),
    ("owners = [\"ana\", \"ci\"]", "owners = []", "role.release.threshold"),
    ("models = [\"handwritten-*\"]", "models = []", "role.release.models"),
    ("models = [\"handwritten-*\"]", "models = [\"\"]", "role.release.models"),
    ("[role.release]", "[roles.release]", "role"),
    ("[role.release]", "[role.release]\nthreshold = 1", ""),
    (
      "not-after = 2027-12-31T00:00:00Z", "not-after = 2025-12-31T00:00:00Z",
      "key[0].not-after"
    ),
  ])
  func `a mistake names its key`(_ old: String, _ new: String, _ key: String) throws {
    let text = try TrustWorld().text().replacing(old, with: new, maxReplacements: 1)
    let error = try #require(throws: ConfigurationError.self) {
      try TrustFile(parsing: ByteSlice(utf8: text))
    }
    #expect(error.key == key, "\(error)")
  }

  @Test func `one public key under two ids is refused`() throws {
    var world = TrustWorld()
    world.keys[2].seed = 1
    let error = try #require(throws: ConfigurationError.self) { try world.trustFile() }
    #expect(error.key == "key[2].public")
    #expect(error.message == "the same key as 'ana-2026'")
  }

  @Test(arguments: ["Ana", "ANA", "ana ", " ana"])
  func `an owner in two spellings is not two owners`(_ owner: String) throws {
    var world = TrustWorld()
    world.keys[2].owner = owner
    let error = try #require(throws: ConfigurationError.self) { try world.trustFile() }
    #expect(error.key == "key[2].owner")
  }

  @Test(arguments: [
    ("1.4.0", "1.4.0", true), ("1.4.0", "1.4.0+build.2", true), ("1.4.0", "1.4.0-rc.1", false),
    ("1.4.0-rc.1", "1.4.0-rc.1+7", true), ("1.4.0+build.2", "1.4.0+build.2", true),
    ("1.4.0+build.2", "1.4.0", false), ("1.4.0+build.2", "1.4.0+build.3", false),
    ("1.4.0", "1.4.1", false), ("1.4", "1.4", true), ("1.4", "1.4.0", false),
    ("1.4", "1.4+2", false),
  ])
  func `a revoked version stands for its builds, a build for itself`(
    _ revoked: String, _ version: String, _ covers: Bool
  ) {
    let subject = TrustFile.Revocation.Subject.release(model: "digits", version: revoked)
    #expect(subject.covers(model: "digits", version: version) == covers)
    #expect(!subject.covers(model: "digit", version: version))
  }

  @Test func `a key that binds nobody is refused`() throws {
    let text = try TrustWorld().text()
    let start = try #require(text.firstRange(of: "ed25519:")?.upperBound)
    let end = try #require(text[start...].firstIndex(of: "\""))
    let smallOrder = Base64.encode([1] + [UInt8](repeating: 0, count: 31))
    let forged = text[..<start] + smallOrder + text[end...]
    let error = try #require(throws: ConfigurationError.self) {
      try TrustFile(parsing: ByteSlice(utf8: String(forged)))
    }
    #expect(error.key == "key[0].public")
    #expect(error.message.contains("prime-order"))
  }

  @Test(arguments: [
    "key = \"ana-phone\"", "reason = \"no subject\"",
    "key = \"a\"\ndigest = \"sha256:00\"\nreason = \"two\"",
    "model = \"m\"\nreason = \"no version\"", "version = \"1\"\nreason = \"no model\"",
    "digest = \"sha256:00\"\nreason = \"short\"",
    "digest = \"\(String(repeating: "0", count: 64))\"\nreason = \"no prefix\"",
  ])
  func `a revocation of nothing or of two things is refused`(_ table: String) throws {
    var world = TrustWorld()
    world.revoked = "[[revoked]]\n\(table)\n"
    #expect(throws: ConfigurationError.self) { try world.trustFile() }
  }

  @Test func `damage is an error or another valid file`() throws {
    let whole = Array(try TrustWorld().text().utf8)
    for length in stride(from: 0, to: whole.count, by: 7) {
      expectConfigurationErrorOrNone(Array(whole[..<length]))
    }
    for index in stride(from: 0, to: whole.count, by: 3) {
      var changed = whole
      changed[index] ^= 0xff
      expectConfigurationErrorOrNone(changed)
      changed[index] ^= 0xfe
      expectConfigurationErrorOrNone(changed)
    }
  }

  private func expectConfigurationErrorOrNone(_ bytes: [UInt8]) {
    do {
      _ = try TrustFile(parsing: ByteSlice(bytes))
    } catch {
      #expect(!error.message.isEmpty)
    }
  }

  @Test(arguments: [
    ("*", "", true), ("*", "anything", true), ("a*", "a", true), ("a*c", "abc", true),
    ("a*c", "acb", false), ("?", "", false), ("?", "x", true), ("a?c", "abc", true),
    ("?", "é", true),
    ("a?", "aéé", false),
    ("*-*-*", "a-b-c", true), ("*-*-*", "a-b", false), ("abc", "abc", true),
    ("abc", "abcd", false), ("**x", "zzx", true), ("[a]", "a", false),
  ])
  func `a pattern covers whole names`(_ pattern: String, _ name: String, _ covers: Bool) {
    #expect(NamePattern(pattern)?.matches(name) == covers)
  }

  @Test func `a pattern of many stars takes no long time`() {
    let pattern = NamePattern(String(repeating: "*a", count: 60) + "b")
    #expect(pattern?.matches(String(repeating: "a", count: 128)) == false)
  }
}
