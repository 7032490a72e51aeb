import Bytes
import Foundation
import TestSupport
import Testing

struct LockCommandTests {
  @Test func `what a locked version measures changes only where that is said`() throws {
    let scratch = try TestRelease().scratch
    let locked = try scratch.read("digits/proofmark.lock")
    let text = try scratch.text("digits/proofmark.lock")
    try scratch.write(
      text.replacing("correct = 953", with: "correct = 950"), to: "digits/proofmark.lock")
    let held = try Command.run(["lock", "digits", "--update", "goldens"], in: scratch)
    #expect(held.exitCode == 1)
    #expect(held.errors.contains("found data = \"evaluation\", n = 1000, correct = 953"))
    #expect(held.errors.contains("'--update metrics' locks what is measured now"))
    #expect(try scratch.text("digits/proofmark.lock").contains("correct = 950"))
    let updated = try TestRelease.succeed(["lock", "digits", "--update", "metrics"], in: scratch)
    #expect(updated.errors.contains("updated: metrics \"accuracy\""))
    #expect(updated.errors.contains("expected data = \"evaluation\", n = 1000, correct = 950"))
    #expect(!updated.errors.contains("error"))
    #expect(try scratch.read("digits/proofmark.lock") == locked)
  }

  @Test func `a release that is a checkout of git is locked without the repository`() throws {
    let release = try TestRelease()
    for name in ["HEAD", "objects/pack/a", "refs/heads/main"] {
      try release.scratch.write("x", to: "digits/.git/\(name)")
    }
    try TestRelease.succeed(["lock", "digits", "--check"], in: release.scratch)
    let verified = try release.verify()
    #expect(verified.exitCode == 0 && verified.rules("unpack") == ["ARC024"])
    try release.scratch.write("x", to: "digits/model/.git/HEAD")
    #expect(try release.verify().exitCode == 1)
  }

  /// What a careless or hostile maker writes into a lock.
  @Test(arguments: [
    ("version = \"3.16.0\"", "version = \"3.16.1\"", "dependencies"),
    ("seed = 2", "seed = 3", "lock"),
    (
      "[data]\n\"evaluation\" = { inputs = \"sha256:0",
      "[data]\n\"evaluation\" = { inputs = \"sha256:1", "lock"
    ),
  ])
  func `a lock that the release's own files contradict fails`(
    _ old: String, _ new: String, _ check: String
  ) throws {
    let release = try TestRelease()
    let text = try release.scratch.text("digits/proofmark.lock")
    #expect(text.contains(old))
    try release.scratch.write(text.replacing(old, with: new), to: "digits/proofmark.lock")
    guard check == "dependencies" else {
      let verified = try release.verify()
      #expect(verified.exitCode == 1 && verified.rules(check) == ["LCK014"])
      let signed = try Command.run(["sign", "digits", "--key", "ana.key"], in: release.scratch)
      #expect(signed.exitCode == 1)
      return
    }
    let judged = try Command.run(["deps", "digits"], in: release.scratch)
    #expect(judged.exitCode == 1 && judged.output.contains("error[LCK014]"))
  }

  /// The check finds besides that the file is new.
  @Test(arguments: [([], 3), (["--check"], 1), (["--update", "metrics"], 3)])
  func `a dependency file that is longer than is read is in the way`(
    _ options: [String], _ exitCode: Int
  ) throws {
    let scratch = try TestRelease().scratch
    let locked = try scratch.read("digits/proofmark.lock")
    try scratch.write(String(repeating: "#", count: 4 << 20 + 1), to: "digits/uv.lock")
    let result = try Command.run(["lock", "digits"] + options, in: scratch)
    #expect(result.exitCode == exitCode)
    #expect(result.errors.contains("uv.lock: longer than 4194304 bytes"))
    #expect(try scratch.read("digits/proofmark.lock") == locked)
  }

  /// What the engine cannot run without.
  @Test(arguments: [
    "model/handwritten_digit_model.h5", "goldens/y.npy", "evaluation/labels-idx1-ubyte",
    "proofmark.toml",
  ])
  func `a removed file is found though nothing can be computed`(_ path: String) throws {
    let scratch = try TestRelease().scratch
    try scratch.remove("digits/\(path)")
    try scratch.write("x", to: "digits/new")
    let checked = try Command.run(["lock", "digits", "--check"], in: scratch)
    #expect(checked.exitCode == 1)
    #expect(checked.errors.contains("error[LCK006]: \(path): locked, but missing"))
    #expect(checked.errors.contains("error[LCK005]: new"))
    #expect(try Command.run(["lock", "digits"], in: scratch).exitCode == 3)
  }

  @Test func `a base without a lock is one that git gives where both branches made it`() throws {
    let scratch = try TestRelease().scratch
    let lock = try scratch.text("digits/proofmark.lock")
    try scratch.write("", to: "base")
    try scratch.write(lock, to: "ours")
    try scratch.write(lock, to: "theirs")
    try TestRelease.succeed(["lock", "--merge", "base", "ours", "theirs"], in: scratch)
    #expect(try scratch.text("ours") == lock)
    try scratch.write("", to: "theirs")
    let empty = try Command.run(["lock", "--merge", "base", "ours", "theirs"], in: scratch)
    #expect(empty.exitCode == 2)
  }

  @Test func `an archive is checked and not written`() throws {
    let scratch = try TestRelease().scratch
    try TestRelease.succeed(["pack", "digits", "-o", "digits.tar.zst"], in: scratch)
    try TestRelease.succeed(["lock", "digits.tar.zst", "--check"], in: scratch)
    #expect(try Command.run(["lock", "digits.tar.zst"], in: scratch).exitCode == 2)
  }

  @Test(arguments: [
    ["lock"], ["lock", "a", "b"], ["lock", "--merge", "a", "b"],
    ["lock", "--merge", "--check", "a", "b", "c"], ["lock", "a", "--update", "files"],
    ["lock", "a", "--check", "--update", "metrics"],
  ])
  func `options that do not go together are wrong usage`(_ arguments: [String]) throws {
    #expect(try Command.run(arguments, in: ScratchFolder()).exitCode == 2)
  }

  private static let git = "/usr/bin/git"

  /// Two branches that add neighbouring lines: git alone calls that a conflict.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: git)))
  func `git merges locks through the driver`() throws {
    let scratch = try TestRelease().scratch
    func git(_ arguments: String...) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: LockCommandTests.git)
      process.arguments =
        [
          "-c", "user.name=t", "-c", "user.email=t@example.org", "-c",
          "merge.proofmark.driver='\(Command.executable)' lock --merge %O %A %B",
        ] + arguments
      process.currentDirectoryURL = URL(fileURLWithPath: scratch.file("digits"))
      process.environment = ["PATH": "/usr/bin:/bin", "HOME": scratch.file(".")]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    /// Commits the lock with one more file listed, on a branch that begins at the base.
    func branch(_ name: String, adding path: String, _ digit: Character) throws {
      #expect(try git("checkout", "-q", "-b", name, "base") == 0)
      let line =
        "\"\(path)\" = { sha256 = \"\(String(repeating: digit, count: 64))\", size = 1, mode = \"0644\" }\n"
      try scratch.write(
        base.replacing("[files]\n", with: "[files]\n" + line), to: "digits/proofmark.lock")
      #expect(try git("commit", "-q", "-a", "-m", name) == 0)
    }
    let base = try scratch.text("digits/proofmark.lock")
    #expect(try git("init", "-q", ".") == 0)
    try scratch.write("proofmark.lock merge=proofmark\n", to: "digits/.gitattributes")
    #expect(try git("add", "proofmark.lock", ".gitattributes") == 0)
    #expect(try git("commit", "-q", "-m", "base") == 0)
    #expect(try git("tag", "base") == 0)
    try branch("one", adding: "A1", "1")
    try branch("two", adding: "A2", "2")
    try branch("three", adding: "A2", "3")
    #expect(try git("checkout", "-q", "one") == 0)
    #expect(try git("merge", "-q", "-m", "merged", "two") == 0)
    let merged = try scratch.text("digits/proofmark.lock")
    #expect(merged.contains("[files]\n\"A1\" = "))
    #expect(merged.contains("mode = \"0644\" }\n\"A2\" = { sha256 = \"2222"))
    #expect(try git("merge", "-q", "-m", "merged", "three") == 1)
    #expect(try scratch.text("digits/proofmark.lock") == merged)
  }
}
