import Bytes

/// A version of a conda package as conda itself compares it: `VersionOrder` of conda.models.version,
/// with numbers of any size.
public struct CondaVersion: Sendable {
  /// A run of digits or of other characters. `dev` comes before all others, `post` after them.
  private enum Token: Sendable, Hashable {
    case word([UInt8])
    case number(Numeral)
    case post
  }

  private let main: [[Token]]
  private let local: [[Token]]

  /// The version in the text; nil when conda refuses it.
  public init?(_ text: String) {
    var bytes = lowerCaseBytes(trimming: text)
    if bytes.contains(UInt8(ascii: "-")), !bytes.contains(UInt8(ascii: "_")) {
      bytes = bytes.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }
    let isAllowed = bytes.allSatisfy {
      isDigit($0) || isLowerCaseLetter($0) || "*.+!_".utf8.contains($0)
    }
    guard isAllowed else { return nil }
    let sides = bytes.split(separator: UInt8(ascii: "!"), omittingEmptySubsequences: false)
    guard sides.count <= 2, let versions = sides.last else { return nil }
    var epoch: [Token] = [.number(.zero)]
    if sides.count == 2 {
      guard !sides[0].isEmpty, sides[0].allSatisfy(isDigit) else { return nil }
      epoch = [.number(Numeral(digits: sides[0]))]
    }
    let parts = versions.split(separator: UInt8(ascii: "+"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let last = first.last else { return nil }
    // A last underscore is no separator: it comes before all letters.
    let isMarked = last == UInt8(ascii: "_")
    guard
      let main = CondaVersion.components(
        isMarked ? first.dropLast() : first, isMarked: isMarked),
      let local = parts.count == 2 ? CondaVersion.components(parts[1]) : []
    else { return nil }
    self.main = [epoch] + main
    self.local = local
  }

  /// The components between dots and underscores; nil when one is empty.
  private static func components(
    _ bytes: ArraySlice<UInt8>, isMarked: Bool = false
  ) -> [[Token]]? {
    var components: [[Token]] = []
    var parts = bytes.split(omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
    }.map { Array($0) }
    if isMarked { parts[parts.count - 1].append(UInt8(ascii: "_")) }
    for part in parts {
      guard let first = part.first else { return nil }
      // Numbers and words stay in phase.
      components.append((isDigit(first) ? [] : [.number(.zero)]) + tokens(part))
    }
    return components
  }

  private static func tokens(_ bytes: [UInt8]) -> [Token] {
    let star = UInt8(ascii: "*")
    var cursor = VersionCursor(bytes)
    var tokens: [Token] = []
    while !cursor.isAtEnd {
      if let number = cursor.takeNumber() {
        tokens.append(.number(number))
        continue
      }
      let stars = cursor.take { $0 == star }
      let word = stars.isEmpty ? cursor.take { !isDigit($0) && $0 != star } : stars
      if word.elementsEqual("post".utf8) {
        tokens.append(.post)
      } else {
        // In upper case it sorts before all others.
        tokens.append(.word(word.elementsEqual("dev".utf8) ? Array("DEV".utf8) : Array(word)))
      }
    }
    return tokens
  }
}

extension CondaVersion: Comparable {
  /// Whether conda takes both for the same version.
  public static func == (a: Self, b: Self) -> Bool { a.compare(b) == .same }
  /// The order of conda.
  public static func < (a: Self, b: Self) -> Bool { a.compare(b) == .before }

  func compare(_ other: Self) -> VersionOrder {
    CondaVersion.compare(main, other.main) ?? CondaVersion.compare(local, other.local) ?? .same
  }

  /// What is missing counts as 0, so that `1.1` is `1.1.0`.
  private static func compare(_ a: [[Token]], _ b: [[Token]]) -> VersionOrder? {
    for index in 0..<max(a.count, b.count) {
      let left = index < a.count ? a[index] : []
      let right = index < b.count ? b[index] : []
      for place in 0..<max(left.count, right.count) {
        let order = compare(
          place < left.count ? left[place] : .number(.zero),
          place < right.count ? right[place] : .number(.zero))
        if let order { return order }
      }
    }
    return nil
  }

  private static func compare(_ a: Token, _ b: Token) -> VersionOrder? {
    switch (a, b) {
    case (.word(let a), .word(let b)):
      a == b ? nil : a.lexicographicallyPrecedes(b) ? .before : .after
    case (.number(let a), .number(let b)): VersionOrder.of(a, b)
    case (.post, .post): nil
    case (.word, _), (.number, .post): .before
    case (_, .word), (.post, .number): .after
    }
  }
}
