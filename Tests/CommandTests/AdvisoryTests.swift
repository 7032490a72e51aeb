import Bytes
import TestSupport
import Testing

/// Vulnerability data on the command line.
struct AdvisoryCommandTests {
  private let scratch: ScratchFolder
  private static let records = Fixture.path("vectors/osv")

  init() throws { scratch = try ScratchFolder() }

  private func audit(_ requirement: String, policy: String = "", _ more: [String] = []) throws
    -> AuditedRelease
  {
    let hash = String(repeating: "a", count: 64)
    try scratch.write("\(requirement) --hash=sha256:\(hash)\n", to: "release/requirements.txt")
    try scratch.write(
      "policy-version = \"1\"\nname = \"mine\"\nextends = \"ci-gate\"\n[dependencies]\n\(policy)\n",
      to: "mine.toml")
    let result = try Command.run(
      ["audit", "release", "--policy", "mine.toml", "--format", "json", "--at"]
        + ["2025-06-01T00:00:00Z"] + more, in: scratch)
    return AuditedRelease(
      result: result, report: try? JSON(parsing: ByteSlice(utf8: result.output)))
  }

  @Test(arguments: [
    ("torch==1.12.0", "", 1, ["DEP035"]), ("torch==2.0.0", "", 0, []),
    ("torch==1.12.0", "osv = \"off\"", 0, []),
    ("onnx==1.9", "osv-fail-from = \"critical\"", 0, ["DEP039"]),
    ("torch==2.0.0", "osv-max-age-days = 20", 3, ["DEP042"]),
    ("h5py==3.0", "", 3, ["DEP044"]),
    // A proven failure outranks what could not be judged.
    ("torch==1.12.0", "osv-max-age-days = 20", 1, ["DEP035", "DEP042"]),
  ])
  func `an audit holds packages against the data`(
    _ requirement: String, _ policy: String, _ code: Int, _ rules: [String]
  ) throws {
    let audit = try audit(requirement, policy: policy, ["--osv", Self.records])
    #expect(audit.exitCode == code, "\(audit.result.errors)")
    #expect(audit.rules("dependencies") == Set(rules))
  }

  @Test(arguments: [("required", 3, ["DEP041"]), ("if-present", 0, [])])
  func `without data nothing is said of vulnerabilities`(
    _ demand: String, _ code: Int, _ rules: [String]
  ) throws {
    let audit = try audit("torch==1.12.0", policy: "osv = \"\(demand)\"")
    #expect(audit.exitCode == code && audit.rules("dependencies") == Set(rules))
    #expect(!audit.result.output.contains("\"vulnerabilities\""))
  }

  @Test
  func `an index is made, asked and audited with`() throws {
    let made = try Command.run(["osv", "index", Self.records, "-o", "osv.sqlite"], in: scratch)
    #expect(made.exitCode == 0 && made.output.hasPrefix("12 records (PyPI 8, Maven 1, npm 1,"))
    try scratch.write(
      "# mine\n\npkg:pypi/torch@2.0.0\n  pkg:npm/lodash@4.17.21 x\n", to: "list.txt")
    let fine = try Command.run(["osv", "query", "osv.sqlite", "list.txt"], in: scratch)
    #expect(fine.exitCode == 0, "\(fine.errors)")
    #expect(fine.output.hasPrefix("pkg:pypi/torch@2.0.0: no known vulnerability\n"))
    let known = try Command.run(
      ["osv", "query", "osv.sqlite", "pkg:pypi/torch@1.12.0", "--format", "json"], in: scratch)
    #expect(known.exitCode == 1)
    let answer = try JSON(parsing: ByteSlice(utf8: known.output))["packages"]?.array?.first
    #expect(answer?["vulnerabilities"]?.array?.first?["id"]?.string == "CVE-2022-45907")
    let unknown = try Command.run(
      ["osv", "query", "osv.sqlite", "pkg:conda/numpy@1.0"], in: scratch)
    #expect(unknown.exitCode == 3)
    let audit = try audit("torch==1.12.0", ["--osv", "osv.sqlite"])
    #expect(audit.exitCode == 1 && audit.rules("dependencies") == ["DEP035"])
  }

  @Test
  func `data that cannot be used end the command before anything is read`() throws {
    try scratch.write("SQLite format 3\0", to: "cut.sqlite")
    try scratch.write("text", to: "empty/a.txt")
    for data in ["cut.sqlite", "empty", "missing"] {
      let audit = try audit("torch==1.12.0", ["--osv", data])
      #expect(audit.exitCode == 2 && audit.result.output.isEmpty)
      #expect(audit.result.errors.contains("error: \(data): "))
    }
    let wrong = try Command.run(["osv", "query", Self.records, "pkg:cargo/a@1"], in: scratch)
    #expect(wrong.exitCode == 2)
  }

  @Test
  func `a record that cannot be read is named and leaves the index incomplete`() throws {
    try scratch.write("{", to: "data/broken.json")
    try scratch.copy("\(Self.records)/GHSA-low.json", to: "data/a.json")
    let made = try Command.run(["osv", "index", "data", "-o", "osv.sqlite"], in: scratch)
    #expect(made.exitCode == 3 && made.errors.hasPrefix("proofmark: broken.json: "))
    let audit = try audit(
      "torch==2.0.0", policy: "osv-max-age-days = 1000", ["--osv", "osv.sqlite"])
    #expect(audit.exitCode == 3 && audit.rules("dependencies") == ["DEP043"])
  }
}
