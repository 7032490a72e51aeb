public import Archives
public import Bytes
public import Findings
import Formats

/// Looks for hostile content: what a loader would run, and what hides from one reader and shows
/// to another.
///
/// A file is taken for everything that a loader may take it for; its name is only compared. What
/// no scanner looked at as a whole is an obstacle, never clean.
public struct Scanner: Sendable {
  private let limits: Limits
  private let profile: Profile

  /// A scanner under the given limits.
  public init(limits: Limits = Limits(), profile: Profile = .release) {
    self.limits = limits
    self.profile = profile
  }

  /// Everything wrong with the members, and with the archives among them.
  public func scan(_ inventory: Inventory) -> [Finding] {
    var scan = Scan(ScanContext(inventory.allowance, profile: profile))
    let isOpen = inventory.container == .file || inventory.container == .folder
    scan.scan(inventory, at: .subject, depth: isOpen ? 0 : 1)
    // Another program reads what stands before the archive that was found at the end.
    if let front = inventory.front {
      scan.scan(front, at: .subject, depth: 0, opensArchives: false)
    }
    return scan.finish()
  }

  /// Everything wrong with one file of the given name, below which findings are placed.
  public func scan(_ path: String, _ bytes: ByteSlice) -> [Finding] {
    let allowance = Allowance(limits, subjectBytes: bytes.count)
    var scan = Scan(ScanContext(allowance, profile: profile))
    scan.scan(bytes.asFile(), at: Place([path]), depth: 0)
    return scan.finish()
  }
}

/// One run of the scanner over a subject.
private struct Scan {
  /// A file that nothing known would take.
  private struct Unknown {
    let place: Place
    let profile: Profile
    let count: Int
    let name: FileName
  }

  private var context: ScanContext
  private var unknown: [Unknown] = []
  /// The archives that are open, from the outside inwards.
  private var enclosing: [ByteSlice] = []

  init(_ context: ScanContext) {
    self.context = context
  }

  /// All findings: those of files without a format last, since any other file may explain them.
  consuming func finish() -> [Finding] {
    for file in unknown where !context.isExplained(file.place, count: file.count) {
      // Most files of a root file system have no format that concerns a model.
      if file.profile != .release, !file.name.isModel { continue }
      context.profile = file.profile
      context.report(Rule.unknownKind.at(file.place, "the kind of the file is not known"))
    }
    return context.findings
  }

  /// Scans an archive or folder: as the model that it is by its members, then each of these.
  mutating func scan(
    _ inventory: Inventory, at place: Place, depth: Int, bytes: ByteSlice = .empty,
    isLayer: Bool = false
  ) {
    var image = ImageScan(inventory, at: place)
    if inventory.container != .file {
      let names = inventory.members.map(\.path.text)
      for model in FileFormat.models(in: names) {
        let claim = Claim(model, .structure)
        run(
          ScannedFile(
            bytes: bytes, place: place, name: FileName(place.members.last ?? ""), claim: claim,
            siblings: Siblings(in: inventory), inventory: inventory))
      }
    }
    context.report(PackageList.findings(in: inventory, at: place))
    for member in inventory.members {
      let inside = place.member(member.path.text)
      guard !context.isCovered(inside) else { continue }
      // The name of an empty whiteout says what it removes, not what it is.
      if isLayer, member.size == 0, LayeredFiles.isWhiteout(member.path.text) { continue }
      if isLayer { context.profile = Profile(layerFile: member.path.text) }
      if let layer = image, layer.isLayer(member) {
        let opened = openLayer(member.bytes, at: inside, depth: depth)
        image?.add(opened, at: member.path.text)
        continue
      }
      scan(
        member.bytes, at: inside, depth: depth,
        siblings: Siblings(of: member.path.text, in: inventory))
    }
    // Their archive has its finding already: that such bytes have no known kind says nothing new.
    let known = unknown.count
    for suspect in inventory.suspects {
      if isLayer { context.profile = Profile(layerFile: suspect.name) }
      scan(suspect.bytes, at: place.member(suspect.name), depth: depth)
    }
    unknown.removeSubrange(known...)
    image?.finish(&context)
  }

  /// Scans a layer of an image and its files. It is no deeper than the image, of which it is a part.
  private mutating func openLayer(_ bytes: ByteSlice, at place: Place, depth: Int) -> Inventory {
    let outer = context.profile
    context.profile = .imageLayer
    defer { context.profile = outer }
    let layer = Inventory(
      of: bytes, named: place.members.last ?? "", depth: depth, allowance: &context.allowance,
      opensModels: true, profile: .imageLayer)
    context.report(layer.findings.map { $0.inside(Array(place.members.dropLast())) })
    scan(bytes, at: place, depth: depth, opensArchives: false)
    if layer.container != .file { scan(layer, at: place, depth: depth, isLayer: true) }
    return layer
  }

  /// Scans a file as everything that it may be taken for, and then the files inside it.
  mutating func scan(
    _ bytes: ByteSlice, at place: Place, depth: Int, siblings: Siblings = Siblings(),
    opensArchives: Bool = true
  ) {
    let name = FileName(place.members.last ?? "")
    let told = FileFormat.claims(of: bytes)
    let trial = PickleScan.trial(bytes, named: name, at: place, told: told, limits: context.limits)
    let claims = told + [trial].compactMap { $0 }
    // A text in another encoding is compared when it is decoded.
    if told.map(\.format) != [.text] || TextEncoding(of: bytes) == .utf8 {
      judge(claims, of: name, at: place)
    }
    if claims.isEmpty {
      unknown.append(
        Unknown(place: place, profile: context.profile, count: bytes.count, name: name))
    }
    // A name chooses scanners besides, and only of what is text.
    let isText = claims.contains { $0.format.family == .text }
    let named = isText ? name.formats.map { Claim($0, .name) } : []
    for claim in claims + named.filter({ !claims.map(\.format).contains($0.format) }) {
      if claim.format.isOpened {
        let isDescription = claim.strength == .tail && told.contains { $0.format == .tflite }
        if opensArchives {
          openArchive(
            bytes, claim, at: place, depth: depth, follows: isDescription)
        }
      } else {
        run(
          ScannedFile(
            bytes: bytes, place: place, name: name, claim: claim, siblings: siblings,
            inventory: nil))
      }
    }
    scanOpened(depth: depth)
    bytes.releasePages()
  }

  private mutating func run(_ file: ScannedFile) {
    if let obstacle = file.claim.format.scanner.scan(file, &context).obstacle {
      context.report(obstacle)
    }
  }

  /// Scans what the scanners of one file found inside it, one level deeper.
  private mutating func scanOpened(depth: Int) {
    for inner in context.takeOpened() {
      guard depth < context.limits.archiveDepth else {
        context.report(
          Rule.bomb.at(
            inner.place, "files in files, more than \(context.limits.archiveDepth) deep"))
        return
      }
      switch inner.kind {
      case .file: scan(inner.bytes, at: inner.place, depth: depth + 1)
      case .format(let format):
        run(
          ScannedFile(
            bytes: inner.bytes, place: inner.place, name: FileName(""),
            claim: Claim(format, .structure), siblings: Siblings(), inventory: nil))
        scanOpened(depth: depth + 1)
      }
    }
  }

  /// Opens an archive; `follows` when the format before it lets it stand there.
  private mutating func openArchive(
    _ bytes: ByteSlice, _ claim: Claim, at place: Place, depth: Int, follows: Bool
  ) {
    guard !enclosing.contains(where: { $0.count == bytes.count && $0 == bytes }) else {
      context.report(
        Rule.selfContainedArchive.at(place, "the archive that it stands in, once more"))
      return
    }
    enclosing.append(bytes)
    defer { enclosing.removeLast() }
    let inner = Inventory(
      of: bytes, named: place.members.last ?? "", depth: depth, allowance: &context.allowance,
      opensModels: true, profile: context.profile)
    let outer = Array(place.members.dropLast())
    let findings = inner.findings.filter {
      !follows || $0.rule != .hiddenBytes || $0.place.offset != 0
    }
    context.report(findings.map { $0.inside(outer) })
    guard inner.container != .file else {
      // Compressed but no archive: what is inside was not looked at.
      if inner.findings.isEmpty {
        context.report(
          Rule.unknownKind.at(place, "\(claim.format.article) without an archive is not opened"))
      }
      return
    }
    scan(inner, at: place, depth: depth + 1, bytes: bytes)
  }

  /// Compares the claims with one another, and with what the name promises.
  private mutating func judge(_ claims: [Claim], of name: FileName, at place: Place) {
    let pickle = claims.first { $0.format.family == .pickle }
    let others = claims.filter { $0.format.family != .pickle && $0.format.family != .text }
    if let pickle, pickle.strength == .trial, let other = others.first {
      context.report(
        Rule.disguisedPickle.at(
          place, "'\(name.text)' is \(other.format.article) and also a pickle"))
    } else if pickle != nil, !name.mayBePickle {
      context.report(Rule.disguisedPickle.at(place, "'\(name.text)' is a pickle"))
    } else if pickle == nil, let first = claims.first, let expected = name.expectedFormats,
      !claims.contains(where: { expected.contains($0.format) })
    {
      context.report(
        Rule.misnamed.at(
          place, "'\(name.text)' is \(first.format.article)",
          evidence: ["expected: " + expected.map(\.rawValue).joined(separator: " or ")]))
    }
    judgeFamilies(of: claims, name, at: place)
  }

  /// One file of two formats is a finding, but for TFLite's own descriptions: a zip at its end.
  private mutating func judgeFamilies(of claims: [Claim], _ name: FileName, at place: Place) {
    let told = claims.filter { $0.strength != .trial && $0.format.family != .text }
    guard let first = told.first,
      let second = told.first(where: { $0.format.family != first.format.family }),
      first.format != .tflite || second.strength != .tail
    else { return }
    context.report(
      Rule.polyglot.at(
        place.at(second.offset > 0 ? second.offset : nil),
        "'\(name.text)' is \(first.format.article) and also \(second.format.article)",
        evidence: told.map { "\($0.format.rawValue) at byte \($0.offset)" }))
  }
}
