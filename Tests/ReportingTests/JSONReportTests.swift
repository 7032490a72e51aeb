import Bytes
import Findings
import Judging
import Reporting
import TestSupport
import Testing

private func json(_ reports: [AuditReport]) throws -> JSON {
  let format = try #require(ReportFormat.named("json"))
  return try JSON(parsing: ByteSlice(utf8: format.write(reports)))
}

private func names(_ value: JSON?) -> [String]? { value?.object?.map(\.name) }

/// The names that a definition of the schema knows, and those that it requires.
private func definition(_ name: String) throws -> (known: [String], required: [String]) {
  let schema = try JSON(parsing: ByteSlice(path: Fixture.root + "/docs/report.schema.json"))
  let definition = try #require(schema["$defs"]?[name])
  return (
    try #require(names(definition["properties"])),
    try #require(definition["required"]?.array).compactMap(\.string)
  )
}

struct JSONReportTests {
  @Test
  func `a report has the members of the schema in its order`() throws {
    var sample = try Sample.fragile()
    sample.packages = [
      .init(
        ecosystem: "pypi", name: "h5py", version: "3.12.1", hashes: ["sha256:00"],
        place: Place(["uv.lock"]).detail("package h5py"), source: "https://pypi.org/simple")
    ]
    let report = try json([sample])
    let schema = try definition("report")
    let package = try #require(report["packages"]?.array?.first)
    #expect(names(package) == ["ecosystem", "name", "version", "hashes", "place", "source"])
    #expect(package["place"] == "uv.lock#package h5py")
    #expect(names(report) == schema.known)
    #expect(names(report["tool"]) == ["name", "version"])
    #expect(names(report["subject"]) == ["path", "sha256", "model"])
    #expect(names(report["subject"]?["model"]) == ["name", "version"])
    #expect(names(report["policy"]) == ["name", "sha256"])
    #expect(names(report["trust"]) == ["version", "sha256"])
    #expect(names(report["signers"]?.array?.first) == ["owner", "key", "role"])
    let checks = try #require(report["checks"]?.array)
    #expect(checks.compactMap { $0["name"]?.string } == CheckName.allCases.map(\.rawValue))
    for check in checks { #expect(names(check) == (try definition("check")).known) }
  }

  @Test
  func `what is optional is left out and what is unknown is null`() throws {
    let report = try json([try Sample.incomplete()])
    #expect(names(report) == (try definition("report")).required)
    #expect(report["trust"] == .null)
    #expect(report["subject"]?["model"] == .null)
  }

  @Test
  func `findings and measurements keep the schema's order`() throws {
    for report in [try Sample.fragile(), try Sample.incomplete(), try Sample.hostile()] {
      for check in try #require(try json([report])["checks"]?.array) {
        for (kind, members) in [("finding", "findings"), ("measurement", "measurements")] {
          let schema = try definition(kind)
          for item in try #require(check[members]?.array) {
            let found = try #require(names(item))
            #expect(found == schema.known.filter(found.contains))
            #expect(schema.required.allSatisfy(found.contains))
          }
        }
      }
    }
  }

  @Test
  func `an attack's measurement carries its terms and its interval`() throws {
    let report = try json([try Sample.fragile()])
    let robustness = try #require(report["checks"]?.array?.last)
    let bound = robustness["measurements"]?.array?.first { $0["eps"]?.double == 0.1 }
    #expect(
      names(bound) == [
        "name", "value", "unit", "n", "correct", "low", "high", "confidence", "attack", "norm",
        "eps", "loss",
      ])
    #expect(bound?["value"] == .number("0.612"))
    #expect(bound?["eps"] == .number("0.1"))
    #expect(bound?["correct"] == .number("612"))
    #expect(bound?["low"]?.double.map { ($0 * 1000).rounded() } == 581)
  }

  @Test
  func `a number that JSON cannot write is null`() throws {
    let report = try json([try Sample.hostile()])
    #expect(report["checks"]?.array?.first?["measurements"]?.array?.first?["value"] == .null)
  }

  @Test
  func `texts come back as they were`() throws {
    let report = try json([try Sample.hostile()])
    #expect(report["subject"]?["path"]?.string == Sample.hostileText)
    let finding = report["checks"]?.array?[4]["findings"]?.array?.first
    #expect(finding?["message"]?.string == Sample.hostileText)
    #expect(finding?["offset"] == .number("7"))
    let text = Sample.hostileText
    #expect(finding?["place"]?.string == "\(text)!\(text)#\(text)")
  }

  @Test
  func `several subjects are a list`() throws {
    let reports = try json([try Sample.robust(), try Sample.fragile()])
    #expect(names(reports) == (try definition("reports")).known)
    #expect(
      reports["reports"]?.array?.compactMap { $0["verdict"]?.string } == ["pass", "fail"])
  }
}
