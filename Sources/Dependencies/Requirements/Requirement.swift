import Bytes
import Findings

/// What a requirement demands, before its options: a name with a version (PEP 508), or something
/// that no index serves.
enum Requirement: Equatable {
  /// `name[extras]==version; marker`: one version that PEP 440 knows.
  case pinned(name: String, version: String)
  /// A name with no version, several, a range, a wildcard or `===`.
  ///
  /// `===` compares texts and not versions; PEP 440 itself advises against it.
  case open(name: String, reason: String)
  /// A URL, a repository or a path.
  case direct(String)
  /// Nothing that pip would accept as written.
  case malformed(String)

  /// The requirement in the text before the options.
  init(_ text: String) {
    let (demand, marker) = Requirement.divide(text)
    if let reason = Requirement.directReason(demand) {
      self = .direct(reason)
      return
    }
    guard marker.map(isEnvironmentMarker) ?? true else {
      self = .malformed("the marker behind ';' cannot be read")
      return
    }
    var cursor = RequirementCursor(demand)
    guard let name = cursor.name() else {
      self = .malformed("no package name at the beginning")
      return
    }
    guard cursor.skipExtras() else {
      self = .malformed("the extras in brackets cannot be read")
      return
    }
    self = Requirement.judge(cursor.rest(), of: normalisedPackageName(name))
  }

  /// The demand, and the marker behind the semicolon.
  private static func divide(_ text: String) -> (demand: String, marker: String?) {
    let parts = text.utf8.split(
      separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false
    ).map { String(trimmingSpace(Substring($0))) }
    // pip takes nothing behind the semicolon for no marker.
    return (parts[0], parts.count == 2 && !parts[1].isEmpty ? parts[1] : nil)
  }

  /// Why the demand names a file or address; nil when it names a package. Judged more broadly
  /// than pip does, which also looks at the disk.
  private static func directReason(_ demand: String) -> String? {
    let lower = demand.lowercased()
    if lower.has("://") || lower.hasPrefix("file:") { return "a URL" }
    if lower.has("@") { return "a URL behind '@'" }
    if lower.hasPrefix(".") || lower.hasPrefix("~") || lower.has("/") || lower.has("\\") {
      return "a local path"
    }
    return archives.contains { lower.hasSuffix($0) } ? "a local archive" : nil
  }

  private static let archives = [
    ".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz",
    ".tar.lz", ".tar.lzma", ".egg",
  ]

  /// Judges the version specifiers behind a name.
  private static func judge(_ text: String, of name: String) -> Requirement {
    var specifiers = text
    if specifiers.hasPrefix("(") && specifiers.hasSuffix(")") {
      specifiers = String(trimmingSpace(specifiers.dropFirst().dropLast()))
    }
    guard !specifiers.isEmpty else { return .open(name: name, reason: "no version") }
    // PEP 508's grammar has no comma at the end; pip's reader takes one.
    if specifiers.hasSuffix(",") { specifiers = String(trimmingSpace(specifiers.dropLast())) }
    let list = specifiers.utf8.split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    for specifier in list.map({ trimmingSpace(Substring($0)) })
    where !comparisons.contains(where: specifier.hasPrefix) {
      return .malformed("'\(specifier)' is no version specifier")
    }
    guard list.count == 1 else { return .open(name: name, reason: "several conditions") }
    guard specifiers.hasPrefix("=="), !specifiers.hasPrefix("===") else {
      return .open(name: name, reason: "'\(specifiers)' allows other versions")
    }
    let version = String(trimmingSpace(specifiers.dropFirst(2)))
    guard !version.hasSuffix(".*") else {
      return .open(name: name, reason: "'\(specifiers)' allows other versions")
    }
    guard isPythonVersion(version) else {
      return .malformed("'\(version)' is no version as PEP 440 defines it")
    }
    return .pinned(name: name, version: version)
  }
}

extension Requirement {
  private static let comparisons = ["==", "!=", "<=", ">=", "~=", "<", ">"]

  /// The conditions on the version in a requirement of a name, and the marker that follows; nil
  /// for any other text.
  static func conditions(of text: String) -> (specifier: String, marker: String?)? {
    let (demand, marker) = divide(text)
    var cursor = RequirementCursor(demand)
    guard cursor.name() != nil, cursor.skipExtras() else { return nil }
    return (cursor.rest(), marker)
  }
}

extension DependencyContent {
  /// Takes note of a requirement of a project (PEP 508).
  mutating func declare(
    requirement text: String, _ scope: DeclaredPackage.Scope, at place: Place
  ) {
    let requirement = Requirement(text)
    switch requirement {
    case .malformed(let reason): report(.malformedDependencyFile, place, reason, evidence: [text])
    case .direct(let what):
      report(.directReference, place, "the requirement is \(what)", evidence: [text])
    case .open(let name, _), .pinned(let name, _):
      let conditions = Requirement.conditions(of: text)
      var version: String?
      if case .pinned(_, let pinned) = requirement { version = pinned }
      let isConditional = scope == .required && conditions?.marker != nil
      declare(
        DeclaredPackage(
          .pypi, name: name, specifier: conditions?.specifier ?? "", version: version,
          scope: isConditional ? .conditional : scope, at: place))
    }
  }
}

/// The name in the one form that an index compares by (PEP 503): lower case, runs of `-`, `_` and
/// `.` as one `-`.
func normalisedPackageName(_ name: String) -> String {
  let mark = UInt8(ascii: "-")
  var normal: [UInt8] = []
  normal.reserveCapacity(name.utf8.count)
  for byte in name.lowercased().utf8 {
    if byte != mark, byte != UInt8(ascii: "_"), byte != UInt8(ascii: ".") {
      normal.append(byte)
    } else if let last = normal.last, last != mark {
      normal.append(mark)
    }
  }
  if normal.last == mark { normal.removeLast() }
  return String(decoding: normal, as: UTF8.self)
}

/// Walks over the name and extras of a requirement.
private struct RequirementCursor {
  private var bytes: ArraySlice<UInt8>

  init(_ text: String) { bytes = Array(text.utf8)[...] }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }

  private mutating func skipSpace() { bytes = bytes.drop(while: isSpace) }

  /// PEP 508: letters, digits, `-`, `_` and `.`, the first and last a letter or digit.
  mutating func name() -> String? {
    let name = bytes.prefix {
      RequirementCursor.isAlphanumeric($0) || $0 == 0x2d || $0 == 0x5f || $0 == 0x2e
    }
    guard let first = name.first, RequirementCursor.isAlphanumeric(first), let last = name.last,
      RequirementCursor.isAlphanumeric(last)
    else { return nil }
    bytes = bytes.dropFirst(name.count)
    skipSpace()
    return String(decoding: name, as: UTF8.self)
  }

  /// `[name, name]`, if it comes next; false when it cannot be read.
  mutating func skipExtras() -> Bool {
    guard bytes.first == UInt8(ascii: "[") else { return true }
    bytes = bytes.dropFirst()
    skipSpace()
    if bytes.first == UInt8(ascii: "]") {
      bytes = bytes.dropFirst()
      skipSpace()
      return true
    }
    while name() != nil {
      if bytes.first == UInt8(ascii: "]") {
        bytes = bytes.dropFirst()
        skipSpace()
        return true
      }
      guard bytes.first == UInt8(ascii: ",") else { return false }
      bytes = bytes.dropFirst()
      skipSpace()
    }
    return false
  }

  func rest() -> String { String(decoding: bytes, as: UTF8.self) }
}
