/// A release's version: Semantic Versioning 2.0.0 in its strict form, with the text as written.
///
/// Build metadata takes no part in the order (section 10), so two versions can be alike without
/// being the same text.
public struct ReleaseVersion: Sendable, Hashable {
  /// The version as written.
  public let text: String
  private let version: SemanticVersion

  private static let lengthLimit = 256

  /// The version; nil when the text is not one of Semantic Versioning.
  public init?(_ text: String) {
    guard text.utf8.count <= ReleaseVersion.lengthLimit, let version = SemanticVersion(text) else {
      return nil
    }
    self.text = text
    self.version = version
  }

  /// Whether who names this version means the other one, too: a version without build metadata
  /// stands for all its builds, one with it for that build alone.
  public func names(_ other: ReleaseVersion) -> Bool {
    text.contains("+") ? text == other.text : isAlike(other)
  }

  /// Whether neither is older: the same but for build metadata.
  public func isAlike(_ other: ReleaseVersion) -> Bool { version == other.version }
}

extension ReleaseVersion: Comparable {
  /// The order of section 11: a prerelease comes before its release.
  public static func < (a: ReleaseVersion, b: ReleaseVersion) -> Bool { a.version < b.version }
}

extension ReleaseVersion: CustomStringConvertible {
  /// The version as written.
  public var description: String { text }
}
