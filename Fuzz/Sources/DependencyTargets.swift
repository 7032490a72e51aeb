import Bytes
import Dependencies
import Findings
import Vulnerabilities

// Each file is read under all names of its syntax at once, so that drift between them is judged,
// too. What one reader refuses at its first line costs the others nothing.
let requirementsNames = [
  "requirements.txt", "constraints.txt", "requirements.in", "setup.cfg", "spec-file.txt",
  "gradle.lockfile",
]
let lockfileNames = [
  "pyproject.toml", "pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock",
  "environment.yml", "conda-lock.yml", "Package.resolved", "package-lock.json", "package.json",
]
let mavenNames = ["pom.xml", "module/pom.xml", "gradle/verification-metadata.xml"]
let dockerNames = ["Dockerfile", "setup.py"]

/// Judges the bytes as dependency files of these names.
func readDependencies(_ bytes: ByteSlice, namedAs names: [String]) {
  let report = DependencyReport(in: names.map { (path: $0, bytes: bytes) })
  _ = report.findings(under: DependencyPolicy(allowedSources: [], allowedLicences: ["MIT"]))
  for package in report.packages { checkPackageURL(of: package) }
}

/// A package's URL is read as the same package.
private func checkPackageURL(of package: Package) {
  guard let again = try? Package(purl: package.purl) else { return }
  precondition(again.purl == package.purl, "a package URL is not stable: \(package.purl)")
}

/// An advisory: straight from its record and out of an index it says the same of every package.
func readAdvisory(_ bytes: ByteSlice) {
  guard let advisory = try? Advisory(parsing: bytes) else { return }
  let folder = stagingFolder + "/records"
  let index = stagingFolder + "/records.sqlite"
  _ = stage(bytes, as: "records/record.json")
  guard let direct = try? AdvisoryDatabase(opening: folder) else { return }
  guard (try? AdvisoryDatabase.index([folder], to: index)) != nil,
    let indexed = try? AdvisoryDatabase(opening: index)
  else { preconditionFailure("an index of a record cannot be made and read") }
  for affected in advisory.affected.prefix(4) {
    for ecosystem in Ecosystem.allCases {
      for version in ["0", "1.0", "2.0.1", "1.0rc1"] {
        let package = Package(ecosystem, name: affected.name, version: version)
        let first = try? PackageExposure(of: package, in: [direct])
        let second = try? PackageExposure(of: package, in: [indexed])
        precondition(
          first?.vulnerabilities == second?.vulnerabilities && first?.doubts == second?.doubts,
          "the index says something else of \(package.purl)")
      }
    }
  }
}

/// A line each: versions, whose order must be one in every ecosystem; specifiers, package URLs and
/// CVSS vectors.
func readVersions(_ bytes: ByteSlice) {
  guard let text = bytes.utf8 else { return }
  let lines = text.split(separator: "\n").prefix(24).map { line in
    line.split(maxSplits: 2) { $0 == "|" || $0 == "\t" || $0 == " " }.map(String.init)
  }
  for fields in lines {
    for field in fields {
      _ = CVSSScore(vector: field)
      if let package = try? Package(purl: field) { checkPackageURL(of: package) }
      if let version = PEP440.Version(field) {
        precondition(PEP440.Version("\(version)") == version, "a version's normal form is another")
      }
    }
    guard let first = fields.first, let specifiers = PEP440.Specifiers(first) else { continue }
    for field in fields { _ = specifiers.contains(field) }
  }
  for ecosystem in Ecosystem.allCases {
    let versions = lines.flatMap { $0 }.compactMap { OrderedVersion($0, in: ecosystem) }
    for (index, a) in versions.enumerated().dropLast(2) {
      checkOrder(a, versions[index + 1], versions[index + 2], ecosystem)
    }
  }
}

private func checkOrder(
  _ a: OrderedVersion, _ b: OrderedVersion, _ c: OrderedVersion, _ ecosystem: Ecosystem
) {
  precondition(a.compare(a) == .same, "a version of \(ecosystem) differs from itself")
  guard let ab = a.compare(b), let bc = b.compare(c), let ac = a.compare(c) else { return }
  switch (ab, b.compare(a)) {
  case (.before, .after), (.same, .same), (.after, .before): break
  default: preconditionFailure("an order of \(ecosystem) has two directions")
  }
  // Maven's own order goes round in circles: dev1.a1.1dev.0_ < dev1 < dev1.post.a1+1 < the first.
  guard ecosystem != .maven, ab == bc || ab == .same || bc == .same else { return }
  precondition(ac == (ab == .same ? bc : ab), "an order of \(ecosystem) goes round in a circle")
}
