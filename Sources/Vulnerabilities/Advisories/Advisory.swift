public import Bytes
import Dependencies

/// A record of the Open Source Vulnerability format (https://ossf.github.io/osv-schema/, 1.x), as
/// far as it is judged.
public struct Advisory: Sendable {
  /// What happens to a package at a version.
  public enum Event: Sendable, Equatable {
    /// It is vulnerable from here; `0` stands before every version.
    case introduced(String)
    /// It is no longer vulnerable from here.
    case fixed(String)
    /// It is no longer vulnerable after this.
    case lastAffected(String)
    /// Nothing is said from here on; `*` stands after every version.
    case limit(String)

    /// The version.
    var version: String {
      switch self {
      case .introduced(let version), .fixed(let version), .lastAffected(let version),
        .limit(let version):
        version
      }
    }
  }

  /// Versions between events.
  public struct Range: Sendable, Equatable {
    /// How versions are compared.
    public enum Kind: String, Sendable {
      /// As semantic versions.
      case semantic = "SEMVER"
      /// By the rules of the package's ecosystem.
      case ecosystem = "ECOSYSTEM"
      /// As commits of a repository, which nobody can compare without it.
      case git = "GIT"
    }

    let kind: Kind
    let events: [Event]
  }

  /// A package that is affected, and when.
  public struct Affected: Sendable, Equatable {
    /// The package's ecosystem as records call it, without what follows a colon.
    public let ecosystem: String
    /// The name as it is compared.
    public let name: String
    let ranges: [Range]
    /// The affected versions that are listed one by one: as somebody wrote them, in an index as they
    /// are compared.
    let versions: [String]
    let rating: Rating
  }

  /// What a record says about severity: vectors, or a word.
  struct Rating: Sendable, Equatable {
    var vectors: [String] = []
    var word: String?
  }

  /// The record's own id.
  public let id: String
  /// When the record last changed.
  public let modified: Timestamp
  /// Whether it was taken back.
  public let isWithdrawn: Bool
  /// Other ids of the same vulnerability.
  public let aliases: [String]
  /// One line about it; may be empty.
  public let summary: String
  let rating: Rating
  /// The packages that are affected; a package may stand in it several times.
  public let affected: [Affected]

  /// Whether the package was made to do harm, rather than erred (the database MAL).
  public var isMalware: Bool { id.hasPrefix("MAL-") }
}

extension Ecosystem {
  /// The ecosystem that records call so, nil for all others.
  init?(osvName name: String) {
    guard let found = Ecosystem.allCases.first(where: { $0.osvName == name }) else { return nil }
    self = found
  }

  /// A package's name as records and packages are compared by.
  func comparableName(_ name: String) -> String {
    // What PEP 503 makes of a Python name, and an address without scheme: as a package URL has it.
    switch self {
    case .pypi, .swift: Package(self, name: name, version: "").comparableName
    case .conda, .maven, .npm, .image: name
    }
  }

  /// A listed version as it is compared: in Python's normal form, else as it is written.
  func comparableVersion(_ version: String) -> String {
    guard self == .pypi, let parsed = PEP440.Version(version) else { return version }
    return parsed.comparableText
  }
}
