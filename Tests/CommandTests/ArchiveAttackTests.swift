import Bytes
import TestSupport
import Testing

/// Archives that attack whoever opens them: exit 1 or 3, and nothing is written.
@Suite struct ArchiveAttackTests {
  static let attacks: [(name: String, rule: String, archive: [UInt8])] = [
    ("absolute.tar", "ARC001", TarBuilder.one("/tmp/proofmark-was-here", [1])),
    ("parent.tar", "ARC001", TarBuilder.one("../../proofmark-was-here", [1])),
    ("parent.zip", "ARC001", ZipBuilder.one("a/../../proofmark-was-here", [1])),
    (
      "symlink.tar", "ARC002",
      TarBuilder.one("link", type: "2") { $0.linkName = Array("/etc/passwd".utf8) }
    ),
    (
      "hardlink.tar", "ARC002",
      TarBuilder.one("link", type: "1") { $0.linkName = Array("../../etc/passwd".utf8) }
    ),
    ("device.tar", "ARC003", TarBuilder.one("device", type: "3")),
    (
      "bomb.zip", "ARC005",
      ZipBuilder.one("zeros", [UInt8](repeating: 0, count: 48 << 20), deflated: true)
    ),
    (
      "twice.tar", "ARC006",
      {
        var tar = TarBuilder()
        tar.add("model.h5", [1])
        tar.add("model.h5", [2])
        return tar.bytes
      }()
    ),
    (
      "case.tar", "ARC006",
      {
        var tar = TarBuilder()
        tar.add("model.h5", [1])
        tar.add("Model.h5", [2])
        return tar.bytes
      }()
    ),
    (
      "two-names.zip", "ARC007",
      ZipBuilder.one("model.h5", [1]) { $0.local?.name = Array("nodel.h5".utf8) }
    ),
  ]

  @Test(arguments: attacks.map(\.name))
  func `an attack fails and writes nothing`(_ name: String) throws {
    let attack = try #require(Self.attacks.first { $0.name == name })
    let scratch = try ScratchFolder()
    try scratch.write(attack.archive, to: "in/\(name)")
    let audit = try Command.run(
      ["audit", "in/\(name)", "--policy", "permissive", "--format", "json"], in: scratch)
    #expect(audit.exitCode == 1, "\(audit.output)\(audit.errors)")
    #expect(audit.output.contains("\"\(attack.rule)\""))
    let unpack = try Command.run(["unpack", "in/\(name)", "out"], in: scratch)
    #expect(unpack.exitCode == 1)
    #expect(unpack.errors.contains(attack.rule))
    #expect(try scratch.listing() == ["in", "in/\(name)"])
  }

  @Test(arguments: ["digits.tar.zst", "digits.tar.gz", "digits.zip"])
  func `an archive cut short never passes`(_ name: String) throws {
    let release = try TestRelease()
    let scratch = release.scratch
    // Without the evaluation set the archive is small, and what is tested is the archive.
    try scratch.remove("digits/evaluation")
    try TestRelease.succeed(["pack", "digits", "--output", name], in: scratch)
    let whole = try scratch.read(name)
    for step in 0..<50 {
      try scratch.write(whole.prefix(whole.count * step / 50), to: "cut/\(name)")
      let result = try Command.run(["scan", "cut/\(name)"], in: scratch)
      #expect(
        result.exitCode == 3 || result.exitCode == 1,
        "\(step) of 50: \(result.exitCode) \(result.errors)")
    }
  }

  @Test(arguments: ["digits.tar.zst", "digits.tar.gz", "digits.zip"])
  func `packing and unpacking gives the folder back`(_ name: String) throws {
    let release = try TestRelease()
    let scratch = release.scratch
    try TestRelease.succeed(["pack", "digits", "--output", name], in: scratch)
    let first = try scratch.read(name)
    try TestRelease.succeed(["pack", "digits", "--output", name], in: scratch)
    #expect(try scratch.read(name) == first)
    try TestRelease.succeed(["unpack", name, "copy"], in: scratch)
    let files = try scratch.listing().filter { $0.hasPrefix("digits/") && $0.contains(".") }
    for file in files where !file.hasSuffix("/") {
      let copy = "copy" + file.dropFirst("digits".count)
      #expect(try scratch.read(copy) == scratch.read(file))
    }
    #expect(try release.verify(name).exitCode == 0)
  }

  @Test func `unpack --keep-safe writes what no finding names and fails all the same`() throws {
    let scratch = try ScratchFolder()
    var tar = TarBuilder()
    tar.add("safe/a.txt", [1])
    tar.add("../leaves.txt", [2])
    tar.add("twice.txt", [3])
    tar.add("twice.txt", [4])
    tar.add("open.txt", [5]) { $0.mode = 0o666 }
    try scratch.write(tar.bytes, to: "in/a.tar")
    try scratch.write(TarBuilder.one("/a", [1]), to: "in/b.tar")
    try scratch.write(TarBuilder.one("a", [1]).dropLast(1024), to: "in/cut.tar")
    let partly = try Command.run(["unpack", "in/a.tar", "out", "--keep-safe"], in: scratch)
    #expect(partly.exitCode == 1)
    #expect(partly.errors.contains("ARC001") && partly.errors.contains("unpacked 1 files"))
    let nothing = try Command.run(["unpack", "in/b.tar", "none", "--keep-safe"], in: scratch)
    #expect(nothing.exitCode == 1)
    #expect(nothing.errors.contains("nothing was written"))
    let cut = try Command.run(["unpack", "in/cut.tar", "cut", "--keep-safe"], in: scratch)
    #expect(cut.exitCode == 3)
    #expect(
      try scratch.listing() == [
        "cut", "cut/a", "in", "in/a.tar", "in/b.tar", "in/cut.tar", "out", "out/safe",
        "out/safe/a.txt",
      ])
  }

  @Test func `unpack never writes over a folder unless told`() throws {
    let scratch = try ScratchFolder()
    try scratch.write(TarBuilder.one("a.txt", [1]), to: "a.tar")
    try scratch.write("mine", to: "out/b.txt")
    let refused = try Command.run(["unpack", "a.tar", "out"], in: scratch)
    #expect(refused.exitCode == 2)
    #expect(try scratch.text("out/b.txt") == "mine")
    let allowed = try Command.run(["unpack", "a.tar", "out", "--overwrite"], in: scratch)
    #expect(allowed.exitCode == 0)
    #expect(try scratch.read("out/a.txt") == [1])
  }
}
