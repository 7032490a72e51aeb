public import Bytes

// OpenSSH's allowed signers (ssh-keygen(1), ALLOWED SIGNERS), one a line:
//
//   PRINCIPALS [OPTION,...] TYPE BASE64 [COMMENT]
//
// Options: namespaces="a,b", valid-after="TIME", valid-before="TIME", cert-authority. Times are
// YYYYMMDD or YYYYMMDDHHMM[SS], here always in UTC.

/// Who may sign what: OpenSSH's file of allowed signers, its lines of Ed25519 keys.
public struct AllowedSigners: Sendable {
  /// One line.
  fileprivate struct Line: Sendable {
    let principals: [String]
    let namespaces: [String]?
    let validAfter: Timestamp?
    let validBefore: Timestamp?
    let key: PublicKey
  }

  private let lines: [Line]
  private static let byteLimit = 1 << 20

  /// Reads the file. Lines of other key types and of certificate authorities are passed over: what
  /// they could allow is not judged here.
  ///
  /// - Throws: `ConfigurationError` that names the line at fault.
  public init(parsing file: ByteSlice) throws(ConfigurationError) {
    guard file.count <= AllowedSigners.byteLimit, file.utf8 != nil else {
      throw ConfigurationError(
        key: "", "expected at most \(AllowedSigners.byteLimit) bytes of UTF-8")
    }
    var lines: [Line] = []
    let texts = file.array.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (index, text) in texts.enumerated() {
      var words = SSHWords(text)
      guard let first = words.next(), !first.hasPrefix("#") else { continue }
      if let line = try Line(principals: first, &words, key: "line \(index + 1)") {
        lines.append(line)
      }
    }
    guard !lines.isEmpty else {
      throw ConfigurationError(key: "", "no line allows an Ed25519 key")
    }
    self.lines = lines
  }

  /// The principals that the key may sign as, as the first line that allows it names them.
  ///
  /// - Throws: `SignatureFault` with what the nearest line lacks.
  public func principals(
    of key: PublicKey, principal: String?, namespace: String, at time: Timestamp
  ) throws(SignatureFault) -> String {
    var reason = "no line of the allowed signers has the key \(key.sshFingerprint)"
    for line in lines where line.key == key {
      let names = line.principals.joined(separator: ",")
      if let principal, !AllowedSigners.matches(principal, line.principals) {
        reason = "the key \(key.sshFingerprint) is allowed for '\(names)', not for '\(principal)'"
      } else if let namespaces = line.namespaces,
        !AllowedSigners.matches(namespace, namespaces)
      {
        reason = "'\(names)' may not sign for the namespace '\(namespace)'"
      } else if let start = line.validAfter, time < start {
        reason = "the key of '\(names)' is valid after \(start) only"
      } else if let end = line.validBefore, time > end {
        reason = "the key of '\(names)' was valid before \(end) only"
      } else {
        return principal ?? names
      }
    }
    throw .notAllowed(reason)
  }

  /// Whether a list of patterns covers the name: one does, and none that begins with `!`.
  private static func matches(_ name: String, _ patterns: [String]) -> Bool {
    var isCovered = false
    for pattern in patterns {
      let isNegated = pattern.hasPrefix("!")
      guard let rule = NamePattern(isNegated ? String(pattern.dropFirst()) : pattern),
        rule.matches(name)
      else { continue }
      if isNegated { return false }
      isCovered = true
    }
    return isCovered
  }
}

extension AllowedSigners.Line {
  /// The line after its principals; nil when it allows no Ed25519 key.
  fileprivate init?(
    principals: String, _ words: inout SSHWords, key place: String
  ) throws(ConfigurationError) {
    func fault(_ message: String) -> ConfigurationError {
      ConfigurationError(key: place, message)
    }
    guard var word = words.next() else { throw fault("expected a key after the principals") }
    var namespaces: [String]?
    var validAfter: Timestamp?
    var validBefore: Timestamp?
    var isAuthority = false
    if !AllowedSigners.isKeyType(word) {
      var seen: Set<String> = []
      for option in SSHWords.options(word) {
        // OpenSSH refuses such a line: which of the two would count?
        guard seen.insert(option.name).inserted else {
          throw fault("the option '\(safeText(option.name))' stands twice")
        }
        switch (option.name, option.value) {
        case ("cert-authority", nil): isAuthority = true
        case ("namespaces", let value?): namespaces = value.split(separator: ",").map(String.init)
        case ("valid-after", let value?), ("valid-before", let value?):
          guard let time = AllowedSigners.time(value) else {
            throw fault("expected a time such as 20271231Z, found '\(safeText(value))'")
          }
          if option.name == "valid-after" {
            validAfter = time
          } else {
            validBefore = time
          }
        default: throw fault("unknown option '\(safeText(option.name))', or a value without quotes")
        }
      }
      guard let type = words.next() else { throw fault("expected a key after the options") }
      word = type
    }
    guard AllowedSigners.isKeyType(word) else {
      throw fault("expected a key type, found '\(safeText(word))'")
    }
    guard let encoded = words.next() else { throw fault("expected base64 after the key type") }
    guard word == SSHWire.keyType, !isAuthority else { return nil }
    do {
      key = try PublicKey(sshLine: "\(word) \(encoded)", name: place)
    } catch {
      throw fault(error.message)
    }
    self.principals = principals.split(separator: ",").map(String.init)
    self.namespaces = namespaces
    self.validAfter = validAfter
    self.validBefore = validBefore
    guard !self.principals.isEmpty, namespaces?.isEmpty != true else {
      throw fault("an empty list allows nothing")
    }
  }
}

extension AllowedSigners {
  fileprivate static func isKeyType(_ word: String) -> Bool {
    ["ssh-", "ecdsa-sha2-", "sk-"].contains { word.hasPrefix($0) }
  }

  /// `YYYYMMDD` or `YYYYMMDDHHMM[SS]`, with or without Z.
  fileprivate static func time(_ text: String) -> Timestamp? {
    let digits = text.hasSuffix("Z") ? String(text.dropLast()) : text
    guard [8, 12, 14].contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let all = Array(digits + String(repeating: "0", count: 14 - digits.utf8.count))
    func part(_ range: Range<Int>) -> String { String(all[range]) }
    return Timestamp(
      "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T"
        + "\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z")
  }
}

/// The words of a line: separated by blanks, which may stand inside quotes.
private struct SSHWords {
  private var rest: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) { rest = line.last == 0x0d ? line.dropLast() : line }

  private static let quote = UInt8(ascii: "\"")

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  mutating func next() -> String? {
    rest = rest.drop(while: SSHWords.isBlank)
    guard !rest.isEmpty else { return nil }
    var isQuoted = false
    var word = rest.prefix { byte in
      if byte == SSHWords.quote { isQuoted.toggle() }
      return isQuoted || !SSHWords.isBlank(byte)
    }
    rest = rest[word.endIndex...]
    // Principals may be quoted as a whole.
    if word.count >= 2, word.first == SSHWords.quote, word.last == SSHWords.quote {
      word = word.dropFirst().dropLast()
    }
    return String(decoding: word, as: UTF8.self)
  }

  /// Options, separated by commas outside of quotes: `NAME`, or `NAME="VALUE"`. Where that is
  /// otherwise, all of it is the name.
  static func options(_ word: String) -> [(name: String, value: String?)] {
    var isQuoted = false
    let texts = Array(word.utf8).split(omittingEmptySubsequences: false) { byte in
      if byte == quote { isQuoted.toggle() }
      return byte == UInt8(ascii: ",") && !isQuoted
    }
    return texts.map { text in
      let name = text.prefix { $0 != UInt8(ascii: "=") }
      let value = text.dropFirst(name.count + 1)
      let isWhole =
        value.count >= 2 && value.first == quote && value.last == quote
        && value.count(where: { $0 == quote }) == 2
      guard isWhole else { return (String(decoding: text, as: UTF8.self).lowercased(), nil) }
      return (
        String(decoding: name, as: UTF8.self).lowercased(),
        String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
      )
    }
  }
}
