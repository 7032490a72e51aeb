import Archives
import Bytes
import Findings
import Formats

/// What a scan has found, and what it may still spend: one for a whole subject.
struct ScanContext {
  /// A file inside a file, to be scanned next.
  struct Inner {
    /// What the bytes are taken for.
    enum Kind {
      /// A file of its own, told from its bytes.
      case file
      /// This format, whatever else they are.
      case format(FileFormat)
    }

    let bytes: ByteSlice
    let place: Place
    let kind: Kind
  }

  /// Findings of one rule in one file; more say nothing new. Counted by rule, so that many
  /// harmless ones cannot crowd out a worse one.
  private static let findingLimit = 200

  /// Everything reported so far.
  private(set) var findings: [Finding] = []
  /// What may still be unpacked.
  var allowance: Allowance
  /// What the file that is looked at is part of.
  var profile: Profile
  private var counts: [String: Int] = [:]
  private var explained: [String: [Range<Int>]] = [:]
  private var covered: Set<String> = []
  private var opened: [Inner] = []

  init(_ allowance: Allowance, profile: Profile) {
    self.allowance = allowance
    self.profile = profile
  }

  /// The limits behind everything.
  var limits: Limits { allowance.limits }

  /// Adds a finding; of one rule in one file at most 200, and then one that says there are more.
  mutating func report(_ found: Finding) {
    // Whatever a finding quotes, no report shows a secret.
    let finding = Finding(
      rule: found.rule, place: found.place, message: SecretScan.redacted(found.message),
      evidence: found.evidence.map(SecretScan.redacted), references: found.references)
    let rule = finding.rule
    guard profile.reports(finding) else { return }
    let key = rule.id + "\u{0}" + finding.place.chain
    let count = counts[key, default: 0]
    guard count <= Self.findingLimit else { return }
    counts[key] = count + 1
    guard count == Self.findingLimit else {
      findings.append(finding)
      return
    }
    findings.append(
      rule.at(Place(finding.place.members), "more than \(Self.findingLimit) findings of this rule"))
  }

  /// Adds findings in their order.
  mutating func report(_ findings: [Finding]) {
    for finding in findings { report(finding) }
  }

  /// What an error of a format's reader says of the file: one that does not keep to its format breaks
  /// the rule, and one that the reader gave up on is not judged.
  mutating func judge(_ error: ParseError, at place: Place, as rule: Rule) -> Coverage {
    guard error.kind == .malformed else { return .partly(Rule.unreadable.at(place, error)) }
    report(rule.at(place, error))
    return .whole
  }

  /// Says that the file at `place` describes a range of another file of its container, such as a
  /// model its external data: what is explained as a whole needs no format of its own.
  mutating func explain(_ path: String, _ range: Range<Int>, by place: Place) {
    explained[key(path, beside: place), default: []].append(range)
  }

  /// Says that a member of the archive at `place` was looked at with it, and is no file of its own.
  mutating func cover(_ path: String, in place: Place) {
    covered.insert(place.member(path).chain)
  }

  /// Has a file inside the file at `place` scanned after it.
  mutating func open(
    _ bytes: ByteSlice, named name: String, at place: Place, as kind: Inner.Kind = .file
  ) {
    opened.append(Inner(bytes: bytes.asFile(), place: place.member(name), kind: kind))
  }

  /// The files that were opened since the last call.
  mutating func takeOpened() -> [Inner] {
    defer { opened = [] }
    return opened
  }

  /// Whether the file at the place was looked at with its archive.
  func isCovered(_ place: Place) -> Bool { !covered.isEmpty && covered.contains(place.chain) }

  /// Whether other files describe every byte of the file at the place.
  func isExplained(_ place: Place, count: Int) -> Bool {
    guard let ranges = explained[place.chain] else { return false }
    var end = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard range.lowerBound <= end else { return false }
      end = max(end, range.upperBound)
    }
    return end >= count
  }

  private func key(_ path: String, beside place: Place) -> String {
    Place(Array(place.members.dropLast()) + [path]).chain
  }
}
