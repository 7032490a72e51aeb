import Bytes
import Findings

/// `package-lock.json` and `npm-shrinkwrap.json` of npm, lockfileVersion 1 to 3.
///
///     1: dependencies { NAME: { version, resolved, integrity, dependencies { ... } } }
///     2, 3: packages { "node_modules/NAME": { version, resolved, integrity, link,
///           hasInstallScript, license, deprecated, inBundle } }
enum PackageLockReader: DependencyReader {
  static let kind = "package-lock"
  static let names = ["package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"]
  static let locks: Set = ["package.json"]
  static let locksAll = true

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let document = content.json(file) else { return }
    guard let version = document["lockfileVersion"]?.integer, (1...3).contains(version) else {
      content.refuse(file.place, "expected lockfileVersion 1 to 3")
      return
    }
    if version == 1 {
      readTree(document["dependencies"], file.place, path: "", into: &content)
      return
    }
    guard let packages = document["packages"]?.object else {
      content.refuse(file.place, "expected 'packages'")
      return
    }
    var names: Set<String>?
    for package in packages where !content.isFull {
      guard let name = moduleName(of: package.name) else {
        // A project of the release itself.
        continue
      }
      let place = file.place.detail(package.name)
      if package.value["link"]?.bool == true {
        let target = package.value["resolved"]?.string ?? ""
        let known = names ?? Set(packages.map(\.name))
        names = known
        if !known.contains(target) {
          content.reportDirect(.path, name, from: target, at: place)
        }
        continue
      }
      read(package.value, package.value["name"]?.string ?? name, at: place, into: &content)
    }
  }

  /// The name behind the last `node_modules/`; nil for the projects themselves.
  private static func moduleName(of path: String) -> String? {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let folder = parts.dropLast().lastIndex { $0.elementsEqual("node_modules".utf8) }
    return folder.map { String(path[parts[$0 + 1].startIndex...]) }
  }

  /// The nested objects of version 1; the JSON reader has bounded their depth.
  private static func readTree(
    _ dependencies: JSON?, _ file: Place, path: String, into content: inout DependencyContent
  ) {
    for package in dependencies?.object ?? [] where !content.isFull {
      let inner = path.isEmpty ? package.name : "\(path.suffix(200)) > \(package.name)"
      read(package.value, package.name, at: file.detail(inner), into: &content)
      readTree(package.value["dependencies"], file, path: inner, into: &content)
    }
  }

  private static func read(
    _ package: JSON, _ name: String, at place: Place, into content: inout DependencyContent
  ) {
    let version = package["version"]?.string ?? ""
    let resolved = package["resolved"]?.string
    // Version 1 gives the address of what is in no registry as its version.
    let address = resolved ?? (version.has(":") ? version : nil)
    if let direct = directSource(address) {
      content.reportDirect(direct, name, from: address, at: place)
      return
    }
    if let address {
      content.judge(address: address, at: place)
      if host(of: address) == "registry.npmjs.org", isVersion(version),
        !isArchive(address, of: name, version)
      {
        content.report(
          .foreignArtifact, place, "'\(name)' is resolved to another package's file",
          evidence: [address])
      }
    }
    if package["hasInstallScript"]?.bool == true {
      content.report(.installScript, place, "'\(name)' runs a script when it is installed")
    }
    if let reason = package["deprecated"]?.text {
      content.report(
        .withdrawnDependency, place, "'\(name)' is deprecated", evidence: [reason])
    }
    guard isVersion(version) else {
      content.report(.unpinnedDependency, place, "'\(name)' is not pinned: '\(version)'")
      return
    }
    // What another package brings along is covered by that one's hash.
    let isBundled = package["inBundle"]?.bool == true || package["bundled"]?.bool == true
    let written = (package["integrity"]?.string ?? "").split(separator: " ")
    let hashes =
      isBundled && written.isEmpty
      ? []
      : content.accept(
        [DependencyContent.Artifact(hashes: written.map { PackageHash(integrity: $0) })],
        of: name, at: place)
    content.pin(
      PinnedPackage(
        Package(.npm, name: name, version: version, hashes: hashes), at: place,
        source: address.flatMap(registry), licence: licence(package["license"])))
  }

  private static func directSource(_ address: String?) -> DirectSource? {
    guard let address = address?.lowercased() else { return nil }
    if address.hasPrefix("git") || address.hasPrefix("github:") { return .repository }
    if address.hasPrefix("file:") || address.hasPrefix("link:") || address.hasPrefix(".") {
      return .path
    }
    // Registries keep archives under `NAME/-/`.
    return address.has("/-/") || !address.has("://") ? nil : .url
  }

  /// Whether the address is `/NAME/-/NAME-VERSION.tgz`, its name without the scope: npm installs the
  /// file, and advisories are held against the version in the lock.
  private static func isArchive(_ address: String, of name: String, _ version: String) -> Bool {
    guard let authority = Address(firstIn: address[...])?.authority else { return false }
    let path = address[authority.endIndex...]
    let plain = path.has("%") ? path.replacing("%2f", with: "/").replacing("%2F", with: "/") : path
    let base = name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name[$0...].dropFirst() }
    let file = "/\(name)/-/\(base ?? name[...])-\(version).tgz"
    return plain.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
      .elementsEqual(file.utf8)
  }

  /// Scheme and host of the address.
  private static func registry(of address: String) -> String? {
    guard let found = Address(firstIn: address[...]) else { return nil }
    return String(address[..<found.authority.startIndex]) + found.host
  }

  private static func licence(_ value: JSON?) -> String? {
    value?.string ?? value?["type"]?.string
  }

  /// Whether the text is one version; npm takes none of more than 256 bytes.
  static func isVersion(_ text: String) -> Bool {
    text.utf8.count <= 256 && SemanticVersion(text) != nil
  }
}

/// `package.json` of npm: what a project declares.
enum PackageManifestReader: DependencyReader {
  static let kind = "package.json"
  static let names = ["package.json"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let document = content.json(file) else { return }
    let groups: [(String, DeclaredPackage.Scope)] = [
      ("dependencies", .required), ("optionalDependencies", .optional),
      ("devDependencies", .optional), ("peerDependencies", .optional),
    ]
    for (group, scope) in groups {
      let details = group == "peerDependencies" ? document["peerDependenciesMeta"] : nil
      for package in document[group]?.object ?? []
      where !content.isFull && details?[package.name]?["optional"]?.bool != true {
        let (name, specifier) = resolve(package.value.string ?? "", of: package.name)
        let place = file.place.detail("\(group).\(package.name)")
        if specifier.has(":") && !specifier.hasPrefix("workspace:") || specifier.has("/") {
          let isPath = specifier.hasPrefix("file:") || specifier.hasPrefix("link:")
          content.reportDirect(
            isPath ? .path : .repository, name, from: specifier, at: place)
          continue
        }
        content.declare(
          DeclaredPackage(
            .npm, name: name, specifier: specifier,
            version: PackageLockReader.isVersion(specifier) ? specifier : nil,
            scope: scope, at: place))
      }
    }
    for name in ["preinstall", "install", "postinstall", "prepare"] {
      guard let script = document["scripts"]?[name]?.string else { continue }
      content.report(
        .installScript, file.place.detail("scripts.\(name)"),
        "the project runs a script when it is installed", evidence: [script])
    }
  }

  /// The package and range behind an alias, `npm:NAME@RANGE`, which is what a lock pins.
  private static func resolve(
    _ specifier: String, of name: String
  ) -> (name: String, specifier: String) {
    guard specifier.hasPrefix("npm:") else { return (name, specifier) }
    let target = specifier.dropFirst(4)
    // The first `@` of a scoped name is part of it.
    guard let mark = target.dropFirst().lastIndex(of: "@") else { return (String(target), "") }
    return (String(target[..<mark]), String(target[mark...].dropFirst()))
  }
}
