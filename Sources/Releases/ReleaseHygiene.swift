public import Bytes
public import Findings

/// What a release says of itself beside manifest and lock.
private struct ReleaseRemarks {
  /// The versions that the headings of `CHANGELOG.md` name; nil when there is no such file.
  let changelogVersions: Set<String>?
  /// Files that would judge the release, were they given to Proofmark: policies and trust files.
  let judgingFiles: [String]

  private static let byteLimit = 1 << 20
  static let changelogName = "CHANGELOG.md"
  private static let judgingKeys: Set<String> = ["policy-version", "trust-version", "waiver"]

  init(files: [FileRecord], content: (String) -> ByteSlice?) {
    changelogVersions = content(ReleaseRemarks.changelogName).map { bytes in
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

  /// The words of Markdown headings, without brackets and a leading v: `## [1.4.0] - 2026-07-01`.
  private static func versions(inHeadingsOf bytes: ByteSlice) -> Set<String> {
    var versions: Set<String> = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) where line.first == UInt8(ascii: "#") {
      let heading = String(decoding: line, as: UTF8.self)
      for word in heading.split(whereSeparator: { " \t\r[]():,".contains($0) }) {
        versions.insert(String(word))
        if word.first == "v" { versions.insert(String(word.dropFirst())) }
      }
    }
    return versions
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
          Place([ReleaseRemarks.changelogName]), "no heading names \(model.version)"))
    case nil:
      findings.append(Rule.versionNotInChangelog.at(.subject, "no CHANGELOG.md"))
    }
    return findings
  }
}
