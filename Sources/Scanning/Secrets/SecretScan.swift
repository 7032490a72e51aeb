import Bytes
import Findings

/// Finds secrets in one pass over a text.
enum SecretScan {
  /// A secret and where it lies in the text.
  struct Match {
    let rule: Rule
    let what: String
    let range: Range<Int>
  }

  /// Reports the secrets of a text; a finding says where one is and never what it is.
  static func report(in bytes: ByteSlice, at place: Place, _ context: inout ScanContext) {
    let text = bytes.array
    for match in matches(in: text) {
      let digest = Digest(of: ByteSlice(text[match.range])).hexadecimal.prefix(8)
      context.report(
        match.rule.at(
          place.at((place.offset ?? 0) + bytes.offset + match.range.lowerBound), match.what,
          evidence: ["\(match.what), \(match.range.count) characters, SHA-256 \(digest)..."]))
    }
  }

  /// The text with every secret replaced by its length.
  static func redacted(_ text: String) -> String {
    var bytes = Array(text.utf8)
    var ranges = matches(in: bytes).map(\.range)
    if let cut = beginning(in: bytes, from: ranges.last?.upperBound ?? 0) { ranges.append(cut) }
    for range in ranges.reversed() {
      bytes.replaceSubrange(range, with: "[\(range.count) characters]".utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A secret of which the text, being cut, has only the beginning.
  private static func beginning(in text: [UInt8], from start: Int) -> Range<Int>? {
    let starts = SecretSign.starts
    for index in text.indices.dropFirst(start).dropLast() {
      let signs = starts.signs[starts.number(text[index], text[index + 1])]
      for sign in signs where sign.isLong && text[index...].starts(with: sign.beginning) {
        let rest = text[(index + sign.beginning.count)...]
        if sign.isPrivateKey {
          let isPrivate = String(decoding: rest, as: UTF8.self).contains("PRIVATE")
          return isPrivate ? index..<text.count : nil
        }
        let ends = rest.allSatisfy { $0 > 0x20 && !"\"'<>`".utf8.contains($0) }
        if ends, rest.count >= 4, !Entropy.isPlaceholder(rest) { return index..<text.count }
      }
    }
    return nil
  }

  /// The secrets of a text, in order, none inside another.
  static func matches(in text: [UInt8]) -> [Match] {
    var matches: [Match] = []
    var index = 0
    let starts = SecretSign.starts
    guard text.count >= 8 else { return [] }
    while index < text.count - 1 {
      let group = starts.number(text[index], text[index + 1])
      if group > 0, let match = match(in: text, at: index, starts.signs[group]) {
        matches.append(match)
        index = max(index + 1, match.range.upperBound)
      } else {
        index += 1
      }
    }
    return matches
  }

  private static func match(
    in text: [UInt8], at index: Int, _ signs: [SecretSign]
  ) -> Match? {
    for sign in signs {
      let end = index + sign.beginning.count
      guard end <= text.count else { continue }
      let isToken = if case .token = sign.shape { true } else { false }
      let isHere = sign.beginning.indices.allSatisfy {
        isToken
          ? text[index + $0] == sign.beginning[$0]
          : SecretSign.lower(text[index + $0]) == SecretSign.lower(sign.beginning[$0])
      }
      guard isHere, let match = SecretShape(text, index, end).match(sign) else { continue }
      return match
    }
    return nil
  }
}
