import Bytes
import Findings

/// `Pipfile.lock` of Pipenv, pipfile-spec 6.
///
///     _meta.sources[] { name, url, verify_ssl }
///     default, develop: NAME: { version: "==V", hashes[], index, git | path | file, editable }
enum PipfileLockReader: DependencyReader {
  static let kind = "pipfile.lock"
  static let names = ["pipfile.lock"]
  static let locks: Set = ["pipfile"]
  static let locksAll = true

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lock = content.json(file) else { return }
    guard let meta = lock["_meta"] else {
      content.refuse(file.place, "expected a member '_meta'")
      return
    }
    let sources = PipfileSources(meta["sources"]?.array ?? [], at: file.place, into: &content)
    for group in lock.object ?? [] where group.name != "_meta" {
      for package in group.value.object ?? [] where !content.isFull {
        let name = normalisedPackageName(package.name)
        pin(
          package.value, name, sources, at: file.place.detail("\(group.name.prefix(80)): \(name)"),
          into: &content)
      }
    }
  }

  private static func pin(
    _ package: JSON, _ name: String, _ sources: PipfileSources, at place: Place,
    into content: inout DependencyContent
  ) {
    if content.reportPipfileDirect(package, name, at: place) { return }
    let written = package["version"]?.string ?? ""
    guard written.hasPrefix("=="), !written.hasPrefix("==="), !written.hasSuffix("*") else {
      content.report(.unpinnedDependency, place, "'\(name)' is not pinned: '\(written)'")
      return
    }
    content.pinPython(
      name, version: String(written.dropFirst(2)),
      (package["hashes"]?.texts ?? []).map {
        DependencyContent.Artifact(hashes: [PackageHash($0)])
      },
      index: package["index"]?.string.map { sources.address(of: $0) } ?? sources.first, urls: [],
      files: [], at: place)
  }
}

/// `Pipfile`: what Pipenv is asked for.
enum PipfileReader: DependencyReader {
  static let kind = "pipfile"
  static let names = ["pipfile"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let pipfile = content.toml(file) else { return }
    let known: Set = ["source", "requires", "scripts", "pipenv"]
    _ = PipfileSources(pipfile["source"]?.array ?? [], at: file.place, into: &content)
    for group in pipfile.object ?? [] where !known.contains(group.name) {
      for package in group.value.object ?? [] where !content.isFull {
        let name = normalisedPackageName(package.name)
        let place = file.place.detail("\(group.name.prefix(80)).\(name)")
        if content.reportPipfileDirect(package.value, name, at: place) { continue }
        let specifier = package.value.string ?? package.value["version"]?.string ?? "*"
        let scope: DeclaredPackage.Scope =
          group.name != "packages"
          ? .optional : package.value.object == nil ? .required : .conditional
        content.declare(
          pythonName: name, specifier: specifier == "*" ? "" : specifier, scope, at: place)
      }
    }
  }
}

/// The indexes that a Pipfile or its lock names.
private struct PipfileSources {
  private let addresses: [String: String]
  let first: String?

  /// Judges the indexes, and that there is one.
  init(_ sources: [JSON], at file: Place, into content: inout DependencyContent) {
    var addresses: [String: String] = [:]
    for source in sources {
      guard let address = source["url"]?.string else { continue }
      let place = file.detail("source \(source["name"]?.string ?? address)")
      content.judge(address: address, at: place)
      if source["verify_ssl"]?.bool == false {
        content.report(.insecureSource, place, "the index's certificate is not verified")
      }
      if !addresses.isEmpty {
        content.report(.additionalSource, place, "one more index", evidence: [address])
      }
      addresses[source["name"]?.string ?? address] = address
    }
    self.addresses = addresses
    first = sources.first?["url"]?.string
  }

  func address(of name: String) -> String { addresses[name] ?? name }
}

extension DependencyContent {
  /// Reports what comes from outside an index; false when it comes from one.
  fileprivate mutating func reportPipfileDirect(
    _ package: JSON, _ name: String, at place: Place
  ) -> Bool {
    for key in ["git", "hg", "svn", "bzr"] {
      if let address = package[key]?.string {
        reportDirect(.repository, name, from: address, at: place)
        return true
      }
    }
    if let address = package["file"]?.string ?? package["uri"]?.string {
      reportDirect(.url, name, from: address, at: place)
      return true
    }
    guard let path = package["path"]?.string else { return false }
    if path != "." { reportDirect(.path, name, from: path, at: place) }
    return true
  }

  /// Takes note of a package of Python that is named beside its specifier.
  mutating func declare(
    pythonName name: String, specifier: String, _ scope: DeclaredPackage.Scope, at place: Place
  ) {
    var version: String?
    if specifier.hasPrefix("=="), !specifier.hasPrefix("===") {
      let text = String(trimmingSpace(specifier.dropFirst(2)))
      version = isPythonVersion(text) ? text : nil
    }
    declare(
      DeclaredPackage(
        .pypi, name: name, specifier: specifier, version: version, scope: scope, at: place))
  }
}
