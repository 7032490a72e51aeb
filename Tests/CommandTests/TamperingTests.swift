import Bytes
import TestSupport
import Testing

/// What happens to a release between its makers and its users.
@Suite struct TamperingTests {
  @Test func `an untouched release verifies`() throws {
    let verified = try TestRelease().verify()
    #expect(verified.exitCode == 0)
    #expect(verified.status("signature") == "pass")
    #expect(verified.status("lock") == "pass")
  }

  @Test func `one changed byte of the model fails lock and signature`() throws {
    let release = try TestRelease()
    try release.scratch.change("digits/model/handwritten_digit_model.h5") {
      $0[2_000_000] ^= 1
    }
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.rules("lock").contains("LCK003"))
    #expect(verified.rules("signature").contains("SIG013"))
  }

  @Test func `an extra file fails lock and signature`() throws {
    let release = try TestRelease()
    try release.scratch.write("import os\n", to: "digits/.hidden")
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.rules("lock").contains("LCK005"))
    #expect(verified.rules("signature").contains("SIG011"))
  }

  @Test func `a removed file fails lock and signature`() throws {
    let release = try TestRelease()
    try release.scratch.remove("digits/CHANGELOG.md")
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.rules("lock").contains("LCK006"))
    #expect(verified.rules("signature").contains("SIG012"))
  }

  @Test func `a missing signature fails where it is demanded`() throws {
    let release = try TestRelease()
    try release.scratch.remove("digits/proofmark.sig")
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.rules("signature") == ["SIG001"])
  }

  @Test func `a missing lock fails where it is demanded`() throws {
    let release = try TestRelease()
    try release.scratch.remove("digits/proofmark.lock")
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.rules("lock").contains("LCK001"))
  }

  @Test(arguments: [("tar.zst", 3), ("zip", 3)])
  func `what was cut off is not said to be missing`(_ suffix: String, _ code: Int) throws {
    let release = try TestRelease()
    let archive = "digits.\(suffix)"
    try TestRelease.succeed(["pack", "digits", "-o", archive], in: release.scratch)
    try release.scratch.change(archive) { $0.removeLast(20) }
    let verified = try release.verify(archive)
    #expect(verified.exitCode == code)
    #expect(verified.status("signature") == "incomplete")
    // Where what cannot be read is only noted, it must not pass for a signature.
    let lenient = try release.verify(
      archive, trust: TestRelease.trust + ["--policy", "permissive"])
    #expect(lenient.exitCode == 1 && lenient.rules("signature") == ["SIG001"])
  }

  @Test(.enabled(if: ForeignTool.isInstalled("tar")))
  func `a folder packed by tar verifies, also below its own name`() throws {
    let release = try TestRelease()
    let tar = try #require(ForeignTool("tar"))
    let packed = try tar.run(["-czf", "digits.tar.gz", "digits"], in: release.scratch)
    #expect(packed.exitCode == 0, "\(packed.output)")
    #expect(try release.verify("digits.tar.gz").exitCode == 0)
    try release.scratch.write("x", to: "beside")
    _ = try tar.run(["-czf", "more.tar.gz", "digits", "beside"], in: release.scratch)
    #expect(try release.verify("more.tar.gz").exitCode == 1)
  }

  @Test func `an unknown key does not count`() throws {
    let release = try TestRelease()
    try TestRelease.succeed(["keygen", "eve.key", "--no-passphrase"], in: release.scratch)
    try TestRelease.succeed(["sign", "digits", "--key", "eve.key"], in: release.scratch)
    let verified = try release.verify()
    #expect(verified.exitCode == 1)
    #expect(verified.rules("signature").isSuperset(of: ["SIG004", "SIG005"]))
  }

  @Test func `two signatures of one owner are one`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    try TestRelease.succeed(["keygen", "second.key", "--no-passphrase"], in: scratch)
    let trust = String(decoding: try Fixture.bytes("keys/trust.toml"), as: UTF8.self)
    let second = """

      [[key]]
      id = "ana-second"
      owner = "ana"
      public = "\(try scratch.text("second.key.pub").dropLast())"
      """
    try scratch.write(trust + second + "\n", to: "trust.toml")
    try TestRelease.succeed(["sign", "digits", "--key", "ana.key"], in: scratch)
    try TestRelease.succeed(["sign", "digits", "--key", "second.key", "--add"], in: scratch)
    let verified = try release.verify(trust: ["--trust", "trust.toml"])
    #expect(verified.exitCode == 1)
    #expect(verified.rules("signature").contains("SIG004"))
  }

  @Test func `a signature without a trust file cannot be judged`() throws {
    let verified = try TestRelease().verify(trust: [])
    #expect(verified.exitCode == 3)
    #expect(verified.rules("signature") == ["SIG002"])
  }

  @Test func `an expired trust file judges nothing`() throws {
    let verified = try TestRelease().verify(
      trust: ["--trust", Fixture.path("keys/trust.toml"), "--at", "2037-01-01T00:00:00Z"])
    #expect(verified.exitCode == 3)
    #expect(verified.rules("signature").contains("SIG009"))
  }

  @Test func `lock --check lists every difference`() throws {
    let release = try TestRelease()
    let scratch = release.scratch
    try scratch.write("extra\n", to: "digits/extra.txt")
    try scratch.remove("digits/CHANGELOG.md")
    try scratch.change("digits/model/labels.txt") { $0[0] = UInt8(ascii: "x") }
    let result = try Command.run(["lock", "digits", "--check"], in: scratch)
    #expect(result.exitCode == 1)
    for rule in ["LCK003", "LCK005", "LCK006"] { #expect(result.errors.contains(rule)) }
  }

  @Test func `locking again gives the same bytes`() throws {
    let release = try TestRelease()
    let before = try release.scratch.read("digits/proofmark.lock")
    try TestRelease.succeed(["lock", "digits"], in: release.scratch)
    #expect(try release.scratch.read("digits/proofmark.lock") == before)
    try TestRelease.succeed(["lock", "digits", "--check"], in: release.scratch)
  }

  @Test func `what is out of date is not signed`() throws {
    let release = try TestRelease()
    try release.scratch.write("extra\n", to: "digits/extra.txt")
    let result = try Command.run(
      ["sign", "digits", "--key", "ana.key"], in: release.scratch)
    #expect(result.exitCode == 1)
    #expect(result.errors.contains("lock"))
  }

  @Test func `a signature over other files is not added to`() throws {
    let release = try TestRelease()
    try release.scratch.write("extra\n", to: "digits/extra.txt")
    try TestRelease.succeed(["lock", "digits"], in: release.scratch)
    let result = try Command.run(
      ["sign", "digits", "--key", "ci.key", "--add"], in: release.scratch)
    #expect(result.exitCode == 1)
    #expect(result.errors.contains("another statement"))
  }
}
