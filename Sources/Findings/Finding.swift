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
  /// Advisories of just this, such as that of the gadget that was met.
  public let references: [String]

  /// Creates a finding; `Rule.at` reads better.
  public init(
    rule: Rule, place: Place, message: String, evidence: [String] = [], references: [String] = []
  ) {
    self.rule = rule
    self.place = place
    self.message = message
    self.evidence = evidence
    self.references = references
  }

  /// A name for this finding that survives another run, folder or version: SHA-256 over rule,
  /// member chain, detail and evidence. Offsets and instructions are left out, they move.
  public var fingerprint: String {
    let parts =
      [rule.id, place.chain, place.detail ?? ""] + (evidence.isEmpty ? [message] : evidence)
    return Digest(ofUTF8: parts.joined(separator: "\u{0}")).hexadecimal
  }

  /// The same finding seen from outside: `members` come before its own.
  public func inside(_ members: [String]) -> Finding {
    let outer = Place(
      members + place.members, offset: place.offset, instruction: place.instruction,
      detail: place.detail)
    return Finding(
      rule: rule, place: outer, message: message, evidence: evidence, references: references)
  }
}

extension Rule {
  /// A finding of this rule from a reader's error, with its offset as place.
  public func at(_ place: Place, _ error: ParseError) -> Finding {
    at(place.at(error.offset), error.reason)
  }
}
