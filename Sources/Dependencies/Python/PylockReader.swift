import Bytes
import Findings

/// `pylock.toml` (PEP 751), the lock that all of Python's installers share.
///
///     lock-version = "1.0"
///     [[packages]] name, version, index, marker, vcs | directory | archive | sdist, wheels[]
///     sdist, wheels, archive: url | path, hashes = { sha256 = "HEX" }
enum PylockReader: DependencyReader {
  static let kind = "pylock"
  static let names = ["pylock.toml", "pylock.*.toml"]
  static let locks: Set = ["pyproject", "setup.cfg", "setup.py", "requirements.in"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lock = content.toml(file) else { return }
    guard lock["lock-version"]?.string?.hasPrefix("1.") == true else {
      content.refuse(file.place, "expected a lock-version 1.x")
      return
    }
    for package in lock["packages"]?.array ?? [] where !content.isFull {
      guard let written = package["name"]?.string else {
        content.refuse(file.place, "a package without a name")
        return
      }
      let name = normalisedPackageName(written)
      let place = file.place.detail("package \(name)")
      if let vcs = package["vcs"] {
        content.reportDirect(
          .repository, name, from: vcs["url"]?.string ?? vcs["path"]?.string, at: place)
      } else if let directory = package["directory"] {
        // The project that the file is the lock of, and others of the release.
        let path = directory["path"]?.string ?? ""
        if path != ".", file.neighbour("\(path)/pyproject.toml") == nil {
          content.reportDirect(.path, name, from: path, at: place)
        }
      } else {
        pin(package, name, at: place, into: &content)
      }
    }
  }

  private static func pin(
    _ package: JSON, _ name: String, at place: Place, into content: inout DependencyContent
  ) {
    let files =
      [package["sdist"], package["archive"]].compactMap { $0 }
      + (package["wheels"]?.array ?? [])
    let index = package["index"]?.string
    if let archive = package["archive"] {
      let source: DirectSource = archive["url"] == nil ? .path : .url
      content.reportDirect(
        source, name, from: archive["url"]?.string ?? archive["path"]?.string, at: place)
    }
    let artifacts = files.map { file in
      DependencyContent.Artifact(
        hashes: (file["hashes"]?.object ?? []).map {
          PackageHash("\($0.name):\($0.value.string ?? "")")
        })
    }
    content.pinPython(
      name, version: package["version"]?.string, artifacts, index: index,
      urls: files.compactMap { $0["url"]?.string },
      files: files.compactMap { $0["name"]?.string ?? $0["url"]?.string ?? $0["path"]?.string },
      at: place)
  }
}

extension DependencyContent {
  /// Pins a package of Python whose files have hashes and, perhaps, addresses of their own; `files`
  /// are their names or addresses.
  mutating func pinPython(
    _ name: String, version: String?, _ artifacts: [Artifact], index: String?, urls: [String],
    files: [String], at place: Place
  ) {
    if let index { judge(address: index, at: place) }
    var hosts: Set<String> = []
    for url in urls where hosts.insert(host(of: url) ?? url).inserted {
      judge(address: url, at: place)
      if let index, let strange = foreignHost(of: url, under: index) {
        report(
          .foreignArtifact, place, "'\(name)' is of '\(index)', its file of '\(strange)'",
          evidence: [url])
      }
    }
    let hashes = accept(artifacts, of: name, at: place)
    guard let version, isPythonVersion(version) else {
      report(
        .unpinnedDependency, place,
        "'\(name)' is not pinned: " + (version.map { "'\($0)' is no version" } ?? "no version"))
      return
    }
    if let strange = DependencyContent.foreignDistribution(among: files, of: name, version) {
      report(
        .foreignArtifact, place, "'\(name)' \(version) is locked to the file of another one",
        evidence: [strange])
    }
    pin(
      PinnedPackage(
        Package(.pypi, name: name, version: version, hashes: hashes), at: place, source: index))
  }

  /// The first wheel or source distribution whose name says another package or version: installers
  /// take a file by its name, and advisories are held against the version in the lock.
  private static func foreignDistribution(
    among files: [String], of name: String, _ version: String
  ) -> String? {
    let usual = name.replacing("-", with: "_") + "-" + version + "-"
    let wanted = PEP440.Version(version)
    return files.first { file in
      let path = file.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
      let start = path.lastIndex(of: UInt8(ascii: "/")).map { path.index(after: $0) }
      let base = path[(start ?? path.startIndex)...]
      if base.starts(with: usual.utf8), Substring(base).ends(in: ".whl") { return false }
      // No file system has a longer name.
      guard base.count < 1_024 else { return true }
      let text = Substring(base).replacing("%2B", with: "+").replacing("%2b", with: "+")
      let words = text.split(separator: "-", omittingEmptySubsequences: false)
      // No installer takes a file without a version in its name.
      guard words.count > 1 else { return false }
      guard !text.ends(in: ".whl") else {
        return normalisedPackageName(String(words[0])) != name
          || PEP440.Version(String(words[1])) != wanted
      }
      guard let suffix = [".tar.gz", ".zip", ".tar.bz2", ".tgz"].first(where: text.ends) else {
        return false
      }
      // Old names have hyphens on either side.
      let stem = text.dropLast(suffix.utf8.count)
      return !stem.indices.contains { index in
        stem[index] == "-" && normalisedPackageName(String(stem[..<index])) == name
          && PEP440.Version(String(stem[index...].dropFirst())) == wanted
      }
    }
  }

  /// The host of a file that the Python Package Index does not keep there; nil for its own, and
  /// for other indexes, which keep files where they like.
  private func foreignHost(of url: String, under index: String) -> String? {
    guard host(of: index) == "pypi.org" else { return nil }
    let found = host(of: url)
    return ["files.pythonhosted.org", "pypi.org"].contains(found) ? nil : found ?? url
  }
}
