import Bytes
import Testing
import Trust

/// A trust file from version to version, and what an attacker can give in its place.
struct TrustSuccessionTests {
  /// Makes versions: which owners are root, how many of them, and what else stands in the file.
  private struct Maker {
    static let owners: [String: UInt8] = ["ana": 1, "bo": 2, "cy": 3, "mallory": 66]

    static func key(_ owner: String) throws -> SecretKey {
      let seed = try #require(owners[owner])
      return try SecretKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32)))
    }

    static func text(
      version: Int, root: [String], threshold: Int, more: String = "", notAfter: String? = nil
    ) throws -> String {
      var text = "trust-version = \"1\"\nversion = \(version)\nexpires = 2030-01-01T00:00:00Z\n"
      for owner in root {
        text += "[[key]]\nid = \"\(owner)\"\nowner = \"\(owner)\"\n"
        text += "public = \"\(try key(owner).publicKey)\"\n"
        if let notAfter { text += "not-after = \(notAfter)\n" }
      }
      let list = root.map { "\"\($0)\"" }.joined(separator: ", ")
      return text + "[role.root]\nthreshold = \(threshold)\nowners = [\(list)]\n" + more
    }

    static func signature(
      over text: String, by owners: [String], type: Envelope.PayloadType = .trustFile
    ) throws -> ByteSlice {
      var envelope = Envelope(payload: ByteSlice(utf8: text), type: type)
      for owner in owners { envelope = envelope.signed(with: try key(owner)) }
      return ByteSlice(utf8: envelope.text())
    }
  }

  private let now = Timestamp("2026-11-26T00:00:00Z")

  /// The version as a verifier loads it, with the signature of these owners beside it.
  private func version(
    _ version: Int, root: [String], threshold: Int = 1, more: String = "", signedBy: [String]
  ) throws -> TrustFile {
    let text = try Maker.text(version: version, root: root, threshold: threshold, more: more)
    let file = try TrustFile(parsing: ByteSlice(utf8: text))
    guard !signedBy.isEmpty else { return file }
    return try file.signed(Maker.signature(over: text, by: signedBy), at: try #require(now))
  }

  private func succession(_ trust: TrustFile, after old: TrustFile) -> TrustSuccession {
    TrustSuccession(of: trust, after: TrustSighting(old))
  }

  @Test func `a version signed by its root role names those who signed`() throws {
    let trust = try version(1, root: ["ana", "bo"], threshold: 2, signedBy: ["bo", "ana"])
    #expect(trust.signature?.owners == ["ana", "bo"])
    #expect(trust.root?.threshold == 2)
  }

  /// Versions after version 3, whose root is two of ana, bo and cy.
  @Test(arguments: [
    (4, ["ana", "bo", "cy"], 2, ["ana", "cy"], "follows"),
    (9, ["ana", "bo", "cy"], 2, ["ana", "bo", "cy"], "follows"),
    (4, ["ana", "mallory"], 2, ["ana", "mallory"], "not handed over"),
    (4, ["mallory"], 1, ["mallory"], "not handed over"),
    (4, ["mallory"], 1, ["mallory", "ana"], "not handed over"),
    (4, ["mallory"], 1, ["mallory", "ana", "bo"], "follows"),
    (4, ["ana", "bo", "cy"], 2, [], "not handed over"),
    (3, ["ana", "bo", "cy"], 2, [], "same"),
    (3, ["ana", "bo"], 2, ["ana", "bo"], "altered"),
    (2, ["ana", "bo", "cy"], 2, ["ana", "bo", "cy"], "older"),
  ])
  func `the next version needs the threshold of the old root and of the new`(
    _ number: Int, _ root: [String], _ threshold: Int, _ signers: [String], _ expected: String
  ) throws {
    let old = try version(
      3, root: ["ana", "bo", "cy"], threshold: 2, signedBy: ["ana", "bo"])
    let new = try version(number, root: root, threshold: threshold, signedBy: signers)
    let succession = succession(new, after: old)
    let name =
      switch succession {
      case .same: "same"
      case .follows: "follows"
      case .older: "older"
      case .altered: "altered"
      case .notHandedOver: "not handed over"
      }
    #expect(name == expected)
    let objection = succession.objection(to: new, after: TrustSighting(old))
    #expect((objection == nil) == ["same", "follows"].contains(expected))
  }

  @Test func `one owner with two keys is one owner of the old root`() throws {
    let more = """
      [[key]]
      id = "ana-phone"
      owner = "ana"
      public = "\(try Maker.key("mallory").publicKey)"

      """
    let old = try version(1, root: ["ana", "bo"], threshold: 2, more: more, signedBy: [])
    let new = try version(
      2, root: ["ana", "mallory"], threshold: 2, signedBy: ["ana", "mallory"])
    #expect(succession(new, after: old) == .notHandedOver(signed: ["ana"], threshold: 2))
  }

  @Test func `a key that the old version revoked hands nothing over`() throws {
    let revoked = "[[revoked]]\nkey = \"bo\"\nreason = \"stolen\"\n"
    let old = try version(1, root: ["ana", "bo"], more: revoked, signedBy: ["ana"])
    let new = try version(2, root: ["mallory"], signedBy: ["mallory", "bo"])
    #expect(succession(new, after: old) == .notHandedOver(signed: [], threshold: 1))
  }

  @Test func `after a version without a root role a higher one is enough`() throws {
    let text = try Maker.text(version: 1, root: ["ana"], threshold: 1)
      .replacing("[role.root]", with: "[role.release]")
    let old = try TrustFile(parsing: ByteSlice(utf8: text))
    #expect(old.root == nil)
    #expect(succession(try version(2, root: ["bo"], signedBy: []), after: old) == .follows)
    #expect(succession(try version(1, root: ["bo"], signedBy: ["bo"]), after: old) == .altered)
  }

  /// What lies beside the file, and what the error says.
  @Test(arguments: [
    ("too few owners", "demands 2 owners, 1 signed"), ("nobody", "0 signed"),
    ("a stranger", "no key of the trust file made it"), ("other bytes", "other bytes"),
    ("a release's type", "payloadType"), ("the type exchanged afterwards", "0 signed"),
    ("no root role", "no root role"), ("not JSON", "JSON"), ("an expired key", "valid from"),
    ("one signature twice", "again, counts once"),
  ])
  func `a signature that does not hold is worse than none`(
    _ attack: String, _ message: String
  ) throws {
    var text = try Maker.text(version: 1, root: ["ana", "bo"], threshold: 2)
    if attack == "no root role" { text = text.replacing("[role.root]", with: "[role.other]") }
    if attack == "an expired key" {
      text = try Maker.text(
        version: 1, root: ["ana", "bo"], threshold: 2, notAfter: "2026-01-01T00:00:00Z")
    }
    let both = ["ana", "bo"]
    let beside: ByteSlice =
      switch attack {
      case "too few owners": try Maker.signature(over: text, by: ["ana"])
      case "nobody": try Maker.signature(over: text, by: [])
      case "a stranger": try Maker.signature(over: text, by: ["ana", "mallory"])
      case "other bytes": try Maker.signature(over: text + "\n", by: both)
      case "a release's type": try Maker.signature(over: text, by: both, type: .statement)
      case "the type exchanged afterwards":
        ByteSlice(
          utf8: try #require(Maker.signature(over: text, by: both, type: .statement).utf8)
            .replacing(
              Envelope.PayloadType.statement.rawValue,
              with: Envelope.PayloadType.trustFile.rawValue))
      case "not JSON": ByteSlice(utf8: "proofmark")
      case "one signature twice": try duplicated(Maker.signature(over: text, by: ["ana"]))
      default: try Maker.signature(over: text, by: both)
      }
    let file = try TrustFile(parsing: ByteSlice(utf8: text))
    let time = try #require(now)
    let error = try #require(throws: ConfigurationError.self) { try file.signed(beside, at: time) }
    #expect(error.message.contains(message), "\(error)")
  }

  /// The envelope with its one signature twice.
  private func duplicated(_ bytes: ByteSlice) throws -> ByteSlice {
    let text = try #require(bytes.utf8)
    let start = try #require(text.firstRange(of: "\n    {")?.lowerBound)
    let end = try #require(text.firstRange(of: "\n  ]")?.lowerBound)
    return ByteSlice(utf8: text[..<end] + "," + text[start..<end] + text[end...])
  }
}
