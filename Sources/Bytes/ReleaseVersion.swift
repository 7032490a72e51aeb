/// A version as Semantic Versioning 2.0.0 writes and orders it; its numbers have no bound.
///
/// `MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]`. Build metadata takes no part in the order (section
/// 10), so two versions can be alike without being the same text.
public struct ReleaseVersion: Sendable, Hashable {
  /// The version as written.
  public let text: String
  private let numbers: [Substring]
  private let prerelease: [Substring]

  private static let lengthLimit = 256

  /// The version; nil when the text is not one of Semantic Versioning.
  public init?(_ text: String) {
    guard text.utf8.count <= ReleaseVersion.lengthLimit else { return nil }
    let plus = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    guard let precedence = plus.first else { return nil }
    let minus = precedence.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let core = minus.first else { return nil }
    let numbers = ReleaseVersion.identifiers(core)
    guard numbers.count == 3, numbers.allSatisfy(ReleaseVersion.isNumber) else { return nil }
    let prerelease = minus.count == 2 ? ReleaseVersion.identifiers(minus[1]) : []
    guard
      prerelease.allSatisfy({ part in
        ReleaseVersion.isIdentifier(part)
          && (!part.utf8.allSatisfy(isDigit) || ReleaseVersion.isNumber(part))
      })
    else { return nil }
    if plus.count == 2 {
      guard ReleaseVersion.identifiers(plus[1]).allSatisfy(ReleaseVersion.isIdentifier) else {
        return nil
      }
    }
    self.text = text
    self.numbers = numbers
    self.prerelease = prerelease
  }

  /// Whether neither is older: the same but for build metadata.
  public func isAlike(_ other: ReleaseVersion) -> Bool {
    numbers == other.numbers && prerelease == other.prerelease
  }

  private static func identifiers(_ text: Substring) -> [Substring] {
    text.split(separator: ".", omittingEmptySubsequences: false)
  }

  /// Digits without a leading zero.
  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(isDigit) && (text == "0" || text.utf8.first != 0x30)
  }

  private static func isIdentifier(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        isDigit(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
          || byte == 0x2d
      }
  }
}

extension ReleaseVersion: Comparable {
  /// The order of section 11: a prerelease comes before its release.
  public static func < (a: ReleaseVersion, b: ReleaseVersion) -> Bool {
    for (left, right) in zip(a.numbers, b.numbers) where left != right {
      return isLess(left, right)
    }
    guard !a.prerelease.isEmpty, !b.prerelease.isEmpty else {
      return !a.prerelease.isEmpty && b.prerelease.isEmpty
    }
    for (left, right) in zip(a.prerelease, b.prerelease) where left != right {
      switch (left.utf8.allSatisfy(isDigit), right.utf8.allSatisfy(isDigit)) {
      case (true, true): return isLess(left, right)
      case (true, false): return true
      case (false, true): return false
      case (false, false): return left.utf8.lexicographicallyPrecedes(right.utf8)
      }
    }
    return a.prerelease.count < b.prerelease.count
  }

  /// Numbers without leading zeros: the longer one is the greater.
  private static func isLess(_ a: Substring, _ b: Substring) -> Bool {
    a.utf8.count == b.utf8.count
      ? a.utf8.lexicographicallyPrecedes(b.utf8) : a.utf8.count < b.utf8.count
  }
}

extension ReleaseVersion: CustomStringConvertible {
  /// The version as written.
  public var description: String { text }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
