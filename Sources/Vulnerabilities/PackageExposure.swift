import Bytes
public import Dependencies

/// What advisories say of one package at its version.
public struct PackageExposure: Sendable {
  /// Whether anybody could say.
  public enum Coverage: Sendable, Equatable {
    /// There are records of its ecosystem.
    case covered
    /// The data hold no record of its ecosystem.
    case noRecords
    /// The format has no such ecosystem, or the package no version.
    case notJudged(String)
  }

  /// The package.
  public let package: Package
  /// Whether anybody could say.
  public let coverage: Coverage
  /// What is known of it, worst first.
  public let vulnerabilities: [Vulnerability]
  /// Records that may or may not be about this version, and why nobody can tell.
  public let doubts: [Doubt]

  /// A record that could not be judged.
  public struct Doubt: Sendable, Equatable {
    /// The record's id.
    public let id: String
    /// Why.
    public let reason: String
  }

  /// Asks all databases for all packages, on all CPUs.
  public static func judging(
    _ packages: [Package], in databases: [AdvisoryDatabase]
  ) -> [Result<PackageExposure, AdvisoryError>] {
    packages.concurrentMap { package in
      Result { () throws(AdvisoryError) in try PackageExposure(of: package, in: databases) }
    }
  }

  /// Asks all databases.
  ///
  /// - Throws: `AdvisoryError` when an index is damaged.
  public init(
    of package: Package, in databases: [AdvisoryDatabase]
  ) throws(AdvisoryError) {
    self.package = package
    coverage = PackageExposure.coverage(of: package, in: databases)
    guard coverage == .covered else {
      vulnerabilities = []
      doubts = []
      return
    }
    let pin = PinnedVersion(package.version, in: package.ecosystem)
    let name = package.comparableName
    var seen: Set<String> = []
    var matches: [AdvisoryMatch] = []
    var doubts: [Doubt] = []
    for database in databases {
      for advisory in try database.advisories(for: package)
      where seen.insert(advisory.id).inserted {
        switch advisory.judge(name, pin) {
        case .match(let match): matches.append(match)
        case .doubt(let reason): doubts.append(Doubt(id: advisory.id, reason: reason))
        case .none: continue
        }
      }
    }
    vulnerabilities = Vulnerability.merging(matches)
    // Another record of the same vulnerability has settled it.
    let settled = Set(vulnerabilities.flatMap(\.ids))
    self.doubts = doubts.filter { !settled.contains($0.id) }
  }

  private static func coverage(
    of package: Package, in databases: [AdvisoryDatabase]
  ) -> Coverage {
    guard let ecosystem = package.ecosystem.osvName else {
      return .notJudged("OSV has no records of '\(package.ecosystem.rawValue)'")
    }
    guard !package.version.isEmpty else { return .notJudged("no version is named") }
    return databases.contains { $0.summary.ecosystems[ecosystem, default: 0] > 0 }
      ? .covered : .noRecords
  }
}

extension Advisory {
  /// What the record says of a package.
  fileprivate enum Judgement {
    case match(AdvisoryMatch)
    case doubt(String)
    case none
  }

  fileprivate func judge(_ name: String, _ pin: PinnedVersion) -> Judgement {
    guard !isWithdrawn else { return .none }
    var doubt: String?
    for entry in affected where entry.ecosystem == pin.ecosystem.osvName && entry.name == name {
      switch entry.exposure(of: pin) {
      case .affected(let span, let fixed):
        return .match(
          AdvisoryMatch(advisory: self, span: span, fixed: fixed, rated: rated([entry])))
      case .undetermined(let reason): doubt = doubt ?? reason
      case .unaffected: continue
      }
    }
    return doubt.map { .doubt($0) } ?? .none
  }
}
