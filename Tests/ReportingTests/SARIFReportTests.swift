import Bytes
import Findings
import Judging
import Reporting
import StockPolicies
import Testing

private func run(_ report: AuditReport) throws -> JSON {
  let format = try #require(ReportFormat.named("sarif"))
  let document = try JSON(parsing: ByteSlice(utf8: format.write([report])))
  #expect(document["version"]?.string == "2.1.0")
  return try #require(document["runs"]?.array?.first)
}

private func uri(_ result: JSON) -> String? {
  result["locations"]?.array?.first?["physicalLocation"]?["artifactLocation"]?["uri"]?.string
}

/// A report with one finding at the place.
private func report(
  _ finding: Finding, in container: AuditReport.Container, path: String
) throws -> AuditReport {
  let policy = try Policy(stock: .ciGate)
  let results = [CheckResult(.scan, findings: [finding])]
  return AuditReport(
    tool: .init(name: "proofmark", version: "0.1.0"),
    subject: .init(path: path, container: container, digest: nil, model: nil),
    policy: .init(policy), judgement: Judge(policy).judge(results, asked: [.scan]))
}

struct SARIFReportTests {
  @Test
  func `a clean run has an empty list of results, not none`() throws {
    let run = try run(try Sample.robust())
    #expect(run["results"] == .array([]))
    #expect(run["invocations"]?.array?.first?["executionSuccessful"] == .bool(true))
    #expect(run["automationDetails"]?["id"]?.string == "proofmark/handwritten-digits/")
  }

  @Test
  func `each result names a rule of the run by its index`() throws {
    let run = try run(try Sample.incomplete())
    let rules = try #require(run["tool"]?["driver"]?["rules"]?.array)
    let results = try #require(run["results"]?.array)
    #expect(!results.isEmpty)
    for result in results {
      let index = try #require(result["ruleIndex"]?.integer)
      #expect(rules[index]["id"] == result["ruleId"])
    }
    let severities = rules.compactMap { $0["properties"]?["security-severity"]?.string }
    #expect(severities.compactMap(Double.init).count == rules.count)
    #expect(run["invocations"]?.array?.first?["executionSuccessful"] == .bool(false))
  }

  @Test
  func `levels follow the severity, and what is not demanded has none`() throws {
    let results = try #require(try run(try Sample.incomplete())["results"]?.array)
    let levels = results.map { "\($0["ruleId"]?.string ?? "") \($0["level"]?.string ?? "")" }
    #expect(
      levels == [
        "REP002 none", "REP002 none", "REP002 none", "REP001 error", "REP009 warning",
        "REP001 error", "POL001 error",
      ])
    #expect(results[0]["kind"]?.string == "notApplicable")
  }

  @Test(arguments: [
    (AuditReport.Container.folder, "a b", "a%20b/m%C3%BC.h5!x"),
    (.folder, "a/", "a/m%C3%BC.h5!x"), (.archive, "r.tar", "r.tar!m%C3%BC.h5!x"),
    (.file, "c:model.h5", "c%3Amodel.h5"),
  ])
  func `a place is a relative reference`(
    _ container: AuditReport.Container, _ path: String, _ expected: String
  ) throws {
    let finding = Rule.outputDiffers.at(Place(["m\u{fc}.h5", "x"], offset: 3), "wrong")
    let run = try run(try report(finding, in: container, path: path))
    let result = try #require(run["results"]?.array?.first)
    #expect(uri(result) == expected)
    let location = result["locations"]?.array?.first
    #expect(
      location?["physicalLocation"]?["region"] == ["byteOffset": 3, "byteLength": 1])
    #expect(
      location?["logicalLocations"]?.array?.first?["fullyQualifiedName"]?.string
        == "m\u{fc}.h5!x")
  }

  @Test
  func `an absolute path never shows`() throws {
    let finding = Rule.outputDiffers.at(Place(["m"]), "wrong")
    let run = try run(try report(finding, in: .folder, path: "/home/ana/releases/digits/"))
    #expect(uri(try #require(run["results"]?.array?.first)) == "digits/m")
  }

  @Test
  func `fingerprints do not follow the offset`() throws {
    func fingerprint(_ offset: Int) throws -> JSON? {
      let finding = Rule.outputDiffers.at(Place(["m"], offset: offset), "wrong")
      let run = try run(try report(finding, in: .archive, path: "r.tar"))
      return run["results"]?.array?.first?["partialFingerprints"]
    }
    #expect(try fingerprint(1) == fingerprint(2))
  }
}
