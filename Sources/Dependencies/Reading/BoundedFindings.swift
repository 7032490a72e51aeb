import Findings

/// Findings up to a limit: more say nothing new. Beyond it each rule has its first one, so that a
/// flood of small things hides no large one.
struct BoundedFindings: Sendable {
  private(set) var list: [Finding] = []
  private var rules: Set<Rule> = []
  private var isFull = false
  private let limit: Int

  /// The most findings of one file, and of all.
  static let fileLimit = 5_000
  static let totalLimit = 10_000

  init(limit: Int) { self.limit = limit }

  /// Whether a finding of the rule is kept.
  func takes(_ rule: Rule) -> Bool { !isFull || !rules.contains(rule) }

  /// Adds a finding; the first one too many is an obstacle instead.
  mutating func append(_ finding: Finding) {
    let isNew = rules.insert(finding.rule).inserted
    if !isFull, list.count == limit {
      isFull = true
      list.append(
        Rule.unreadDependencyFile.at(
          Place(finding.place.members), "more than \(limit) findings about dependencies"))
    }
    if !isFull || isNew { list.append(finding) }
  }

  static func += (findings: inout BoundedFindings, others: [Finding]) {
    for finding in others { findings.append(finding) }
  }
}
