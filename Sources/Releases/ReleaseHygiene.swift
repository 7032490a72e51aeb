public import Bytes
public import Findings

/// What a release says of itself beside manifest and lock.
private struct ReleaseRemarks {
  /// The path of the changelog; nil when there is none.
  let changelog: String?
  /// The versions that its headings name; nil when there is no changelog.
  let changelogVersions: Set<String>?
  /// Files that would judge the release, were they given to Proofmark: policies and trust files.
  let judgingFiles: [String]

  private static let byteLimit = 1 << 20
  static let changelogName = "CHANGELOG.md"
  private static let changelogNames = [
    changelogName, "CHANGELOG", "CHANGELOG.rst", "CHANGELOG.txt", "CHANGES.md", "CHANGES",
    "CHANGES.rst", "CHANGES.txt", "HISTORY.md", "NEWS.md",
  ]
  private static let judgingKeys: Set<String> = ["policy-version", "trust-version", "waiver"]

  init(files: [FileRecord], content: (String) -> ByteSlice?) {
    changelog =
      ReleaseRemarks.changelogNames.lazy.compactMap { name in
        files.first { $0.path.lowercased() == name.lowercased() }?.path
      }.first
    changelogVersions = changelog.flatMap(content).map { bytes in
      ReleaseRemarks.versions(inHeadingsOf: bytes.prefix(ReleaseRemarks.byteLimit))
    }
    judgingFiles = files.filter { file in
      guard file.path.lowercased().hasSuffix(".toml"), file.path != Release.manifestPath,
        file.size <= ReleaseRemarks.byteLimit, let bytes = content(file.path)
      else { return false }
      do throws(ConfigurationError) {
        return !ReleaseRemarks.judgingKeys.isDisjoint(with: try TOML.parse(bytes).keys)
      } catch {
        return false  // What is no TOML is no policy either.
      }
    }.map(\.path)
  }

  /// The words of headings, without marks around them and a leading v: `## [1.4.0] - 2026-07-01`,
  /// or a line above one of `===` or `---` (CommonMark, reStructuredText).
  private static func versions(inHeadingsOf bytes: ByteSlice) -> Set<String> {
    var versions: Set<String> = []
    var previous = ""
    for bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = String(decoding: bytes, as: UTF8.self)
      let content = line.drop { $0 == " " }
      if content.first == "#", line.count - content.count < 4 {
        versions.formUnion(words(of: line))
      } else if isUnderline(line) {
        versions.formUnion(words(of: previous))
      }
      previous = line
    }
    return versions
  }

  private static func isUnderline(_ line: String) -> Bool {
    guard let mark = line.first, "=-~^*".contains(mark) else { return false }
    let rest = line.drop { $0 == mark }
    return line.count - rest.count > 2 && rest.allSatisfy(\.isWhitespace)
  }

  private static func words(of heading: String) -> [String] {
    heading.split { $0.isWhitespace || "#[](){}<>:,;*`\"'".contains($0) }.flatMap { word in
      let name = word.last == "." ? word.dropLast() : word
      return name.first == "v" ? [String(name), String(name.dropFirst())] : [String(name)]
    }
  }
}

extension Release {
  /// What is amiss with the release though files and lock agree: a version that is in no order, or
  /// not above its parent's, one that the changelog does not know, and a policy or trust file
  /// inside. `content` gives a file's bytes by its path.
  public func hygieneFindings(content: (String) -> ByteSlice?) -> [Finding] {
    let remarks = ReleaseRemarks(files: files, content: content)
    var findings = remarks.judgingFiles.map { path in
      Rule.judgingFileInside.at(
        Place([path]), "a policy, waiver or trust file inside the release is never read")
    }
    guard let model = manifest.content?.model else { return findings }
    let place = Place([Release.manifestPath]).detail("model.version")
    if let version = ReleaseVersion(model.version) {
      if let parent = model.parent.flatMap({ ReleaseVersion($0) }), version <= parent {
        findings.append(
          Rule.versionNotAboveParent.at(
            place, "\(version) is not above its parent \(parent)",
            evidence: ["parent \(parent)", "version \(version)"]))
      }
    } else {
      findings.append(
        Rule.versionWithoutOrder.at(
          place, "'\(model.version)' is not a version of Semantic Versioning 2.0.0"))
    }
    switch remarks.changelogVersions {
    case .some(let versions) where versions.contains(model.version): break
    case .some:
      findings.append(
        Rule.versionNotInChangelog.at(
          Place([remarks.changelog ?? ReleaseRemarks.changelogName]),
          "no heading names \(model.version)"))
    case nil:
      findings.append(Rule.versionNotInChangelog.at(.subject, "no CHANGELOG.md"))
    }
    return findings
  }
}
