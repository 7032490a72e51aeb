import Bytes
import Findings

/// `uv.lock`, version 1.
///
///     [[package]] name, version, source = { registry | git | url | path | directory | editable |
///     virtual }, sdist = { url | path, hash = "sha256:HEX" }, wheels[]
enum UVLockReader: DependencyReader {
  static let kind = "uv"
  static let names = ["uv.lock"]
  static let locks: Set = ["pyproject"]
  static let locksAll = true

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lock = content.toml(file) else { return }
    guard lock["version"]?.integer == 1 else {
      content.refuse(file.place, "expected version 1 of uv.lock")
      return
    }
    for package in lock["package"]?.array ?? [] where !content.isFull {
      guard let written = package["name"]?.string, let source = package["source"] else {
        content.refuse(file.place, "a package without a name or source")
        return
      }
      let name = normalisedPackageName(written)
      let place = file.place.detail("package \(name)")
      if let registry = source["registry"]?.string {
        pin(package, name, registry, at: place, into: &content)
      } else if let address = source["git"]?.string {
        content.reportDirect(.repository, name, from: address, at: place)
      } else if let address = source["url"]?.string {
        content.reportDirect(.url, name, from: address, at: place)
      } else if let path = source["editable"] ?? source["virtual"] ?? source["directory"]
        ?? source["path"]
      {
        // The projects of the workspace lie in the release; others do not.
        let isInside = path.string.map {
          $0 == "." || file.neighbour("\($0)/pyproject.toml") != nil
        }
        if isInside != true {
          content.reportDirect(.path, name, from: path.string, at: place)
        }
      } else {
        content.refuse(place, "a source of no known kind")
      }
    }
  }

  private static func pin(
    _ package: JSON, _ name: String, _ registry: String, at place: Place,
    into content: inout DependencyContent
  ) {
    let files = [package["sdist"]].compactMap { $0 } + (package["wheels"]?.array ?? [])
    if !registry.has("://") {
      content.report(
        .additionalSource, place, "'\(name)' comes from the folder '\(registry)'")
    }
    content.pinPython(
      name, version: package["version"]?.string,
      files.map {
        DependencyContent.Artifact(
          hashes: [$0["hash"]?.string].compactMap { $0 }.map(PackageHash.init))
      }, index: registry, urls: files.compactMap { $0["url"]?.string },
      files: files.compactMap { $0["url"]?.string ?? $0["path"]?.string }, at: place)
  }
}
