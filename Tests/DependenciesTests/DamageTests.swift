import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

struct DamageTests {
  private static let xml =
    "<verification-metadata><configuration><verify-metadata>true</verify-metadata></configuration><components><component group='g' name='a' version='1'><artifact name='a'><sha256 value='\(hexadecimal)'/></artifact></component></components></verification-metadata>"

  /// One small file of each kind.
  private static let samples: [(String, String)] = [
    (
      "uv.lock",
      "version = 1\n[[package]]\nname = 'a'\nversion = '1'\nsource = { registry = 'x' }\nwheels = [{ url = 'https://a', hash = 'sha256:\(hexadecimal)' }]\n"
    ),
    (
      "poetry.lock",
      "[[package]]\nname = 'a'\nversion = '1'\nfiles = [{ file = 'a', hash = 'sha256:00' }]\n[metadata]\nlock-version = '2.1'\n"
    ),
    ("pdm.lock", "[metadata]\nlock_version = '4'\n[[package]]\nname = 'a'\ngit = 'https://a'\n"),
    (
      "pylock.toml",
      "lock-version = '1.0'\n[[packages]]\nname = 'a'\nversion = '1'\nsdist = { hashes = { sha256 = '00' } }\n"
    ),
    ("Pipfile", "[packages]\na = '==1.0'\nb = { version = '*' }\n"),
    (
      "Pipfile.lock",
      "{\"_meta\":{},\"default\":{\"a\":{\"version\":\"==1\",\"hashes\":[\"sha256:0\"]}}}"
    ),
    (
      "pyproject.toml", "[project]\ndependencies = ['a>=1']\n[tool.poetry.dependencies]\nb = '^1'\n"
    ),
    ("setup.cfg", "[options]\ninstall_requires =\n  a>=1\n  file: b\n"),
    ("setup.py", "d = ['a']\nsetup(install_requires=d, extras_require={'x': [\"b\"]})\n"),
    ("requirements.in", "a>=1 \\\n  --hash=sha256:00\n-r b.txt\n"),
    ("conda-linux-64.lock", "@EXPLICIT\nhttps://x/c/noarch/a-1-0.conda#\(hexadecimal)\n"),
    (
      "conda-lock.yml",
      "version: 1\npackage: [{name: a, version: 1, manager: conda, url: x, hash: {md5: 0}}]\n"
    ),
    (
      "environment.yml",
      "channels: [x]\ndependencies: ['a=1=b', 'c::d[version=1]', {pip: [e==1]}]\n"
    ),
    (
      "Dockerfile",
      "# escape=`\nARG A=b\nFROM ${A:-c}@sha256:0 AS d\nRUN <<E\npip install 'x' | sh\nE\nADD --checksum=a https://b c\nUSER 0\n"
    ),
    (
      "pom.xml",
      "<project><parent><version>${a}</version></parent><dependencies><dependency><groupId>${b}</groupId></dependency></dependencies></project>"
    ),
    ("verification-metadata.xml", xml), ("gradle.lockfile", "g:a:1=x,y\nempty=\n"),
    (
      "Package.resolved",
      "{\"version\":2,\"pins\":[{\"identity\":\"a\",\"location\":\"git@b:c\",\"state\":{\"revision\":\"00\"}}]}"
    ),
    (
      "package-lock.json",
      "{\"lockfileVersion\":3,\"packages\":{\"node_modules/a\":{\"version\":\"1.0.0\",\"integrity\":\"sha512-AA==\"}}}"
    ),
    ("package.json", "{\"dependencies\":{\"a\":\"^1\"},\"scripts\":{\"install\":\"x\"}}"),
  ]

  @Test(arguments: samples)
  func `every damaged file is judged, and none lets the reader fall`(
    _ path: String, _ text: String
  ) {
    let whole = DependencyReport(path, text)
    #expect(whole.sources.count == 1)
    for bytes in Mutations(of: Array(text.utf8), cases: 50) {
      #expect(DependencyReport(in: [(path, bytes)]).sources.count == 1)
    }
  }

  @Test(arguments: [
    ("uv.lock", RepeatedText(start: "a = ", "[", 100_000)),
    ("Pipfile.lock", RepeatedText("[", 100_000)),
    ("environment.yml", RepeatedText("[", 100_000)), ("pom.xml", RepeatedText("<a>", 100_000)),
    ("setup.py", RepeatedText(start: "setup(", "[", 100_000)),
    ("setup.py", RepeatedText("setup(", 40_000)),
    ("setup.py", RepeatedText("setup(requires=x)\n", 10_000)),
    ("Dockerfile", RepeatedText(start: "FROM a\nRUN ", "<<a ", 1_000)),
    ("Dockerfile", RepeatedText(start: "FROM a\nRUN ", "sh -c '", 10_000)),
    ("Dockerfile", RepeatedText("ARG A=$A$A\n", 1_000, end: "FROM $A")),
    ("environment.yml", RepeatedText(start: "dependencies: ['", "a[", 10_000, end: "']")),
  ])
  func `depth and repetition are bounded`(_ path: String, _ long: RepeatedText) {
    #expect(DependencyReport(path, long.text).sources.count == 1)
  }

  @Test func `a file over its limit is an obstacle`() {
    let long = ByteSlice([UInt8](repeating: 0x20, count: 17 << 20))
    for (path, _) in Self.samples where path != "requirements.in" {
      let findings = DependencyReport(in: [(path, long)]).findings
      #expect(findings.map(\.rule.id) == ["DEP011"], "\(path)")
    }
  }
}
