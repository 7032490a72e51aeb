import Bytes
import Findings

/// One place of a text where a sign stands.
struct SecretShape {
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
    case .token(let length, let also, let proof): token(sign, length, Array(also.utf8), proof)
    case .numbered(let digits, let length): numbered(sign, digits, length)
    case .inside(let before, let after): inside(sign, before, after)
    case .encoded(let what): encoded(sign, what)
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
    _ sign: SecretSign, _ length: ClosedRange<Int>, _ also: [UInt8], _ proof: SecretProof
  ) -> SecretScan.Match? {
    if start > 0, isAlphanumeric(text[start - 1]), isAlphanumeric(sign.beginning[0]) { return nil }
    var stop = end
    while stop < text.count, isAlphanumeric(text[stop]) || also.contains(text[stop]) { stop += 1 }
    // A dot or dash behind a token ends a sentence.
    while stop > end, text[stop - 1] == 0x2e { stop -= 1 }
    let body = text[end..<stop]
    guard length.contains(body.count), !SecretProof.isPublished(text[start..<stop]) else {
      return nil
    }
    // Vocabularies hold words with a sign before them; keys mix letters and digits.
    guard Entropy.isRandom(body, bits: 3, needsDigit: proof != .letters) else { return nil }
    // A gate rather stops at an invented token than passes a real one of a form that changed.
    let holds = proof.holds(for: body)
    if !holds, proof.isWeak { return nil }
    return found(
      .serviceToken,
      holds ? sign.what : "what looks like \(sign.what), whose \(proof.words) is wrong",
      start..<stop)
  }

  private func isTokenByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == 0x5f || byte == 0x2d
  }

  /// A number that nothing stands before, the sign, and a body of exactly so many characters.
  private func numbered(
    _ sign: SecretSign, _ digits: ClosedRange<Int>, _ length: Int
  ) -> SecretScan.Match? {
    guard text[start..<end].elementsEqual(sign.beginning) else { return nil }
    var from = start
    while from > 0, (0x30...0x39).contains(text[from - 1]) { from -= 1 }
    guard digits.contains(start - from), from == 0 || !isTokenByte(text[from - 1]) else {
      return nil
    }
    let stop = end + length
    guard stop <= text.count, stop == text.count || !isTokenByte(text[stop]),
      text[end..<stop].allSatisfy(isTokenByte), Entropy.isRandom(text[end..<stop], bits: 3.5)
    else { return nil }
    return found(.serviceToken, sign.what, from..<stop)
  }

  /// So many characters with a digit before the sign, and a body behind it.
  private func inside(
    _ sign: SecretSign, _ before: Int, _ after: ClosedRange<Int>
  ) -> SecretScan.Match? {
    func belongs(_ byte: UInt8) -> Bool { isTokenByte(byte) || byte == 0x7e || byte == 0x2e }
    let from = start - before
    guard from >= 0, text[start..<end].elementsEqual(sign.beginning),
      (0x30...0x39).contains(text[start - 1]), text[from..<start].allSatisfy(belongs),
      from == 0 || !belongs(text[from - 1])
    else { return nil }
    var stop = end
    while stop < text.count, belongs(text[stop]) { stop += 1 }
    guard after.contains(stop - end), Entropy.isRandom(text[end..<stop], bits: 3.5) else {
      return nil
    }
    return found(.serviceToken, sign.what, from..<stop)
  }

  /// A name, a colon and base64 of something secret.
  private func encoded(_ sign: SecretSign, _ what: SecretSign.Encoded) -> SecretScan.Match? {
    var index = end
    while index < text.count, "\"' \t:\\".utf8.contains(text[index]) { index += 1 }
    var stop = index
    while stop < text.count, isAlphanumeric(text[stop]) || "+/=".utf8.contains(text[stop]) {
      stop += 1
    }
    // The beginning of a long text tells what it is.
    let body = text[index..<stop]
    guard body.count >= 12,
      let bytes = Base64.decode(
        String(decoding: body.prefix(body.count > 400 ? 400 : body.count), as: UTF8.self))
    else { return nil }
    let plain = String(decoding: bytes, as: UTF8.self)
    switch what {
    case .privateKey:
      guard plain.contains("PRIVATE KEY") else { return nil }
      return found(.privateKey, sign.what, index..<stop)
    case .credentials:
      guard let colon = bytes.firstIndex(of: 0x3a), colon > 0,
        bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), bytes.count - colon > 6,
        !Entropy.isPlaceholder(bytes[(colon + 1)...])
      else { return nil }
      return found(.password, sign.what, index..<stop)
    }
  }

  /// The label, then lines of base64; documentation shows dots instead.
  private func privateKey(_ sign: SecretSign) -> SecretScan.Match? {
    let head = String(decoding: text[start..<min(text.count, start + 80)], as: UTF8.self)
    let line = head.prefix { !$0.isNewline }
    guard line.contains("PRIVATE KEY") || line.hasPrefix("PuTTY") || line.contains("SSH2 ENCRYPTED")
    else { return nil }
    var run = 0
    var index = end
    if line.hasPrefix("PuTTY") {
      // The public half comes first.
      let label = Array("Private-Lines:".utf8)
      while index < text.count, !text[index...].starts(with: label) { index += 1 }
      index += label.count
    }
    let last = min(text.count, index + 2_048)
    while index < last {
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
    guard let header = object(parts[0]), let algorithm = header["alg"]?.string,
      algorithm.lowercased() != "none", object(parts[1]) != nil,
      !SecretProof.isPublished(text[start..<stop])
    else { return nil }
    return found(.serviceToken, sign.what, start..<stop)
  }

  /// The JSON object in a part of a web token.
  private func object(_ part: ArraySlice<UInt8>) -> JSON? {
    var digits = String(decoding: part, as: UTF8.self)
    while digits.utf8.count % 4 != 0 { digits += "=" }
    guard let bytes = Base64.decode(digits) else { return nil }
    do throws(ParseError) {
      let value = try JSON(parsing: ByteSlice(bytes))
      return value.object == nil ? nil : value
    } catch {
      return nil
    }
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
