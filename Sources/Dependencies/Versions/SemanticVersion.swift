/// A version as Semantic Versioning 2.0.0 defines it, with numbers of any size.
public struct SemanticVersion: Sendable {
  /// An identifier of a pre-release: numbers come before words.
  private enum Identifier: Hashable, Sendable {
    case number(Numeral)
    case word([UInt8])
  }

  /// Major, minor, patch.
  private let release: [Numeral]
  private let prerelease: [Identifier]

  /// The version in the text; nil when it is none (items 2, 9 and 10 of the specification).
  /// `isLenient` accepts also a `v` in front, fewer than three numbers, the others being zeros, and
  /// leading zeros, as registries and tags have them.
  public init?(_ text: String, isLenient: Bool = false) {
    var bytes = Array(text.utf8)[...]
    if isLenient, bytes.first == UInt8(ascii: "v") || bytes.first == UInt8(ascii: "V") {
      bytes = bytes.dropFirst()
    }
    var build: ArraySlice<UInt8>?
    if let plus = bytes.firstIndex(of: UInt8(ascii: "+")) {
      build = bytes[(plus + 1)...]
      bytes = bytes[..<plus]
    }
    var suffix: ArraySlice<UInt8>?
    if let hyphen = bytes.firstIndex(of: UInt8(ascii: "-")) {
      suffix = bytes[(hyphen + 1)...]
      bytes = bytes[..<hyphen]
    }
    let numbers = SemanticVersion.parts(of: bytes)
    guard isLenient ? (1...3).contains(numbers.count) : numbers.count == 3,
      numbers.allSatisfy({ SemanticVersion.isNumber($0, isLenient: isLenient) })
    else { return nil }
    release = (numbers.map { Numeral(digits: $0) } + [.zero, .zero]).prefix(3).map { $0 }
    if let build, !SemanticVersion.parts(of: build).allSatisfy(SemanticVersion.isIdentifier) {
      return nil
    }
    var identifiers: [Identifier] = []
    for part in suffix.map({ SemanticVersion.parts(of: $0) }) ?? [] {
      guard SemanticVersion.isIdentifier(part) else { return nil }
      guard part.allSatisfy(isDigit) else {
        identifiers.append(.word(Array(part)))
        continue
      }
      guard SemanticVersion.isNumber(part, isLenient: isLenient) else { return nil }
      identifiers.append(.number(Numeral(digits: part)))
    }
    prerelease = identifiers
  }

  /// Whether it comes before its release.
  public var isPrerelease: Bool { !prerelease.isEmpty }

  private static func parts(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  }

  private static func isNumber(_ part: ArraySlice<UInt8>, isLenient: Bool) -> Bool {
    guard !part.isEmpty, part.allSatisfy(isDigit) else { return false }
    return isLenient || part.count == 1 || part.first != UInt8(ascii: "0")
  }

  private static func isIdentifier(_ part: ArraySlice<UInt8>) -> Bool {
    !part.isEmpty
      && part.allSatisfy {
        isDigit($0) || isLowerCaseLetter($0 | 0x20) || $0 == UInt8(ascii: "-")
      }
  }
}

extension SemanticVersion: Comparable {
  /// Whether neither comes before the other: build metadata does not count.
  public static func == (a: Self, b: Self) -> Bool { a.compare(b) == .same }
  /// The order of item 11.
  public static func < (a: Self, b: Self) -> Bool { a.compare(b) == .before }

  func compare(_ other: Self) -> VersionOrder {
    for (left, right) in zip(release, other.release) {
      if let order = VersionOrder.of(left, right) { return order }
    }
    if prerelease.isEmpty || other.prerelease.isEmpty {
      return VersionOrder.of(prerelease.isEmpty ? 1 : 0, other.prerelease.isEmpty ? 1 : 0) ?? .same
    }
    for (left, right) in zip(prerelease, other.prerelease) where left != right {
      switch (left, right) {
      case (.number(let left), .number(let right)): return left < right ? .before : .after
      case (.word(let left), .word(let right)):
        return left.lexicographicallyPrecedes(right) ? .before : .after
      case (.number, .word): return .before
      case (.word, .number): return .after
      }
    }
    return VersionOrder.of(prerelease.count, other.prerelease.count) ?? .same
  }
}
