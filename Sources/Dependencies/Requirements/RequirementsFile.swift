import Bytes
import Findings

/// A requirements file of pip, read as pip reads it and judged line by line.
///
/// Format: https://pip.pypa.io/en/stable/reference/requirements-file-format/. Where pip is
/// lenient in a way that a reviewer cannot see (other line breaks, other encodings, options that
/// it passes over), the line is a finding.
struct RequirementsFile {
  /// What was found.
  private(set) var content = DependencyContent()

  private let place: Place
  private let isConstraints: Bool
  /// The index that the file names, if it names one.
  private var index: String?

  /// The longest logical line; one with fifty hashes has 5 kB.
  private static let lineLimit = 1 << 16
  /// The most logical lines of a file: each may have findings.
  static let lineCountLimit = 20_000

  init(_ file: DependencyFile, isConstraints: Bool) {
    place = file.place
    self.isConstraints = isConstraints
    guard content.fits(file, DependencyContent.textLimit) else { return }
    guard let text = RequirementsFile.text(file.bytes) else {
      content.refuse(place, "not valid UTF-8")
      return
    }
    if let reason = RequirementsFile.reasonToDistrust(text) {
      content.refuse(place, reason)
      return
    }
    judge(text)
  }

  /// The text as pip decodes it: UTF-8, or what a mark at the beginning says. PowerShell writes
  /// UTF-16 with one.
  static func text(_ bytes: ByteSlice) -> String? {
    let head = Array(bytes.prefix(3))
    if head == [0xef, 0xbb, 0xbf] { return bytes.suffix(bytes.count - 3).utf8 }
    let isBigEndian = head.starts(with: [0xfe, 0xff])
    guard isBigEndian || head.starts(with: [0xff, 0xfe]) else { return bytes.utf8 }
    guard bytes.count.isMultiple(of: 2) else { return nil }
    let content = bytes.suffix(bytes.count - 2).array
    let units = stride(from: 0, to: content.count, by: 2).map { index in
      let (first, second) = (UInt16(content[index]), UInt16(content[index + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    return String(validating: units, as: UTF16.self)
  }

  /// Reads one line that stands at `place` in a file of another kind.
  init(line text: String, at place: Place) {
    self.place = place
    isConstraints = false
    if let reason = RequirementsFile.reasonToDistrust(text) {
      content.report(.malformedDependencyFile, place, reason)
      return
    }
    judge(text)
  }

  /// Why the text as a whole may be read differently from how it looks; nil when it may not.
  private static func reasonToDistrust(_ text: String) -> String? {
    var previous: Unicode.Scalar = "\n"
    for scalar in text.unicodeScalars {
      if previous == "\r" && scalar != "\n" { return "a carriage return inside a line" }
      guard scalar == "\n" || scalar == "\r" || scalar == "\t" || isPlain(scalar) else {
        let code = String(scalar.value, radix: 16, uppercase: true)
        return "the invisible character U+\(code), which may hide or break a line"
      }
      previous = scalar
    }
    if previous == "\r" { return "a carriage return inside a line" }
    // pip decodes the file by a declaration in one of its first two lines.
    for line in text.utf8.split(separator: 0x0a, maxSplits: 2).prefix(2) {
      let comment = String(decoding: line, as: UTF8.self).lowercased()
      guard comment.hasPrefix("#"), comment.contains("coding:") || comment.contains("coding=")
      else { continue }
      let isUTF8 = ["utf-8", "utf8", "ascii"].contains { comment.contains($0) }
      if !isUTF8 { return "a declaration of another encoding than UTF-8" }
    }
    return nil
  }

  /// Whether a scalar shows, and divides words only if it is the space.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7f).contains(scalar.value) }
    return !isUnsafe(scalar) && !scalar.properties.isWhitespace
  }

  private func lineOf(_ line: LogicalLine) -> Place {
    place.detail == nil ? place.detail("line \(line.number)") : place
  }

  private mutating func report(
    _ rule: Rule, _ line: LogicalLine, _ message: String
  ) {
    content.report(rule, lineOf(line), message, evidence: [line.text])
  }

  private mutating func judge(_ text: String) {
    let lines = LogicalLine.split(text, limit: RequirementsFile.lineCountLimit + 1)
    for line in lines.prefix(RequirementsFile.lineCountLimit) { judge(line) }
    if let first = lines.dropFirst(RequirementsFile.lineCountLimit).first {
      report(
        .unreadDependencyFile, first, "more than \(RequirementsFile.lineCountLimit) lines")
    }
  }

  private mutating func judge(_ line: LogicalLine) {
    guard line.text.utf8.count <= RequirementsFile.lineLimit else {
      report(
        .unreadDependencyFile, line, "a line longer than \(RequirementsFile.lineLimit) bytes")
      return
    }
    guard !["<<<<<<<", "=======", ">>>>>>>", "|||||||"].contains(where: line.text.hasPrefix) else {
      report(.malformedDependencyFile, line, "a mark of an unfinished merge")
      return
    }
    judgeAddresses(line)
    let (demand, optionText) = RequirementsFile.divide(line.text)
    let options: [RequirementOption]
    do {
      options = try RequirementOption.parse(optionText)
    } catch {
      report(.malformedDependencyFile, line, error.reason)
      return
    }
    for option in options { judge(option, line) }
    let hashes = judgeHashes(options, line)
    if demand.isEmpty {
      if !hashes.isEmpty {
        report(.malformedDependencyFile, line, "a hash that belongs to no requirement")
      }
    } else {
      judge(demand, hashes: hashes, line)
    }
  }

  /// pip's cut: the options begin with the first word after a space that begins with a hyphen.
  private static func divide(_ text: String) -> (demand: String, options: String) {
    var previous: UInt8 = 0x20
    let demand = text.utf8.prefix { byte in
      defer { previous = byte }
      return byte != UInt8(ascii: "-") || previous != 0x20
    }
    return (String(trimmingSpace(Substring(demand))), String(text[demand.endIndex...]))
  }

  /// Credentials and variables in the line's addresses.
  private mutating func judgeAddresses(_ line: LogicalLine) {
    var rest = line.text[...]
    var outside = ""
    while let address = Address(firstIn: rest) {
      outside += rest[..<address.authority.startIndex] + address.host
      if let user = address.userInfo, user != "git",
        !withoutVariables(user).allSatisfy({ $0 == ":" })
      {
        report(.exposedCredentials, line, "credentials in an address")
      }
      rest = rest[address.authority.endIndex...]
    }
    outside += rest
    if withoutVariables(outside[...]) != outside {
      report(.environmentDecides, line, "a variable outside the credentials of an address")
    }
  }

  /// The text without the `${NAME}` that pip replaces.
  private func withoutVariables(_ text: Substring) -> String {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "$")) {
      let body = rest[(start + 1)...]
      let name = body.dropFirst().prefix {
        (0x41...0x5a).contains($0) || isDigit($0) || $0 == UInt8(ascii: "_")
      }
      let end = body.suffix(from: name.endIndex)
      if body.first == UInt8(ascii: "{"), !name.isEmpty, end.first == UInt8(ascii: "}") {
        result += rest[..<start]
        rest = end.dropFirst()
      } else {
        result += rest[...start]
        rest = body
      }
    }
    return String(decoding: result + rest, as: UTF8.self)
  }

  private mutating func judge(_ option: RequirementOption, _ line: LogicalLine) {
    switch option.meaning {
    case .hash, .harmless: return
    case .build: report(.buildOption, line, "'\(option.name)' changes how a package is built")
    case .index: judgeIndex(option, line)
    case .extraIndex:
      report(.additionalSource, line, "'\(option.name)' adds an index")
      judgeIndex(option, line)
    case .findLinks: report(.additionalSource, line, "'\(option.name)' adds a place of files")
    case .trustedHost:
      report(.insecureSource, line, "'\(option.name)' switches off the check of a host")
    case .editable:
      report(.directReference, line, "'\(option.name)' installs from a working copy")
    case .requirements, .constraints:
      content.includes.append(
        DependencyContent.Include(
          target: option.value, isConstraints: isConstraints || option.meaning == .constraints,
          place: lineOf(line)))
    }
  }

  private mutating func judgeIndex(_ option: RequirementOption, _ line: LogicalLine) {
    if option.meaning == .index { index = option.value }
    let address = option.value.lowercased()
    if address.hasPrefix("https://") { return }
    if address.hasPrefix("http://") {
      report(.insecureSource, line, "an index over plain http")
    } else {
      report(.additionalSource, line, "an index that is no https address")
    }
  }

  /// The acceptable hashes among the options, in lower case.
  private mutating func judgeHashes(
    _ options: [RequirementOption], _ line: LogicalLine
  ) -> [String] {
    var hashes: Set<String> = []
    for option in options where option.meaning == .hash {
      switch PackageHash(option.value) {
      case .strong(let hash): hashes.insert(hash)
      case .weak(let algorithm):
        report(.weakHash, line, "'\(algorithm)' is not accepted as a hash")
      case .malformed(let reason): report(.malformedDependencyFile, line, reason)
      }
    }
    return hashes.sorted { $0.precedesInBytes($1) }
  }

  private mutating func judge(_ demand: String, hashes: [String], _ line: LogicalLine) {
    switch Requirement(demand) {
    case .malformed(let reason): report(.malformedDependencyFile, line, reason)
    case .direct(let what):
      let name = Substring(demand.utf8.prefix { !"@[ ".utf8.contains($0) })
      if demand.has("@") { content.knownNames.insert(normalisedPackageName(String(name))) }
      report(.directReference, line, "the requirement is \(what)")
    // What a constraint leaves open, the requirement itself must say.
    case .open(let name, let reason) where !isConstraints:
      content.knownNames.insert(name)
      report(.unpinnedDependency, line, "'\(name)' is not pinned: \(reason)")
    case .pinned(let name, let version) where !isConstraints:
      if hashes.isEmpty {
        report(.unhashedDependency, line, "'\(name)' has no hash of SHA-256 or stronger")
      }
      content.pin(
        PinnedPackage(
          Package(.pypi, name: name, version: version, hashes: hashes), at: lineOf(line),
          source: index, repetition: .never, marker: Requirement.conditions(of: demand)?.marker))
    case .open, .pinned: return
    }
  }
}
