/// A pattern over a whole name: `*` stands for any run of characters, `?` for any one.
public struct NamePattern: Sendable, Equatable {
  /// The pattern as written.
  public let text: String

  /// The pattern; nil when it is empty.
  public init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    self.text = text
  }

  /// Whether the pattern covers the whole name. Time grows with the product of the lengths.
  public func matches(_ name: String) -> Bool {
    let pattern = Array(text.unicodeScalars)
    let name = Array(name.unicodeScalars)
    var (p, n) = (0, 0)
    var lastStar: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == "*" {
        lastStar = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let star = lastStar {
        // Let the last star take one scalar more.
        lastStar = (star.pattern, star.name + 1)
        p = star.pattern + 1
        n = star.name + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
