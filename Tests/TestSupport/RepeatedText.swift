/// A text that is long because a part of it stands there many times. Logs of tests show it in short.
public struct RepeatedText: Sendable, CustomStringConvertible {
  /// All of it.
  public let text: String
  /// Its parts and how often the long one stands.
  public let description: String

  /// The part `count` times between a start and an end.
  public init(start: String = "", _ part: String, _ count: Int, end: String = "") {
    text = start + String(repeating: part, count: count) + end
    description = "\(start)\(part) x \(count)\(end)"
  }
}
