import Bytes
import Findings

/// An explicit list of conda: one address of a package's file a line, with its hash.
///
///     @EXPLICIT
///     https://conda.anaconda.org/conda-forge/linux-64/NAME-VERSION-BUILD.conda#MD5
///     https://.../NAME-VERSION-BUILD.tar.bz2#sha256:HEX
enum CondaExplicitReader: DependencyReader {
  static let kind = "conda-explicit"
  static let names = [
    "conda-*.lock", "explicit.txt", "*-explicit.txt", "spec-file.txt", "spec-list.txt",
    "conda-lock*.txt",
  ]
  static let locks: Set = ["environment"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lines = content.lines(file) else { return }
    guard lines.contains(where: { trimmingSpace($0.text) == "@EXPLICIT" }) else {
      content.refuse(file.place, "expected a line '@EXPLICIT'")
      return
    }
    var isExplicit = false
    for (number, text) in lines {
      let line = trimmingSpace(text)
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line == "@EXPLICIT" {
        isExplicit = true
        continue
      }
      let place = file.place.detail("line \(number)")
      guard isExplicit else {
        content.report(
          .unpinnedDependency, place, "a line before '@EXPLICIT' is solved and not pinned",
          evidence: [String(line)])
        continue
      }
      read(line, at: place, into: &content)
    }
  }

  private static func read(
    _ line: Substring, at place: Place, into content: inout DependencyContent
  ) {
    let parts = line.split(separator: "#", maxSplits: 1)
    let address = parts.first.map(String.init) ?? ""
    guard let found = CondaFile(address: address) else {
      content.report(
        .malformedDependencyFile, place, "expected the address of a conda package",
        evidence: [String(line)])
      return
    }
    content.judge(address: address, at: place)
    if !address.has("://") || address.lowercased().hasPrefix("file:") {
      content.reportDirect(.path, found.name, from: address, at: place)
    }
    let written = parts.count == 2 ? String(parts[1]) : nil
    let hash = written.map { text in
      text.has(":") ? text : (text.utf8.count == 64 ? "sha256:" : "md5:") + text
    }
    let hashes = content.accept(
      [DependencyContent.Artifact(hashes: [hash].compactMap { $0 }.map(PackageHash.init))],
      of: found.name, at: place)
    content.pin(
      PinnedPackage(
        Package(.conda, name: found.name, version: found.version, hashes: hashes), at: place,
        source: found.channel, repetition: .inOtherFiles))
  }
}

/// What the address of a conda package's file says: `CHANNEL/SUBDIR/NAME-VERSION-BUILD.conda`.
struct CondaFile: Equatable {
  let name: String
  let version: String
  /// The address of the channel; nil for a bare file name.
  let channel: String?

  init?(address: String) {
    var parts = address.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard let file = parts.popLast() else { return nil }
    let stem: Substring
    if file.hasSuffix(".conda") {
      stem = file.dropLast(6)
    } else if file.hasSuffix(".tar.bz2") {
      stem = file.dropLast(8)
    } else {
      return nil
    }
    let words = stem.split(separator: "-", omittingEmptySubsequences: false)
    guard words.count >= 3, words.allSatisfy({ !$0.isEmpty }) else { return nil }
    name = words.dropLast(2).joined(separator: "-").lowercased()
    version = String(words[words.count - 2])
    channel = parts.count > 1 ? parts.dropLast().joined(separator: "/") : nil
  }
}
