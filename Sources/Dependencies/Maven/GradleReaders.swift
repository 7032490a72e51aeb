import Bytes
import Findings

/// `gradle.lockfile` of Gradle: `GROUP:ARTIFACT:VERSION=CONFIGURATION,...` a line, `empty=` last.
/// Hashes stand in verification-metadata.xml.
enum GradleLockReader: DependencyReader {
  static let kind = "gradle.lockfile"
  static let names = [
    "gradle.lockfile", "*.gradle.lockfile", "buildscript-gradle.lockfile",
    "dependency-locks/*.lockfile",
  ]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lines = content.lines(file) else { return }
    let verified = verification(of: file)
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
      let hashes = verified["\(name):\(version)"]
      if hashes == nil { content.report(.unhashedDependency, place, "'\(name)' has no hash") }
      content.pin(
        PinnedPackage(
          Package(.maven, name: name, version: version, hashes: hashes ?? []), at: place))
    }
  }

  /// The hashes by coordinates in the verification metadata of the build, which stands in a folder
  /// `gradle` beside the lock file or above it.
  private static func verification(of file: DependencyFile) -> [String: [String]] {
    for up in ["", "../", "../../", "../../../"] {
      guard let metadata = file.neighbour(up + "gradle/verification-metadata.xml") else { continue }
      var content = DependencyContent()
      GradleVerificationReader.read(metadata, into: &content)
      return Dictionary(
        content.pins.filter { !$0.package.hashes.isEmpty }.map {
          ("\($0.package.name):\($0.package.version)", $0.package.hashes)
        }
      ) { first, _ in first }
    }
    return [:]
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
