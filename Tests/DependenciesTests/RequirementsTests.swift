import Bytes
import Dependencies
import Findings
import Foundation
import TestSupport
import Testing

private let a = String(repeating: "a", count: 64)
private let b = String(repeating: "B", count: 64)
private let hash = "--hash=sha256:\(a)"

/// The report on one requirements file.
private func report(_ text: String) -> DependencyReport {
  DependencyReport(in: [("requirements.txt", ByteSlice(utf8: text))])
}

/// The rules that a requirements file breaks.
private func rules(_ text: String) -> [String] { report(text).findings.map(\.rule.id) }

struct RequirementsTests {
  @Test(arguments: [
    "", "\n\n", "# nothing\n", "h5py==3.12.1 \(hash)\n", "h5py==3.12.1 \(hash)",
    "h5py==3.12.1 \(hash)\r\n", "h5py == 3.12.1 \\\r\n    \(hash)\r\n",
    "h5py==3.12.1 \\\n    \(hash) \\\n    --hash=sha256:\(b)\n",
    "h5py==3.12.1 \(hash)  # why not\n", "   h5py==3.12.1   \(hash)\n",
    "h5py==3.12.1 --hash sha256:\(a)\n",
    "h5py==3.12.1 --has=sha256:\(a)\n", "h5py==3.12.1 --h sha256:\(a)\n",
    "h5py==3.12.1 --hash=sha512:\(a)\(a)\n", "h5py==3.12.1 --hash=sha384:\(a)\(a.prefix(32))\n",
    "h5py==3.12.1 --hash=SHA256:\(b)\n",
    "h5py==3.12.1, \(hash)\n", "h5py==3.12.1; \(hash)\n",
    "h5py[mpi, all]==3.12.1 \(hash)\n", "h5py[]==3.12.1 \(hash)\n", "h5py (==3.12.1) \(hash)\n",
    "h5py==3.12.1; python_version >= '3.9' \(hash)\n",
    "h5py==3.12.1 ; sys_platform == \"linux\" and extra != 'a;b' \(hash)\n",
    "h5py==3.12.1;(python_version<'3' or(os_name==\"nt\"))and 'x' not  in platform_version \(hash)\n",
    "torch==2.1.0+cu118 \(hash)\n", "x==1!2.0.post1.dev3 \(hash)\n", "x==v1.0rc1 \(hash)\n",
    "x==1.0-1 \(hash)\n", "x==1.0.ALPHA-2 \(hash)\n",
    "--index-url https://pypi.org/simple\nh5py==3.12.1 \(hash)\n", "-i https://pypi.org/simple\n",
    "--index-url https://${USER}:${TOKEN}@pypi.org/simple\n", "--require-hashes\n", "--no-index\n",
    "--only-binary :all:\n", "--no-binary=:none:\n", "--prefer-binary\n", "--pre\n",
  ])
  func `a pinned and hashed requirement is accepted`(_ text: String) {
    #expect(rules(text) == [])
  }

  /// Golden: pip 26.3 reads these, by the mark at their beginning.
  @Test(arguments: [String.Encoding.utf8, .utf16LittleEndian, .utf16BigEndian])
  func `a file is decoded by its mark, as pip decodes it`(_ encoding: String.Encoding) throws {
    let text = "\u{feff}h5py==3.12.1 \(hash)\r\n"
    let bytes = try Array(#require(text.data(using: encoding)))
    func rules(_ bytes: [UInt8]) -> [String] {
      DependencyReport(in: [("requirements.txt", ByteSlice(bytes))]).findings.map(\.rule.id)
    }
    #expect(rules(bytes) == [])
    // A mark inside, half a unit, half a pair.
    #expect(rules(bytes + bytes) == ["DEP010"])
    if encoding != .utf8 {
      #expect(rules(bytes.dropLast()) == ["DEP010"])
      let half: [UInt8] = encoding == .utf16LittleEndian ? [0x00, 0xd8] : [0xd8, 0x00]
      #expect(rules(bytes + half) == ["DEP010"])
    }
  }

  @Test(arguments: [
    // Not one version.
    ("h5py \(hash)", "DEP001"), ("h5py>=3 \(hash)", "DEP001"), ("h5py~=3.1 \(hash)", "DEP001"),
    ("h5py==3.* \(hash)", "DEP001"), ("h5py===3.12.1 \(hash)", "DEP001"),
    ("h5py!=3.0 \(hash)", "DEP001"), ("h5py<4 \(hash)", "DEP001"), ("h5py>3 \(hash)", "DEP001"),
    ("h5py==3.1,!=3.2 \(hash)", "DEP001"), ("h5py==3.1,==3.1 \(hash)", "DEP001"),
    ("h5py[mpi] \(hash)", "DEP001"), ("h5py; python_version<'3' \(hash)", "DEP001"),
    // Not hashed.
    ("h5py==3.12.1", "DEP002"), ("h5py==3.12.1 # \(hash)", "DEP002"),
    ("h5py==3.12.1 \\\n# \(hash)", "DEP002"), ("h5py==3.12.1 --no-binary=:all:", "DEP002"),
    ("h5py==3.12.1; python_version>'3'", "DEP002"),
    // Other sources.
    ("--extra-index-url https://example.com/", "DEP004"),
    ("--extra-index-url=https://example.com/", "DEP004"),
    ("--extra-index https://example.com/", "DEP004"), ("--ex=https://example.com/", "DEP004"),
    ("--find-links https://example.com/", "DEP004"), ("-f wheels", "DEP004"),
    ("-fwheels", "DEP004"), ("--fi wheels", "DEP004"), ("--index-url wheels", "DEP004"),
    ("--index-url file:///srv/wheels", "DEP004"), ("-ifile:///srv", "DEP004"),
    ("--pypi-url ftp://example.com", "DEP004"),
    ("--index-url x:https://example.com", "DEP004"), ("-index-url#https://example.com", "DEP004"),
    ("--index-url http://example.com/simple", "DEP005"), ("-i http://example.com", "DEP005"),
    ("-iHTTP://example.com", "DEP005"), ("--trusted-host example.com", "DEP005"),
    ("--trusted example.com", "DEP005"), ("--t=example.com", "DEP005"),
    // What no index serves.
    ("-e .", "DEP006"), ("-e git+https://example.com/x.git@main#egg=x", "DEP006"),
    ("--editable=./x", "DEP006"), ("--ed x", "DEP006"),
    ("git+https://example.com/x.git@v1 \(hash)", "DEP006"),
    ("git+ssh://git@example.com/x.git \(hash)", "DEP006"),
    ("https://example.com/x-1.0.tar.gz \(hash)", "DEP006"),
    ("x @ https://example.com/x-1.0.tar.gz \(hash)", "DEP006"),
    ("x@https://example.com/x-1.0.tar.gz \(hash)", "DEP006"),
    ("x[y]@ file:///srv/x.whl \(hash)", "DEP006"), ("file:x.whl \(hash)", "DEP006"),
    ("./x \(hash)", "DEP006"), ("../x \(hash)", "DEP006"), ("/srv/x \(hash)", "DEP006"),
    ("~/x \(hash)", "DEP006"), ("x/y \(hash)", "DEP006"), ("C:\\x \(hash)", "DEP006"),
    ("x-1.0-py3-none-any.whl \(hash)", "DEP006"), ("x==1.0.zip \(hash)", "DEP006"),
    ("X-1.0.TAR.GZ \(hash)", "DEP006"),
    // Lines that readers understand differently.
    ("--hash=sha256:\(a)", "DEP010"), ("-x", "DEP010"), ("--no-deps", "DEP010"),
    ("--index", "DEP010"), ("--no", "DEP010"), ("--", "DEP010"), ("-", "DEP010"),
    ("--extra-index-url", "DEP010"), ("--no-index=1", "DEP010"),
    ("h5py==3.12.1 \(hash) numpy==2", "DEP010"), ("h5py==3.12.1 --hash='sha256:\(a)", "DEP010"),
    ("h5py==3.12.1\t\(hash)", "DEP010"),
    ("h5py==3.12.1 '\(hash)'", "DEP010"), ("--req base.txt", "DEP010"),
    ("h5py==3.12.1[mpi] \(hash)", "DEP010"),
    ("h5py=3.12.1 \(hash)", "DEP010"), ("h5py 3.12.1 \(hash)", "DEP010"),
    ("h5py== \(hash)", "DEP010"), ("h5py==latest \(hash)", "DEP010"),
    ("h5py==3.12.1,\(hash)", "DEP010"), ("h5py[mpi==3 \(hash)", "DEP010"),
    ("h5py==3.12.1; python_versoin>'3' \(hash)", "DEP010"),
    ("h5py==3.12.1; python_version>'3 \(hash)", "DEP010"),
    ("h5py==3.12.1; python_version \(hash)", "DEP010"),
    ("h5py==3.12.1; (python_version>'3' \(hash)", "DEP010"),
    ("h5py==3.12.1; python_version>'3' and \(hash)", "DEP010"),
    ("h5py==3.12.1; python_version>'3'; extra=='x' \(hash)", "DEP010"),
    ("h5py==3.12.1; \(String(repeating: "(", count: 5000)) \(hash)", "DEP010"),
    ("-h5py==3.12.1", "DEP010"), ("==3 \(hash)", "DEP010"),
    ("_x==1 \(hash)", "DEP010"), ("x-==1 \(hash)", "DEP010"), ("hépy==1 \(hash)", "DEP010"),
    ("<<<<<<< ours", "DEP010"), ("=======", "DEP010"), (">>>>>>> theirs", "DEP010"),
    // Builds and variables.
    ("--global-option=--no-user-cfg", "DEP014"), ("-C editable_mode=compat", "DEP014"),
    ("${PACKAGE}==1.0 \(hash)", "DEP015"), ("--index-url https://${HOST}/simple", "DEP015"),
    ("--index-url https://user:secret@example.com/simple", "DEP008"),
    ("--index-url https://token@example.com/simple", "DEP008"),
    ("--index-url https://${USER}:secret@example.com/simple", "DEP008"),
  ])
  func `what leaves the installation open is found`(_ line: String, _ rule: String) {
    #expect(rules(line + "\n").contains(rule), "\(rules(line))")
    // A neighbour on another line helps and harms nothing.
    #expect(rules("h5py==1 \(hash)\n" + line + "\nnumpy==2 \(hash)\n").contains(rule))
    #expect(report(line).packages.count <= 1)
  }

  @Test(arguments: [
    "--hash=md5:\(a.prefix(32))", "--hash=sha1:\(a.prefix(40))", "--hash=sha224:\(a.prefix(56))",
    "--hash=blake2b:\(a)", "--hash=crc32:0", "--hash=md5",
  ])
  func `a weak hash is found and pins nothing`(_ option: String) {
    #expect(rules("h5py==3.12.1 \(option)\n") == ["DEP003", "DEP002"])
    #expect(rules("h5py==3.12.1 \(option) \(hash)\n") == ["DEP003"])
  }

  @Test(arguments: [
    "--hash=sha256:\(a.dropLast())", "--hash=sha256:\(a)0", "--hash=sha256:", "--hash=sha256",
    "--hash=sha512:\(a)",
    "--hash=sha256:z\(a.dropLast())", "--hash=sha256:0x\(a.dropLast(2))",
  ])
  func `a hash of another length is found and pins nothing`(_ option: String) {
    #expect(rules("h5py==3.12.1 \(option)\n") == ["DEP010", "DEP002"])
  }

  @Test(arguments: [
    // pip also breaks lines at these; a reviewer sees one comment.
    "# fine \u{b}evil==1\n", "# fine \u{c}evil==1\n", "# fine \u{1c}evil==1\n",
    "# fine \u{85}evil==1\n", "# fine \u{2028}evil==1\n", "# fine \u{2029}evil==1\n",
    "# fine \revil==1\n", "evil==1\r", "\u{0}evil==1\n", "# \u{202e}evil\n", "h5py==1\u{feff}\n",
    // pip removes a comment after any space, and strips all of them.
    "h5py==1\u{a0}# x\n", "h5py==1 \\\n\u{3000}# x \\\n \(hash)\n",
    // pip decodes by a declaration in the first two lines.
    "# -*- coding: utf-7 -*-\nh5py==1 \(hash)\n", "\n# coding=utf-16\n",
    "# vim: fileencoding=latin-1\n",
  ])
  func `a character that hides a line is found`(_ text: String) {
    #expect(rules(text) == ["DEP010"])
  }

  @Test func `bytes that are no UTF-8 are found`() {
    let file = ByteSlice([0x68, 0xff, 0xfe, 0x00])
    #expect(
      DependencyReport(in: [("requirements.txt", file)]).findings.map(\.rule.id) == ["DEP010"])
  }

  @Test func `a declaration of UTF-8 is fine`() {
    #expect(rules("# -*- coding: utf-8 -*-\nh5py==1 \(hash)\n") == [])
  }

  @Test func `packages come out normalised and sorted`() throws {
    let packages = report(
      """
      Zope.Interface==6.0 --hash=sha256:\(b) \(hash)
      H5PY[mpi]==3.12.1 ; python_version > "3" \(hash)
      ml__dtypes==0.5 \(hash)
      """
    ).packages
    #expect(packages.map(\.name) == ["h5py", "ml-dtypes", "zope-interface"])
    #expect(packages.map(\.version) == ["3.12.1", "0.5", "6.0"])
    #expect(packages.last?.hashes == ["sha256:\(a)", "sha256:\(b.lowercased())"])
  }

  @Test(arguments: ["h5py", "H5Py", "h5py[mpi]"])
  func `a package twice is found`(_ name: String) {
    #expect(rules("h5py==3.12.1 \(hash)\n\(name)==3.12.1 \(hash)\n") == ["DEP009"])
    #expect(rules("a.b==1 \(hash)\nA_b==1 \(hash)\n") == ["DEP009"])
  }

  @Test(arguments: [
    ("python_version < '3.9'", "python_version >= '3.9'", []),
    ("python_version < '3.9'", "python_version < '3.9'", ["DEP009"]),
  ])
  func `a package for each marker is no package twice`(
    _ one: String, _ other: String, _ expected: [String]
  ) {
    let text = "numpy==1.24.4 ; \(one) \(hash)\nnumpy==2.0.2 ; \(other) \(hash)\n"
    #expect(rules(text) == expected)
    #expect(rules(text + "numpy==1.0 \(hash)\n") == expected + ["DEP009"])
    #expect(rules("numpy==1.0 \(hash)\n" + text).count == 2)
  }

  @Test func `findings name the line where the requirement begins`() {
    let report = report("# head\n\nh5py \\\n  ==3.12.1\nnumpy>=2 # x\n")
    #expect(report.findings.map { $0.place.detail } == ["line 3", "line 5"])
    #expect(report.findings.map(\.evidence) == [["h5py   ==3.12.1"], ["numpy>=2"]])
  }

  @Test func `credentials are found and not repeated`() throws {
    let report = report("--extra-index-url https://ana:hunter2@example.com/simple\n")
    #expect(report.findings.map(\.rule.id) == ["DEP008", "DEP004"])
    #expect(
      report.findings.allSatisfy { finding in
        finding.evidence == ["--extra-index-url https://***@example.com/simple"]
          && !finding.message.contains("hunter2")
      })
  }

  @Test func `an endless line is a limit, not a judgement`() {
    let report = report("h5py==1 " + String(repeating: "\(hash) ", count: 1000) + "\n")
    #expect(report.findings.map(\.rule.id) == ["DEP011"])
    #expect(report.findings.first?.rule.kind == .obstacle)
    let long = DependencyReport(
      in: [("requirements.txt", ByteSlice([UInt8](repeating: 0x23, count: 5 << 20)))])
    #expect(long.findings.map(\.rule.id) == ["DEP011"])
  }

  @Test func `endlessly many lines are a limit, not a judgement`() {
    let report = report(String(repeating: "h5py==1 \(hash)\n", count: 20_001))
    #expect(Set(report.findings.map(\.rule.id)) == ["DEP009", "DEP011"])
    #expect(report.findings.count == 10_001)
  }

  @Test func `every damaged file is judged`() {
    let text = """
      --index-url https://${USER}@example.com/simple
      h5py[mpi]==3.12.1 ; python_version > "3" \\
          --hash=sha256:\(a)  # why
      -r "other.txt"
      """
    for bytes in Mutations(of: Array(text.utf8), damages: [.truncation, .inversion, .lowestBit]) {
      let report = DependencyReport(in: [("requirements.txt", bytes)])
      #expect(report.sources.count == 1)
    }
  }

  @Test(arguments: ["digits", "digits-fragile"])
  func `the fixtures' requirements are pinned and hashed`(_ folder: String) throws {
    let bytes = try Fixture.bytes("\(folder)/requirements.txt")
    let report = DependencyReport(named: ["requirements.txt"], in: [("requirements.txt", bytes)])
    #expect(report.findings == [])
    #expect(report.packages.contains { $0.name == "keras" && $0.version == "3.15.1" })
    #expect(report.sources.map(\.digest) == [Digest(of: bytes)])
  }
}
