import Bytes

/// Reads a version from its beginning: `v? N! N(.N)* pre? post? dev? +local?`, PEP 440, appendix B.
///
/// The grammar never has to go back: what a part could take belongs to it.
struct PEP440Scanner {
  /// What a version consists of.
  struct Parts {
    var epoch = Numeral.zero
    var release: [Numeral] = []
    var pre: (kind: PEP440.Version.PreRelease, number: Numeral)?
    var post: Numeral?
    var dev: Numeral?
    var local: [PEP440.Version.LocalPart] = []
  }

  private var cursor: VersionCursor

  /// A reader of bytes in lower case.
  init(_ bytes: [UInt8]) { cursor = VersionCursor(bytes) }

  var isAtEnd: Bool { cursor.isAtEnd }
  var rest: ArraySlice<UInt8> { cursor.rest }

  /// The version, as far as it goes; nil without a release or with half a local label.
  mutating func scan() -> Parts? {
    var parts = Parts()
    _ = cursor.take("v")
    guard let first = cursor.takeNumber() else { return nil }
    parts.release = [first]
    if cursor.take("!") {
      guard let number = cursor.takeNumber() else { return nil }
      parts.epoch = first
      parts.release = [number]
    }
    while let number = takeNumber(behind: ".") { parts.release.append(number) }
    parts.pre = takePre()
    parts.post = takePost()
    parts.dev = takeLabel(["dev"])?.number
    guard cursor.take("+") else { return parts }
    guard let local = takeLocal() else { return nil }
    parts.local = local
    return parts
  }

  private mutating func takeNumber(behind separator: String) -> Numeral? {
    var ahead = cursor
    guard ahead.take(separator), let number = ahead.takeNumber() else { return nil }
    cursor = ahead
    return number
  }

  private mutating func takePre() -> (kind: PEP440.Version.PreRelease, number: Numeral)? {
    // Longer words before those that they begin with.
    let words = ["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]
    guard let (word, number) = takeLabel(words) else { return nil }
    return switch word.first {
    case "a": (.alpha, number)
    case "b": (.beta, number)
    default: (.candidate, number)
    }
  }

  /// A bare number behind a hyphen is a post-release.
  private mutating func takePost() -> Numeral? {
    takeNumber(behind: "-") ?? takeLabel(["post", "rev", "r"])?.number
  }

  /// `[-_.]? word [-_.]? N?`, or nothing.
  private mutating func takeLabel(_ words: [String]) -> (word: String, number: Numeral)? {
    guard !cursor.isAtEnd else { return nil }
    var ahead = cursor
    _ = ahead.take(anyOf: "-_.")
    guard let first = ahead.rest.first, isLowerCaseLetter(first) else { return nil }
    guard let word = words.first(where: { ahead.take($0) }) else { return nil }
    _ = ahead.take(anyOf: "-_.")
    let number = ahead.takeNumber() ?? .zero
    cursor = ahead
    return (word, number)
  }

  /// `[a-z0-9]+([-_.][a-z0-9]+)*`.
  private mutating func takeLocal() -> [PEP440.Version.LocalPart]? {
    var parts: [PEP440.Version.LocalPart] = []
    while true {
      let part = cursor.take { isDigit($0) || isLowerCaseLetter($0) }
      guard !part.isEmpty else { return nil }
      parts.append(
        part.allSatisfy(isDigit)
          ? .number(Numeral(digits: part)) : .word(String(decoding: part, as: UTF8.self)))
      var ahead = cursor
      guard ahead.take(anyOf: "-_."),
        let next = ahead.rest.first, isDigit(next) || isLowerCaseLetter(next)
      else { return parts }
      cursor = ahead
    }
  }
}
