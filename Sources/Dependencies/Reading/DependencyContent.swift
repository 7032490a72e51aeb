import Bytes
public import Findings

/// What a reader found in one file.
struct DependencyContent {
  /// A file that is to be read too.
  struct Include {
    let target: String
    let isConstraints: Bool
    let place: Place
  }

  private var found = BoundedFindings(limit: BoundedFindings.fileLimit)
  private(set) var pins: [PinnedPackage] = []
  private(set) var declarations: [DeclaredPackage] = []
  var includes: [Include] = []
  /// Names that are not pinned, and yet no drift: they come from an address, or have a finding.
  var knownNames: Set<String> = []
  /// Whether the file could be read at all: a broken lock locks nothing.
  private(set) var isReadable = true
  /// Whether there are more packages than are read: readers stop then.
  private(set) var isFull = false
  /// Whether nothing was passed over because there is more than is read.
  private(set) var isWhole = true

  /// The most packages of one file, and the most declarations; the largest locks have 10,000.
  private static let packageLimit = 25_000
  /// The longest name and version of a package; registries take 214 and 256 bytes.
  private static let nameLimit = 1_024

  var findings: [Finding] { found.list }
  /// Whether it says anything that declarations can be compared with.
  var isLock: Bool { !pins.isEmpty || !knownNames.isEmpty }

  /// Adds a finding; addresses in its evidence lose their credentials.
  mutating func report(
    _ rule: Rule, _ place: Place, _ message: String, evidence: [String] = []
  ) {
    if rule == .unreadDependencyFile { isWhole = false }
    guard found.takes(rule) else { return }
    found.append(
      rule.at(
        place.clipped, redacted(message.clipped(to: 400)),
        evidence: evidence.map { redacted($0.clipped(to: 200)) }))
  }

  /// Adds the finding of a file that cannot be read.
  mutating func refuse(_ place: Place, _ error: ParseError) {
    refuse(place.at(error.offset), error.reason, isLimit: error.kind == .limit)
  }

  /// Adds the finding of a file that cannot be read.
  mutating func refuse(_ place: Place, _ reason: String, isLimit: Bool = false) {
    isReadable = false
    report(isLimit ? .unreadDependencyFile : .malformedDependencyFile, place, reason)
  }

  /// Adds a package at one version.
  mutating func pin(_ pin: PinnedPackage) {
    guard pin.package.name.utf8.count <= DependencyContent.nameLimit,
      pin.package.version.utf8.count <= DependencyContent.nameLimit
    else {
      refuse(pin.place, "a name or version longer than \(DependencyContent.nameLimit) bytes")
      return
    }
    if pins.count < DependencyContent.packageLimit { pins.append(pin) } else { overflow(pin.place) }
  }

  /// Adds a package that is asked for.
  mutating func declare(_ declaration: DeclaredPackage) {
    if declarations.count < DependencyContent.packageLimit {
      declarations.append(declaration)
    } else {
      overflow(declaration.place)
    }
  }

  private mutating func overflow(_ place: Place) {
    guard !isFull else { return }
    (isReadable, isWhole, isFull) = (false, false, true)
    found.append(
      Rule.unreadDependencyFile.at(
        Place(place.members), "more than \(DependencyContent.packageLimit) packages"))
  }

  /// Takes over what was found in a part of the file.
  mutating func add(_ other: DependencyContent) {
    for finding in other.findings {
      report(finding.rule, finding.place, finding.message, evidence: finding.evidence)
    }
    for pin in other.pins { self.pin(pin) }
    for declaration in other.declarations { declare(declaration) }
    includes += other.includes
    knownNames.formUnion(other.knownNames)
  }
}

/// A package that a file pins to one version.
public struct PinnedPackage: Sendable, Equatable {
  /// How often a file may name one package.
  enum Repetition: Sendable {
    /// Once in all files that are installed together.
    case never
    /// Once in this file.
    case inOtherFiles
    /// For other platforms, or in several versions side by side.
    case free
  }

  /// The package with its version and hashes.
  public let package: Package
  /// Where it is pinned.
  public let place: Place
  /// The registry, channel, repository or address that it comes from; nil where the file is silent.
  public let source: String?
  /// Its licence, as the file gives it.
  public let licence: String?
  let repetition: Repetition
  /// The marker that says where it is installed; nil for everywhere.
  let marker: String?

  init(
    _ package: Package, at place: Place, source: String? = nil, licence: String? = nil,
    repetition: Repetition = .free, marker: String? = nil
  ) {
    self.marker = marker
    self.package = package
    self.place = place.clipped
    self.source = source.map { redacted($0.clipped(to: 400)) }
    self.licence = licence
    self.repetition = repetition
  }
}

/// A package that a file asks for without settling its version.
public struct DeclaredPackage: Sendable, Equatable {
  /// When the package is installed.
  public enum Scope: String, Sendable {
    /// Always.
    case required
    /// Where a marker, platform or profile holds.
    case conditional
    /// With an extra, or for development.
    case optional
    /// Where the package is built.
    case build
  }

  /// Where it comes from.
  public let ecosystem: Ecosystem
  /// The name in the ecosystem's normal form.
  public let name: String
  /// The versions that are accepted, as the file writes them; empty for any.
  public let specifier: String
  /// When it is installed.
  public let scope: Scope
  /// Where it is declared.
  public let place: Place
  /// The one version that the specifier names; nil when it leaves a choice.
  public let version: String?

  init(
    _ ecosystem: Ecosystem, name: String, specifier: String, version: String? = nil,
    scope: Scope = .required, at place: Place
  ) {
    self.ecosystem = ecosystem
    self.name = name
    self.specifier = specifier
    self.version = version
    self.scope = scope
    self.place = place.clipped
  }
}

extension Place {
  /// With no more of a detail than anybody reads: one long name may stand at many places.
  fileprivate var clipped: Place {
    detail.map { self.detail($0.clipped(to: 300)) } ?? self
  }
}
