import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

private let address = "https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311h64a7726_0"
private let md5 = String(repeating: "0", count: 32)

struct CondaTests {
  @Test(arguments: [
    ("\(address).conda#sha256:\(hexadecimal)", []), ("\(address).tar.bz2#\(hexadecimal)", []),
    ("\(address).conda#\(md5)", ["DEP003"]), ("\(address).conda", ["DEP002"]),
    ("\(address).conda#sha256:00", ["DEP010"]), ("numpy=1.26.4", ["DEP010"]),
    ("http://example.com/c/noarch/a-1-0.conda#\(hexadecimal)", ["DEP005"]),
    ("https://example.com/t/tk-0123/c/noarch/a-1-0.conda#\(hexadecimal)", []),
    ("https://u:p@example.com/c/noarch/a-1-0.conda#\(hexadecimal)", ["DEP008"]),
    ("/srv/a-1-0.conda#\(hexadecimal)", ["DEP006"]),
  ])
  func `a line of an explicit list is judged`(_ line: String, _ rules: [String]) {
    let text = "# platform: linux-64\n@EXPLICIT\n\(line)\n"
    #expect(DependencyReport("conda-linux-64.lock", text).rules == rules)
  }

  @Test func `an explicit list pins name, version and channel`() {
    let report = DependencyReport(
      "explicit.txt", "@EXPLICIT\n\(address).conda#sha256:\(hexadecimal)\n")
    #expect(report.names == ["conda numpy 1.26.4"])
    #expect(report.pins.first?.source == "https://conda.anaconda.org/conda-forge")
    #expect(DependencyReport("explicit.txt", "numpy\n@EXPLICIT\n").rules == ["DEP001"])
  }

  private static func lock(_ package: String) -> String {
    """
    version: 1
    metadata:
      content_hash: {linux-64: "00"}
      channels: [{url: conda-forge, used_env_vars: []}]
      platforms: [linux-64]
      sources: [environment.yml]
    package:
    - \(package)
    """
  }

  @Test(arguments: [
    (
      "{name: numpy, version: 1.26.4, manager: conda, platform: linux-64, url: '\(address).conda', hash: {md5: '\(md5)', sha256: '\(hexadecimal)'}}",
      [], ["conda numpy 1.26.4"]
    ),
    (
      "{name: a, version: '1.0', manager: pip, platform: linux-64, url: 'https://example.com/a.whl', hash: {sha256: '\(hexadecimal)'}}",
      [], ["pypi a 1.0"]
    ),
    (
      "{name: numpy, version: 1.26.4, manager: conda, platform: linux-64, url: '\(address).conda', hash: {md5: '\(md5)'}}",
      ["DEP003"], ["conda numpy 1.26.4"]
    ),
    (
      "{name: torch, version: 1.26.4, manager: conda, platform: linux-64, url: '\(address).conda', hash: {sha256: '\(hexadecimal)'}}",
      ["DEP019"], ["conda torch 1.26.4"]
    ),
    ("{name: numpy}", ["DEP010"], []), ("{name: a, version: 1, manager: x}", ["DEP010"], []),
  ])
  func `a package of conda-lock is judged`(
    _ package: String, _ rules: [String], _ names: [String]
  ) {
    let report = DependencyReport("conda-lock.yml", Self.lock(package))
    #expect(report.rules == rules)
    #expect(report.names == names)
  }

  @Test(arguments: [
    ("numpy", ["DEP001"]), ("numpy=1.26", ["DEP001"]), ("numpy>=1.26", ["DEP001"]),
    ("numpy==1.26.4", ["DEP002"]), ("numpy=1.26.4=py311_0", ["DEP002"]),
    ("numpy 1.26.4 py311_0", ["DEP002"]), ("conda-forge::numpy==1.26.4", ["DEP002"]),
    ("numpy[version='1.26.4']", ["DEP002"]), ("numpy==1.*", ["DEP001"]),
    ("https://example.com/c/noarch/a-1-0.conda", ["DEP006"]), ("=1", ["DEP010"]),
    ("{pip: [requests]}", ["DEP001"]), ("{pip: [requests==2.0]}", ["DEP002"]),
    ("{pip: [--extra-index-url https://example.com]}", ["DEP004"]),
    ("{pip: [-r other.txt]}", ["DEP007"]), ("{pip: [-e .]}", ["DEP006"]),
    ("{conda: [x]}", ["DEP010"]),
  ])
  func `a dependency of an environment is judged`(_ dependency: String, _ rules: [String]) {
    let quoted = dependency.hasPrefix("{") ? dependency : "\"\(dependency)\""
    let text = "name: x\nchannels: [conda-forge]\ndependencies:\n- \(quoted)\n"
    #expect(DependencyReport("environment.yml", text).rules == rules)
  }

  @Test func `an environment is a declaration of what conda-lock locks`() {
    let lock = Self.lock(
      "{name: numpy, version: 1.26.4, manager: conda, platform: linux-64, url: '\(address).conda', hash: {sha256: '\(hexadecimal)'}}"
    )
    let environment = "dependencies: [numpy=1.26, scipy]\n"
    let report = DependencyReport(texts: [
      ("environment.yml", environment), ("conda-lock.yml", lock),
    ])
    #expect(report.rules == ["DEP017"])
  }

  @Test(arguments: [
    "x", "- a", "dependencies: x", "a: &a [x]\ndependencies: *b", "dependencies: [a]\n---\nx: y",
    "dependencies: !!python/object/apply:os.system [x]", "dependencies: [a]\ndependencies: [b]",
  ])
  func `what is no environment is found`(_ text: String) {
    #expect(DependencyReport("environment.yml", text).rules == ["DEP010"])
  }

  @Test func `aliases do not multiply`() {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...9 {
      let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
      text += "a\(level): &a\(level) [\(list)]\n"
    }
    #expect(DependencyReport("environment.yml", text + "dependencies: []\n").rules == ["DEP011"])
  }

  @Test func `channels are judged`() {
    let text = "channels: ['http://example.com/c', 'https://u:p@example.com/d']\ndependencies: []\n"
    #expect(DependencyReport("conda.yaml", text).rules == ["DEP005", "DEP008"])
  }
}
