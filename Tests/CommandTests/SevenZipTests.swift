import Bytes
import TestSupport
import Testing

/// 7z archives through the program, which is its own worker.
@Suite struct SevenZipTests {
  private func scan(_ bytes: [UInt8], as name: String) throws -> CommandResult {
    let scratch = try ScratchFolder()
    try scratch.write(bytes, to: name)
    return try Command.run(["scan", name, "--format", "json"], in: scratch)
  }

  private func archive(_ name: String) throws -> [UInt8] {
    try Fixture.bytes("scan/7z/\(name).7z").array
  }

  @Test(arguments: ["solid", "plain-header", "ppmd"])
  func `a clean archive passes`(_ name: String) throws {
    let result = try scan(try archive(name), as: "models.7z")
    #expect(result.exitCode == 0, "\(result.output)")
  }

  @Test(arguments: ["x.7z", "model.pth", "model"])
  func `a hostile pickle is found under any name of its archive`(_ name: String) throws {
    let result = try scan(try archive("pickle"), as: name)
    #expect(result.exitCode == 1)
    #expect(result.output.contains("\"PKL001\""))
  }

  @Test func `a hostile pickle is found in an archive in an archive`() throws {
    let outer = TarBuilder.one("inner.7z", try archive("pickle"))
    let result = try scan(outer, as: "outer.tar")
    #expect(result.exitCode == 1)
    #expect(result.output.contains("\"PKL001\""))
    #expect(result.output.contains("inner.7z!data.pkl"), "\(result.output)")
  }

  @Test func `one that follows another archive is found`() throws {
    let result = try scan(try archive("solid") + archive("pickle"), as: "x.7z")
    #expect(result.exitCode == 1)
    #expect(result.output.contains("\"ARC010\""))
    #expect(result.output.contains("\"PKL001\""))
  }

  @Test(arguments: ["encrypted", "encrypted-header"])
  func `an encrypted archive leaves the audit incomplete`(_ name: String) throws {
    let result = try scan(try archive(name), as: "x.7z")
    #expect(result.exitCode == 3)
    #expect(result.output.contains("\"ARC009\""))
  }

  @Test func `unpack writes what is in the archive`() throws {
    let scratch = try ScratchFolder()
    try scratch.write(try archive("solid"), to: "models.7z")
    let result = try Command.run(["unpack", "models.7z", "out"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(
      try scratch.listing().filter { $0.hasPrefix("out/") } == [
        "out/config.json", "out/empty.txt", "out/gewichte-größe.md", "out/weights.npy",
      ])
    try scratch.write(try archive("link"), to: "link.7z")
    #expect(try Command.run(["unpack", "link.7z", "other"], in: scratch).exitCode == 1)
    #expect(!scratch.exists("other"))
  }

  @Test func `the worker is no command`() throws {
    let scratch = try ScratchFolder()
    #expect(!(try Command.run(["--help"], in: scratch).output.contains("worker")))
    let result = try Command.run(["__worker"], in: scratch)
    #expect(result.exitCode == 2)
    #expect(result.output == "")
    // Whoever is not its parent gets no work done.
    let other = try Command.run(
      ["__worker", "7z", "1"], in: scratch, input: ByteSlice(try archive("solid")))
    #expect(other.output.hasPrefix("F"))
  }
}
