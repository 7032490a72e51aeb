import Findings

/// How bad a vulnerability is said to be, and by what.
struct Rated: Sendable, Equatable {
  /// The band; nil when nobody says.
  let severity: Severity?
  /// The score and vector, or the database's own word; empty when nobody says.
  let source: String

  /// Nobody says how bad it is.
  static let unknown = Rated(severity: nil, source: "")

  /// The worse of two; one that says nothing does not count beside one that does.
  func worse(_ other: Rated) -> Rated {
    guard let severity else { return other }
    guard let theirs = other.severity else { return self }
    return theirs > severity ? other : self
  }
}

extension Advisory {
  /// How bad the vulnerability is in the affected packages: the worst CVSS score of record and
  /// entries, else the word of the database.
  func rated(_ entries: [Affected]) -> Rated {
    let ratings = [rating] + entries.map(\.rating)
    let scores = ratings.flatMap(\.vectors).compactMap { vector in
      CVSSScore(vector: vector).map { (score: $0, vector: vector) }
    }
    if let worst = scores.max(by: { $0.score < $1.score }) {
      return Rated(
        severity: worst.score.severity, source: "\(worst.score) (\(worst.vector))")
    }
    let words = ratings.compactMap(\.word)
    return words.map { Rated(word: $0) }.reduce(.unknown) { $0.worse($1) }
  }
}

extension Rated {
  /// The words that GitHub's and other databases use.
  fileprivate init(word: String) {
    severity =
      switch word.lowercased() {
      case "critical": .critical
      case "high", "important": .high
      case "moderate", "medium": .medium
      case "low", "negligible": .low
      default: nil
      }
    source = severity == nil ? "" : word.lowercased()
  }
}
