public import Findings

/// What a policy says about dependencies beyond how they are pinned.
public struct DependencyPolicy: Sendable, Equatable {
  /// The registries, channels and repositories that packages may come from, each an address, the
  /// beginning of one, or a host; nil when any may.
  public var allowedSources: [String]?
  /// The licences that packages may have, by their SPDX identifiers; nil when any may.
  public var allowedLicences: [String]?

  /// Any source and any licence.
  public init(allowedSources: [String]? = nil, allowedLicences: [String]? = nil) {
    self.allowedSources = allowedSources
    self.allowedLicences = allowedLicences
  }

  /// Whether packages may come from the address, channel or host.
  public func allows(source: String) -> Bool {
    guard let allowedSources else { return true }
    let address = DependencyPolicy.bare(source)
    return allowedSources.contains { entry in
      let allowed = DependencyPolicy.bare(entry)
      return address == allowed || address.hasPrefix(allowed + "/")
        || host(of: source) == entry.lowercased()
    }
  }

  /// Without a slash at the end; scheme and host do not tell upper from lower case.
  private static func bare(_ address: String) -> String {
    var text = address[...]
    while text.hasSuffix("/") { text = text.dropLast() }
    guard let found = Address(firstIn: text) else { return String(text) }
    let start = text[..<found.authority.endIndex].lowercased()
    return start + text[found.authority.endIndex...]
  }

  /// Whether a package may have the licence, an SPDX expression: of alternatives one is enough.
  public func allows(licence: String) -> Bool {
    guard let allowedLicences else { return true }
    guard licence.utf8.count <= 4_096 else { return false }
    var expression = LicenceExpression(licence, allowed: Set(allowedLicences))
    return expression.isAllowed()
  }
}

extension DependencyReport {
  /// What the policy does not allow. Where a file names no source, its package manager's settings
  /// decide, and nothing is said; an npm package without a licence has none that is allowed.
  public func findings(under policy: DependencyPolicy) -> [Finding] {
    var findings = BoundedFindings(limit: BoundedFindings.totalLimit)
    for pin in pins {
      let name = pin.package.name
      if let source = pin.source, !policy.allows(source: source) {
        findings.append(
          Rule.disallowedSource.at(pin.place, "'\(name)' comes from '\(source)'"))
      }
      guard policy.allowedLicences != nil else { continue }
      if let licence = pin.licence {
        if !policy.allows(licence: licence) {
          findings.append(
            Rule.disallowedLicence.at(
              pin.place, "'\(name)' has the licence '\(licence.prefix(200))'"))
        }
      } else if pin.package.ecosystem == .npm {
        findings.append(Rule.disallowedLicence.at(pin.place, "'\(name)' has no licence"))
      }
    }
    return findings.list
  }
}

/// `A`, `A OR B`, `A AND (B OR C)`, `A WITH EXCEPTION`: OR binds least (SPDX 2.3, annex D).
private struct LicenceExpression {
  private var words: ArraySlice<String>
  private let allowed: Set<String>
  private var depthLeft = 32

  init(_ text: String, allowed: Set<String>) {
    let spaced = text.replacing("(", with: " ( ").replacing(")", with: " ) ")
    words = spaced.split(separator: " ").map(String.init)[...]
    self.allowed = allowed
  }

  mutating func isAllowed() -> Bool { alternatives() && words.isEmpty }

  private mutating func take(_ word: String) -> Bool {
    guard words.first?.uppercased() == word else { return false }
    words = words.dropFirst()
    return true
  }

  private mutating func alternatives() -> Bool {
    var result = conjunction()
    while take("OR") {
      let other = conjunction()
      result = result || other
    }
    return result
  }

  private mutating func conjunction() -> Bool {
    var result = operand()
    while take("AND") {
      let other = operand()
      result = result && other
    }
    return result
  }

  private mutating func operand() -> Bool {
    if take("(") {
      guard depthLeft > 0 else { return false }
      depthLeft -= 1
      defer { depthLeft += 1 }
      let result = alternatives()
      return take(")") && result
    }
    guard let name = words.popFirst() else { return false }
    // An exception only gives more rights; the pair may be listed, too.
    if take("WITH"), let exception = words.popFirst() {
      return allowed.contains("\(name) WITH \(exception)") || allowed.contains(name)
    }
    return allowed.contains(name)
  }
}
