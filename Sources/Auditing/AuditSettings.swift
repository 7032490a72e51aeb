public import Archives
public import Bytes
public import Engine
public import Findings
public import Judging
public import Releases
public import Trust
public import Vulnerabilities

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
  /// Keys of signatures that other tools made.
  public let foreignKeys: ForeignKeys
  /// The file with such a signature; nil for the one that lies where its tool puts it.
  public let foreignSignature: String?
  /// The time that was given, for the report.
  public let at: Timestamp?
  /// The time that validity is judged at: `at`, else what the system's clock says, but never
  /// earlier than the latest time in the state.
  public let time: Timestamp
  /// What passed before; nil when nothing remembers it.
  public var state: VerifierState?
  /// The lock of the release that the subject must follow; nil when none was given.
  public let parent: ParentLock?
  /// A signature that is kept outside the subject; nil when none was given.
  public let detachedSignature: ByteSlice?
  /// What the engine runs on.
  public let compute: Compute
  /// Who reads 7z archives; nil when nobody does.
  public let worker: WorkerCommand?
  /// What packages are held against; empty when nothing was given.
  public let advisories: [AdvisoryDatabase]

  /// Creates settings.
  ///
  /// - Throws: `ConfigurationError` when the trust file lacks the role that the policy demands, and
  ///   without the state that it demands: policy and command line do not fit together, which says
  ///   nothing about any release.
  public init(
    policy: Policy, checks: [CheckName], trust: TrustFile?, at: Timestamp?, compute: Compute,
    worker: WorkerCommand? = nil, foreignKeys: ForeignKeys = ForeignKeys(),
    foreignSignature: String? = nil, state: VerifierState? = nil, parent: ParentLock? = nil,
    detachedSignature: ByteSlice? = nil, advisories: [AdvisoryDatabase] = []
  ) throws(ConfigurationError) {
    guard
      state != nil || policy.signature.state == .ifPresent || !checks.contains(.signature)
        || policy[.signature].demand == .off
    else {
      throw ConfigurationError(
        key: "signature.state", "policy \(policy.name) demands a state file",
        help: "give it with --state; 'proofmark state init' makes one")
    }
    self.policy = policy
    self.checks = checks
    self.trust = trust
    self.foreignKeys = foreignKeys
    self.foreignSignature = foreignSignature
    self.at = at
    self.compute = compute
    self.worker = worker
    self.advisories = advisories
    self.state = state
    self.parent = parent
    self.detachedSignature = detachedSignature
    time = AuditSettings.time(at: at, state: state)
    var authority: Authority?
    if let trust { authority = try Authority(trust, role: policy.signature.role) }
    self.authority = authority
  }

  /// The time that validity is judged at. SOURCE_DATE_EPOCH takes no part: who sets it would say
  /// which keys have expired.
  public static func time(at: Timestamp?, state: VerifierState?) -> Timestamp {
    if let at { return at }
    let clock = Timestamp.systemClock()
    return state?.time.map { max($0, clock) } ?? clock
  }
}
