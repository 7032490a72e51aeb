/// Lays text out in columns of scalars; wide and combining scalars count one each.
enum TextLayout {
  /// The width that reports for people keep to.
  static let width = 96

  /// The text filled up with spaces on the right.
  static func left(_ text: String, _ width: Int) -> String {
    text + spaces(width - text.unicodeScalars.count)
  }

  /// The text filled up with spaces on the left.
  static func right(_ text: String, _ width: Int) -> String {
    spaces(width - text.unicodeScalars.count) + text
  }

  /// The words in lines: the first begins after `first`, the others under `indent` spaces. A word
  /// that is too long stays whole.
  static func wrap(_ text: String, first: String = "", indent: Int) -> String {
    var lines = ""
    var line = first
    var length = first.unicodeScalars.count
    var isEmpty = true
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      let size = word.unicodeScalars.count
      if !isEmpty && length + 1 + size > width {
        lines += line + "\n"
        line = spaces(indent)
        length = indent
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      length += size + (isEmpty ? 0 : 1)
      isEmpty = false
    }
    return lines + line + "\n"
  }

  private static func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }
}
