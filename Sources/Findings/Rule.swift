/// How bad a finding is.
public enum Severity: String, Sendable, CaseIterable, Comparable {
  /// For the record.
  case info
  /// Hygiene.
  case low
  /// Unknown, or against policy.
  case medium
  /// Hidden, unverifiable or tampered.
  case high
  /// Code runs, or a write lands outside.
  case critical

  /// By weight: `info` is the least.
  public static func < (a: Severity, b: Severity) -> Bool { a.weight < b.weight }

  private var weight: Int {
    switch self {
    case .info: 0
    case .low: 1
    case .medium: 2
    case .high: 3
    case .critical: 4
    }
  }
}

/// One thing that Proofmark looks for: its id, what it means, why it matters, how to mend it.
///
/// The table of rules is the one source of `explain`, of the rules in SARIF and of docs/rules.md.
/// Ids are never reused.
public struct Rule: Sendable, Hashable {
  /// What a finding of the rule says about the release.
  public enum Kind: String, Sendable {
    /// Something is wrong with it: the policy weighs the severity.
    case violation
    /// It could not be judged: the check is incomplete.
    case obstacle
    /// Something that the policy demands is not there: fails where the check is demanded.
    case absence
  }

  /// Three letters and three digits.
  public let id: String
  /// How bad a finding of the rule is.
  public let severity: Severity
  /// What a finding of the rule says about the release.
  public let kind: Kind
  /// The number in the Common Weakness Enumeration, where one fits.
  public let cwe: Int?
  /// Advisories of the weakness that were read, such as `CVE-2025-10156`.
  public let references: [String]
  /// One line, lower case, no full stop.
  public let title: String
  /// What an attacker gains or a user loses.
  public let why: String
  /// What to do about it.
  public let fix: String

  init(
    _ id: String, _ severity: Severity, _ kind: Kind = .violation, cwe: Int? = nil,
    references: [String] = [], title: String, why: String, fix: String
  ) {
    self.id = id
    self.severity = severity
    self.kind = kind
    self.cwe = cwe
    self.references = references
    self.title = title
    self.why = why
    self.fix = fix
  }

  /// A finding of this rule.
  public func at(
    _ place: Place, _ message: String, evidence: [String] = [], references: [String] = []
  ) -> Finding {
    Finding(
      rule: self, place: place, message: message, evidence: evidence, references: references)
  }

  /// The rule with the id, nil when there is none.
  public static func named(_ id: String) -> Rule? {
    all.first { $0.id == id }
  }

  /// Every rule, by family.
  public static let all: [Rule] = [
    archiveRules, imageRules, signatureRules, lockRules, dependencyRules, vulnerabilityRules,
    pickleRules, kerasRules,
    tensorFlowRules, liteRules, onnxRules, safetensorsRules, ggufRules, arrayRules, modelRules,
    templateRules, configurationRules, scriptRules, secretRules, privacyRules, scanRules,
    reproductionRules, robustnessRules, policyRules,
  ].flatMap { $0 }
}
