import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

struct PythonLockTests {
  @Test(arguments: [
    ("uv", ["pylock", "pyproject", "requirements", "uv"]), ("poetry", ["poetry", "pyproject"]),
    ("pipenv", ["pipfile", "pipfile.lock"]), ("pip-tools", ["pyproject", "requirements"]),
  ])
  func `what the real tools lock is pinned, hashed and complete`(
    _ folder: String, _ kinds: [String]
  ) throws {
    let report = try DependencyReport(fixture: folder)
    #expect(report.findings == [])
    #expect(report.sources.map(\.kind).sorted() == kinds)
    #expect(report.names.contains("pypi packaging 24.2"))
    let packaging = report.packages.first { $0.name == "packaging" }
    #expect(
      packaging?.hashes == [
        "sha256:09abb1bccd265c01f4a3aa3f7a7db064b36514d2cba19a2f694fe6150451a759",
        "sha256:c228a6dc5e932d346bc5739379109d49e8853dd8223571c7c5b55260edc0b97f",
      ])
  }

  @Test func `packages of several files are one, with the places of all`() throws {
    let report = try DependencyReport(fixture: "uv")
    #expect(report.packages.count { $0.name == "click" } == 1)
    #expect(
      report.pins.filter { $0.package.name == "click" }.map { "\($0.place)" }.sorted() == [
        "pylock.toml (package click)", "requirements.txt (line 3)", "uv.lock (package click)",
      ])
    #expect(
      report.pins.first { $0.place.members == ["uv.lock"] }?.source == "https://pypi.org/simple")
  }

  private static let wheel =
    "{ url = 'https://files.pythonhosted.org/a.whl', hash = 'sha256:\(hexadecimal)' }"

  /// A package of uv.lock with the given lines.
  private static func uv(_ lines: String) -> String {
    "version = 1\n[[package]]\nname = 'a'\nversion = '1.0'\n\(lines)\n"
  }

  private static let registry = "source = { registry = 'https://pypi.org/simple' }\n"

  private static func files(_ names: String...) -> String {
    let entries = names.map {
      "{ url = 'https://files.pythonhosted.org/x/\($0)', hash = 'sha256:\(hexadecimal)' }"
    }
    return "wheels = [\(entries.joined(separator: ", "))]"
  }

  @Test(arguments: [
    (registry + "wheels = [\(wheel)]", []), (registry, ["DEP002"]),
    (registry + "wheels = [{ url = 'https://files.pythonhosted.org/a.whl' }]", ["DEP002"]),
    (
      registry + "sdist = { url = 'https://pypi.org/a', hash = 'md5:00' }\nwheels = [\(wheel)]",
      ["DEP003"]
    ),
    (
      registry + "sdist = { url = 'https://pypi.org/a', hash = 'sha256:a1' }\nwheels = [\(wheel)]",
      ["DEP010"]
    ),
    (
      registry
        + "wheels = [{ url = 'https://evil.example/a.whl', hash = 'sha256:\(hexadecimal)' }]",
      ["DEP019"]
    ),
    (registry + files("A-1.0.0-py3-none-any.whl", "a-v1.zip", "a-1.0.tar.gz"), []),
    (registry + files("a-1.1-py3-none-any.whl"), ["DEP019"]),
    (registry + files("b-1.0-py3-none-any.whl"), ["DEP019"]),
    (registry + files("a-1.0+cpu-py3-none-any.whl"), ["DEP019"]),
    (registry + files("a-1.0.tar.gz", "a-b-1.0.tar.gz"), ["DEP019"]),
    (
      registry
        + "wheels = [{ url = 'http://files.pythonhosted.org/a', hash = 'sha256:\(hexadecimal)' }]",
      ["DEP005"]
    ),
    ("source = { registry = 'http://10.0.0.1/simple' }\nwheels = [\(wheel)]", ["DEP005"]),
    ("source = { registry = 'https://u:p@example.com/s' }\nwheels = [\(wheel)]", ["DEP008"]),
    ("source = { registry = '../wheels' }\nwheels = [\(wheel)]", ["DEP004"]),
    ("source = { git = 'https://github.com/a/a?rev=main#0123' }", ["DEP006"]),
    ("source = { url = 'https://example.com/a.whl' }", ["DEP006"]),
    ("source = { path = '../a.whl' }", ["DEP006"]), ("source = { editable = '.' }", []),
    ("source = { editable = '../a' }", ["DEP006"]), ("source = { other = 'x' }", ["DEP010"]),
    ("", ["DEP010"]),
  ])
  func `a package of uv is judged by its source and files`(_ lines: String, _ rules: [String]) {
    #expect(DependencyReport("uv.lock", Self.uv(lines)).rules == rules)
  }

  @Test(arguments: [
    ("uv.lock", "version = 2\n"), ("uv.lock", "x"), ("poetry.lock", "[[package]]\nname = 'a'\n"),
    ("pylock.toml", "lock-version = '2.0'\n"), ("pdm.lock", "[metadata]\n"),
    ("Pipfile.lock", "{}"), ("Pipfile.lock", "{\"_meta\":{},\"_meta\":{}}"),
    ("uv.lock", "version = 1\n[[package]]\nversion = '1'\n"),
  ])
  func `a lock of another form is no lock`(_ path: String, _ text: String) {
    let report = DependencyReport(path, text)
    #expect(report.rules == ["DEP010"])
    #expect(report.packages == [])
  }

  @Test func `a lock of PDM is read, also of its older form`() {
    let files = "[{file = \"a.whl\", hash = \"sha256:\(hexadecimal)\"}]"
    let new = """
      [metadata]
      lock_version = "4.5.0"
      content_hash = "sha256:00"
      [[package]]
      name = "a"
      version = "1.0"
      files = \(files)
      [[package]]
      name = "b"
      git = "https://github.com/b/b.git"
      revision = "0123"
      """
    let old = """
      [[package]]
      name = "a"
      version = "1.0"
      [metadata]
      lock_version = "4.1"
      [metadata.files]
      "a 1.0" = \(files)
      """
    #expect(DependencyReport("pdm.lock", new).rules == ["DEP006"])
    for report in [DependencyReport("pdm.lock", new), DependencyReport("pdm.lock", old)] {
      #expect(report.names == ["pypi a 1.0"])
      #expect(report.packages.first?.hashes == ["sha256:\(hexadecimal)"])
    }
  }

  @Test(arguments: [
    ("\"version\": \"==1.0\", \"hashes\": [\"sha256:\(hexadecimal)\"]", []),
    ("\"version\": \"==1.0\"", ["DEP002"]), ("\"version\": \"*\"", ["DEP001"]),
    ("\"version\": \"==1.*\", \"hashes\": [\"sha256:\(hexadecimal)\"]", ["DEP001"]),
    ("\"git\": \"https://github.com/a/a.git\", \"ref\": \"0123\"", ["DEP006"]),
    ("\"path\": \".\", \"editable\": true", []), ("\"path\": \"../a\"", ["DEP006"]),
  ])
  func `a package of Pipenv is judged`(_ members: String, _ rules: [String]) {
    let text = "{\"_meta\": {}, \"default\": {\"a\": {\(members)}}}"
    #expect(DependencyReport("Pipfile.lock", text).rules == rules)
  }

  @Test func `indexes of Pipenv are judged`() {
    let text = """
      {"_meta": {"sources": [
        {"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": false},
        {"name": "b", "url": "http://example.com/simple"}]}}
      """
    #expect(DependencyReport("Pipfile.lock", text).rules == ["DEP004", "DEP005", "DEP005"])
  }

  @Test func `packages of a source of PyLock other than an index are direct`() {
    let text = """
      lock-version = "1.0"
      created-by = "x"
      [[packages]]
      name = "a"
      version = "1.0"
      [packages.archive]
      url = "https://example.com/a.tar.gz"
      hashes = { sha256 = "\(hexadecimal)" }
      [[packages]]
      name = "b"
      [packages.vcs]
      type = "git"
      url = "git+ssh://git@example.com/b"
      commit-id = "0123"
      """
    let report = DependencyReport("pylock.gpu.toml", text)
    #expect(report.rules == ["DEP006", "DEP006"])
    #expect(report.names == ["pypi a 1.0"])
  }
}
