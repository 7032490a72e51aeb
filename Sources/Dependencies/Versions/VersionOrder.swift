public import Bytes

/// How a version stands to another one of its ecosystem.
public enum VersionOrder: Sendable {
  /// It comes before the other.
  case before
  /// Both are the same version, however they are written.
  case same
  /// It comes after the other.
  case after

  /// How `a` stands to `b` by the rules of the ecosystem; nil when one of them is no version there,
  /// or when its versions have no order.
  public static func compare(
    _ a: String, _ b: String, in ecosystem: Ecosystem
  ) -> VersionOrder? {
    guard let a = OrderedVersion(a, in: ecosystem), let b = OrderedVersion(b, in: ecosystem) else {
      return nil
    }
    return a.compare(b)
  }

  /// The order of two values; nil when they are equal, so that the next ones decide.
  static func of<Value: Comparable>(_ a: Value, _ b: Value) -> VersionOrder? {
    a < b ? .before : b < a ? .after : nil
  }

  /// The order seen from the other side.
  var reversed: VersionOrder {
    switch self {
    case .before: .after
    case .same: .same
    case .after: .before
    }
  }
}

/// A version that was read by the rules of its ecosystem, to be compared many times.
public enum OrderedVersion: Sendable {
  /// A version of a Python package.
  case python(PEP440.Version)
  /// A version of a conda package.
  case conda(CondaVersion)
  /// A version of a Maven artifact.
  case maven(MavenVersion)
  /// A semantic version: npm and Swift packages.
  case semantic(SemanticVersion)

  /// The longest version that is read, in bytes: no real one comes near, and a file of them must
  /// not cost more than its length.
  public static let longest = 4096

  /// The version in the text; nil when the ecosystem knows none such.
  public init?(_ text: String, in ecosystem: Ecosystem) {
    guard text.utf8.count <= OrderedVersion.longest else { return nil }
    switch ecosystem {
    case .pypi:
      guard let version = PEP440.Version(text) else { return nil }
      self = .python(version)
    case .conda:
      guard let version = CondaVersion(text) else { return nil }
      self = .conda(version)
    case .maven:
      guard let version = MavenVersion(text) else { return nil }
      self = .maven(version)
    case .npm, .swift:
      guard let version = SemanticVersion(text, isLenient: true) else { return nil }
      self = .semantic(version)
    case .image: return nil
    }
  }

  /// How it stands to another version; nil when that is of another kind.
  public func compare(_ other: OrderedVersion) -> VersionOrder? {
    switch (self, other) {
    case (.python(let a), .python(let b)): a.compare(b)
    case (.conda(let a), .conda(let b)): a.compare(b)
    case (.maven(let a), .maven(let b)): a.compare(b)
    case (.semantic(let a), .semantic(let b)): VersionOrder.of(a, b) ?? .same
    default: nil
    }
  }
}
