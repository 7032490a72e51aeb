import Bytes
import Findings

/// `gradle.lockfile` of Gradle: `GROUP:ARTIFACT:VERSION=CONFIGURATION,...` a line, `empty=` last.
/// Hashes stand in the verification metadata of the build, which `GradleHashes` looks up.
enum GradleLockReader: DependencyReader {
  static let kind = "gradle.lockfile"
  static let names = [
    "gradle.lockfile", "*.gradle.lockfile", "buildscript-gradle.lockfile",
    "dependency-locks/*.lockfile",
  ]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lines = content.lines(file) else { return }
    for (number, text) in lines {
      let line = trimmingSpace(text)
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix("empty=") { continue }
      let place = file.place.detail("line \(number)")
      let parts = (line.split(separator: "=").first ?? "").split(
        separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
        content.report(
          .malformedDependencyFile, place, "expected GROUP:ARTIFACT:VERSION",
          evidence: [String(line)])
        continue
      }
      let (name, version) = ("\(parts[0]):\(parts[1])", String(parts[2]))
      if version.uppercased().hasSuffix("-SNAPSHOT") {
        content.report(.unpinnedDependency, place, "'\(name)' is a snapshot, '\(version)'")
      }
      content.pin(PinnedPackage(Package(.maven, name: name, version: version), at: place))
    }
  }
}

/// `gradle/verification-metadata.xml`: what Gradle checks of each artifact, and what it trusts.
enum GradleVerificationReader: DependencyReader {
  static let kind = "gradle-verification"
  static let names = ["verification-metadata.xml"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard content.fits(file, DependencyContent.documentLimit) else { return }
    let root: XMLNode
    do throws(ParseError) {
      root = try XMLNode(parsing: file.bytes.asFile())
    } catch {
      content.refuse(file.place, error)
      return
    }
    guard root.name == "verification-metadata" else {
      content.refuse(file.place, "expected 'verification-metadata', found '\(root.name)'")
      return
    }
    readConfiguration(root["configuration"], file.place, into: &content)
    for component in root.list("components", "component") {
      read(component, file.place, into: &content)
    }
  }

  private static func readConfiguration(
    _ configuration: XMLNode?, _ file: Place, into content: inout DependencyContent
  ) {
    if configuration?.text("verify-metadata") != "true" {
      content.report(
        .verificationOff, file.detail("verify-metadata"), "Gradle does not verify metadata")
    }
    for trust in configuration?.list("trusted-artifacts", "trust") ?? [] {
      let fields = ["group", "name", "version", "file"].compactMap { field in
        trust.attribute(field).map { "\(field) '\($0)'" }
      }
      let isRegex = trust.attribute("regex") == "true"
      content.report(
        .verificationOff, file.detail("trusted-artifacts \(fields.joined(separator: ", "))"),
        isRegex
          ? "all artifacts of an expression are trusted without a check"
          : "an artifact is trusted without a check", evidence: fields)
    }
  }

  private static func read(
    _ component: XMLNode, _ file: Place, into content: inout DependencyContent
  ) {
    let name = "\(component.attribute("group") ?? ""):\(component.attribute("name") ?? "")"
    let version = component.attribute("version") ?? ""
    let place = file.detail("component \(name):\(version)")
    var isSigned = false
    var artifacts: [DependencyContent.Artifact] = []
    for artifact in component.children where artifact.name == "artifact" {
      var hashes: [PackageHash] = []
      for check in artifact.children {
        if check.name == "pgp" {
          isSigned = true
          continue
        }
        for value in [check.attribute("value")] + check.children.map({ $0.attribute("value") }) {
          if let value { hashes.append(PackageHash("\(check.name):\(value)")) }
        }
      }
      if !hashes.isEmpty || !artifact.children.contains(where: { $0.name == "pgp" }) {
        artifacts.append(DependencyContent.Artifact(hashes: hashes))
      }
    }
    // Artifacts that are signed need no checksum of their own.
    let hashes =
      artifacts.isEmpty && isSigned ? [] : content.accept(artifacts, of: name, at: place)
    content.pin(
      PinnedPackage(Package(.maven, name: name, version: version, hashes: hashes), at: place))
  }
}

/// Looks for the hashes of packages that `gradle.lockfile` pins.
struct GradleHashes {
  private(set) var findings: [Finding] = []

  /// The metadata of a build stands in a folder `gradle` beside the lock file or above it.
  init(_ readings: [DependencyReading]) {
    var verified: [[String]: Set<String>] = [:]
    for reading in readings where reading.reader.kind == GradleVerificationReader.kind {
      let names = reading.content.pins.filter { !$0.package.hashes.isEmpty }.map { key($0) }
      let folder = reading.file.folder
      let build = folder.dropLast() + [DependencyFiles.folder(of: folder.last ?? "")]
      verified[Array(build), default: []].formUnion(names)
    }
    for reading in readings where reading.reader.kind == GradleLockReader.kind {
      var folders = [reading.file.folder]
      while let last = folders.last, let path = last.last, !path.isEmpty {
        folders.append(last.dropLast() + [DependencyFiles.folder(of: path)])
      }
      let names = folders.compactMap { verified[$0] }
      for pin in reading.content.pins where !names.contains(where: { $0.contains(key(pin)) }) {
        findings.append(
          Rule.unhashedDependency.at(pin.place, "'\(pin.package.name)' has no hash"))
      }
    }
  }

  private func key(_ pin: PinnedPackage) -> String { "\(pin.package.name):\(pin.package.version)" }
}
