import Bytes

/// Names that are harmless to store and that a program takes for an instruction when a command
/// is given the folder's names, as `tar cf x *` is (CWE-88).
enum CommandName {
  /// What a shell or tool makes of a part of a path; nil for a plain name.
  static func reason(_ part: some Collection<UInt8>) -> String? {
    guard let first = part.first else { return nil }
    switch first {
    case UInt8(ascii: "-"): return "a name that begins as an option"
    case UInt8(ascii: "~"): return "a name that a shell takes for a home folder"
    default: break
    }
    if part.contains(where: { patterns.contains($0) }) {
      return "a name with a shell's pattern or redirection"
    }
    if part.contains(UInt8(ascii: "`")) || isExpanded(Array(part)) {
      return "a name that a shell expands or runs"
    }
    return isShortAlias(part) ? "the short name that Windows gives another file" : nil
  }

  private static let patterns = Array("*?<>|".utf8)

  /// `$NAME` at the start, `$(`, `${` and `%NAME%`. A dollar within a name is Java's.
  private static func isExpanded(_ part: [UInt8]) -> Bool {
    let dollar = UInt8(ascii: "$")
    if part.count > 1, part[0] == dollar { return true }
    let opens = zip(part, part.dropFirst()).contains {
      $0 == dollar && ($1 == UInt8(ascii: "(") || $1 == UInt8(ascii: "{"))
    }
    guard !opens else { return true }
    let pieces = part.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
    return pieces.dropFirst().dropLast().contains { piece in
      piece.first.map(isUpper) == true && piece.allSatisfy { isUpper($0) || $0 == 0x5f }
    }
  }

  /// `PROGRA~1.EXT`: another name of a file whose own is longer.
  private static func isShortAlias(_ part: some Collection<UInt8>) -> Bool {
    guard part.contains(UInt8(ascii: "~")) else { return false }
    let pieces = part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard let stem = pieces.first, pieces.count <= 2, (3...8).contains(stem.count),
      pieces.dropFirst().allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy(isShort) })
    else { return false }
    let halves = stem.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
    return halves.count == 2 && !halves[0].isEmpty && !halves[1].isEmpty
      && halves[0].allSatisfy(isShort) && halves[1].allSatisfy(isDigit)
  }

  private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
  private static func isShort(_ byte: UInt8) -> Bool { isUpper(byte) || isDigit(byte) }
}
