// Findings of the dependencies check about known vulnerabilities. Severity belongs to a rule, so
// that each band of CVSS has one of its own.
extension Rule {
  /// A known vulnerability with a score of 9.0 or more.
  public static let criticalVulnerability = Rule(
    "DEP035", .critical, cwe: 1395,
    title: "a dependency has a known vulnerability of critical severity",
    why: "how to attack it is public, and most often anybody on the network can",
    fix: "update to a version that the advisory names as fixed, or remove the package")
  /// A known vulnerability with a score of 7.0 or more.
  public static let highVulnerability = Rule(
    "DEP036", .high, cwe: 1395,
    title: "a dependency has a known vulnerability of high severity",
    why: "how to attack it is public",
    fix: "update to a version that the advisory names as fixed, or remove the package")
  /// A known vulnerability with a score of 4.0 or more.
  public static let mediumVulnerability = Rule(
    "DEP037", .medium, cwe: 1395,
    title: "a dependency has a known vulnerability of medium severity",
    why: "how to attack it is public, under conditions that the advisory states",
    fix: "update to a version that the advisory names as fixed")
  /// A known vulnerability with a lower score.
  public static let lowVulnerability = Rule(
    "DEP038", .low, cwe: 1395,
    title: "a dependency has a known vulnerability of low severity",
    why: "how to attack it is public, and little is won by it",
    fix: "update to a version that the advisory names as fixed")
  /// A known vulnerability without a score.
  public static let unratedVulnerability = Rule(
    "DEP039", .high, cwe: 1395,
    title: "a dependency has a known vulnerability that nobody has rated",
    why: "what is unknown counts as high: a fresh advisory often has no score yet",
    fix: "read the advisory, and update to a version that it names as fixed")
  /// A package that was made to do harm.
  public static let maliciousPackage = Rule(
    "DEP040", .critical, cwe: 506,
    title: "a dependency is known to be malicious",
    why: "it was published to run its author's code wherever it is installed",
    fix: "remove it, and take every machine that has installed it for compromised")
  /// Nobody gave the data that the policy wants.
  public static let noAdvisories = Rule(
    "DEP041", .medium, .obstacle, cwe: 1395,
    title: "no vulnerability data were given",
    why: "that nothing is known can only be said by who has looked",
    fix: "give them with --osv, or set dependencies.osv to another value in the policy")
  /// Data from too long ago.
  public static let oldAdvisories = Rule(
    "DEP042", .medium, .obstacle, cwe: 1395,
    title: "the vulnerability data are older than the policy accepts",
    why: "what was found since then is missing from them",
    fix: "fetch the data anew; docs/osv.md says how")
  /// Data of which a part cannot be read.
  public static let incompleteAdvisories = Rule(
    "DEP043", .medium, .obstacle, cwe: 1395,
    title: "the vulnerability data cannot be read as a whole",
    why: "the record that cannot be read may be the one that matters",
    fix: "fetch the data anew, or make the index anew with 'osv index'")
  /// Packages that the data say nothing about.
  public static let unjudgedPackages = Rule(
    "DEP044", .medium, .obstacle, cwe: 1395,
    title: "a dependency could not be held against the vulnerability data",
    why: "whether it has a known vulnerability nobody has checked",
    fix: "give data of its ecosystem, or pin a version that its ecosystem's rules can order")

  /// Whether a finding of the rule is a known vulnerability, which a policy may weigh on its own.
  public var isKnownVulnerability: Bool {
    Rule.vulnerabilityRules.contains(self) && kind == .violation
  }

  static let vulnerabilityRules: [Rule] = [
    criticalVulnerability, highVulnerability, mediumVulnerability, lowVulnerability,
    unratedVulnerability, maliciousPackage, noAdvisories, oldAdvisories, incompleteAdvisories,
    unjudgedPackages,
  ]
}
