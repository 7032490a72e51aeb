import Bytes

extension PEP440 {
  /// Conditions on a version that all must hold: `>=1.4, !=1.4.3, <2` (PEP 440, "Version
  /// specifiers"); none hold for every version.
  public struct Specifiers: Sendable {
    private let clauses: [Clause]

    /// The conditions in a list with commas, which may end with one; nil when one of them is none.
    public init?(_ text: String) {
      var clauses: [Clause] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let bytes = lowerCaseBytes(trimming: String(part))
        if bytes.isEmpty { continue }
        guard let clause = Clause(bytes) else { return nil }
        clauses.append(clause)
      }
      self.clauses = clauses
    }

    /// Whether any version is allowed.
    public var isEmpty: Bool { clauses.isEmpty }

    /// Whether one of the conditions names a pre-release, which invites others.
    public var nameAPrerelease: Bool { clauses.contains(where: \.namesAPrerelease) }

    /// Whether all conditions hold for the version, and it may be a pre-release if it is one.
    ///
    /// PEP 440 lets pre-releases match where a condition names one, or where there is no other
    /// version. A version that somebody has chosen already stands alone, so they match unless
    /// `prereleases` is false.
    public func contains(_ version: Version, prereleases: Bool = true) -> Bool {
      guard prereleases || !version.isPrerelease else { return false }
      return clauses.allSatisfy { $0.contains(version) }
    }

    /// Whether all conditions hold for the version in the text. One that PEP 440 does not know
    /// meets no condition but `===`.
    public func contains(_ text: String, prereleases: Bool = true) -> Bool {
      if let version = Version(text) { return contains(version, prereleases: prereleases) }
      let spelling = lowerCaseBytes(trimming: text)
      return clauses.allSatisfy { $0.isIdentical(to: spelling) }
    }
  }

  /// One condition.
  private enum Clause: Sendable {
    case atLeast(Version)
    case atMost(Version)
    case above(Version)
    case below(Version)
    case equal(Version)
    case different(Version)
    /// `==1.2.*` and `!=1.2.*`.
    case family(Version)
    case otherFamily(Version)
    /// `~=1.2.3`: at least that, of the family `1.2.*`.
    case compatible(Version)
    /// `===text`.
    case identical([UInt8])

    /// The condition in bytes in lower case.
    init?(_ bytes: [UInt8]) {
      let operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"]
      guard let name = operators.first(where: { bytes.starts(with: $0.utf8) }) else { return nil }
      let operand = lowerCaseBytes(
        trimming: String(decoding: bytes.dropFirst(name.utf8.count), as: UTF8.self))
      if name == "===" {
        let isText = operand.allSatisfy { !" \t\n\r\u{b}\u{c};)".utf8.contains($0) }
        guard !operand.isEmpty, isText else { return nil }
        self = .identical(operand)
        return
      }
      let isFamily = operand.suffix(2).elementsEqual(".*".utf8)
      guard let version = Version(spelling: isFamily ? operand.dropLast(2) : operand) else {
        return nil
      }
      if isFamily {
        // Only a release has a family.
        guard !version.isPrerelease, version.post == nil, version.local.isEmpty else { return nil }
        switch name {
        case "==": self = .family(version)
        case "!=": self = .otherFamily(version)
        default: return nil
        }
        return
      }
      guard version.local.isEmpty || name == "==" || name == "!=" else { return nil }
      switch name {
      case "==": self = .equal(version)
      case "!=": self = .different(version)
      case "<=": self = .atMost(version)
      case ">=": self = .atLeast(version)
      case "<": self = .below(version)
      case ">": self = .above(version)
      default:
        guard version.release.count > 1 else { return nil }
        self = .compatible(version)
      }
    }

    var namesAPrerelease: Bool {
      switch self {
      case .atLeast(let version), .atMost(let version), .above(let version), .below(let version),
        .equal(let version), .compatible(let version):
        version.isPrerelease
      case .identical(let spelling): Version(spelling: spelling)?.isPrerelease ?? false
      case .different, .family, .otherFamily: false
      }
    }

    func isIdentical(to spelling: [UInt8]) -> Bool {
      guard case .identical(let wanted) = self else { return false }
      return wanted == spelling
    }

    func contains(_ version: Version) -> Bool {
      switch self {
      case .atLeast(let bound): version >= bound
      case .atMost(let bound): version.comparePublic(bound) != .after
      case .above(let bound): version.isAbove(bound)
      case .below(let bound): version.isBelow(bound)
      case .equal(let other): version.isEqual(to: other)
      case .different(let other): !version.isEqual(to: other)
      case .family(let base): version.isOfFamily(base, base.release.count)
      case .otherFamily(let base): !version.isOfFamily(base, base.release.count)
      case .compatible(let base):
        version >= base && version.isOfFamily(base, base.release.count - 1)
      case .identical: isIdentical(to: version.spelling)
      }
    }
  }
}

extension PEP440.Version {
  /// The label counts only where the condition has one.
  fileprivate func isEqual(to other: Self) -> Bool {
    other.local.isEmpty ? comparePublic(other) == nil : compare(other) == .same
  }

  /// Neither a local version nor a post-release of the bound is above it, unless the bound is a
  /// post-release itself.
  fileprivate func isAbove(_ bound: Self) -> Bool {
    guard comparePublic(bound) == .after else { return false }
    guard bound.post == nil, bound.dev == nil, post != nil, compareBase(bound) == nil else {
      return true
    }
    return pre?.kind != bound.pre?.kind || pre?.number != bound.pre?.number
  }

  /// No pre-release of the bound is below it, unless the bound is a pre-release itself.
  fileprivate func isBelow(_ bound: Self) -> Bool {
    guard comparePublic(bound) == .before else { return false }
    guard !bound.isPrerelease, compareBase(bound) == nil else { return true }
    // Of the same release, all that is below is a pre-release of it: of a post-release only its
    // own development releases are.
    return bound.post != nil && (post != bound.post || pre != nil)
  }

  /// Whether epoch and the first numbers of the release are the base's.
  fileprivate func isOfFamily(_ base: Self, _ count: Int) -> Bool {
    guard epoch == base.epoch else { return false }
    return (0..<count).allSatisfy { index in
      (index < release.count ? release[index] : .zero) == base.release[index]
    }
  }
}
