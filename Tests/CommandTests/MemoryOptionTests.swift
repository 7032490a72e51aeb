import Bytes
import Foundation
import TestSupport
import Testing

/// State, history, parents, detached signatures: what lies outside the release.
@Suite struct MemoryOptionTests {
  /// The release of another version, packed.
  private func pack(_ version: String, _ name: String, _ release: TestRelease) throws {
    let scratch = release.scratch
    try scratch.copy(scratch.file("digits"), to: name)
    let manifest = try scratch.text("digits/proofmark.toml")
    try scratch.write(
      manifest.replacing("version = \"1.4.0\"", with: "version = \"\(version)\""),
      to: "\(name)/proofmark.toml")
    try TestRelease.succeed(["lock", name], in: scratch)
    try TestRelease.sign(name, in: scratch)
    try TestRelease.succeed(["pack", name, "--output", "\(name).tar.zst"], in: scratch)
  }

  @Test func `the newest release that passed is remembered, and a plan says where to go`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    try TestRelease.succeed(["state", "init", "seen.toml"], in: scratch)
    try pack("1.5.0", "shelf/newer", release)
    try scratch.remove("shelf/newer")
    let memory = ["--state", "seen.toml", "--history", "verdicts.jsonl"]
    let trust = TestRelease.trust + memory
    #expect(try release.verify(trust: trust).exitCode == 0)
    #expect(try release.verify("shelf/newer.tar.zst", trust: trust).exitCode == 0)
    let remembered = try scratch.text("seen.toml")
    let old = try release.verify(trust: trust)
    #expect(old.exitCode == 1)
    #expect(old.rules("signature").contains("SIG021"))
    #expect(try scratch.text("seen.toml") == remembered)
    #expect(remembered.contains("version = \"1.5.0\""))

    let shown = try TestRelease.succeed(["state", "show", "seen.toml"], in: scratch)
    #expect(shown.output.contains("handwritten-digits  1.5.0"))
    let verified = try TestRelease.succeed(["history", "verify", "verdicts.jsonl"], in: scratch)
    #expect(verified.output.hasPrefix("3 verdicts, head sha256:"))
    let head = try #require(verified.output.split(separator: " ").last).dropLast()
    try scratch.change("verdicts.jsonl") { bytes in
      let end = bytes.dropLast().lastIndex(of: 0x0a) ?? 0
      bytes.removeLast(bytes.count - end - 1)
    }
    let cut = try Command.run(
      ["history", "verify", "verdicts.jsonl", "--expect", String(head)], in: scratch)
    #expect(cut.exitCode == 1)
    #expect(cut.errors.contains("cut off"))

    try scratch.copy(scratch.file("digits"), to: "shelf/older")
    let plan = try TestRelease.succeed(
      ["rollback", "shelf", "--state", "seen.toml"] + TestRelease.trust, in: scratch)
    #expect(plan.output.hasSuffix("roll back to 1.4.0: shelf/older\n"))
    #expect(plan.errors.contains("the state remembers 1.5.0"))
    let none = try Command.run(
      ["rollback", "shelf", "--from", "1.4.0"] + TestRelease.trust, in: scratch)
    #expect(none.exitCode == 1)
  }

  @Test func `a state that is missing or damaged is no fresh start`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    let trust = TestRelease.trust + ["--state", "seen.toml"]
    #expect(try release.verify(trust: trust).exitCode == 2)
    #expect(!scratch.exists("seen.toml"))
    try TestRelease.succeed(["state", "init", "seen.toml"], in: scratch)
    #expect(try release.verify(trust: trust).exitCode == 0)
    let whole = try scratch.read("seen.toml")
    for bytes in [[], Array(whole.dropLast(40)), whole + [0x0a]] {
      try scratch.write(bytes, to: "seen.toml")
      let verified = try release.verify(trust: trust)
      #expect(verified.exitCode == 2)
      #expect(verified.result.output.isEmpty)
      #expect(try scratch.read("seen.toml") == bytes)
    }
  }

  @Test func `the clock is believed to be no earlier than the last time in the state`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    let trust = ["--trust", Fixture.path("keys/trust.toml"), "--state", "seen.toml"]
    let time = "time = 2037-01-01T00:00:00Z\n"
    try scratch.write(
      "state-version = \"1\"\ncontent = \"\(Digest(ofUTF8: time).prefixed)\"\n" + time,
      to: "seen.toml")
    let result = try Command.run(
      ["verify", "digits", "--format", "json"] + trust, in: scratch,
      environment: ["SOURCE_DATE_EPOCH": "1790000000"])
    #expect(result.exitCode == 3)
    #expect(result.output.contains("SIG009"))
    #expect(try release.verify(trust: trust + ["--at", "2026-11-01T00:00:00Z"]).exitCode == 0)
    #expect(try scratch.text("seen.toml").contains("\n" + time))
  }

  @Test func `a time ahead of the clock is not remembered`() throws {
    let release = try TestRelease()
    try TestRelease.succeed(["state", "init", "seen.toml"], in: release.scratch)
    let trust = ["--trust", Fixture.path("keys/trust.toml"), "--state", "seen.toml"]
    let verified = try release.verify(trust: trust + ["--at", "2036-12-30T00:00:00Z"])
    #expect(verified.exitCode == 0)
    let text = try release.scratch.text("seen.toml")
    #expect(text.split(separator: "\n")[2].hasPrefix("time = 20"))
    #expect(!text.split(separator: "\n")[2].contains("2036"))
  }

  @Test func `a policy can demand a state, and least versions`() throws {
    let release = try TestRelease()
    try release.scratch.write(
      """
      policy-version = "1"
      name = "ours"
      extends = "ci-gate"
      [signature]
      state = "required"
      [signature.min-version]
      "handwritten-digits" = "1.4.1"
      """, to: "ours.toml")
    let policy = TestRelease.trust + ["--policy", "ours.toml"]
    let without = try release.verify(trust: policy)
    #expect(without.exitCode == 2)
    #expect(without.result.errors.contains("--state"))
    try TestRelease.succeed(["state", "init", "seen.toml"], in: release.scratch)
    let verified = try release.verify(trust: policy + ["--state", "seen.toml"])
    #expect(verified.exitCode == 1)
    #expect(verified.rules("signature").contains("SIG027"))
  }

  @Test func `a lock pins its parent, and verify follows it`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    try scratch.copy(scratch.file("digits"), to: "parent")
    let manifest = try scratch.text("digits/proofmark.toml")
    let parent = try #require(manifest.firstMatch(of: /parent = "([^"]+)"/)).1
    try scratch.write(
      manifest.replacing("version = \"1.4.0\"", with: "version = \"\(parent)\"")
        .replacing("parent = \"\(parent)\"\n", with: ""), to: "parent/proofmark.toml")
    try TestRelease.succeed(["lock", "parent"], in: scratch)
    let given = TestRelease.trust + ["--parent", "parent"]
    #expect(try release.verify(trust: given).rules("signature").contains("SIG029"))
    try TestRelease.succeed(
      ["lock", "digits", "--parent", "parent/proofmark.lock"], in: scratch)
    try TestRelease.sign("digits", in: scratch)
    #expect(try release.verify(trust: given).exitCode == 0)
    try scratch.change("parent/CHANGELOG.md") { $0.append(0x0a) }
    try TestRelease.succeed(["lock", "parent"], in: scratch)
    #expect(try release.verify(trust: given).rules("signature").contains("SIG028"))
    let wrong = try Command.run(["lock", "digits", "--parent", "digits"], in: scratch)
    #expect(wrong.exitCode == 1)
    #expect(wrong.errors.contains("SIG028"))
  }

  @Test func `by whatever link a state or a history is reached, it has one lock`() async throws {
    let scratch = try TestRelease().scratch
    try TestRelease.succeed(["state", "init", "seen.toml"], in: scratch)
    try scratch.write("", to: "log")
    for name in ["seen.toml", "log"] { try scratch.link("link-\(name)", to: name) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for prefix in ["", "link-", "", "link-"] {
        group.addTask {
          try TestRelease.succeed(
            ["verify", "digits", "--state", prefix + "seen.toml", "--history", prefix + "log"]
              + TestRelease.trust, in: scratch)
        }
      }
      try await group.waitForAll()
    }
    let verified = try TestRelease.succeed(["history", "verify", "log"], in: scratch)
    #expect(verified.output.hasPrefix("4 verdicts"))
    #expect(!scratch.exists("link-seen.toml.lock") && !scratch.exists("link-log.lock"))
  }

  @Test func `a verdict for which there is no space leaves the history whole`() throws {
    let scratch = try TestRelease().scratch
    let verify = ["verify", "digits", "--history", "log", "--quiet"] + TestRelease.trust
    try TestRelease.succeed(verify, in: scratch)
    try TestRelease.succeed(verify, in: scratch)
    let before = try scratch.read("log")
    // A limit on the size of files stands for a full disk: the third line is cut at 1,024 bytes.
    let limited = ["/bin/sh", "-c", "ulimit -f 2; trap '' XFSZ; exec \"$@\"", "sh"]
    let result = try Command.run(verify, in: scratch, through: limited)
    #expect(result.exitCode == 2 && result.errors.contains("no space for the line"))
    #expect(try scratch.read("log") == before)
    try TestRelease.succeed(verify, in: scratch)
  }

  @Test func `owners who sign at one time are all kept`() async throws {
    let scratch = try TestRelease().scratch
    let names = ["a", "b", "c", "d"]
    for name in names {
      try TestRelease.succeed(["keygen", "\(name).key", "--no-passphrase"], in: scratch)
    }
    try TestRelease.succeed(
      ["trust", "init", "t.toml", "--owner", "a", "--key", "a.key.pub", "--expires"]
        + ["2030-01-01T00:00:00Z"], in: scratch)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for name in names {
        group.addTask {
          try TestRelease.succeed(
            ["sign", "digits", "--key", "\(name).key", "--add"], in: scratch)
          try TestRelease.succeed(["trust", "sign", "t.toml", "--key", "\(name).key"], in: scratch)
        }
      }
      try await group.waitForAll()
    }
    for (path, count) in [("digits/proofmark.sig", 6), ("t.toml.sig", 4)] {
      let envelope = try JSON(parsing: ByteSlice(scratch.read(path)))
      #expect(envelope["signatures"]?.array?.count == count, "\(path)")
    }
  }

  @Test func `owners sign in any order, in the folder, beside it and for an archive`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    try TestRelease.succeed(["pack", "digits", "--output", "a.tar.zst"], in: scratch)
    for (subject, order) in [("digits", ["ci", "ana"]), ("a.tar.zst", ["ana", "ci"])] {
      let output = "\(subject).sig"
      let times = ["--issued", "2026-11-01T00:00:00Z", "--expires", "2030-01-01T00:00:00Z"]
      for (index, owner) in order.enumerated() {
        try TestRelease.succeed(
          ["sign", subject, "--key", "\(owner).key", "--output", output]
            + (index == 0 ? times : ["--add"]), in: scratch)
      }
      let trust = TestRelease.trust + ["--signature", output]
      #expect(try release.verify(subject, trust: trust).exitCode == 0)
    }
    #expect(try release.verify("a.tar.zst").exitCode == 0)
    // Added to those inside the archive, which stays as it is.
    let before = try scratch.read("a.tar.zst")
    try TestRelease.succeed(["keygen", "eve.key", "--no-passphrase"], in: scratch)
    try TestRelease.succeed(
      ["sign", "a.tar.zst", "--key", "eve.key", "--add", "--output", "three.sig"], in: scratch)
    #expect(try scratch.read("a.tar.zst") == before)
    #expect(try scratch.text("three.sig").ranges(of: "\"sig\"").count == 3)
    let other = try Command.run(
      ["sign", "digits", "--key", "ana.key", "--add", "--expires", "2031-01-01T00:00:00Z"],
      in: scratch)
    #expect(other.exitCode == 1)
    #expect(other.errors.contains("another statement"))
  }

  @Test func `a trust file in the release, beside it by a link, or as a member is refused`() throws
  {
    let release = try TestRelease()
    let scratch = release.scratch
    try scratch.copy(Fixture.path("keys/trust.toml"), to: "digits/trust.toml")
    try scratch.link("link.toml", to: "digits/trust.toml")
    for path in ["digits/trust.toml", "link.toml", "./digits/../digits/trust.toml"] {
      let verified = try release.verify(trust: ["--trust", path])
      #expect(verified.exitCode == 2)
      #expect(verified.result.errors.contains("lies inside the release"))
    }
    try TestRelease.succeed(["lock", "digits"], in: scratch)
    try TestRelease.sign("digits", in: scratch)
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.rules("signature").contains("SIG030"))
  }

  @Test func `a symbolic link among the signed files is refused`() throws {
    let release = try TestRelease()
    try release.scratch.remove("digits/model/labels.txt")
    try release.scratch.write("0\n", to: "labels.txt")
    try release.scratch.link("digits/model/labels.txt", to: "../../labels.txt")
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.status("unpack") == "fail")
    #expect(verified.rules("signature").contains("SIG012"))
  }

  @Test func `a kill leaves the old or the new file, whole`() throws {
    let scratch = try ScratchFolder()
    try TestRelease.succeed(["keygen", "ana.key", "--no-passphrase"], in: scratch)
    let end = "2036-12-31T00:00:00Z"
    try TestRelease.succeed(
      ["trust", "init", "t.toml", "--owner", "ana", "--key", "ana.key.pub", "--expires", end],
      in: scratch)
    var version = 1
    for delay in 0..<6 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Command.executable)
      process.arguments = ["trust", "renew", scratch.file("t.toml"), "--expires", end]
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(delay * 4_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let text = try scratch.text("t.toml")
      let isNew = text.contains("\nversion = \(version + 1)\n")
      #expect(isNew || text.contains("\nversion = \(version)\n"))
      #expect(text.hasSuffix("owners = [\"ana\"]\n"))
      if isNew { version += 1 }
    }
    try TestRelease.succeed(["trust", "renew", "t.toml", "--expires", end], in: scratch)
  }
}
