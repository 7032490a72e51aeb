import Bytes
import Findings
import Testing
import Trust

/// Keys of named owners and the trust file that lists them: what a test changes stands in it.
struct TrustWorld {
  /// A key with all that the trust file says about it.
  struct Key {
    var id: String
    var owner: String
    var seed: UInt8
    var notBefore: String? = "2026-01-01T00:00:00Z"
    var notAfter: String? = "2027-12-31T00:00:00Z"

    func secretKey() throws -> SecretKey {
      try SecretKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32)))
    }

    func table() throws -> String {
      """
      [[key]]
      id = "\(id)"
      owner = "\(owner)"
      public = "\(try secretKey().publicKey)"
      \(notBefore.map { "not-before = \($0)" } ?? "")
      \(notAfter.map { "not-after = \($0)" } ?? "")

      """
    }
  }

  var keys = [
    Key(id: "ana-2026", owner: "ana", seed: 1), Key(id: "ana-phone", owner: "ana", seed: 2),
    Key(id: "ci-2026", owner: "ci", seed: 3), Key(id: "eve-2026", owner: "eve", seed: 4),
  ]
  var expires = "2027-12-31T00:00:00Z"
  var role = """
    [role.release]
    threshold = 2
    owners = ["ana", "ci"]
    models = ["handwritten-*"]

    """
  var revoked = ""

  /// The trust file as it stands.
  func text() throws -> String {
    let head = "trust-version = \"1\"\nversion = 7\nexpires = \(expires)\n"
    return try keys.reduce(head) { try $0 + $1.table() } + role + revoked
  }

  func trustFile() throws -> TrustFile { try TrustFile(parsing: ByteSlice(utf8: text())) }

  /// The payload signed with the keys of these ids, in this order.
  func envelope(_ payload: String = "{}", signedBy ids: [String]) throws -> Envelope {
    var envelope = Envelope(payload: ByteSlice(utf8: payload))
    for id in ids {
      let key = try #require(keys.first { $0.id == id })
      envelope = envelope.signed(with: try key.secretKey())
    }
    return envelope
  }

  /// What a verifier sees at noon of a day in 2026.
  func verify(
    _ envelope: Envelope, model: String? = "handwritten-digits",
    at time: String = "2026-07-01T12:00:00Z"
  ) throws -> (signers: [String]?, rules: [String], findings: [Finding]) {
    var findings: [Finding] = []
    let verified = VerifiedEnvelope(
      envelope, by: try Authority(trustFile(), role: "release"), model: model,
      at: try #require(Timestamp(time)), place: Place(["proofmark.sig"]), findings: &findings)
    #expect(verified == nil || verified?.payload == envelope.payload)
    return (verified?.signers.map(\.keyID), findings.map(\.rule.id), findings)
  }
}
