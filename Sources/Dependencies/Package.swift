/// Where packages of one naming come from.
///
/// Raw values are the keys of a lock's `deps` tables.
public enum Ecosystem: String, Sendable, Hashable, CaseIterable {
  /// The Python Package Index and its mirrors.
  case pypi
  /// conda channels.
  case conda
  /// Maven repositories, also as Gradle uses them; names are `GROUP:ARTIFACT`.
  case maven
  /// The npm registry.
  case npm
  /// Swift packages, by the address of their repository.
  case swift
  /// Container images, by their full repository name; versions are digests.
  case image

  /// The name that OSV records give the ecosystem, nil where OSV has none.
  public var osvName: String? {
    switch self {
    case .pypi: "PyPI"
    case .maven: "Maven"
    case .npm: "npm"
    case .swift: "SwiftURL"
    // The schema lists none; a database of one's own may hold records.
    case .conda: "conda"
    case .image: nil
    }
  }
}

/// A package pinned to one version and its files' hashes.
public struct Package: Sendable, Hashable {
  /// Where it comes from.
  public let ecosystem: Ecosystem
  /// The name in the ecosystem's normal form (Python: PEP 503).
  public let name: String
  /// The version as it is pinned.
  public let version: String
  /// The accepted digests, `ALGORITHM:HEX` in lower case, sorted by bytes.
  public let hashes: [String]

  /// A package of the given ecosystem.
  public init(_ ecosystem: Ecosystem, name: String, version: String, hashes: [String] = []) {
    self.ecosystem = ecosystem
    self.name = name
    self.version = version
    self.hashes = hashes
  }
}
