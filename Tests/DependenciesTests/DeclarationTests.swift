import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

struct DeclarationTests {
  @Test(arguments: [
    ("[project]\ndependencies = ['a>=1', 'b==1.0']\n", ["DEP001", "DEP002"]),
    ("[project]\ndependencies = ['a @ https://example.com/a.whl']\n", ["DEP006"]),
    ("[project]\ndependencies = ['a=1']\n", ["DEP010"]),
    ("[project]\ndependencies = 'a'\n", ["DEP010"]),
    ("[project]\noptional-dependencies = { x = ['a'] }\n", []),
    ("[dependency-groups]\ntest = ['a', { include-group = 'x' }]\n", []),
    ("[build-system]\nrequires = ['setuptools>=61', 'wheel==0.45.1']\n", ["DEP018"]),
    ("[project]\ndynamic = ['dependencies']\n", ["DEP022"]),
    ("[project]\ndynamic = ['version']\n", []),
    ("[tool.poetry.dependencies]\npython = '^3.11'\na = '^1.2'\n", ["DEP001"]),
    ("[tool.poetry.dependencies]\na = { git = 'https://example.com/a.git' }\n", ["DEP006"]),
    ("[tool.poetry.dependencies]\na = '1.2'\n", ["DEP002"]),
    ("[tool.poetry.group.dev.dependencies]\na = '^1'\n", []),
    ("[[tool.poetry.source]]\nname = 'x'\nurl = 'https://example.com'\n", ["DEP004"]),
    (
      "[[tool.poetry.source]]\nname='x'\nurl='http://example.com'\npriority='primary'\n",
      ["DEP005"]
    ),
    ("[tool.uv]\nextra-index-url = ['https://example.com']\n", ["DEP004"]),
    ("[[tool.uv.index]]\nurl = 'https://example.com'\ndefault = true\n", []),
    ("[tool.uv.sources]\na = { path = '../a' }\n", ["DEP006"]),
    ("[tool.black]\nline-length = 100\n", []),
  ])
  func `a pyproject without a lock is held to itself`(_ text: String, _ rules: [String]) {
    #expect(DependencyReport("pyproject.toml", text).rules == rules)
  }

  @Test(arguments: [
    ("[options]\ninstall_requires =\n  a>=1\n  b==1.0\n", ["DEP001", "DEP002"]),
    ("[options]\ninstall_requires = a\n", ["DEP001"]),
    ("[options]\nsetup_requires =\n  wheel\n", ["DEP018"]),
    ("[options.extras_require]\nx =\n  a\n", []),
    ("[options]\ndependency_links = https://example.com\n", ["DEP004"]),
    ("[options]\ninstall_requires = file: deps.lst\n", ["DEP007"]),
    ("[flake8]\nmax-line-length = 100\n", []),
    ("[options]\ninstall_requires =\n  # comment\n\n  a ; python_version < '3.8'\n", ["DEP001"]),
  ])
  func `a setup.cfg is read section by section`(_ text: String, _ rules: [String]) {
    #expect(DependencyReport("setup.cfg", text).rules == rules)
  }

  @Test(arguments: [
    ("from setuptools import setup\nsetup(name='x', install_requires=['a>=1', 'b'])\n", 2, 0),
    ("setuptools.setup(install_requires=[\n  'a'  # why\n  '>=1',\n  \"b\",\n])\n", 2, 0),
    ("deps = ['a', 'b']\nsetup(install_requires=deps)\n", 2, 0),
    ("setup(install_requires='a\\nb')\n", 2, 0), ("setup(install_requires=('a',))\n", 1, 0),
    ("setup(extras_require={'x': ['a'], 'y': ['b']})\n", 0, 0), ("setup()\n", 0, 0),
    ("def setup():\n  pass\n", 0, 1), ("import os\n", 0, 1),
    ("setup(install_requires=open('r.txt').read().split())\n", 0, 1),
    ("setup(install_requires=deps)\n", 0, 1), ("setup(**arguments)\n", 0, 1),
    ("deps = ['a']\ndeps.append('b')\nsetup(install_requires=deps)\n", 0, 1),
    ("deps = ['a']\ndeps += extra()\nsetup(install_requires=deps)\n", 0, 1),
    ("setup(install_requires=[f'a=={version}'])\n", 0, 1),
    ("setup(install_requires=['a'] if x else ['b'])\n", 0, 1),
    ("setup(install_requires=['a' + x])\n", 0, 1),
    ("setup(install_requires=[x for x in y])\n", 0, 1),
  ])
  func `a setup.py is read and never run`(_ text: String, _ open: Int, _ computed: Int) {
    let report = DependencyReport("setup.py", text)
    #expect(report.findings.count { $0.rule == .unpinnedDependency } == open)
    #expect(report.findings.count { $0.rule == .computedDependencies } == computed)
    #expect(report.findings.count == open + computed)
  }

  @Test func `a file that setuptools reads dependencies from is a declaration`() {
    let pyproject = """
      [project]
      dynamic = ["dependencies"]
      [tool.setuptools.dynamic]
      dependencies = { file = ["deps.txt"] }
      """
    let report = DependencyReport(texts: [("pyproject.toml", pyproject), ("deps.txt", "a>=1\n")])
    #expect(report.rules == ["DEP001"])
    #expect(report.findings.first?.place == Place(["deps.txt"]).detail("line 1"))
    #expect(DependencyReport("pyproject.toml", pyproject).rules == ["DEP007"])
  }

  @Test(arguments: [
    ("{\"dependencies\": {\"a\": \"^1.0.0\"}}", ["DEP001"]),
    ("{\"dependencies\": {\"a\": \"1.0.0\"}}", ["DEP002"]),
    ("{\"devDependencies\": {\"a\": \"*\"}}", []),
    ("{\"dependencies\": {\"a\": \"git+https://example.com/a.git\"}}", ["DEP006"]),
    ("{\"dependencies\": {\"a\": \"user/repository\"}}", ["DEP006"]),
    ("{\"dependencies\": {\"a\": \"file:../a\"}}", ["DEP006"]),
    ("{\"scripts\": {\"postinstall\": \"node x.js\", \"test\": \"x\"}}", ["DEP020"]),
  ])
  func `a package.json without a lock is held to itself`(_ text: String, _ rules: [String]) {
    #expect(DependencyReport("package.json", text).rules == rules)
  }
}

struct DriftTests {
  private static let pinned = "--hash=sha256:\(hexadecimal)\n"

  @Test func `a declared name that the lock lacks is drift`() {
    let files = [
      ("pyproject.toml", "[project]\ndependencies = ['click>=8', 'numpy']\n"),
      ("requirements.txt", "click==8.1 \(Self.pinned)"),
    ]
    let report = DependencyReport(texts: files)
    #expect(report.rules == ["DEP017"])
    #expect(
      report.findings.first?.message == "'numpy' is declared, and missing in 'requirements.txt'")
    #expect(report.findings.first?.place.members == ["pyproject.toml"])
  }

  @Test(arguments: [
    // What is not always installed may be missing where the lock is of one platform or extra.
    ("['a', 'b ; sys_platform == \"win32\"']", []), ("['A']", []), ("['a[x]>=1,<2']", []),
    ("['a', 'c_d']", ["DEP017"]),
    // By PEP 440: 1.0 is no 2, 1.0.0 is 1.0, and what is no specifier is not judged.
    ("['a>=2']", ["DEP017"]), ("['a!=1.0.0']", ["DEP017"]), ("['a~=1.0']", []),
    ("['a==1.0.0']", []),
  ])
  func `drift is of what is always installed`(_ list: String, _ rules: [String]) {
    let files = [
      (
        "pyproject.toml",
        "[project]\ndependencies = \(list)\noptional-dependencies = { x = ['z'] }\n"
      ),
      ("requirements.txt", "a==1.0 \(Self.pinned)"),
    ]
    #expect(DependencyReport(texts: files).rules == rules)
  }

  @Test(arguments: ["uv.lock", "poetry.lock"])
  func `a lock of all groups misses optional ones, too`(_ name: String) throws {
    let folder = name == "uv.lock" ? "uv" : "poetry"
    let lock = try Fixture.bytes("vectors/dependencies/\(folder)/\(name)")
    let pyproject = "[project]\ndependencies = ['click']\n[dependency-groups]\nx = ['tomli']\n"
    let report = DependencyReport(
      in: [("pyproject.toml", ByteSlice(utf8: pyproject)), (name, lock)])
    #expect(report.rules == ["DEP017"])
    // Members of a workspace are locked above them.
    let inner = DependencyReport(
      in: [("packages/b/pyproject.toml", ByteSlice(utf8: pyproject)), (name, lock)])
    #expect(inner.rules == ["DEP017"])
    let other = DependencyReport(
      in: [("pyproject.toml", ByteSlice(utf8: pyproject)), ("b/\(name)", lock)])
    #expect(other.rules == ["DEP001"])
  }

  @Test func `a lock of another version than the one declared is drift`() {
    let lock = """
      {"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.1",
       "integrity": "sha512-\(String(repeating: "A", count: 86))=="}}}
      """
    for (declared, rules) in [("1.0.0", ["DEP017"]), ("1.0.1", []), ("^1.0.0", [])] {
      let files = [
        ("package.json", "{\"dependencies\": {\"a\": \"\(declared)\"}}"),
        ("package-lock.json", lock),
      ]
      #expect(DependencyReport(texts: files).rules == rules)
    }
  }

  @Test func `requirements of a purpose lock their own source alone`() {
    let files = [
      ("setup.py", "setup(install_requires=['a'], tests_require=tests())\n"),
      ("test-requirements.in", "b\nc\n"), ("test-requirements.txt", "b==1.0 \(Self.pinned)"),
      ("docs-requirements.in", "d\n"),
    ]
    let report = DependencyReport(texts: files)
    #expect(report.rules == ["DEP001", "DEP001", "DEP017"])
    #expect(
      report.findings.filter { $0.rule == .unpinnedDependency }.map(\.place.members) == [
        ["docs-requirements.in"], ["setup.py"],
      ])
  }

  @Test(arguments: ["a==1.0\n", "a>=1\n", "a @ https://example.com/a.whl\n"])
  func `what a lock names without a pin has one finding`(_ line: String) {
    let files = [
      ("pyproject.toml", "[project]\ndependencies = ['a']\n"), ("requirements.txt", line),
    ]
    let report = DependencyReport(texts: files)
    #expect(report.findings.count == 1)
    #expect(report.findings.first?.place.members == ["requirements.txt"])
  }

  @Test func `exact versions without hashes are packages, too`() {
    #expect(DependencyReport("requirements.txt", "a==1.0\n").names == ["pypi a 1.0"])
    #expect(
      DependencyReport("environment.yml", "dependencies: [a==1.0, b]\n").names == ["conda a 1.0"])
  }

  @Test(arguments: [
    "Dockerfile.md", "dockerfile_lint.py", "Dockerfile.dockerignore", "environments.yml",
    "labels/explicit_words.txt", "docs/conda.md", "node_modules/a/package.json",
  ])
  func `a file that only sounds like one is none`(_ path: String) {
    #expect(DependencyReport(path, "x").rules == ["DEP013"])
    #expect(DependencyFileKind(path: path) == nil)
  }

  @Test func `a broken lock locks nothing`() {
    let files = [
      ("pyproject.toml", "[project]\ndependencies = ['a']\n"), ("uv.lock", "version = 9"),
    ]
    #expect(DependencyReport(texts: files).rules == ["DEP001", "DEP010"])
  }

  @Test func `build requirements are not in the lock`() {
    let files = [
      (
        "pyproject.toml",
        "[project]\ndependencies = ['a']\n[build-system]\nrequires = ['hatchling']\n"
      ),
      ("requirements.txt", "a==1.0 \(Self.pinned)"),
    ]
    #expect(DependencyReport(texts: files).rules == ["DEP018"])
  }

  @Test func `pip's lock is that of requirements.in`() {
    func rules(_ declared: String) -> [String] {
      let lock = """
        lock-version = "1.0"
        created-by = "pip"
        [[packages]]
        name = "a"
        version = "1.0"
        wheels = [{ url = "https://files.pythonhosted.org/a.whl", hashes = { sha256 = "\(hexadecimal)" } }]
        """
      return DependencyReport(texts: [("requirements.in", declared), ("pylock.toml", lock)]).rules
    }
    #expect(rules("a>=1\n") == [])
    #expect(rules("a>=2\n") == ["DEP017"])
    #expect(rules("a\nb\n") == ["DEP017"])
  }

  @Test func `what pip-compile reads drifts, too`() {
    let files = [
      ("requirements.in", "a>=1\n-r other.in\nb\n"), ("requirements.txt", "a==1.0 \(Self.pinned)"),
    ]
    #expect(DependencyReport(texts: files).rules == ["DEP017"])
    #expect(DependencyReport("requirements.in", "a>=1\n./b\n").rules == ["DEP001", "DEP006"])
  }
}
