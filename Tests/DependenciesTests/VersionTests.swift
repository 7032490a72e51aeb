import Bytes
import Dependencies
import TestSupport
import Testing

/// The golden files of Fixtures/vectors/versions.
private enum Vectors {
  static func lines(_ name: String) throws -> [String] {
    let bytes = try ByteSlice(path: "\(Fixture.root)/Fixtures/vectors/versions/\(name)")
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
  }

  /// The lines of which each holds spellings of one version, in ascending order.
  static func classes(_ name: String) throws -> [[String]] {
    try lines(name).map { $0.split(separator: " ").map { String($0) } }
  }
}

struct VersionOrderTests {
  @Test(arguments: [(Ecosystem.pypi, "pep440.txt"), (.conda, "conda.txt")])
  func `versions are ordered as the ecosystem's own tool orders them`(
    _ ecosystem: Ecosystem, _ file: String
  ) throws {
    let classes = try Vectors.classes(file)
    #expect(classes.count > 500)
    let versions = classes.map { $0.map { OrderedVersion($0, in: ecosystem) } }
    var wrong: [String] = []
    for (index, spellings) in versions.enumerated() {
      guard let first = spellings[0] else {
        wrong.append(classes[index][0])
        continue
      }
      for (place, other) in spellings.enumerated() where other?.compare(first) != .same {
        wrong.append("\(classes[index][place]) == \(classes[index][0])")
      }
      for distance in [1, 2, 89, 401] where index + distance < versions.count {
        guard let later = versions[index + distance][0], first.compare(later) == .before,
          later.compare(first) == .after
        else {
          wrong.append("\(classes[index][0]) < \(classes[index + distance][0])")
          continue
        }
      }
    }
    #expect(wrong == [])
  }

  @Test
  func `Maven versions stand to each other as Maven says`() throws {
    let signs = ["<": VersionOrder.before, "==": .same, ">": .after]
    var wrong: [String] = []
    for line in try Vectors.lines("maven.txt") {
      let parts = line.split(separator: " ").map { String($0) }
      let order = VersionOrder.compare(parts[0], parts[2], in: .maven)
      if order != signs[parts[1]] { wrong.append(line) }
    }
    #expect(wrong == [])
  }

  @Test(arguments: [(Ecosystem.pypi, "pep440-invalid.txt"), (.conda, "conda-invalid.txt")])
  func `what the ecosystem's own tool refuses is no version`(
    _ ecosystem: Ecosystem, _ file: String
  ) throws {
    let accepted = try Vectors.lines(file).filter { OrderedVersion($0, in: ecosystem) != nil }
    #expect(accepted == [])
    #expect(OrderedVersion("", in: ecosystem) == nil)
  }

  @Test
  func `the normal form of a Python version is PyPI's`() throws {
    for spellings in try Vectors.classes("pep440.txt") {
      for spelling in spellings.dropFirst() {
        guard let version = PEP440.Version(spelling) else {
          Issue.record("\(spelling)")
          continue
        }
        // Trailing zeros belong to the spelling.
        #expect(PEP440.Version("\(version)") == version)
      }
      #expect(PEP440.Version(spellings[0])?.description == spellings[0])
    }
  }

  /// Semantic Versioning 2.0.0, items 9 to 11 and its own examples, ascending.
  private static let semantic = [
    "0.0.0-0", "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
    "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.9.0", "1.10.0", "1.11.0", "2.0.0",
    "2.1.0", "2.1.1-0.3.7", "2.1.1-99999999999999999999.1", "2.1.1---", "2.1.1-A", "2.1.1-a",
    "2.1.1-x.7.z.92", "2.1.1-x-y-z.4", "2.1.1", "2.1.99999999999999999998",
    "2.1.99999999999999999999",
  ]

  @Test
  func `semantic versions are ordered by item 11`() throws {
    for (index, text) in Self.semantic.enumerated() {
      let version = try #require(SemanticVersion(text), "\(text)")
      for later in Self.semantic[(index + 1)...] {
        let other = try #require(SemanticVersion(later), "\(later)")
        #expect(version < other && other > version && version != other, "\(text) < \(later)")
      }
    }
    #expect(SemanticVersion("1.0.0+20130313144700") == SemanticVersion("1.0.0+21AF26D3---117B"))
  }

  @Test(arguments: [
    "", "1", "1.2", "v1.2.3", "01.2.3", "1.02.3", "1.2.3-01", "1.2.3-", "1.2.3+", "1.2.3-a..b",
    "1.2.3.4", "1.2.3-a_b", "1.2.-3", "a.b.c", " 1.2.3", "1.2.3-é", "1.2.3+a+b", "1.2.3-+b",
  ])
  func `what item 2, 9 or 10 forbids is no semantic version`(_ text: String) {
    #expect(SemanticVersion(text) == nil)
  }

  @Test
  func `registries may leave out numbers and write a v`() {
    for (text, meant) in [("v1.2", "1.2.0"), ("0", "0.0.0"), ("01.2.3-01", "1.2.3-1")] {
      #expect(VersionOrder.compare(text, meant, in: .npm) == .same)
    }
    #expect(VersionOrder.compare("1.2.3.4", "1.2.3", in: .swift) == nil)
  }

  @Test
  func `an image's digests have no order, and other kinds none between them`() throws {
    #expect(VersionOrder.compare("sha256:a", "sha256:a", in: .image) == nil)
    let python = try #require(OrderedVersion("1.0", in: .pypi))
    let conda = try #require(OrderedVersion("1.0", in: .conda))
    #expect(python.compare(conda) == nil)
  }

  @Test(arguments: Ecosystem.allCases)
  func `hostile versions cost no more than their length`(_ ecosystem: Ecosystem) {
    let long = [
      String(repeating: "9", count: 1 << 20), String(repeating: "1.", count: 1 << 19) + "1",
      String(repeating: "1-", count: 1 << 19) + "1", String(repeating: "a1", count: 1 << 19),
    ]
    for text in long { #expect(OrderedVersion(text, in: ecosystem) == nil) }
    // The longest that is read: lists in lists, and a number that no integer holds.
    let deep = String(repeating: "1-", count: 2047) + "1"
    let near = String(repeating: "9", count: 4095)
    for text in [deep, near] {
      guard let version = OrderedVersion(text, in: ecosystem) else { continue }
      #expect(version.compare(version) == .same)
    }
  }
}

struct SpecifierTests {
  @Test
  func `specifiers hold for the versions that PyPI's own tool accepts`() throws {
    var wrong: [String] = []
    for line in try Vectors.lines("pep440-specifiers.txt") {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
      let specifiers = PEP440.Specifiers(parts[0])
      let version = parts[1].split(separator: " ").joined()
      let answer = specifiers?.contains(version) == true ? " yes" : " no"
      if specifiers == nil || answer != parts[2] { wrong.append(line) }
    }
    #expect(wrong == [])
  }

  @Test
  func `what PyPI's own tool refuses is no specifier`() throws {
    let accepted = try Vectors.lines("pep440-specifiers-invalid.txt")
      .filter { PEP440.Specifiers($0) != nil }
    #expect(accepted == [])
  }

  @Test
  func `pre-releases match unless they are refused`() throws {
    let range = try #require(PEP440.Specifiers(">=1.0,<3"))
    #expect(range.contains("2.0rc1") && !range.contains("2.0rc1", prereleases: false))
    #expect(range.contains("2.0", prereleases: false) && !range.nameAPrerelease)
    #expect(PEP440.Specifiers(">=1.0a1")?.nameAPrerelease == true)
    #expect(PEP440.Specifiers(" , ")?.isEmpty == true)
  }
}

struct PackageURLTests {
  @Test
  func `package URLs are those of the specification's own library`() throws {
    for line in try Vectors.lines("purl.txt") {
      let parts = line.split(separator: "\t").map { String($0) }
      let ecosystem = try #require(Ecosystem(rawValue: parts[0]))
      let package = Package(ecosystem, name: parts[1], version: parts[2])
      #expect(package.purl == parts[3])
      let read = try Package(purl: parts[3])
      #expect(read.purl == parts[3] && read.ecosystem == ecosystem)
      #expect(read.version == parts[2])
      if ecosystem != .swift { #expect(read.name == parts[1]) }
    }
  }

  @Test(arguments: [
    ("pkg:PYPI/Zope.Interface@1.0?x=y#a/b", "zope-interface", "1.0"),
    ("pkg://npm/%40scope/name", "@scope/name", ""),
    ("pkg:npm/@scope/name@1", "@scope/name", "1"),
    ("pkg:docker/a/debian@sha256:ab?repository_url=gcr.io", "gcr.io/a/debian", "sha256:ab"),
    ("pkg:swift/github.com/apple/swift-nio@2", "github.com/apple/swift-nio", "2"),
  ])
  func `package URLs in other spellings are read`(_ url: String, _ name: String, _ version: String)
    throws
  {
    let package = try Package(purl: url)
    #expect(package.name == name && package.version == version)
  }

  @Test(arguments: [
    "", "pypi/torch", "pkg:", "pkg:pypi", "pkg:pypi/%zz", "pkg:pypi/a@%4", "pkg:cargo/serde@1",
    "pkg:maven/log4j@1", "pkg:pypi/%ff",
  ])
  func `what names no package is refused`(_ url: String) {
    #expect(throws: PackageURLError.self) { try Package(purl: url) }
  }

  @Test(arguments: [
    "https://github.com/apple/swift-nio.git", "git@github.com:apple/swift-nio.git",
    "ssh://git@GitHub.com/apple/swift-nio", "github.com/apple/swift-nio/",
  ])
  func `one repository has one package URL`(_ address: String) {
    let package = Package(.swift, name: address, version: "2.0.0")
    #expect(package.purl == "pkg:swift/github.com/apple/swift-nio@2.0.0")
  }
}
