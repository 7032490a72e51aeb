import Bytes
import Findings

/// `conda-lock.yml`, version 1.
///
///     version: 1
///     metadata: { channels: [{ url }], platforms, sources }
///     package: [{ name, version, manager: conda | pip, platform, url, hash: { md5, sha256 } }]
enum CondaLockReader: DependencyReader {
  static let kind = "conda-lock"
  static let names = ["*conda-lock.yml", "*conda-lock.yaml"]
  static let locks: Set = ["environment"]
  static let locksAll = true

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lock = content.yaml(file) else { return }
    guard lock["version"]?.integer == 1, let packages = lock["package"]?.array else {
      content.refuse(file.place, "expected version 1 of a conda lock, with packages")
      return
    }
    for channel in lock["metadata"]?["channels"]?.array ?? [] {
      guard let address = channel["url"]?.string else { continue }
      content.judge(address: address, at: file.place.detail("channel \(redacted(address))"))
    }
    for package in packages where !content.isFull {
      guard let name = package["name"]?.text, let version = package["version"]?.text else {
        content.refuse(file.place, "a package without a name or version")
        return
      }
      let platform = package["platform"]?.string ?? ""
      read(
        package, name, version, at: file.place.detail("package \(name) \(platform)"),
        into: &content)
    }
  }

  private static func read(
    _ package: JSON, _ name: String, _ version: String, at place: Place,
    into content: inout DependencyContent
  ) {
    let address = package["url"]?.string ?? ""
    let hashes = (package["hash"]?.object ?? []).map {
      PackageHash("\($0.name):\($0.value.text ?? "")")
    }
    let artifacts = [DependencyContent.Artifact(hashes: hashes)]
    switch package["manager"]?.string {
    case "conda":
      content.judge(address: address, at: place)
      let file = CondaFile(address: address)
      if let file, file.name != name.lowercased() || file.version != version {
        content.report(
          .foreignArtifact, place, "'\(name)' \(version) is at the address of another package",
          evidence: [address])
      }
      let accepted = content.accept(artifacts, of: name, at: place)
      content.pin(
        PinnedPackage(
          Package(.conda, name: name.lowercased(), version: version, hashes: accepted), at: place,
          source: file?.channel))
    case "pip":
      content.pinPython(
        normalisedPackageName(name), version: version, artifacts, index: nil, urls: [address],
        files: [address], at: place)
    default: content.refuse(place, "a manager that is neither conda nor pip")
    }
  }
}
