/// A version as Semantic Versioning 2.0.0 defines it, with numbers of any size.
public struct SemanticVersion: Sendable, Hashable {
  /// An identifier of a pre-release: numbers come before words.
  private enum Identifier: Hashable, Comparable, Sendable {
    case number(Numeral)
    case word([UInt8])

    static func < (a: Identifier, b: Identifier) -> Bool {
      switch (a, b) {
      case (.number(let a), .number(let b)): a < b
      case (.word(let a), .word(let b)): a.lexicographicallyPrecedes(b)
      case (.number, .word): true
      case (.word, .number): false
      }
    }
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

  /// The version of three numbers; `isFirst` makes it the first of its pre-releases, `-0`.
  public init(_ major: Int, _ minor: Int, _ patch: Int, isFirst: Bool = false) {
    release = [major, minor, patch].map { Numeral(digits: String($0).utf8) }
    prerelease = isFirst ? [.number(.zero)] : []
  }

  /// Whether both have the same three numbers.
  public func isSameRelease(as other: SemanticVersion) -> Bool { release == other.release }

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
  /// The order of item 11; build metadata takes no part, in equality neither.
  public static func < (a: SemanticVersion, b: SemanticVersion) -> Bool {
    if a.release != b.release { return a.release.lexicographicallyPrecedes(b.release) }
    guard a.isPrerelease, b.isPrerelease else { return a.isPrerelease && !b.isPrerelease }
    return a.prerelease.lexicographicallyPrecedes(b.prerelease)
  }
}
