/// A number without sign of any size, as versions hold them: leading zeros do not count.
public struct Numeral: Sendable, Hashable {
  /// The value where it has at most 18 digits, else 0.
  private let small: UInt64
  /// The digits without leading zeros where there are more than 18, else none.
  private let large: [UInt8]

  /// 0.
  public static let zero = Numeral(digits: [])

  /// The number in ASCII digits; none are 0.
  public init(digits: ArraySlice<UInt8>) {
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    guard significant.count > 18 else {
      small = significant.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
      large = []
      return
    }
    small = 0
    large = Array(significant)
  }

  /// The number in ASCII digits; none are 0.
  public init(digits: some Collection<UInt8>) { self.init(digits: Array(digits)[...]) }

  /// Whether it is 0.
  public var isZero: Bool { small == 0 && large.isEmpty }
}

extension Numeral: Comparable {
  /// By value.
  public static func < (a: Numeral, b: Numeral) -> Bool {
    if a.large.isEmpty && b.large.isEmpty { return a.small < b.small }
    if a.large.count != b.large.count { return a.large.count < b.large.count }
    return a.large.lexicographicallyPrecedes(b.large)
  }
}

extension Numeral: CustomStringConvertible {
  /// The decimal digits.
  public var description: String {
    large.isEmpty ? String(small) : String(decoding: large, as: UTF8.self)
  }
}
