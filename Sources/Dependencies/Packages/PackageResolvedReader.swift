import Bytes
import Findings

/// `Package.resolved` of the Swift Package Manager, versions 1 to 3.
///
///     1: object.pins[] { package, repositoryURL, state { branch, revision, version } }
///     2, 3: pins[] { identity, kind, location, state { branch?, revision?, version? } }
enum PackageResolvedReader: DependencyReader {
  static let kind = "package.resolved"
  static let names = ["package.resolved"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let document = content.json(file) else { return }
    guard let version = document["version"]?.integer, (1...3).contains(version),
      let pins = (version == 1 ? document["object"]?["pins"] : document["pins"])?.array
    else {
      content.refuse(file.place, "expected pins of version 1 to 3")
      return
    }
    for pin in pins where !content.isFull {
      guard let name = pin["identity"]?.string ?? pin["package"]?.string,
        let location = pin["location"]?.string ?? pin["repositoryURL"]?.string,
        let state = pin["state"]
      else {
        content.refuse(file.place, "a pin without an identity, location or state")
        return
      }
      read(
        name, pin["kind"]?.string ?? "remoteSourceControl", location, state,
        at: file.place.detail("package \(name)"), into: &content)
    }
  }

  private static func read(
    _ name: String, _ kind: String, _ location: String, _ state: JSON, at place: Place,
    into content: inout DependencyContent
  ) {
    let version = state["version"]?.string
    if kind == "registry" {
      content.report(
        .unhashedDependency, place, "'\(name)' comes from a registry; the file has no checksum")
      if let version {
        content.pin(PinnedPackage(Package(.swift, name: name, version: version), at: place))
      }
      return
    }
    guard kind == "remoteSourceControl", location.has("://") || location.has("@") else {
      content.reportDirect(.path, name, from: location, at: place)
      return
    }
    content.judge(address: location, at: place)
    if version == nil {
      let branch = state["branch"]?.string.map { "the branch '\($0)'" } ?? "a bare revision"
      content.report(.unpinnedDependency, place, "'\(name)' follows \(branch), not a version")
    }
    // The revision is the hash of a commit and all that it holds.
    guard let revision = state["revision"]?.string,
      revision.utf8.count == 40 || revision.utf8.count == 64,
      bytes(lowerCaseHexadecimal: revision) != nil
    else {
      content.report(.unhashedDependency, place, "'\(name)' has no whole revision")
      return
    }
    let algorithm = revision.utf8.count == 40 ? "sha1" : "sha256"
    content.pin(
      PinnedPackage(
        Package(
          .swift, name: repositoryName(location), version: version ?? revision,
          hashes: ["\(algorithm):\(revision)"]), at: place, source: location))
  }

  /// The address without scheme, user, port and `.git`: `github.com/apple/swift-nio`.
  private static func repositoryName(_ location: String) -> String {
    var name = location[...]
    if let scheme = name.firstRange(of: "://") { name = name[scheme.upperBound...] }
    let isShort = name.count == location.count
    if let at = name.firstIndex(of: "@") { name = name[name.index(after: at)...] }
    // `git@host:path`, as SSH has it.
    var text = isShort ? name.replacing(":", with: "/", maxReplacements: 1) : name
    while text.hasSuffix("/") { text = text.dropLast() }
    if text.hasSuffix(".git") { text = text.dropLast(4) }
    let slash = text.firstIndex(of: "/") ?? text.endIndex
    return text[..<slash].lowercased() + text[slash...]
  }
}
