public import Bytes
public import Findings

/// What a release must show before it may be deployed: the one place where findings and
/// measurements become a verdict reads nothing but this.
///
/// A policy comes from outside the release, as a stock policy or as a TOML file; see
/// `Policy+File.swift` for its keys.
public struct Policy: Sendable, Equatable {
  /// What holds for every check.
  public struct Check: Sendable, Equatable {
    /// Whether the check must run.
    public var demand: Demand
    /// The least severity of a violation that fails the check.
    public var failFrom: Severity
    /// What an obstacle does to the verdict.
    public var obstacles: ObstacleEffect

    /// Creates the part of a policy that holds for one check.
    public init(demand: Demand, failFrom: Severity, obstacles: ObstacleEffect) {
      self.demand = demand
      self.failFrom = failFrom
      self.obstacles = obstacles
    }
  }

  /// What the dependencies check demands besides pins and hashes, of sources, licences and known
  /// vulnerabilities.
  public struct Dependencies: Sendable, Equatable {
    /// The registries, channels and repositories that packages may come from; nil for any.
    public var allowSources: [String]?
    /// The licences that packages may have, by SPDX identifier; nil for any.
    public var allowLicences: [String]?
    /// Whether advisories must be given.
    public var osv = Demand.ifPresent
    /// The most days since the newest of them.
    public var osvMaxAgeDays = 30
    /// The least severity of a known vulnerability that fails the check; nil for the check's own.
    public var osvFailFrom: Severity?
  }

  /// What the signature check asks for.
  public struct Signature: Sendable, Equatable {
    /// Whether audits must be given a state file.
    public enum StateDemand: String, Sendable, CaseIterable {
      /// An audit without one is wrong usage.
      case required
      /// Without one the report says that nothing remembers older releases.
      case ifPresent = "if-present"
    }

    /// The role of the trust file that the signatures must satisfy.
    public var role = "release"
    /// The least versions that are accepted, by the model's name.
    public var minimumVersions: [String: ReleaseVersion] = [:]
    /// Whether audits must be given a state file.
    public var state = StateDemand.ifPresent
  }

  /// What the reproduce check compares with.
  public struct Reproduce: Sendable, Equatable {
    /// The least number of rows over all goldens.
    public var minGoldenRows = 1
    /// The largest absolute difference from a recorded output.
    public var maxAbs = 1e-5
    /// Whether each recorded output must lie within the bound on what any order of the operations
    /// in binary32 gives.
    public var anyOrderBound = Demand.ifPresent
    /// Whether each golden row's arg max must be the recorded one.
    public var argmaxEqual = true
    /// Whether the engine's outputs must have the digests in the lock.
    public var engineDigests = Demand.ifPresent
    /// The most bytes of working memory that one input may need. The engine's own limit is 4 GiB.
    public var maxMemoryBytes = 4 << 30
  }

  /// What the robustness check measures and must show.
  public struct Robustness: Sendable, Equatable {
    /// The sizes of the attack, ascending, in units of the [0,1] input.
    public var eps = [0.01, 0.05, 0.1, 0.15, 0.2, 0.3]
    /// The least number of attacked inputs.
    public var minSamples = 1
    /// The largest share of inputs with a zero, NaN or infinite gradient.
    public var maxUnusableGradients = 0.01
    /// The bounds.
    public var minimums: [Minimum] = []
  }

  /// A bound on the accuracy under one attack.
  public struct Minimum: Sendable, Equatable {
    /// The attack's short name.
    public let attack: String
    /// The norm that bounds the change.
    public let norm: String
    /// The size of the attack; one of `Robustness.eps`.
    public let eps: Double
    /// What the lower end of the accuracy's interval must reach.
    public let lowerBound: Double

    /// Creates a bound.
    public init(attack: String, norm: String, eps: Double, lowerBound: Double) {
      self.attack = attack
      self.norm = norm
      self.eps = eps
      self.lowerBound = lowerBound
    }
  }

  /// The name, shown in every report.
  public var name: String
  /// SHA-256 of the file that the policy was read from.
  public let digest: Digest
  /// The part of each check, in the order of `CheckName.allCases`.
  var checks: [Check]
  /// How much is opened.
  public var limits = Limits()
  /// Where dependencies may come from, their licences, and what is known of them.
  public var dependencies = Dependencies()
  /// What the signature check asks for.
  public var signature = Signature()
  /// What the reproduce check compares with.
  public var reproduce = Reproduce()
  /// What the robustness check measures and must show.
  public var robustness = Robustness()

  /// A policy that demands unpacking and judges whatever else is present: what a policy file
  /// without keys means.
  init(name: String, digest: Digest) {
    self.name = name
    self.digest = digest
    checks = CheckName.allCases.map {
      Check(
        demand: $0 == .unpack ? .required : .ifPresent, failFrom: .high, obstacles: .incomplete)
    }
  }

  /// The part of one check.
  public subscript(check: CheckName) -> Check {
    get { checks[check.position] }
    set { checks[check.position] = newValue }
  }
}

extension CheckName {
  /// The place in the order of an audit.
  var position: Int {
    switch self {
    case .unpack: 0
    case .signature: 1
    case .lock: 2
    case .dependencies: 3
    case .scan: 4
    case .reproduce: 5
    case .robustness: 6
    }
  }
}
