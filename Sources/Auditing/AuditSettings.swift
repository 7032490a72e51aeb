public import Archives
public import Bytes
public import Engine
public import Findings
public import Judging
public import Trust

/// What the engine runs on. No result depends on it.
public struct Compute: Sendable {
  /// The number of threads.
  public let threads: Int
  /// The kernels.
  public let variant: KernelVariant

  /// Creates a choice.
  public init(threads: Int, variant: KernelVariant) {
    self.threads = threads
    self.variant = variant
  }
}

/// Everything that an audit takes from outside the release.
public struct AuditSettings: Sendable {
  /// What a release must show.
  public let policy: Policy
  /// The checks that the command stands for.
  public let checks: [CheckName]
  /// The trust file; nil when none was given.
  public let trust: TrustFile?
  /// Whom a release must be signed by; nil without a trust file.
  public let authority: Authority?
  /// The time that was given, for the report.
  public let at: Timestamp?
  /// The time that validity is judged at: `at`, else what the system's clock says.
  public let time: Timestamp
  /// What the engine runs on.
  public let compute: Compute
  /// Who reads 7z archives; nil when nobody does.
  public let worker: WorkerCommand?

  /// Creates settings.
  ///
  /// - Throws: `ConfigurationError` when the trust file lacks the role that the policy demands.
  public init(
    policy: Policy, checks: [CheckName], trust: TrustFile?, at: Timestamp?, compute: Compute,
    worker: WorkerCommand? = nil
  ) throws(ConfigurationError) {
    self.policy = policy
    self.checks = checks
    self.trust = trust
    self.at = at
    self.compute = compute
    self.worker = worker
    time = at ?? .systemClock()
    var authority: Authority?
    if let trust { authority = try Authority(trust, role: policy.signatureRole) }
    self.authority = authority
  }
}
