public import Bytes
public import Findings

/// What a release will be installed with, and everything that leaves it open.
///
/// Files that the manifest names are judged, and so is every other file whose name tells of
/// dependencies: nobody looks into a Dockerfile only because it was named.
public struct DependencyReport: Sendable {
  /// A dependency file that was read.
  public struct Source: Sendable, Equatable {
    /// The path in the release.
    public let path: String
    /// SHA-256 of the file.
    public let digest: Digest
    /// What it is: `requirements` or `constraints`.
    public let kind: String
  }

  /// Everything wrong, by file and line.
  public private(set) var findings: [Finding] = []
  /// The files that were read, sorted by path.
  public private(set) var sources: [Source] = []
  /// The pinned packages, sorted by name.
  public private(set) var packages: [Package] = []

  private let members: [String: ByteSlice]
  /// The files that were read, and as what.
  private var roles: [String: Role] = [:]
  /// Where each package was pinned first.
  private var firstPlaces: [String: Place] = [:]

  /// What a file's lines are held to.
  private enum Role: String {
    /// No source opened, nothing but versions said.
    case constraints
    /// All that, and every line pinned and hashed.
    case requirements
  }

  private static let byteLimit = 4 << 20
  private static let includeDepth = 16

  /// Judges the dependency files among `members`, all files of the release, and those that are
  /// `named`, whatever their names.
  public init(named: [String] = [], in members: [(path: String, bytes: ByteSlice)]) {
    self.members = Dictionary(members.map { ($0.path, $0.bytes) }) { first, _ in first }
    let known = members.map(\.path).filter { DependencyFileKind(path: $0) != nil }
    let paths = Set(named + known).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !paths.isEmpty else {
      findings = [Rule.noDependencyFiles.at(.subject, "no dependency file is known")]
      return
    }
    // Constraints come last: one that a requirements file includes is then judged already.
    let isConstraints = { DependencyFileKind(path: $0) == .constraints }
    for path in paths.filter({ !isConstraints($0) }) + paths.filter(isConstraints) {
      judge(path, isNamed: named.contains(path))
    }
    packages.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    sources.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private mutating func judge(_ path: String, isNamed: Bool) {
    let place = Place([path])
    guard members[path] != nil else {
      findings.append(
        Rule.missingDependencyFile.at(place, "named in the manifest, but missing"))
      return
    }
    switch DependencyFileKind(path: path) {
    case .requirements, .constraints:
      if roles[path] == nil { read(path, as: .requirements, includedBy: []) }
    case .unread(let tool):
      findings.append(Rule.unreadDependencyFile.at(place, "files of \(tool) are not read yet"))
    case nil:
      findings.append(
        Rule.unreadDependencyFile.at(place, "its name tells no kind of dependency file"))
    }
  }

  /// Reads a file of requirements and those that it includes; once in each role at most.
  private mutating func read(_ path: String, as role: Role, includedBy: [String]) {
    guard let bytes = members[path] else { return }
    switch roles[path] {
    case .requirements?: return
    case .constraints?: if role == .constraints { return }
    case nil:
      sources.append(Source(path: path, digest: Digest(of: bytes), kind: role.rawValue))
    }
    roles[path] = role
    guard bytes.count <= DependencyReport.byteLimit else {
      findings.append(
        Rule.unreadDependencyFile.at(
          Place([path]), "longer than \(DependencyReport.byteLimit) bytes"))
      return
    }
    let file = RequirementsFile(path: path, bytes: bytes, isConstraints: role == .constraints)
    findings += file.findings
    for pin in file.pins { add(pin) }
    for include in file.includes { follow(include, from: path, includedBy: includedBy + [path]) }
  }

  private mutating func add(_ pin: RequirementsFile.Pin) {
    let package = pin.package
    guard let first = firstPlaces[package.name] else {
      firstPlaces[package.name] = pin.place
      packages.append(package)
      return
    }
    // Two files that are installed apart may agree on a package.
    if first.members != pin.place.members, packages.contains(package) { return }
    findings.append(
      Rule.duplicateDependency.at(
        pin.place, "'\(package.name)' is listed twice", evidence: ["first at \(first)"]))
  }

  private mutating func follow(
    _ include: RequirementsFile.Include, from path: String, includedBy: [String]
  ) {
    func refuse(_ message: String) {
      findings.append(
        Rule.foreignInclude.at(
          include.place, message, evidence: [redacted(include.target)]))
    }
    guard let target = resolved(include.target, from: path) else {
      refuse("the included file lies outside the release")
      return
    }
    guard !includedBy.contains(target) else {
      refuse("the file includes itself")
      return
    }
    guard includedBy.count < DependencyReport.includeDepth else {
      refuse("files are included more than \(DependencyReport.includeDepth) deep")
      return
    }
    guard members[target] != nil else {
      refuse("the release has no file '\(target)'")
      return
    }
    let role = include.isConstraints ? Role.constraints : .requirements
    read(target, as: role, includedBy: includedBy)
  }

  /// The path of an included file, which pip takes relative to the including one; nil for URLs,
  /// absolute paths and those that leave the release.
  private func resolved(_ target: String, from path: String) -> String? {
    guard !target.contains(":"), !target.contains("\\"), !target.hasPrefix("/"),
      !target.hasPrefix("~")
    else { return nil }
    var parts = path.split(separator: "/").dropLast().map { String($0) }
    for part in target.split(separator: "/") {
      switch part {
      case ".": continue
      case "..":
        guard parts.popLast() != nil else { return nil }
      default: parts.append(String(part))
      }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }
}
