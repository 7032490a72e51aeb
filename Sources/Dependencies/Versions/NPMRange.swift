public import Bytes

/// A range of versions as npm reads it: sets of comparators joined by `||`, in one of which all must
/// hold. Hyphens, `x`, `~` and `^` stand for comparators (node-semver 7, "Ranges").
public struct NPMRange: Sendable {
  private enum Relation: String {
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
    case equal = "="
  }

  private struct Comparator {
    let relation: Relation
    let version: SemanticVersion

    init(_ relation: Relation, _ version: SemanticVersion) {
      self.relation = relation
      self.version = version
    }

    func admits(_ other: SemanticVersion) -> Bool {
      switch relation {
      case .less: other < version
      case .atMost: other <= version
      case .greater: other > version
      case .atLeast: other >= version
      case .equal: other == version
      }
    }
  }

  private let sets: [[Comparator]]

  /// The range in the text; nil for a tag, an address or anything else that is none.
  public init?(_ text: String) {
    // No registry has longer ones.
    guard text.utf8.count <= 1_024 else { return nil }
    var sets: [[Comparator]] = []
    for part in text.split(separator: "||", omittingEmptySubsequences: false) {
      guard let set = NPMRange.comparators(of: part) else { return nil }
      sets.append(set)
    }
    self.sets = sets
  }

  /// Whether the version lies in the range. A pre-release does only where a comparator of the set
  /// names one of the same three numbers.
  public func admits(_ version: SemanticVersion) -> Bool {
    sets.contains { set in
      set.allSatisfy { $0.admits(version) }
        && (!version.isPrerelease
          || set.contains { $0.version.isPrerelease && $0.version.isSameRelease(as: version) })
    }
  }

  /// The comparators of one set, none for any version; nil where a word is none.
  private static func comparators(of text: Substring) -> [Comparator]? {
    let words = text.split(whereSeparator: \.isWhitespace)
    if words.count == 3, words[1] == "-" {
      guard let low = Partial(words[0]), let high = Partial(words[2]) else { return nil }
      return span(from: low, to: high)
    }
    var comparators: [Comparator] = []
    var prefix = ""
    for word in words {
      // An operator may stand apart from its version.
      let text = prefix + word
      prefix = ""
      if operators.contains(text) {
        prefix = text
        continue
      }
      guard let found = NPMRange.comparators(ofWord: text) else { return nil }
      comparators += found
    }
    return prefix.isEmpty ? comparators : nil
  }

  // Longest first.
  private static let operators = ["~>", ">=", "<=", "~", "^", ">", "<", "="]

  private static func comparators(ofWord word: String) -> [Comparator]? {
    let mark = operators.first(where: word.hasPrefix) ?? ""
    let rest = word.dropFirst(mark.count)
    let bare = rest.drop { $0 == "v" || $0 == "=" }
    guard let partial = Partial(bare) else { return nil }
    switch mark {
    case "^": return caret(partial)
    case "~", "~>": return tilde(partial)
    default:
      guard partial.isWhole else { return wildcard(partial, mark) }
      guard bare.count == rest.count || rest.dropFirst() == bare && rest.first == "v" else {
        return nil
      }
      return [Comparator(Relation(rawValue: mark) ?? .equal, partial.version)]
    }
  }

  /// `^`: nothing left of the first number that is not zero changes.
  private static func caret(_ partial: Partial) -> [Comparator]? {
    guard let major = partial.major else { return [] }
    guard major == 0, let minor = partial.minor else {
      return [.init(.atLeast, partial.version), below(major + 1)]
    }
    guard minor == 0, let patch = partial.patch else {
      return [.init(.atLeast, partial.version), below(major, minor + 1)]
    }
    return [.init(.atLeast, partial.version), below(major, minor, patch + 1)]
  }

  /// `~`: the patch changes, or what is not given.
  private static func tilde(_ partial: Partial) -> [Comparator]? {
    guard let major = partial.major else { return [] }
    let end = partial.minor.map { below(major, $0 + 1) } ?? below(major + 1)
    return [.init(.atLeast, partial.version), end]
  }

  /// A version with parts that are not given, behind a comparison.
  private static func wildcard(_ partial: Partial, _ mark: String) -> [Comparator]? {
    guard let major = partial.major else {
      // Nothing is before or behind all versions.
      return mark == ">" || mark == "<" ? [below(0)] : []
    }
    let end = partial.minor.map { (major, $0 + 1) } ?? (major + 1, 0)
    switch mark {
    case ">": return [.init(.atLeast, SemanticVersion(end.0, end.1, 0))]
    case ">=": return [.init(.atLeast, partial.start)]
    case "<": return [below(major, partial.minor ?? 0)]
    case "<=": return [below(end.0, end.1)]
    default: return [.init(.atLeast, partial.start), below(end.0, end.1)]
    }
  }

  /// `A - B`, both ends included, the second with all that it begins.
  private static func span(from low: Partial, to high: Partial) -> [Comparator] {
    var comparators: [Comparator] = []
    if low.major != nil { comparators.append(.init(.atLeast, low.version)) }
    if let major = high.major {
      let end = high.minor.map { below(major, $0 + 1) } ?? below(major + 1)
      comparators.append(high.isWhole ? .init(.atMost, high.version) : end)
    }
    return comparators
  }

  /// Before the version and all its pre-releases.
  private static func below(_ major: Int, _ minor: Int = 0, _ patch: Int = 0) -> Comparator {
    .init(.less, SemanticVersion(major, minor, patch, isFirst: true))
  }
}

extension NPMRange {
  /// A version of which only the first parts may be given; `x`, `X` and `*` give none.
  private struct Partial {
    let major: Int?
    let minor: Int?
    let patch: Int?
    /// The version with zeros for what is not given.
    let version: SemanticVersion

    var isWhole: Bool { patch != nil }
    /// The first release that it stands for.
    var start: SemanticVersion { SemanticVersion(major ?? 0, minor ?? 0, 0) }

    init?(_ text: Substring) {
      let core = text.prefix { $0 != "-" && $0 != "+" }
      let parts = core.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count <= 3, parts.count == 3 || core.endIndex == text.endIndex else { return nil }
      var numbers: [Int?] = []
      for part in parts {
        if ["x", "X", "*"].contains(part) {
          numbers.append(nil)
        } else {
          guard let number = Int(part), number < 1 << 53, part == "\(number)" else { return nil }
          numbers.append(number)
        }
      }
      // What follows an open part does not count.
      let given = numbers.prefix { $0 != nil }
      major = given.first ?? nil
      minor = given.dropFirst().first ?? nil
      patch = given.dropFirst(2).first ?? nil
      guard given.count == 3 else {
        version = SemanticVersion(major ?? 0, minor ?? 0, 0)
        return
      }
      guard let whole = SemanticVersion(String(text)) else { return nil }
      version = whole
    }
  }
}
