import Bytes
import Dependencies
import Findings
import Testing

private let hash = "--hash=sha256:\(String(repeating: "a", count: 64))"

struct DependencyReportTests {
  /// The report on files given as path and text.
  private func report(
    _ files: [(String, String)], named: [String] = []
  ) -> DependencyReport {
    DependencyReport(named: named, in: files.map { ($0.0, ByteSlice(utf8: $0.1)) })
  }

  @Test func `no dependency file is an absence`() {
    let report = report([("model.h5", ""), ("README.md", "")])
    #expect(report.findings.map(\.rule.id) == ["DEP013"])
    #expect(report.findings.first?.rule.kind == .absence)
  }

  @Test func `a named file that is missing is found`() {
    #expect(report([], named: ["requirements.txt"]).findings.map(\.rule.id) == ["DEP012"])
  }

  @Test(arguments: [
    "build.gradle", "build.gradle.kts", "go.mod", "Cargo.lock", "sub/CARGO.TOML", "yarn.lock",
    "Package.swift", "pixi.lock", "docker-compose.yml", "renv.lock", "pnpm-lock.yaml", "Gemfile",
  ])
  func `a file of another tool is an obstacle, named or not`(_ path: String) {
    for named in [[], [path]] {
      let findings = report([(path, "x")], named: named).findings
      #expect(findings.map(\.rule.id) == ["DEP011"])
      #expect(findings.first?.rule.kind == .obstacle)
      #expect(findings.first?.place == Place([path]))
    }
  }

  @Test func `a named file of no known kind is an obstacle`() {
    let findings = report([("deps.lst", "h5py")], named: ["deps.lst"]).findings
    #expect(findings.map(\.rule.id) == ["DEP011"])
  }

  @Test(arguments: [
    "requirements.txt", "requirements-gpu.txt", "gpu_requirements.txt", "Requirements.TXT",
    "requirements/base.txt", "serve/requirements.txt", "constraints.txt",
  ])
  func `every requirements file is judged, named or not`(_ path: String) {
    let report = report([(path, "h5py>=3\n")])
    #expect(report.findings.map(\.rule.id) == ["DEP001"])
    #expect(report.sources.map(\.path) == [path])
    #expect(report.sources.map(\.kind) == ["requirements"])
  }

  @Test(arguments: [
    "-r base.txt", "-rbase.txt", "--requirement=base.txt", "--requirem base.txt", "-r ./base.txt",
    "-r x/../base.txt", "-r 'base.txt'",
  ])
  func `an included file is judged with the one that includes it`(_ line: String) {
    let files = [("deps/requirements.txt", line + "\n"), ("deps/base.txt", "h5py\n")]
    let report = report(files)
    #expect(report.findings.map(\.place) == [Place(["deps/base.txt"]).detail("line 1")])
    #expect(report.findings.map(\.rule.id) == ["DEP001"])
    #expect(report.sources.map(\.path) == ["deps/base.txt", "deps/requirements.txt"])
  }

  @Test(arguments: [
    "../base.txt", "/base.txt", "~/base.txt", "https://example.com/base.txt",
    "file:base.txt", "file:///base.txt", "C:\\base.txt", "..\\base.txt", "missing.txt",
    "deps/../..",
    ".", "", "requirements.txt", "./requirements.txt",
  ])
  func `an include from elsewhere, of nothing or of itself is found`(_ target: String) {
    let files = [("requirements.txt", "-r '\(target)'\n"), ("deps/base.txt", "")]
    #expect(report(files).findings.map(\.rule.id) == ["DEP007"])
  }

  @Test func `a circle of includes is found and ends`() {
    let files = [
      ("requirements.txt", "-r a.txt\n"), ("a.txt", "-r b.txt\n"), ("b.txt", "-c a.txt\n"),
    ]
    let report = report(files)
    #expect(report.findings.map(\.rule.id) == ["DEP007"])
    #expect(report.findings.first?.place == Place(["b.txt"]).detail("line 1"))
  }

  @Test func `a long chain of includes ends`() {
    let files = (0..<40).map { ("requirements/\($0).txt", "-r \($0 + 1).txt\n") }
    let rules = Set(report(files).findings.map(\.rule.id))
    #expect(rules == ["DEP007"])
  }

  @Test func `many includes of one file read it once`() {
    let line = "-r base.txt\n"
    let files = [
      ("requirements.txt", String(repeating: line, count: 1000)),
      ("base.txt", "h5py==3.12.1 \(hash)\n"),
    ]
    let report = report(files)
    #expect(report.findings == [])
    #expect(report.packages.map(\.name) == ["h5py"])
  }

  @Test func `constraints need no hashes and open no sources`() {
    let requirements = ("requirements.txt", "-c constraints.txt\nh5py==3.12.1 \(hash)\n")
    let fine = report([requirements, ("constraints.txt", "numpy<3\nrich\n")])
    #expect(fine.findings == [])
    #expect(fine.sources.map(\.kind) == ["constraints", "requirements"])
    #expect(fine.packages.map(\.name) == ["h5py"])
    let open = report([
      requirements, ("constraints.txt", "numpy @ https://example.com/numpy.whl\n-f wheels\n"),
    ])
    #expect(open.findings.map(\.rule.id) == ["DEP006", "DEP004"])
  }

  @Test func `files that agree on a package lock it once, others are found`() {
    let one = ("requirements.txt", "h5py==3.12.1 \(hash)\n")
    let same = report([one, ("requirements-gpu.txt", "H5PY==3.12.1 \(hash)\n")])
    #expect(same.findings == [])
    #expect(same.packages.count == 1)
    let other = report([one, ("requirements-gpu.txt", "h5py==3.12.2 \(hash)\n")])
    #expect(other.findings.map(\.rule.id) == ["DEP009"])
  }

  @Test func `the same files give the same findings in any order`() {
    let files = [
      ("requirements.txt", "h5py\n"), ("a/requirements.txt", "numpy\n"), ("uv.lock", ""),
    ]
    #expect(report(files).findings == report(files.reversed()).findings)
  }
}
