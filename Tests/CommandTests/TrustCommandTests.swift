import Bytes
import TestSupport
import Testing

/// The life of a trust file, as its keepers lead it.
@Suite struct TrustCommandTests {
  private static let end = "2036-12-31T00:00:00Z"

  /// A trust file of ana, and the keys of these owners.
  private static func folder(_ owners: [String] = ["ana", "bo", "ci", "eve"]) throws
    -> ScratchFolder
  {
    let scratch = try ScratchFolder()
    for owner in owners {
      try TestRelease.succeed(["keygen", "\(owner).key", "--no-passphrase"], in: scratch)
    }
    try trust("init trust.toml --owner ana --key ana.key.pub --expires \(end)", in: scratch)
    return scratch
  }

  @discardableResult
  private static func trust(_ line: String, in scratch: ScratchFolder) throws -> CommandResult {
    try TestRelease.succeed(["trust"] + line.split(separator: " ").map(String.init), in: scratch)
  }

  private static func fails(
    _ line: String, in scratch: ScratchFolder, code: Int, says: String
  ) throws {
    let arguments = ["trust"] + line.split(separator: " ").map(String.init)
    let result = try Command.run(arguments, in: scratch)
    #expect(result.exitCode == code, "\(line): \(result.errors)")
    #expect(result.errors.contains(says), "\(line): \(result.errors)")
  }

  @Test func `a root role grows, signs, hands over and is not taken over`() throws {
    let scratch = try Self.folder()
    try Self.trust("sign trust.toml --key ana.key", in: scratch)
    let first = try Self.trust("verify trust.toml", in: scratch)
    #expect(first.output.hasPrefix("version 1, signed by ana for role root, valid until 2036"))
    try scratch.copy(scratch.file("trust.toml"), to: "old.toml")

    try Self.trust("add trust.toml --owner bo --key bo.key.pub --role root", in: scratch)
    try Self.fails("verify trust.toml", in: scratch, code: 1, says: "signs other bytes")
    try Self.trust("add trust.toml --role root --threshold 2", in: scratch)
    try Self.trust("sign trust.toml --key bo.key", in: scratch)
    try Self.fails("verify trust.toml", in: scratch, code: 1, says: "demands 2 owners, 1 signed")
    try Self.trust("sign trust.toml --key ana.key", in: scratch)
    try Self.trust("verify trust.toml --against old.toml", in: scratch)

    // ana's key is replaced: the new root and the old one sign. Her old key is no key of the new.
    try scratch.copy(scratch.file("trust.toml"), to: "second.toml")
    try TestRelease.succeed(["keygen", "new.key", "--no-passphrase"], in: scratch)
    try Self.trust("rotate trust.toml --key ana --to new.key.pub --id ana-2", in: scratch)
    for key in ["new", "bo"] { try Self.trust("sign trust.toml --key \(key).key", in: scratch) }
    try Self.fails(
      "verify trust.toml --against second.toml", in: scratch, code: 1,
      says: "demands 2 owners, 1 signed")
    try Self.trust("sign trust.toml --key ana.key", in: scratch)
    try Self.trust("verify trust.toml --against second.toml", in: scratch)
    try Self.fails(
      "verify second.toml --against trust.toml", in: scratch, code: 1, says: "is older than")
    let shown = try Self.trust("show trust.toml", in: scratch)
    #expect(shown.output.contains("ana-2  ana") && shown.output.contains("2 of 2"))

    // eve makes a trust file of her own, with a higher version.
    try Self.trust(
      "init eve.toml --owner eve --key eve.key.pub --expires \(Self.end)", in: scratch)
    try scratch.write(
      scratch.text("eve.toml").replacing("\nversion = 1\n", with: "\nversion = 6\n"), to: "eve.toml"
    )
    try Self.trust("sign eve.toml --key eve.key", in: scratch)
    try Self.trust("verify eve.toml", in: scratch)
    try Self.fails(
      "verify eve.toml --against trust.toml", in: scratch, code: 1, says: "0 signed version 6")
  }

  @Test(.enabled(if: ["ssh-agent", "ssh-add", "sh"].allSatisfy(ForeignTool.isInstalled)))
  func `a root owner signs through an agent`() throws {
    let scratch = try Self.folder(["ana"])
    try TestRelease.succeed(
      ["key", "export", "ana.key", "--format", "openssh", "--secret", "-o", "ana.ssh"],
      in: scratch)
    let script =
      "ssh-add -q ana.ssh && '\(Command.executable)' trust sign trust.toml --agent "
      + "$(ssh-add -l | cut -d' ' -f2)"
    let signed = try #require(ForeignTool("ssh-agent")).run(["sh", "-c", script], in: scratch)
    #expect(signed.exitCode == 0, "\(signed.output)")
    try Self.trust("verify trust.toml", in: scratch)
    try Self.fails("sign trust.toml --agent ana", in: scratch, code: 2, says: "SSH_AUTH_SOCK")
    try Self.fails("sign trust.toml", in: scratch, code: 2, says: "--key and --agent")
  }

  @Test func `a secret key given for a public one, and the reverse, is said to be one`() throws {
    let scratch = try Self.folder(["ana"])
    try Self.fails(
      "add trust.toml --owner bo --key ana.key", in: scratch, code: 2, says: "a secret key")
    for format in ["proofmark", "pem", "openssh", "minisign"] {
      try TestRelease.succeed(
        ["key", "export", "ana.key", "--format", format, "-o", "\(format).pub"], in: scratch)
      let imported = try Command.run(["key", "import", "\(format).pub", "new.key"], in: scratch)
      #expect(imported.exitCode == 2 && imported.errors.contains("a public key"))
    }
  }

  @Test func `a report names those who signed the trust file`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    try scratch.write(
      String(decoding: try Fixture.bytes("keys/trust.toml"), as: UTF8.self)
        + "\n[role.root]\nthreshold = 2\nowners = [\"ana\", \"ci\"]\n", to: "trust.toml")
    let trust = ["--trust", "trust.toml", "--at", "2026-12-01T00:00:00Z"]
    let given = try release.verify(trust: trust)
    #expect(given.rules("signature").contains("SIG019"))
    #expect(given.report?["trust"]?["signedBy"] == nil)
    try Self.trust("sign trust.toml --key ci.key", in: scratch)
    #expect(try release.verify(trust: trust).exitCode == 2)
    try Self.trust("sign trust.toml --key ana.key", in: scratch)
    // The signature is found by whatever link the file is reached.
    try scratch.link("current.toml", to: "trust.toml")
    let linked = ["--trust", "current.toml", "--at", "2026-12-01T00:00:00Z"]
    #expect(try !release.verify(trust: linked).rules("signature").contains("SIG019"))
    let signed = try release.verify(trust: trust)
    #expect(signed.exitCode == 0)
    #expect(!signed.rules("signature").contains("SIG019"))
    #expect(signed.report?["trust"]?["signedBy"] == ["ana", "ci"])
  }

  @Test func `a refused change leaves the file as it was`() throws {
    let scratch = try Self.folder(["ana", "ci"])
    let before = try scratch.read("trust.toml")
    for (line, says) in [
      ("remove trust.toml --key ana", "no [[key]]"),
      ("add trust.toml --role root --threshold 2", "between 1 and"),
      ("add trust.toml --owner zoe --role root", "no key is owned by"),
      ("add trust.toml --owner ci --key ana.key.pub", "the same key as 'ana'"),
      ("add trust.toml --owner ci --key ana.key", "ana.key"),
      ("revoke trust.toml --key anna --reason gone", "did you mean 'ana'?"),
      ("revoke trust.toml --release digits --reason gone", "NAME@VERSION"),
      ("revoke trust.toml --digest abc --reason gone", "64 lower-case"),
      ("init trust.toml --owner ci --key ci.key.pub --expires \(Self.end)", "exists"),
    ] {
      try Self.fails(line, in: scratch, code: 2, says: says)
      #expect(try scratch.read("trust.toml") == before)
    }
  }

  @Test func `a revocation that no threshold survives is written, with a warning`() throws {
    let scratch = try Self.folder(["ana", "bo"])
    try Self.trust("add trust.toml --owner bo --key bo.key.pub --role root", in: scratch)
    let two = try Self.trust("add trust.toml --role root --threshold 2", in: scratch)
    #expect(!two.errors.contains("warning"))
    let revoked = try Self.trust("revoke trust.toml --key ana --reason stolen", in: scratch)
    #expect(
      revoked.errors.contains(
        "role 'root' demands 2 owners, and 1 of its owners have a key that is not revoked"))
    #expect(revoked.errors.contains("role 'release' demands 1 owner, and 0 of"))
    #expect(try scratch.text("trust.toml").contains("reason = \"stolen\""))
  }

  @Test func `comments are lost and the user is told`() throws {
    let scratch = try Self.folder(["ana"])
    try scratch.write("# ours\n" + scratch.text("trust.toml"), to: "trust.toml")
    let result = try Self.trust("renew trust.toml --expires \(Self.end)", in: scratch)
    #expect(result.errors.contains("comments and layout of trust.toml are not kept"))
    #expect(try scratch.text("trust.toml").contains("version = 2\n"))
  }

  @Test func `changes at one time are all kept`() async throws {
    let scratch = try Self.folder(["ana"])
    let digests = (0..<4).map { Digest(ofUTF8: "\($0)").prefixed }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for digest in digests {
        group.addTask {
          try Self.trust("revoke trust.toml --digest \(digest) --reason bad", in: scratch)
        }
      }
      try await group.waitForAll()
    }
    let text = try scratch.text("trust.toml")
    #expect(text.contains("version = 5\n"))
    #expect(digests.allSatisfy { text.contains($0) })
  }
}
