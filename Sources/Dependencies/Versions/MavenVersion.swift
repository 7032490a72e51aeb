import Bytes

/// A version of a Maven artifact as Maven itself compares it: `ComparableVersion` of maven-artifact
/// 3.9 (https://maven.apache.org/pom.html#version-order-specification), with numbers of any size.
///
/// A hyphen, and each change between digits and letters, begins a list inside the list around it.
/// Such a list is always the last item, so that the lists form a chain: `levels`, outermost first.
public struct MavenVersion: Sendable {
  /// What stands in a list besides the one inside it.
  private enum Item: Sendable, Hashable {
    case number(Numeral)
    case qualifier(MavenQualifier)

    /// Whether it means nothing at the end of a list.
    var isNull: Bool {
      switch self {
      case .number(let number): number.isZero
      case .qualifier(let qualifier): qualifier == .release
      }
    }

    /// How it stands to nothing.
    var orderToNothing: VersionOrder {
      switch self {
      case .number(let number): number.isZero ? .same : .after
      case .qualifier(let qualifier): VersionOrder.of(qualifier, .release) ?? .same
      }
    }
  }

  private let levels: [[Item]]

  /// The version in the text; nil for an empty one. Every other text is a version.
  public init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    var parser = Parser()
    parser.parse(Array(text.lowercased().utf8))
    levels = parser.normalisedLevels()
  }

  /// Follows `ComparableVersion.parseVersion` step by step.
  private struct Parser {
    private var levels: [[Item]] = [[]]
    private var isInDigits = false
    private var pending: [UInt8] = []

    mutating func parse(_ bytes: [UInt8]) {
      for byte in bytes {
        switch byte {
        case UInt8(ascii: "."): endItem()
        case UInt8(ascii: "-"):
          endItem()
          levels.append([])
        case 0x30...0x39:
          if !isInDigits, !pending.isEmpty {
            // `1.rc1` is read as `1-rc1`.
            if !isLevelEmpty { levels.append([]) }
            add(.qualifier(MavenQualifier(pending, isBeforeDigit: true)))
            pending = []
            levels.append([])
          }
          isInDigits = true
          pending.append(byte)
        default:
          if isInDigits, !pending.isEmpty {
            endItem()
            levels.append([])
          }
          isInDigits = false
          pending.append(byte)
        }
      }
      guard !pending.isEmpty else { return }
      // `1.x` is read as `1-x`.
      if !isInDigits, !isLevelEmpty { levels.append([]) }
      endItem()
    }

    private var isLevelEmpty: Bool { levels[levels.count - 1].isEmpty }

    private mutating func add(_ item: Item) { levels[levels.count - 1].append(item) }

    /// Adds what was gathered; nothing stands for zero.
    private mutating func endItem() {
      if pending.isEmpty {
        add(.number(.zero))
      } else {
        add(
          isInDigits
            ? .number(Numeral(digits: pending))
            : .qualifier(MavenQualifier(pending, isBeforeDigit: false)))
      }
      pending = []
    }

    /// The lists without what means nothing at the end of each, innermost first. A list that holds
    /// nothing goes too; one inside another does not keep what stands before it.
    func normalisedLevels() -> [[Item]] {
      var kept: [[Item]] = []
      for level in levels.reversed() {
        var items = level
        while let last = items.last, last.isNull { items.removeLast() }
        if !items.isEmpty || !kept.isEmpty { kept.append(items) }
      }
      return kept.reversed()
    }
  }
}

extension MavenVersion: Comparable {
  /// Whether Maven takes both for the same version.
  public static func == (a: Self, b: Self) -> Bool { a.compare(b) == .same }
  /// The order of Maven.
  public static func < (a: Self, b: Self) -> Bool { a.compare(b) == .before }

  func compare(_ other: Self) -> VersionOrder {
    var depth = 0
    while true {
      let left = depth < levels.count ? levels[depth] : []
      let right = depth < other.levels.count ? other.levels[depth] : []
      let leftGoesOn = depth + 1 < levels.count
      let rightGoesOn = depth + 1 < other.levels.count
      for index in 0..<max(left.count, right.count) {
        let order: VersionOrder =
          if index < left.count, index < right.count {
            MavenVersion.compare(left[index], right[index])
          } else if index < left.count {
            other.compareEnd(at: index - right.count, goesOn: rightGoesOn, depth, left[index])
              .reversed
          } else {
            compareEnd(at: index - left.count, goesOn: leftGoesOn, depth, right[index])
          }
        if order != .same { return order }
        // The list inside stood against an item, and they never are the same.
      }
      switch (leftGoesOn, rightGoesOn) {
      case (false, false): return .same
      case (true, false): return orderToNothing(from: depth + 1)
      case (false, true): return other.orderToNothing(from: depth + 1).reversed
      case (true, true): depth += 1
      }
    }
  }

  /// How what follows the last item of a list stands to an item of the other version: at first the
  /// list inside, if there is one, then nothing.
  private func compareEnd(
    at index: Int, goesOn: Bool, _ depth: Int, _ item: Item
  ) -> VersionOrder {
    guard goesOn, index == 0 else { return item.orderToNothing.reversed }
    switch item {
    case .number: return .before
    case .qualifier: return .after
    }
  }

  /// How the lists from a depth on stand to nothing: as their first item that differs from it.
  private func orderToNothing(from depth: Int) -> VersionOrder {
    for item in levels[depth...].joined() where item.orderToNothing != .same {
      return item.orderToNothing
    }
    return .same
  }

  private static func compare(_ a: Item, _ b: Item) -> VersionOrder {
    switch (a, b) {
    case (.number(let a), .number(let b)): VersionOrder.of(a, b) ?? .same
    case (.qualifier(let a), .qualifier(let b)): VersionOrder.of(a, b) ?? .same
    case (.number, .qualifier): .after
    case (.qualifier, .number): .before
    }
  }
}

/// A word in a Maven version, after its aliases.
struct MavenQualifier: Sendable, Hashable, Comparable {
  private let rank: Int
  /// The word where it has no rank of its own.
  private let text: [UInt16]

  private static let known = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]

  /// What stands for no word.
  static let release = MavenQualifier([], isBeforeDigit: false)

  init(_ bytes: [UInt8], isBeforeDigit: Bool) {
    let word = String(decoding: bytes, as: UTF8.self)
    let meant =
      switch word {
      case "a" where isBeforeDigit: "alpha"
      case "b" where isBeforeDigit: "beta"
      case "m" where isBeforeDigit: "milestone"
      case "ga", "final", "release": ""
      case "cr": "rc"
      default: word
      }
    let rank = MavenQualifier.known.firstIndex(of: meant)
    self.rank = rank ?? MavenQualifier.known.count
    // Java compares UTF-16.
    text = rank == nil ? Array(meant.utf16) : []
  }

  static func < (a: MavenQualifier, b: MavenQualifier) -> Bool {
    a.rank == b.rank ? a.text.lexicographicallyPrecedes(b.text) : a.rank < b.rank
  }
}
