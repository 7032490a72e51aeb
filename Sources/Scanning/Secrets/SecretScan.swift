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
    for match in matches(in: bytes).reversed() {
      bytes.replaceSubrange(match.range, with: "[\(match.range.count) characters]".utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The secrets of a text, in order, none inside another.
  static func matches(in text: [UInt8]) -> [Match] {
    var matches: [Match] = []
    var index = 0
    let starts = SecretSign.starts
    guard text.count >= 8 else { return [] }
    while index < text.count - 1 {
      let pair = Int(SecretSign.lower(text[index])) << 8 | Int(SecretSign.lower(text[index + 1]))
      if starts[pair], let match = match(in: text, at: index, UInt16(pair)) {
        matches.append(match)
        index = max(index + 1, match.range.upperBound)
      } else {
        index += 1
      }
    }
    return matches
  }

  private static func match(in text: [UInt8], at index: Int, _ pair: UInt16) -> Match? {
    for sign in SecretSign.byStart[pair] ?? [] {
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

/// One place of a text where a sign stands.
private struct SecretShape {
  let text: [UInt8]
  let start: Int
  let end: Int

  init(_ text: [UInt8], _ start: Int, _ end: Int) {
    self.text = text
    self.start = start
    self.end = end
  }

  func match(_ sign: SecretSign) -> SecretScan.Match? {
    switch sign.shape {
    case .token(let length, let also): token(sign, length, Array(also.utf8))
    case .privateKey: privateKey(sign)
    case .webToken: webToken(sign)
    case .address: address(sign)
    case .assignment(let isPassword): assignment(sign, isPassword)
    case .machine: machine(sign)
    }
  }

  private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
  }

  private func found(_ rule: Rule, _ what: String, _ range: Range<Int>) -> SecretScan.Match {
    SecretScan.Match(rule: rule, what: what, range: range)
  }

  private func token(
    _ sign: SecretSign, _ length: ClosedRange<Int>, _ also: [UInt8]
  ) -> SecretScan.Match? {
    if start > 0, isAlphanumeric(text[start - 1]), isAlphanumeric(sign.beginning[0]) { return nil }
    var stop = end
    while stop < text.count, isAlphanumeric(text[stop]) || also.contains(text[stop]) { stop += 1 }
    guard length.contains(stop - end), Entropy.isRandom(text[end..<stop], bits: 3) else {
      return nil
    }
    // Vocabularies hold words with a sign before them; keys mix letters and digits.
    return found(.serviceToken, sign.what, start..<stop)
  }

  /// The label, then lines of base64; documentation shows dots instead.
  private func privateKey(_ sign: SecretSign) -> SecretScan.Match? {
    let head = String(decoding: text[start..<min(text.count, start + 80)], as: UTF8.self)
    let line = head.prefix { !$0.isNewline }
    guard line.contains("PRIVATE KEY") || line.hasPrefix("PuTTY") || line.contains("SSH2 ENCRYPTED")
    else { return nil }
    var run = 0
    var index = end
    while index < min(text.count, start + 2_048) {
      let byte = text[index]
      run = isAlphanumeric(byte) || byte == 0x2b || byte == 0x2f ? run + 1 : 0
      if run >= 24, Entropy.isRandom(text[(index - 23)...index], bits: 2.5) {
        var stop = index
        while stop < text.count, isAlphanumeric(text[stop]) || "+/=\\\n\r".utf8.contains(text[stop])
        {
          stop += 1
        }
        return found(.privateKey, sign.what, start..<stop)
      }
      index += 1
    }
    return nil
  }

  private func webToken(_ sign: SecretSign) -> SecretScan.Match? {
    if start > 0, isAlphanumeric(text[start - 1]) { return nil }
    var stop = start
    while stop < text.count, isAlphanumeric(text[stop]) || "-_.".utf8.contains(text[stop]) {
      stop += 1
    }
    let parts = text[start..<stop].split(separator: 0x2e)
    guard parts.count == 3, parts[1].count >= 10, parts[2].count >= 20 else { return nil }
    var header = String(decoding: parts[0], as: UTF8.self)
      .replacing("-", with: "+").replacing("_", with: "/")
    while header.utf8.count % 4 != 0 { header += "=" }
    guard let bytes = Base64.decode(header),
      String(decoding: bytes, as: UTF8.self).contains("\"alg\"")
    else { return nil }
    return found(.serviceToken, sign.what, start..<stop)
  }

  private func address(_ sign: SecretSign) -> SecretScan.Match? {
    var stop = end
    while stop < min(text.count, end + 256), text[stop] > 0x20, text[stop] != 0x22,
      !"'`<>(){}$,".utf8.contains(text[stop])
    { stop += 1 }
    let part = text[end..<stop]
    // The host begins after the last @; a password may hold one.
    guard let host = part.lastIndex(of: 0x40), let colon = part[..<host].firstIndex(of: 0x3a),
      !part[..<colon].contains(0x2f), host - colon > 4
    else { return nil }
    let password = (colon + 1)..<host
    guard !Entropy.isPlaceholder(text[password]) else { return nil }
    return found(.password, sign.what, password)
  }

  private func machine(_ sign: SecretSign) -> SecretScan.Match? {
    let part = String(decoding: text[end..<min(text.count, end + 256)], as: UTF8.self)
    let words = part.split(whereSeparator: \.isWhitespace)
    guard words.count >= 5, words[1] == "login", words[3] == "password",
      !Entropy.isPlaceholder(Array(words[4].utf8)[...]),
      let place = part.firstRange(of: words[4])
    else { return nil }
    let from = end + part[..<place.lowerBound].utf8.count
    return found(.password, sign.what, from..<min(text.count, from + words[4].utf8.count))
  }

  private func assignment(_ sign: SecretSign, _ isPassword: Bool) -> SecretScan.Match? {
    var index = end
    let nameEnd = min(text.count, end + 24)
    while index < nameEnd, isAlphanumeric(text[index]) || text[index] == 0x5f { index += 1 }
    while index < text.count, "\"' \t]\\".utf8.contains(text[index]) { index += 1 }
    guard index < text.count, text[index] == 0x3d || text[index] == 0x3a else { return nil }
    index += 1
    while index < text.count, "= \t>\\".utf8.contains(text[index]) { index += 1 }
    guard index < text.count else { return nil }
    let quote = text[index]
    let isQuoted = quote == 0x22 || quote == 0x27
    if isQuoted { index += 1 }
    var stop = index
    while stop < min(text.count, index + 200), text[stop] > 0x20, text[stop] < 0x7f,
      isQuoted ? text[stop] != quote && text[stop] != 0x5c : !",;\"'".utf8.contains(text[stop])
    { stop += 1 }
    let value = text[index..<stop]
    guard value.count >= (isPassword ? 6 : 16), !Entropy.isPlaceholder(value),
      isQuoted ? stop < text.count && (text[stop] == quote || text[stop] == 0x5c) : isPlain(value)
    else { return nil }
    let digits = value.contains { $0 >= 0x30 && $0 <= 0x39 }
    let letters = value.contains { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a }
    guard digits, letters, Entropy.bits(value) >= (isPassword ? 2.2 : 3.3) else { return nil }
    let isLong = value.count >= 32 && Entropy.bits(value) >= 3.4
    if isPassword { return found(.password, sign.what, index..<stop) }
    // Services give keys of this length; shorter ones may be anything.
    return found(
      isLong && isPlain(value) ? .serviceToken : .likelySecret, sign.what, index..<stop)
  }

  /// Whether a value without quotes is no expression of a program and no path.
  private func isPlain(_ value: ArraySlice<UInt8>) -> Bool {
    !value.contains { "()[]{}<>$|".utf8.contains($0) } && value.first != 0x2f
      && !value.starts(with: "http".utf8)
  }
}

/// How random a text is, and whether it only stands for a secret.
enum Entropy {
  private static let placeholders = [
    "example", "placeholder", "your", "xxxx", "changeme", "change_me", "change-me", "dummy",
    "redacted", "insert", "replace", "****", "....", "0000000000", "<", "todo", "fake", "sample",
    "${", "{{", "not-a-real", "my-secret", "mysecret", "test_key", "process.env",
  ]
  private static let words: Set<String> = [
    "password", "passwd", "pass", "secret", "token", "user", "username", "none", "null", "true",
    "false", "pwd", "required", "optional", "string", "hunter2", "admin", "pw",
  ]

  /// Shannon's entropy of the bytes, in bits a byte.
  static func bits(_ bytes: ArraySlice<UInt8>) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    // 64 * log2 by eighths would do; the comparison needs no more than the number of symbols.
    var sum = 0.0
    for count in counts where count > 0 {
      let share = Double(count) / Double(bytes.count)
      sum -= share * logarithm(share)
    }
    return sum
  }

  private static func logarithm(_ value: Double) -> Double {
    // log2 of the significand by its series: value = 2^e * (1 + x), 0 <= x < 1.
    let z = (value.significand - 1) / (value.significand + 1)
    let square = z * z
    let series = z * (1 + square / 3 + square * square / 5 + square * square * square / 7)
    return Double(value.exponent) + 2 * series * 1.4426950408889634
  }

  static func isPlaceholder(_ bytes: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    return words.contains(text) || placeholders.contains { text.contains($0) }
      || Set(bytes).count < 4
  }

  /// Whether a token is one: as random as asked, with letters and digits, and no placeholder.
  static func isRandom(_ bytes: ArraySlice<UInt8>, bits least: Double) -> Bool {
    guard !isPlaceholder(bytes) else { return false }
    let hasDigit = bytes.contains { $0 >= 0x30 && $0 <= 0x39 }
    let hasLetter = bytes.contains { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a }
    return hasDigit && hasLetter && bits(bytes) >= least
  }
}
