import Bytes
import Foundation
import TestSupport
import Testing

/// What the user gives: options, policies, outputs, pipes, signals.
@Suite struct UsageTests {
  static let wrong: [(arguments: [String], says: String)] = [
    (["audti", "x"], "did you mean 'audit'?"),
    (["audit"], "release"),
    (["audit", "x.h5", "--polcy", "release"], "polcy"),
    (["audit", "no-such-file.h5"], "no-such-file.h5"),
    (["audit", "a.txt", "--policy", "no-such-policy.toml"], "no-such-policy.toml"),
    (["audit", "a.txt", "--policy", "relase"], "did you mean the stock policy 'release'?"),
    (["audit", "a.txt", "--policy", "unknown-key.toml"], "did you mean 'fail-from'?"),
    (["audit", "a.txt", "--trust", "no-such-trust.toml"], "no-such-trust.toml"),
    (["audit", "a.txt", "--at", "yesterday"], "yesterday"),
    (["audit", "a.txt", "--format", "pdf"], "pdf"),
    (["audit", "a.txt", "-o", "json"], "json"),
    (["audit", "a.txt", "-o", "json=no/such/folder/r.json"], "no/such/folder/r.json"),
    (["audit", "a.txt", "--threads", "0"], "--threads"),
    (["explain", "ROB999"], "ROB999"),
    (["explain"], "--all"),
    (["pack", "folder", "--output", "a.rar"], "a.rar"),
    (["keygen", "a.txt", "--no-passphrase"], "a.txt"),
    (["policy", "check", "unknown-key.toml"], "unknown key"),
    (["audit", "a.txt", "--state", "no-such-state.toml"], "proofmark state init"),
    (["audit", "a.txt", "--state", "a.txt"], "a.txt"),
    (["audit", "a.txt", "--history", "a.txt"], "line 1"),
    (["audit", "a.txt", "--parent", "a.txt"], "--parent a.txt"),
    (["audit", "a.txt", "folder", "--signature", "a.txt"], "one release"),
    (["audit", "folder", "--trust", "folder/a.txt"], "lies inside the release"),
    (["trust", "show", "a.txt"], "a.txt"),
    (["trust", "add", "a.txt"], "nothing to add"),
    (["rollback", "no-such-folder"], "no-such-folder"),
    (["rollback", "folder"], "holds no release"),
  ]

  static func folder() throws -> ScratchFolder {
    let scratch = try ScratchFolder()
    try scratch.write("hello\n", to: "a.txt")
    try scratch.write("hello\n", to: "folder/a.txt")
    try scratch.write(
      "policy-version = \"1\"\nname = \"mine\"\nfail-form = \"high\"\n", to: "unknown-key.toml")
    return scratch
  }

  @Test(arguments: wrong.indices)
  func `wrong usage is exit 2 and says what is wrong`(_ index: Int) throws {
    let (arguments, says) = Self.wrong[index]
    let result = try Command.run(arguments, in: Self.folder())
    #expect(result.exitCode == 2, "\(arguments): \(result.errors)")
    #expect(result.errors.contains(says), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test(arguments: [
    "audit", "verify", "scan", "reproduce", "probe", "inspect", "run", "keygen", "lock", "sign",
    "pack", "unpack", "explain", "selftest", "trust", "state", "history", "rollback",
  ])
  func `each command's help has examples`(_ command: String) throws {
    let result = try Command.run([command, "--help"], in: ScratchFolder())
    #expect(result.exitCode == 0)
    #expect(result.output.contains("EXAMPLES"))
    #expect(result.output.contains("  proofmark \(command)"))
  }

  @Test func `the version is the one of the tool`() throws {
    let result = try Command.run(["--version"], in: ScratchFolder())
    #expect(result.exitCode == 0)
    #expect(result.output == "\(Tool.name) \(Tool.version)\n")
  }

  @Test func `every kernel of this CPU gives the known bits`() throws {
    let result = try Command.run(["selftest"], in: ScratchFolder())
    #expect(result.exitCode == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("plain: ") == true)
    #expect(lines.allSatisfy { $0.hasSuffix(" items equal") })
    #expect(result.errors.isEmpty)
    let listed = try Command.run(["selftest", "-v"], in: ScratchFolder())
    #expect(listed.exitCode == 0)
    #expect(listed.output.contains("  equal   chain: dilation 2, gradients\n"))
    #expect(!listed.output.contains("DIFFERS"))
  }

  @Test func `a subject that is not there stops none of the others`() throws {
    let result = try Command.run(
      ["audit", "no-such-folder", "folder", "--format", "json"], in: Self.folder())
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("no-such-folder"))
    #expect(result.output.contains("\"verdict\": \"pass\""))
  }

  @Test func `text that is inert passes ci-gate`() throws {
    let result = try Command.run(["audit", "folder"], in: Self.folder())
    #expect(result.exitCode == 0, "\(result.output)")
  }

  @Test func `an unknown forced kernel is an error, not a fallback`() throws {
    let scratch = try Self.folder()
    let result = try Command.run(
      ["audit", "a.txt"], in: scratch, environment: ["PROOFMARK_ISA": "mmx"])
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("mmx"))
  }

  @Test func `the policy of the environment is used and can be overruled`() throws {
    let scratch = try Self.folder()
    let strict = ["PROOFMARK_POLICY": "release"]
    #expect(
      try Command.run(["audit", "folder"], in: scratch, environment: strict).exitCode == 1)
    #expect(
      try Command.run(
        ["audit", "folder", "--policy", "permissive"], in: scratch, environment: strict
      ).exitCode == 0)
  }

  @Test func `a policy inside the subject is never used`() throws {
    let scratch = try Self.folder()
    try scratch.write("cos\nsystem\n(S'id'\ntR.", to: "folder/weights.pkl")
    try scratch.write(
      "policy-version = \"1\"\nname = \"ci-gate\"\n[scan]\ndemand = \"off\"\n",
      to: "folder/ci-gate")
    let result = try Command.run(["audit", "."], in: scratch, below: "folder")
    #expect(result.exitCode == 1)
  }

  @Test func `an output that cannot be written leaves the old file`() throws {
    let scratch = try Self.folder()
    try scratch.write("old", to: "reports/r.json")
    try scratch.write("old", to: "reports/folder.json/x")
    let result = try Command.run(
      ["audit", "folder", "-o", "json=reports/folder.json"], in: scratch)
    #expect(result.exitCode == 2)
    #expect(try scratch.text("reports/folder.json/x") == "old")
    #expect(try scratch.text("reports/r.json") == "old")
    let full = try Command.run(
      ["audit", "folder", "-o", "json=/dev/full/r.json"], in: scratch)
    #expect(full.exitCode == 2)
  }

  @Test func `a closed pipe ends quietly with the verdict`() throws {
    let scratch = try Self.folder()
    let script =
      "'\(Command.executable)' explain --all | head -c 1 > /dev/null; echo ${PIPESTATUS[0]}"
    let shell = Process()
    let pipe = Pipe()
    let errors = Pipe()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = ["-c", script]
    shell.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
    shell.standardOutput = pipe
    shell.standardError = errors
    try shell.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    #expect(String(decoding: output, as: UTF8.self) == "0\n")
    #expect(said.isEmpty)
  }

  @Test func `an interrupted pack leaves the old archive and nothing else`() throws {
    let scratch = try ScratchFolder()
    try scratch.write("old", to: "out.tar.gz")
    // Enough incompressible bytes that packing is still going on when the signal arrives.
    var generator = RandomNumbers(seed: 7)
    var noise: [UInt8] = []
    noise.reserveCapacity(16 << 20)
    for _ in 0..<(2 << 20) { withUnsafeBytes(of: generator.next()) { noise += $0 } }
    try scratch.write(noise, to: "folder/noise.bin")
    for milliseconds in [50, 150, 300, 500] {
      let pack = Process()
      pack.executableURL = URL(fileURLWithPath: Command.executable)
      pack.arguments = ["pack", "folder", "--output", "out.tar.gz"]
      pack.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
      pack.standardError = FileHandle.nullDevice
      try pack.run()
      usleep(UInt32(milliseconds) * 1000)
      pack.terminate()
      pack.waitUntilExit()
      if pack.terminationStatus == 0 {
        let verified = try Command.run(["scan", "out.tar.gz", "--quiet"], in: scratch)
        #expect(verified.exitCode == 3 || verified.exitCode == 0)
        try scratch.write("old", to: "out.tar.gz")
      } else {
        #expect(pack.terminationStatus == 143)
        #expect(try scratch.text("out.tar.gz") == "old")
      }
      #expect(try scratch.listing() == ["folder", "folder/noise.bin", "out.tar.gz"])
    }
  }

  @Test func `a passphrase guards the key`() throws {
    let scratch = try Self.folder()
    try scratch.write("correct horse\n", to: "passphrase")
    try scratch.write("wrong horse\n", to: "wrong")
    let made = try Command.run(
      ["keygen", "ana.key", "--passphrase-file", "passphrase"], in: scratch)
    #expect(made.exitCode == 0)
    #expect(try !scratch.text("ana.key").contains("protection: none"))
    #expect(try scratch.text("ana.key.pub") == made.output)
    let again = try Command.run(
      ["keygen", "ana.key", "--passphrase-file", "passphrase"], in: scratch)
    #expect(again.exitCode == 2)
    try scratch.copy(Fixture.path("digits"), to: "digits")
    try TestRelease.succeed(["lock", "digits"], in: scratch)
    let refused = try Command.run(
      ["sign", "digits", "--key", "ana.key", "--passphrase-file", "wrong"], in: scratch)
    #expect(refused.exitCode == 2)
    #expect(refused.errors.contains("passphrase"))
    #expect(!scratch.exists("digits/proofmark.sig"))
    try TestRelease.succeed(
      ["sign", "digits", "--key", "ana.key", "--passphrase-file", "passphrase"], in: scratch)
    #expect(scratch.exists("digits/proofmark.sig"))
  }

  @Test func `a key that others may read is refused`() throws {
    let scratch = try Self.folder()
    try TestRelease.installKeys(in: scratch)
    try scratch.setMode(0o644, of: "ana.key")
    try scratch.copy(Fixture.path("digits"), to: "digits")
    let result = try Command.run(["sign", "digits", "--key", "ana.key"], in: scratch)
    #expect(result.exitCode == 2)
    #expect(result.errors.contains("chmod 600"))
  }
}
