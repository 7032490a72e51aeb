public import Bytes
public import Findings

/// What a release will be installed with, and everything that leaves it open.
///
/// Files that the manifest names are judged, and so is every other file whose name tells of
/// dependencies: nobody looks into a Dockerfile only because it was named.
public struct DependencyReport: Sendable {
  /// A dependency file that was read.
  public struct Source: Sendable, Equatable {
    /// The chain of members down to the file; one for a file of the release itself.
    public let members: [String]
    /// SHA-256 of the file.
    public let digest: Digest
    /// What it is, such as `requirements`, `constraints` or `uv`.
    public let kind: String

    /// The path in the release, with `!` before what lies in an archive.
    public var path: String { Place(members).chain }
  }

  /// Everything wrong, by file and line.
  public var findings: [Finding] { found.list }
  /// The files that were read, sorted by path.
  public private(set) var sources: [Source] = []
  /// The packages at their versions, each once, sorted by ecosystem, name and version.
  public private(set) var packages: [Package] = []
  /// Every place that pins a package, in the order of the files.
  public private(set) var pins: [PinnedPackage] = []
  /// Every place that asks for one.
  public private(set) var declarations: [DeclaredPackage] = []
  /// Those of the findings that say that a file was not read to its end: `packages` lacks what
  /// stands there.
  public private(set) var omissions: [Finding] = []

  private var found = BoundedFindings(limit: BoundedFindings.totalLimit)
  private var files = DependencyFiles()
  private var readings: [DependencyReading] = []
  /// Which of `readings` is of the file.
  private var numbers: [[String]: Int] = [:]
  /// Where each package was pinned first, by container, ecosystem and name.
  private var firstPins: [[String]: PinnedPackage] = [:]

  private static let includeDepth = 16

  /// Judges the dependency files among `members`, all files of the release, and those that are
  /// `named`, whatever their names.
  ///
  /// - Parameters:
  ///   - named: paths that the manifest names.
  ///   - members: all files of the release.
  ///   - nested: files of archives and images in the release, by their chain of members; the
  ///     dependency files among them are judged, too.
  ///   - images: the chains of those that are container images, whose layers are one file system.
  public init(
    named: [String] = [], in members: [(path: String, bytes: ByteSlice)],
    nested: [(members: [String], bytes: ByteSlice)] = [], images: Set<[String]> = []
  ) {
    files = DependencyFiles(images: images)
    for member in members { files.add([member.path], member.bytes) }
    for member in nested { files.add(member.members, member.bytes) }
    let known = members.map(\.path).filter { DependencyFileKind(path: $0) != nil }
    let paths = Set(named + known).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let chains = nested.map(\.members).filter { DependencyFileKind(path: $0.last ?? "") != nil }
    let inner = Set(chains).sorted {
      $0.joined(separator: "!").utf8.lexicographicallyPrecedes($1.joined(separator: "!").utf8)
    }
    guard !paths.isEmpty || !inner.isEmpty else {
      found.append(Rule.noDependencyFiles.at(.subject, "no dependency file is known"))
      return
    }
    // Constraints come last: one that a requirements file includes is then judged already.
    let isConstraints = { (members: [String]) in
      DependencyFileKind(path: members.last ?? "") == .read(ConstraintsReader.kind)
    }
    let all = paths.map { [$0] } + inner
    for members in all.filter({ !isConstraints($0) }) + all.filter(isConstraints) {
      judge(members)
    }
    finish()
  }

  private mutating func judge(_ members: [String]) {
    let place = Place(members)
    guard let bytes = files[members] else {
      found.append(
        Rule.missingDependencyFile.at(place, "named in the manifest, but missing"))
      return
    }
    if members.count > 1 {
      found.append(
        Rule.nestedDependencies.at(place, "a dependency file in '\(members[members.count - 2])'"))
    }
    let path = members.last ?? ""
    if let reader = DependencyReaders.reader(of: path) {
      let file = DependencyFile(members: members, bytes: bytes, files: files)
      // Constraints that nothing includes are held to what requirements are.
      let isAlone = reader.kind == ConstraintsReader.kind
      if numbers[members] == nil {
        read(file, by: isAlone ? RequirementsReader.self : reader, includedBy: [])
      }
      return
    }
    switch DependencyFileKind(path: path) {
    case .unread(let tool):
      found.append(Rule.unreadDependencyFile.at(place, "files of \(tool) are not read"))
    case .read, nil:
      found.append(
        Rule.unreadDependencyFile.at(place, "its name tells no kind of dependency file"))
    }
  }

  /// Reads a file and those that it includes; once in each role at most.
  private mutating func read(
    _ file: DependencyFile, by reader: any DependencyReader.Type, includedBy: [String]
  ) {
    let number = numbers[file.members]
    if let number {
      // What was constraints alone may be requirements, too.
      let known = readings[number].reader.kind
      guard known == ConstraintsReader.kind, reader.kind != known else { return }
    }
    var content = DependencyContent()
    reader.read(file, into: &content)
    let reading = DependencyReading(file: file, reader: reader, content: content)
    if let number {
      readings[number] = reading
    } else {
      numbers[file.members] = readings.count
      readings.append(reading)
      sources.append(
        Source(members: file.members, digest: Digest(of: file.bytes), kind: reader.kind))
    }
    found += content.findings
    for pin in content.pins { add(pin) }
    declarations += content.declarations
    for include in content.includes {
      follow(include, from: file, includedBy: includedBy + [file.path])
    }
  }

  private mutating func add(_ pin: PinnedPackage) {
    pins.append(pin)
    guard pin.repetition != .free else { return }
    let package = pin.package
    let container = Array(pin.place.members.dropLast())
    let scope = pin.repetition == .never ? container : pin.place.members
    let key = scope + [package.ecosystem.rawValue, package.name]
    // Lines of different markers are for different machines; pip refuses two that both apply.
    let same = key + [pin.marker ?? ""]
    let other = pin.marker == nil ? key + ["any"] : key + [""]
    guard let first = firstPins[same] ?? firstPins[other] else {
      firstPins[same] = pin
      if pin.marker != nil { firstPins[key + ["any"]] = pin }
      return
    }
    // Two files that are installed apart may agree on a package, or leave it open.
    let isApart = first.place.members != pin.place.members
    let isOpen = first.package.hashes.isEmpty || package.hashes.isEmpty
    if isApart, isOpen || first.package == package { return }
    found.append(
      Rule.duplicateDependency.at(
        pin.place, "'\(package.name)' is listed twice", evidence: ["first at \(first.place)"]))
  }

  private mutating func follow(
    _ include: DependencyContent.Include, from file: DependencyFile, includedBy: [String]
  ) {
    func refuse(_ message: String) {
      found.append(
        Rule.foreignInclude.at(
          include.place, message, evidence: [redacted(include.target)]))
    }
    guard let target = DependencyFiles.resolve(include.target, from: file.path) else {
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
    guard let included = file.neighbour(include.target) else {
      refuse("the release has no file '\(target)'")
      return
    }
    read(
      included, by: include.isConstraints ? ConstraintsReader.self : RequirementsReader.self,
      includedBy: includedBy)
  }

  /// What only all files together tell.
  private mutating func finish() {
    let drift = DependencyDrift(readings)
    found += drift.findings + GradleHashes(readings).findings
    pins += drift.pins
    mergePackages()
    for reading in readings where !reading.content.isWhole {
      omissions += reading.content.findings.filter { $0.rule == .unreadDependencyFile }
    }
    sources.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    readings = []
    numbers = [:]
    firstPins = [:]
    files = DependencyFiles()
  }
}

extension DependencyReport {
  private struct PackageKey: Hashable {
    let ecosystem: Ecosystem
    let name: String
    let version: String
  }

  /// Each package once, with the hashes of all places.
  private mutating func mergePackages() {
    var merged: [PackageKey: Package] = [:]
    var repeated: [PackageKey: Set<String>] = [:]
    for pin in pins {
      let package = pin.package
      let key = PackageKey(
        ecosystem: package.ecosystem, name: package.name, version: package.version)
      guard let known = merged[key] else {
        merged[key] = package
        continue
      }
      // pip takes the first of two lines, whose repetition is a finding.
      if pin.repetition == .never { continue }
      repeated[key, default: Set(known.hashes)].formUnion(package.hashes)
    }
    for (key, hashes) in repeated {
      merged[key] = Package(
        key.ecosystem, name: key.name, version: key.version,
        hashes: hashes.sorted { $0.precedesInBytes($1) })
    }
    packages = merged.values.sorted { a, b in
      if a.ecosystem != b.ecosystem { return a.ecosystem.rawValue < b.ecosystem.rawValue }
      let (left, right) = a.name == b.name ? (a.version, b.version) : (a.name, b.name)
      return left.precedesInBytes(right)
    }
  }
}

/// A file that was read, and what was found in it.
struct DependencyReading: Sendable {
  let file: DependencyFile
  let reader: any DependencyReader.Type
  let content: DependencyContent
}
