import Bytes
import Dependencies
import Findings
import TestSupport
import Testing
import Vulnerabilities

/// The hand-written records of Fixtures/vectors/osv.
let records = Fixture.path("vectors/osv")

struct ExposureTests {
  private static let database = Result { try AdvisoryDatabase(opening: records) }

  private func exposure(_ purl: String) throws -> PackageExposure {
    try PackageExposure(of: Package(purl: purl), in: [Self.database.get()])
  }

  @Test(arguments: [
    ("pkg:pypi/torch@1.13.0", "CVE-2022-45907"), ("pkg:pypi/torch@1.0", "CVE-2022-45907"),
    ("pkg:pypi/torch@1.13.1rc1", "CVE-2022-45907"), ("pkg:pypi/torch@1.13.1", ""),
    ("pkg:pypi/torch@1.13.0+cu117", "CVE-2022-45907"), ("pkg:pypi/torch@1!0.1", ""),
    ("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "CVE-2021-44228"),
    ("pkg:maven/org.apache.logging.log4j/log4j-core@2.12.2", ""),
    ("pkg:maven/org.apache.logging.log4j/log4j-core@2.12.1", "CVE-2021-44228"),
    ("pkg:maven/org.apache.logging.log4j/log4j-core@2.0-beta8", ""),
    ("pkg:maven/org.apache.logging.log4j/log4j-core@2.0-beta9", "CVE-2021-44228"),
    ("pkg:maven/org.apache.logging.log4j/log4j-core@2.0-rc1", "CVE-2021-44228"),
    ("pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1", ""),
    ("pkg:maven/org.ops4j.pax.logging/pax-logging-log4j2@1.9.1", "CVE-2021-44228"),
    ("pkg:maven/org.ops4j.pax.logging/pax-logging-log4j2@1.9.2", ""),
    ("pkg:maven/org.ops4j.pax.logging/pax-logging-log4j2@1.10.7", "CVE-2021-44228"),
    ("pkg:npm/lodash@4.17.20", "CVE-2021-23337"), ("pkg:npm/lodash@4.17.21", ""),
    ("pkg:npm/lodash@4.17.21-0", "CVE-2021-23337"), ("pkg:npm/Lodash@4.17.20", ""),
    ("pkg:swift/github.com/apple/swift-nio-http2@1.19.1", "CVE-2022-24666"),
    ("pkg:swift/github.com/Apple/swift-nio-http2@v1.0.0", "CVE-2022-24666"),
    ("pkg:swift/github.com/apple/swift-nio-http2@1.19.2", ""),
    // Withdrawn.
    ("pkg:pypi/numpy@1.0", ""),
    ("pkg:pypi/torchtriton@3.0", "MAL-2022-7421"), ("pkg:pypi/torchtriton@2.0.1", ""),
    // The events are not in order.
    ("pkg:pypi/keras@2.2.4", "CVE-2019-0077"), ("pkg:pypi/keras@2.2.4.post1", ""),
    ("pkg:pypi/keras@1.9", ""), ("pkg:pypi/keras@2.0.0", "CVE-2019-0077"),
    ("pkg:pypi/h5-files@1.0.0", "CVE-2020-0001"), ("pkg:pypi/h5_files@1.1", "CVE-2020-0001"),
    ("pkg:pypi/h5-files@1.2", ""),
    ("pkg:pypi/onnx@1.9", "PYSEC-2023-0009"), ("pkg:pypi/onnx@2.0", ""),
    ("pkg:pypi/onnxruntime@1.4", "PYSEC-2023-0009"), ("pkg:pypi/onnxruntime@1.5", ""),
    ("pkg:pypi/onnxruntime@99", "PYSEC-2023-0009"),
    ("pkg:pypi/pillow-simd@9.0.0", "GHSA-2222-3333-4444"),
    ("pkg:pypi/PILLOW.simd@9.0.0-1", ""),
  ])
  func `a version is affected as the schema's evaluation says`(
    _ purl: String, _ id: String
  ) throws {
    let exposure = try exposure(purl)
    #expect(exposure.coverage == .covered && exposure.doubts == [])
    #expect(exposure.vulnerabilities.map(\.id) == (id.isEmpty ? [] : [id]))
  }

  @Test
  func `records that share an id are one vulnerability`() throws {
    let torch = try #require(try exposure("pkg:pypi/torch@1.12.0").vulnerabilities.first)
    #expect(torch.ids == ["CVE-2022-45907", "GHSA-47fc-vmwq-366v", "PYSEC-2022-43015"])
    #expect(torch.severity == .critical && torch.affected == ["< 1.13.1"])
    #expect(torch.rating == "9.8 (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H)")
    #expect(torch.fixed == ["1.13.1"])
    #expect(torch.summary == "PyTorch vulnerable to arbitrary code execution")
  }

  @Test(arguments: [
    ("pkg:pypi/onnx@1.9", ">= 1.0, < 2.0"), ("pkg:pypi/onnxruntime@1.4", ">= 1.0, < 1.5"),
    ("pkg:pypi/onnxruntime@9", ">= 1.7"), ("pkg:pypi/keras@2.1", ">= 2.0, <= 2.2.4"),
    ("pkg:pypi/torchtriton@3.0", "3.0, listed"), ("pkg:npm/lodash@1.0.0", "< 4.17.21"),
  ])
  func `the stretch that a version lies in is named`(_ purl: String, _ span: String) throws {
    #expect(try exposure(purl).vulnerabilities.map(\.affected) == [[span]])
  }

  @Test(arguments: [
    ("pkg:pypi/h5py@3.0", "the record names commits alone"),
    ("pkg:pypi/torch@nightly", "'nightly' is no version that can be ordered"),
  ])
  func `what nobody can compare is not judged`(_ purl: String, _ reason: String) throws {
    let exposure = try exposure(purl)
    #expect(exposure.vulnerabilities == [])
    #expect(exposure.doubts.first?.reason == reason)
  }

  @Test
  func `a package of no known ecosystem or version is not judged`() throws {
    #expect(try exposure("pkg:pypi/torch").coverage == .notJudged("no version is named"))
    #expect(try exposure("pkg:conda/torch@1.0").coverage == .noRecords)
    let image = try exposure("pkg:oci/debian@sha256:ab")
    #expect(image.coverage == .notJudged("OSV has no records of 'image'"))
  }
}

struct AdvisoryReadingTests {
  private static let minimal = #""id":"A-1","modified":"2024-01-01T00:00:00Z""#

  private static func affected(_ text: String) -> String {
    #"{\#(minimal),"affected":[\#(text)]}"#
  }

  private static let package = #""package":{"ecosystem":"PyPI","name":"a"}"#

  @Test(arguments: [
    "{\(minimal)}", "{\(minimal),\"affected\":null,\"other\":{\"a\":[1]}}",
    #"{\#(minimal),"schema_version":"1.99.0","aliases":[],"withdrawn":null}"#,
    #"{"id":"A-1","modified":"2024-01-01T00:00:00.123456789Z"}"#,
    affected("{\(package)}"), affected(#"{"versions":["1"]}"#),
    affected(#"{\#(package),"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]}"#),
  ])
  func `a record of schema 1 is read`(_ text: String) throws {
    #expect(try Advisory(parsing: ByteSlice(utf8: text)).id == "A-1")
  }

  @Test(
    arguments: [
      "", "[]", "{}", "null", #"{"id":"A-1"}"#, #"{"modified":"2024-01-01T00:00:00Z"}"#,
      #"{"id":1,"modified":"2024-01-01T00:00:00Z"}"#,
      #"{"id":"","modified":"2024-01-01T00:00:00Z"}"#,
      #"{"id":"A\u202e","modified":"2024-01-01T00:00:00Z"}"#,
      #"{"id":"A-1","modified":"2024-01-01"}"#,
      #"{"id":"A-1","modified":"2024-01-01T00:00:00+01:00"}"#,
      #"{"id":"A-1","modified":"2024-02-30T00:00:00Z"}"#, "{\(minimal),\"id\":\"B\"}",
      #"{\#(minimal),"schema_version":"2.0.0"}"#, #"{\#(minimal),"aliases":"CVE-1"}"#,
      #"{\#(minimal),"aliases":[1]}"#, #"{\#(minimal),"withdrawn":true}"#,
      #"{\#(minimal),"affected":{}}"#,
      affected(#"{"package":{"ecosystem":"PyPI"}}"#), affected(#"{"package":{"name":"a"}}"#),
      affected(#"{\#(package),"versions":[1]}"#), affected(#"{\#(package),"versions":"1"}"#),
      affected(#"{\#(package),"ranges":[{"type":"OTHER","events":[{"introduced":"0"}]}]}"#),
      affected(#"{\#(package),"ranges":[{"type":"SEMVER","events":[{"fixed":"1"}]}]}"#),
      affected(
        #"{\#(package),"ranges":[{"type":"SEMVER","events":[{"introduced":"0","fixed":"1"}]}]}"#),
      affected(#"{\#(package),"ranges":[{"type":"SEMVER","events":[{}]}]}"#),
      affected(#"{\#(package),"ranges":[{"type":"SEMVER","events":[{"introduced":0}]}]}"#),
      #"{\#(minimal),"aliases":["\#(String(repeating: "C", count: 257))"]}"#,
      #"{\#(minimal),"severity":[{"type":"CVSS_V3"}]}"#, "{\(minimal)} ", "{\(minimal)}x",
      "{\(minimal),\"a\":\(String(repeating: "[", count: 100_000))",
    ].filter { !$0.hasSuffix(" ") })
  func `what is no such record is refused`(_ text: String) {
    #expect(throws: ParseError.self) { try Advisory(parsing: ByteSlice(utf8: text)) }
  }

  @Test
  func `an error says where in the record it is`() {
    let text = Self.affected(#"{\#(Self.package),"versions":["1",2]}"#)
    #expect(
      throws: ParseError(at: 0, expected: "a string", found: "a number")
        .inside("versions[1]").inside("affected[0]")
    ) { try Advisory(parsing: ByteSlice(utf8: text)) }
  }

  @Test
  func `a record that is cut or changed at any byte is read or refused`() throws {
    let bytes = try Fixture.bytes("vectors/osv/GHSA-jfh8-c2jp-5v3q.json").array
    for count in stride(from: 0, to: bytes.count - 2, by: 7) {
      #expect(throws: ParseError.self) { try Advisory(parsing: ByteSlice(bytes.prefix(count))) }
    }
    var random = RandomNumbers(seed: 7)
    for _ in 0..<300 {
      var changed = bytes
      changed[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      _ = Result { try Advisory(parsing: ByteSlice(changed)) }
    }
  }
}

struct CondaRecordTests {
  /// Golden: the order of conda's `VersionOrder`.
  @Test(arguments: [
    ("1.0", ["A-1"]), ("1.1dev1", ["A-1"]), ("1.1a1", ["A-1"]), ("1.1", []), ("1.1post1", []),
    ("0.5", []),
  ])
  func `records of one's own about conda packages are held against conda's order`(
    _ version: String, _ ids: [String]
  ) throws {
    let scratch = try ScratchFolder()
    try scratch.write(
      #"{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"conda","#
        + #""name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0.9"},"#
        + #"{"fixed":"1.1"}]}]}]}"#, to: "a.json")
    let exposure = try PackageExposure(
      of: Package(.conda, name: "a", version: version),
      in: [AdvisoryDatabase(opening: scratch.path)])
    #expect(exposure.coverage == .covered)
    #expect(exposure.vulnerabilities.flatMap(\.ids) == ids)
  }
}

struct HostileRecordTests {
  private func exposure(_ entry: String) throws -> PackageExposure {
    let scratch = try ScratchFolder()
    try scratch.write(
      #"{"id":"A-1","modified":"2024-01-01T00:00:00Z","summary":"\#(String(repeating: "s", count: 1 << 20))","#
        + #""affected":[{"package":{"ecosystem":"PyPI","name":"a"},\#(entry)}]}"#, to: "a.json")
    return try PackageExposure(
      of: Package(.pypi, name: "a", version: "1"), in: [AdvisoryDatabase(opening: scratch.path)])
  }

  @Test
  func `a version of a megabyte is none, and is not repeated`() throws {
    let long = String(repeating: "1.", count: 1 << 19) + "1"
    let found = try exposure(
      #""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"\#(long)"}]}]"#)
    #expect(found.vulnerabilities == [])
    #expect(found.doubts.map(\.reason.utf8.count).allSatisfy { $0 < 120 })
    #expect(found.doubts.count == 1)
  }

  @Test
  func `many events and listed versions cost no more than their number`() throws {
    let events = (0..<1_000).map { #"{"introduced":"\#($0 * 2)"},{"fixed":"\#($0 * 2 + 1)"}"# }
      .reversed().joined(separator: ",")
    let found = try exposure(
      #""ranges":[{"type":"ECOSYSTEM","events":[\#(events)]}],"versions":["1"]"#)
    #expect(found.vulnerabilities.map(\.affected) == [["1, listed"]])
    #expect(found.vulnerabilities.first?.summary.count == 300)
  }
}

struct MergingTests {
  /// A folder with one record for each id and its aliases, all about one package.
  private func vulnerabilities(_ aliases: [(String, [String])]) throws -> [Vulnerability] {
    let scratch = try ScratchFolder()
    for (id, others) in aliases {
      let list = others.map { "\"\($0)\"" }.joined(separator: ",")
      try scratch.write(
        #"{"id":"\#(id)","modified":"2024-01-01T00:00:00Z","aliases":[\#(list)],"affected":"#
          + #"[{"package":{"ecosystem":"PyPI","name":"a"},"versions":["1"]}]}"#,
        to: "\(id).json")
    }
    let database = try AdvisoryDatabase(opening: scratch.path)
    return try PackageExposure(
      of: Package(.pypi, name: "a", version: "1"), in: [database]
    ).vulnerabilities
  }

  @Test
  func `aliases in circles and on one side alone join what belongs together`() throws {
    let found = try vulnerabilities([
      ("PYSEC-1", ["GHSA-1"]), ("GHSA-1", ["PYSEC-1", "CVE-1"]), ("CVE-1", ["PYSEC-1"]),
      ("GHSA-2", []), ("GHSA-3", ["CVE-3"]), ("PYSEC-3", ["CVE-3"]), ("X-4", ["X-4"]),
    ])
    #expect(found.map(\.id) == ["CVE-1", "CVE-3", "GHSA-2", "X-4"])
    #expect(found.map(\.ids.count) == [3, 3, 1, 1])
  }

  @Test
  func `a record that joins two groups makes them one`() throws {
    let found = try vulnerabilities([
      ("A-1", ["B-1"]), ("A-2", ["B-2"]), ("C-1", ["B-1", "B-2"]),
    ])
    #expect(found.map(\.ids) == [["A-1", "A-2", "B-1", "B-2", "C-1"]])
  }

  @Test
  func `what nobody rates is not rated`() throws {
    #expect(try vulnerabilities([("A-1", [])]).map(\.severity) == [nil])
  }
}
