import Bytes
import Dependencies
import Findings
import TestSupport
import Testing
import Vulnerabilities

struct VulnerabilityReportTests {
  private func report(
    _ purls: [String], data: String = records, age: Int? = 3, maxAge: Int = 30
  ) throws -> VulnerabilityReport {
    let pins = try purls.map {
      VulnerabilityReport.Pin(try Package(purl: $0), at: Place(["requirements.txt"]))
    }
    return VulnerabilityReport(
      of: pins, in: [try AdvisoryDatabase(opening: data)], age: age, maxAge: maxAge)
  }

  @Test(arguments: [
    ("pkg:pypi/torch@1.12.0", "DEP035"), ("pkg:npm/lodash@4.17.20", "DEP036"),
    ("pkg:swift/github.com/apple/swift-nio-http2@1.0.0", "DEP036"),
    ("pkg:pypi/keras@2.1", "DEP037"), ("pkg:pypi/pillow-simd@8", "DEP038"),
    ("pkg:pypi/onnx@1.9", "DEP039"), ("pkg:pypi/torchtriton@3.0.0", "DEP040"),
  ])
  func `a known vulnerability has the rule of its band`(_ purl: String, _ rule: String) throws {
    let report = try report([purl])
    #expect(report.findings.map(\.rule.id) == [rule])
    #expect(report.findings.first?.place.members == ["requirements.txt"])
    #expect(report.findings.allSatisfy { $0.rule.isKnownVulnerability })
    let known = report.measurements.first { $0.name == Measurement.Name.vulnerabilities }
    #expect(known?.value == 1 && known?.n == 1)
  }

  @Test
  func `a finding holds what there is to know`() throws {
    let finding = try #require(try report(["pkg:pypi/torch@1.12.0"]).findings.first)
    #expect(
      finding.message == "torch 1.12.0 has CVE-2022-45907: "
        + "PyTorch vulnerable to arbitrary code execution")
    #expect(
      finding.evidence == [
        "pkg:pypi/torch@1.12.0", "affected: < 1.13.1", "fixed in: 1.13.1",
        "severity: 9.8 (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H)",
      ])
    #expect(
      finding.references == ["CVE-2022-45907", "GHSA-47fc-vmwq-366v", "PYSEC-2022-43015"])
  }

  @Test
  func `a finding stands at the line that pins the package first`() throws {
    let package = try Package(purl: "pkg:pypi/torch@1.12.0")
    let pins = [("requirements.txt", "line 3"), ("serve/uv.lock", "line 9")].map {
      VulnerabilityReport.Pin(package, at: Place([$0], detail: $1))
    }
    let report = VulnerabilityReport(
      of: pins, in: [try AdvisoryDatabase(opening: records)], age: 0, maxAge: 1)
    #expect(report.findings.map(\.place) == [Place(["requirements.txt"], detail: "line 3")])
  }

  @Test
  func `packages that nothing is known of are no finding`() throws {
    let report = try report([
      "pkg:pypi/torch@2.0.0", "pkg:pypi/unheard-of@1.0", "pkg:pypi/torch@2.0.0",
    ])
    #expect(report.findings == [])
    let values = report.measurements.map { "\($0.name) \($0.value) \($0.n ?? 0)" }
    #expect(values == ["advisories 12.0 0", "advisory-age 3.0 0", "vulnerabilities 0.0 2"])
  }

  @Test
  func `what could not be judged is an obstacle`() throws {
    let report = try report([
      "pkg:conda/numpy@1.0", "pkg:conda/scipy@1.0", "pkg:pypi/h5py@3.0", "pkg:pypi/torch@nightly",
      "pkg:oci/debian@sha256:ab",
    ])
    #expect(report.findings.allSatisfy { $0.rule == .unjudgedPackages })
    #expect(
      report.findings.map { $0.place.detail ?? "" } == [
        "pkg:pypi/h5py@3.0", "pkg:pypi/torch@nightly", "conda", "image",
      ])
    #expect(report.findings[2].evidence == ["pkg:conda/numpy@1.0", "pkg:conda/scipy@1.0"])
  }

  @Test
  func `an ecosystem without records is not judged`() throws {
    let scratch = try ScratchFolder()
    try scratch.copy("\(records)/GHSA-35jh-r3h4-6jhm.json", to: "a.json")
    let report = try report(["pkg:pypi/torch@1.0", "pkg:npm/a@1.0.0"], data: scratch.path)
    #expect(
      report.findings.map(\.message) == [
        "1 package was not judged: the data hold no record of PyPI"
      ])
  }

  @Test(arguments: [(3, true), (30, true), (31, false), (nil, false)] as [(Int?, Bool)])
  func `data older than the policy accepts are an obstacle`(_ age: Int?, _ isFine: Bool) throws {
    let findings = try report(["pkg:pypi/torch@2.0.0"], age: age).findings
    #expect(findings.map(\.rule) == (isFine ? [] : [.oldAdvisories]))
  }

  @Test
  func `data that could not be read whole are an obstacle`() throws {
    let scratch = try ScratchFolder()
    try scratch.copy("\(records)/GHSA-47fc-vmwq-366v.json", to: "a.json")
    try scratch.write("{", to: "b.json")
    let findings = try report(["pkg:pypi/torch@2.0.0"], data: scratch.path).findings
    #expect(findings.map(\.rule) == [.incompleteAdvisories])
    #expect(findings.first?.evidence.first?.hasPrefix("b.json: ") == true)
  }
}
