public import Bytes

/// One thing wrong with a release, or one obstacle to judging it.
public struct Finding: Sendable, Hashable {
  /// The rule that was broken.
  public let rule: Rule
  /// Where.
  public let place: Place
  /// What is wrong here, in lower case without a full stop; unescaped.
  public let message: String
  /// What was seen, line by line; unescaped.
  public let evidence: [String]

  /// Creates a finding; `Rule.at` reads better.
  public init(rule: Rule, place: Place, message: String, evidence: [String] = []) {
    self.rule = rule
    self.place = place
    self.message = message
    self.evidence = evidence
  }

  /// A name for this finding that survives another run, folder or version: SHA-256 over rule,
  /// member chain, detail and evidence. Offsets are left out, they move.
  public var fingerprint: String {
    let parts =
      [rule.id, place.chain, place.detail ?? ""] + (evidence.isEmpty ? [message] : evidence)
    return Digest(ofUTF8: parts.joined(separator: "\u{0}")).hexadecimal
  }

  /// The same finding seen from outside: `members` come before its own.
  public func inside(_ members: [String]) -> Finding {
    let outer = Place(members + place.members, offset: place.offset, detail: place.detail)
    return Finding(rule: rule, place: outer, message: message, evidence: evidence)
  }
}

extension Rule {
  /// A finding of this rule from a reader's error, with its offset as place.
  public func at(_ place: Place, _ error: ParseError) -> Finding {
    at(place.at(error.offset), error.reason)
  }
}
