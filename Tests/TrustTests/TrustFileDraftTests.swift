import Bytes
import Testing
import Trust

struct TrustFileDraftTests {
  private let end = Timestamp(seconds: 2_000_000_000)

  private func key(_ id: String, _ owner: String, _ seed: UInt8) throws -> TrustFile.Key {
    let secret = try SecretKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32)))
    return TrustFile.Key(
      id: id, owner: owner, publicKey: secret.publicKey, notBefore: nil, notAfter: nil)
  }

  /// ana and bo are root, ana and ci release.
  private func trust() throws -> TrustFile {
    var draft = TrustFileDraft(expires: try #require(end))
    try draft.add(key("ana-1", "ana", 1))
    try draft.add(key("bo-1", "bo", 2))
    try draft.add(key("ci-1", "ci", 3))
    for (owner, role) in [("ana", "root"), ("bo", "root"), ("ana", "release"), ("ci", "release")] {
      draft.add(owner: owner, to: role)
    }
    try draft.setThreshold(2, of: "root")
    return try draft.finish()
  }

  private func edited(
    _ change: (inout TrustFileDraft) throws -> Void
  ) throws -> TrustFile {
    var draft = try TrustFileDraft(following: trust())
    try change(&draft)
    return try draft.finish()
  }

  @Test func `a draft reads back as it was made`() throws {
    let trust = try trust()
    #expect(trust.version == 1)
    #expect(trust.keys.map(\.id) == ["ana-1", "bo-1", "ci-1"])
    #expect(trust.roles.map(\.name) == ["release", "root"])
    #expect(trust.roles.map(\.threshold) == [1, 2])
    #expect(trust.isCanonical)
    #expect(
      try TrustFile(parsing: ByteSlice(utf8: "# a comment\n" + #require(trust.text.utf8)))
        .isCanonical == false)
  }

  @Test func `every change raises the version and keeps the rest`() throws {
    let renewed = try edited { $0.expires = Timestamp(seconds: 2_100_000_000) ?? $0.expires }
    #expect(renewed.version == 2)
    #expect(renewed.keys == (try trust().keys))
    #expect(renewed.roles == (try trust().roles))
  }

  @Test func `names, patterns and reasons of any kind survive`() throws {
    let reason = "it said \"no\" \\ twice\n\u{202e}\u{1f600}\u{e0041}"
    let trust = try edited { draft in
      try draft.add(key("a \"b\" \\c", "die Ä", 9))
      draft.add(owner: "die Ä", to: "über role")
      try draft.setModels([#require(NamePattern("a\"*\\"))], of: "über role")
      try draft.revoke(.init(subject: .digest(Digest(ofUTF8: "x")), reason: reason, since: end))
      try draft.revoke(
        .init(subject: .release(model: "m\"", version: "1"), reason: "r", since: nil))
    }
    #expect(trust.keys.last?.id == "a \"b\" \\c")
    #expect(trust.roles.first { $0.name == "über role" }?.models?.map(\.text) == ["a\"*\\"])
    #expect(trust.revocations.first?.reason == reason)
    #expect(trust.revocations.first?.since == end)
    #expect(trust.revocations.first?.account.hasSuffix("(since 2033-05-18T03:33:20Z)") == true)
    #expect(trust.revocations.last?.subject == .release(model: "m\"", version: "1"))
    #expect(trust.isCanonical)
  }

  @Test func `an owner leaves the roles with the last key`() throws {
    let trust = try edited { draft in
      try draft.add(key("ci-2", "ci", 4))
      try draft.removeKey("ci-1")
      #expect(draft.roles["release"]?.owners == ["ana", "ci"])
      try draft.removeKey("ci-2")
    }
    #expect(trust.roles.first { $0.name == "release" }?.owners == ["ana"])
  }

  @Test func `a revoked key stays listed and is of no root role`() throws {
    let trust = try edited {
      try $0.revoke(.init(subject: .key("bo-1"), reason: "lost", since: nil))
    }
    #expect(trust.keys.count == 3)
    #expect(trust.root?.keys.map(\.owner) == ["ana"])
    #expect(trust.root?.threshold == 2)
  }

  /// What is tried, and what the error says.
  @Test(arguments: [
    ("a threshold above the owners", "between 1 and the number of owners"),
    ("a threshold of none", "between 1 and the number of owners"),
    ("an owner whom the threshold needs", "between 1 and the number of owners"),
    ("an id that is taken", "is taken"), ("a key that is there", "the same key as"),
    ("a key that is not there", "did you mean 'ana-1'?"),
    ("an owner without a key", "no key is owned by"), ("a role that is not there", "'relaese'"),
    ("a second revocation", "already"), ("a revocation of an unknown key", "'eve'"),
    ("models of the root role", "not models"),
  ])
  func `a change that no trust file may have is refused`(
    _ change: String, _ message: String
  ) throws {
    let error = try #require(throws: ConfigurationError.self) {
      try edited { draft in
        switch change {
        case "a threshold above the owners": try draft.setThreshold(3, of: "root")
        case "a threshold of none": try draft.setThreshold(0, of: "release")
        case "an owner whom the threshold needs": try draft.removeKey("bo-1")
        case "an id that is taken": try draft.add(key("ana-1", "ana", 7))
        case "a key that is there": try draft.add(key("other", "eve", 1))
        case "a key that is not there": try draft.removeKey("ana-2")
        case "an owner without a key": draft.add(owner: "zoe", to: "release")
        case "a role that is not there": try draft.setThreshold(1, of: "relaese")
        case "a second revocation":
          for _ in 0..<2 {
            try draft.revoke(.init(subject: .key("ana-1"), reason: "r", since: nil))
          }
        case "models of the root role":
          try draft.setModels([#require(NamePattern("*"))], of: "root")
        default: try draft.revoke(.init(subject: .key("eve"), reason: "r", since: nil))
        }
      }
    }
    #expect("\(error) \(error.help ?? "")".contains(message), "\(error)")
  }
}
