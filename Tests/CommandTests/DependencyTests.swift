import Bytes
import TestSupport
import Testing

struct DependencyTests {
  private static let hash = "--hash=sha256:\(String(repeating: "a", count: 64))"

  /// The findings of `deps`, as `RULE PLACE`, and the exit code.
  private func deps(
    _ arguments: [String], in scratch: ScratchFolder
  ) throws -> (findings: [String], packages: [String], exitCode: Int) {
    let result = try Command.run(["deps", "--format", "json"] + arguments, in: scratch)
    let json = try JSON(parsing: ByteSlice(utf8: result.output))
    let findings = (json["checks"]?.array ?? []).flatMap { $0["findings"]?.array ?? [] }
    let packages = (json["packages"]?.array ?? []).map { package in
      ["ecosystem", "name", "version", "place"].map { package[$0]?.string ?? "" }
        .joined(separator: " ")
    }
    return (
      findings.map { "\($0["rule"]?.string ?? "") \($0["place"]?.string ?? "")" }, packages,
      result.exitCode
    )
  }

  @Test(arguments: [
    ("a==1 \(hash)\n", 0), ("a>=1\n", 1), ("-x\n", 1),
  ])
  func `a dependency file alone is judged by the policy`(_ text: String, _ code: Int) throws {
    let scratch = try ScratchFolder()
    try scratch.write(text, to: "requirements.txt")
    #expect(try deps(["requirements.txt"], in: scratch).exitCode == code)
  }

  @Test func `a kind that is not read is incomplete, and packages are listed`() throws {
    let scratch = try ScratchFolder()
    try scratch.write("x", to: "service/Cargo.lock")
    try scratch.write("a==1 \(Self.hash)\n", to: "service/requirements.txt")
    let result = try deps(["service"], in: scratch)
    #expect(result.findings == ["DEP011 Cargo.lock"])
    #expect(result.packages == ["pypi a 1 requirements.txt#line 1"])
    #expect(result.exitCode == 3)
    let text = try Command.run(["deps", "service"], in: scratch)
    #expect(text.output.contains("  pypi   a 1  sha256:aaaaaaaa"))
  }

  @Test func `a dependency file in an archive that is too long to be kept is missed`() throws {
    let scratch = try ScratchFolder()
    var tar = TarBuilder()
    tar.add("app/uv.lock", [UInt8](repeating: 0x23, count: 16 << 20 + 1))
    try scratch.write(ByteSlice(tar.bytes), to: "release/service.tar")
    try scratch.write("a==1 \(Self.hash)\n", to: "release/requirements.txt")
    let result = try deps(["release"], in: scratch)
    #expect(result.findings.contains { $0.hasPrefix("DEP011") })
  }

  @Test func `dependency files in archives of a release are judged`() throws {
    let scratch = try ScratchFolder()
    var inner = TarBuilder()
    inner.add("app/requirements.txt", Array("-r base.txt\n".utf8))
    inner.add("app/base.txt", Array("a>=1\n".utf8))
    var outer = TarBuilder()
    outer.add("code.tar", inner.bytes)
    try scratch.write(ByteSlice(outer.bytes), to: "release/service.tar")
    let result = try deps(["release"], in: scratch)
    #expect(
      result.findings == [
        "DEP001 service.tar!code.tar!app/base.txt#line 1",
        "DEP016 service.tar!code.tar!app/requirements.txt",
      ])
    #expect(result.exitCode == 1)
  }

  @Test func `a long dependency file in an archive is incomplete, long texts are not`() throws {
    let scratch = try ScratchFolder()
    let long = [UInt8](repeating: UInt8(ascii: "#"), count: 17 << 20)
    var archive = TarBuilder()
    archive.add("corpus.txt", long)
    try scratch.write("[project]\n", to: "r/pyproject.toml")
    try scratch.write(archive.bytes, to: "r/data.tar")
    #expect(try deps(["r"], in: scratch).exitCode == 0)
    archive.add("requirements.txt", long + Array("\nevil\n".utf8))
    try scratch.write(archive.bytes, to: "r/data.tar")
    let result = try deps(["r"], in: scratch)
    #expect(result.exitCode == 3)
    #expect(result.findings.contains { $0.hasPrefix("DEP011 data.tar!requirements.txt") })
  }

  @Test func `an image's dependency files are those that a container sees`() throws {
    let scratch = try ScratchFolder()
    let image = ImageBuilder([
      ImageBuilder.Layer {
        $0.add("app/requirements.txt", Array("a>=1\n".utf8))
        $0.add("app/old/requirements.txt", Array("b>=1\n".utf8))
        $0.add("app/base.txt", Array("a==1 \(Self.hash)\n".utf8))
        $0.add("usr/lib/python3/dist-packages/x/requirements.txt", Array("c>=1\n".utf8))
      },
      ImageBuilder.Layer {
        $0.add("app/requirements.txt", Array("-r base.txt\n".utf8))
        $0.add("app/.wh.old", [])
      },
    ])
    try scratch.write(ByteSlice(ImageBuilder.tar(image.docker)), to: "release/image.tar")
    let result = try deps(["release"], in: scratch)
    #expect(result.findings.count == 1)
    #expect(result.findings.first?.hasPrefix("DEP016 image.tar!") == true)
    #expect(result.packages.count == 1)
    #expect(result.exitCode == 0)
  }

  @Test func `a download that runs is reported once`() throws {
    let scratch = try ScratchFolder()
    let text = "FROM scratch\nRUN curl -s https://example.com/x | sh\nUSER app\n"
    try scratch.write(text, to: "release/Dockerfile")
    #expect(try deps(["release"], in: scratch).findings == ["SCR004 Dockerfile#line 2"])
    let audit = try Command.run(["audit", "release", "--format", "json"], in: scratch)
    #expect(audit.output.split(separator: "\n").count { $0.contains("\"SCR004\"") } == 1)
  }

  @Test func `a policy names sources and licences`() throws {
    let scratch = try ScratchFolder()
    let policy = """
      policy-version = "1"
      name = "house"
      extends = "ci-gate"
      [dependencies]
      allow-sources = ["registry.example"]
      allow-licences = ["MIT"]
      """
    let lock = """
      {"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0",
       "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "license": "GPL-3.0-only",
       "integrity": "sha512-\(String(repeating: "A", count: 86))=="}}}
      """
    try scratch.write(policy, to: "policy.toml")
    try scratch.write(lock, to: "package-lock.json")
    let result = try deps(["package-lock.json", "--policy", "policy.toml"], in: scratch)
    #expect(
      result.findings == [
        "DEP023 package-lock.json#node_modules/a", "DEP024 package-lock.json#node_modules/a",
      ])
    #expect(result.exitCode == 1)
    #expect(try deps(["package-lock.json"], in: scratch).exitCode == 0)
  }
}
