import Bytes
import Findings

/// `poetry.lock` of Poetry 1.x and 2.x, and `pdm.lock`, which has the same packages.
///
///     [[package]] name, version, files = [{ file, hash }], [package.source] type, url, reference
///     [metadata.files] NAME = [{ file, hash }]     # before Poetry 1.3 and PDM 4.0
enum PoetryLockReader: DependencyReader {
  static let kind = "poetry"
  static let names = ["poetry.lock"]
  static let locks: Set = ["pyproject"]
  static let locksAll = true

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lock = content.toml(file) else { return }
    guard lock["metadata"] != nil else {
      content.refuse(file.place, "expected a table 'metadata'")
      return
    }
    let older = lock["metadata"]?["files"]?.dictionary ?? [:]
    for (package, written, name, place) in content.namedPackages(of: lock, in: file)
    where !content.isFull {
      let address = package["source"]?["url"]?.string
      switch package["source"]?["type"]?.string {
      case nil, "legacy":
        let files = package["files"] ?? older[written]
        content.pinLocked(package, name, files: files, index: address, at: place)
      case "git": content.reportDirect(.repository, name, from: address, at: place)
      case "url": content.reportDirect(.url, name, from: address, at: place)
      default: content.reportDirect(.path, name, from: address, at: place)
      }
    }
  }
}

/// `pdm.lock`: the address of a package from elsewhere stands in the package itself.
enum PDMLockReader: DependencyReader {
  static let kind = "pdm"
  static let names = ["pdm.lock"]
  static let locks: Set = ["pyproject"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lock = content.toml(file) else { return }
    guard lock["metadata"]?["lock_version"]?.string != nil else {
      content.refuse(file.place, "expected a lock_version in the table 'metadata'")
      return
    }
    let older = lock["metadata"]?["files"]?.dictionary ?? [:]
    for (package, written, name, place) in content.namedPackages(of: lock, in: file)
    where !content.isFull {
      if let address = package["git"]?.string ?? package["hg"]?.string ?? package["svn"]?.string {
        content.reportDirect(.repository, name, from: address, at: place)
      } else if let address = package["url"]?.string {
        content.reportDirect(.url, name, from: address, at: place)
      } else if let path = package["path"]?.string {
        content.reportDirect(.path, name, from: path, at: place)
      } else {
        let key = "\(written) \(package["version"]?.string ?? "")"
        let files = package["files"] ?? older[key]
        content.pinLocked(package, name, files: files, index: nil, at: place)
      }
    }
  }
}

extension DependencyContent {
  /// The packages of a lock with their names, as written and in normal form, up to the first without
  /// one, which makes the lock unreadable.
  fileprivate mutating func namedPackages(
    of lock: JSON, in file: DependencyFile
  ) -> [(package: JSON, written: String, name: String, place: Place)] {
    var packages: [(package: JSON, written: String, name: String, place: Place)] = []
    for package in lock["package"]?.array ?? [] {
      guard let written = package["name"]?.string else {
        refuse(file.place, "a package without a name")
        break
      }
      let name = normalisedPackageName(written)
      packages.append((package, written, name, file.place.detail("package \(name)")))
    }
    return packages
  }

  /// Pins a package whose files stand in a list of `{ file | url, hash }`.
  fileprivate mutating func pinLocked(
    _ package: JSON, _ name: String, files: JSON?, index: String?, at place: Place
  ) {
    let files = files?.array ?? []
    pinPython(
      name, version: package["version"]?.string,
      files.map { Artifact(hashes: [$0["hash"]?.string].compactMap { $0 }.map(PackageHash.init)) },
      index: index, urls: files.compactMap { $0["url"]?.string },
      files: files.compactMap { $0["file"]?.string ?? $0["url"]?.string }, at: place)
  }
}
