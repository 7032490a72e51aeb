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
    guard file.count <= AllowedSigners.byteLimit, let text = file.utf8 else {
      throw ConfigurationError(
        key: "", "expected at most \(AllowedSigners.byteLimit) bytes of UTF-8")
    }
    var lines: [Line] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      var words = SSHWords(line)
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
      for option in SSHWords.options(word) {
        let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
        switch (parts.first?.lowercased(), parts.count) {
        case ("cert-authority", 1): isAuthority = true
        case ("namespaces", 2): namespaces = parts[1].split(separator: ",").map(String.init)
        case ("valid-after", 2), ("valid-before", 2):
          guard let time = AllowedSigners.time(parts[1]) else {
            throw fault("expected a time such as 20271231Z, found '\(safeText(parts[1]))'")
          }
          if parts[0].lowercased() == "valid-after" {
            validAfter = time
          } else {
            validBefore = time
          }
        default: throw fault("unknown option '\(safeText(option))'")
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
  private var rest: Substring

  init(_ line: Substring) { rest = line.last == "\r" ? line.dropLast() : line }

  mutating func next() -> String? {
    rest = rest.drop { $0 == " " || $0 == "\t" }
    guard !rest.isEmpty else { return nil }
    var isQuoted = false
    var end = rest.startIndex
    while end < rest.endIndex, isQuoted || (rest[end] != " " && rest[end] != "\t") {
      if rest[end] == "\"" { isQuoted.toggle() }
      end = rest.index(after: end)
    }
    defer { rest = rest[end...] }
    let word = rest[..<end]
    // Principals may be quoted as a whole.
    if word.hasPrefix("\""), word.hasSuffix("\""), word.count >= 2 {
      return String(word.dropFirst().dropLast())
    }
    return String(word)
  }

  /// Options, separated by commas outside of quotes; the quotes are taken off.
  static func options(_ word: String) -> [String] {
    var options = [""]
    var isQuoted = false
    for character in word {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        options.append("")
      } else {
        options[options.count - 1].append(character)
      }
    }
    return options
  }
}
