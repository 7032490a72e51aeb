import Bytes
import Findings

/// Gathers members under the limits, and everything that is wrong with them.
///
/// The readers of folders, tar and zip archives report what they meet; here alone it is decided
/// what becomes a member, what a finding, and when to stop.
struct InventoryBuilder {
  /// What a name stands for.
  enum Kind {
    case file
    case folder
    /// A link and where its target is sought from: a symbolic link's own folder, or for a hard
    /// link the root.
    case link([UInt8], from: LinkOrigin)
    /// No file: what it is, as a person would say.
    case special(String)
  }

  /// Where the target of a link is sought from.
  enum LinkOrigin {
    case folder
    case root
  }

  /// What is left for this container and those inside it.
  private(set) var allowance: Allowance
  private(set) var findings: [Finding] = []
  /// Whether a limit was reached: nothing more may be read.
  private(set) var isStopped = false
  /// Whether a hard link to a file that came before is a member with the same bytes; in a layer of
  /// an image, links are resolved over all layers.
  var followsHardLinks: Bool { !isImageLayer }
  private let root: Place
  private let limitRule: Rule
  private var kept: [Member] = []
  /// Who is given each member instead of its being kept.
  private let sink: ((Member) -> Void)?
  private var suspects: [Suspect] = []
  private var names: NameList
  private let isImageLayer: Bool
  /// The links that were met, whether or not they may stand there.
  private(set) var links: [MemberLink] = []
  /// SHA-256 of an image's layer without its compression.
  private(set) var unpackedDigest: Digest?

  /// Starts with nothing in a container that stands at `root`, seen from the subject. At a limit,
  /// an archive is found to be a bomb; a folder is only large.
  init(
    _ allowance: Allowance, at root: Place, limitRule: Rule = .bomb, profile: Profile = .release,
    sink: ((Member) -> Void)? = nil
  ) {
    self.allowance = allowance
    self.sink = sink
    self.root = root
    self.limitRule = limitRule
    isImageLayer = profile != .release
    names = NameList(ignoresCase: !isImageLayer)
  }

  var limits: Limits { allowance.limits }

  /// Findings enough to judge by; an archive made of nothing else is read no further.
  private static let mostFindings = 1_000

  private mutating func append(_ finding: Finding) {
    guard findings.count < InventoryBuilder.mostFindings else {
      isStopped = true
      return
    }
    findings.append(finding)
    guard findings.count == InventoryBuilder.mostFindings else { return }
    isStopped = true
    findings.append(
      Rule.overLimit.at(root, "\(findings.count) findings: the rest was not looked for"))
  }

  /// Something wrong with the container.
  mutating func note(_ rule: Rule, at offset: Int? = nil, _ message: String) {
    append(rule.at(root.at(offset), message))
  }

  /// Something wrong with what bears the name.
  mutating func note(_ rule: Rule, of name: [UInt8], _ message: String) {
    if isImageLayer, RootFileSystem.isUsual(rule, of: name) { return }
    append(rule.at(root.member(readable(name)), message))
  }

  /// Something wrong with the container or what bears the name in it, and what shows it.
  mutating func note(
    _ rule: Rule, at offset: Int?, of name: [UInt8]?, _ message: String, evidence: [String]
  ) {
    let place = name.map { root.member(readable($0)) } ?? root.at(offset)
    append(rule.at(place, message, evidence: evidence))
  }

  /// The container, or the rest of it, cannot be read.
  mutating func note(_ error: ParseError, of name: [UInt8]? = nil) {
    let rule = error.kind == .limit ? limitRule : .unreadableArchive
    append(rule.at(name.map { root.member(readable($0)) } ?? root, error))
    if error.kind == .limit { isStopped = true }
  }

  /// A limit is reached.
  mutating func stop(of name: [UInt8]? = nil, _ message: String) {
    if let name { note(limitRule, of: name, message) } else { note(limitRule, message) }
    isStopped = true
  }

  /// Records what an image's layer is without its compression.
  mutating func noteContent(_ bytes: ByteSlice) {
    if isImageLayer { unpackedDigest = Digest(of: bytes) }
  }

  /// Checks a name, what it stands for and its mode.
  ///
  /// - Returns: the path of a file that may become a member, or of a folder that may be entered.
  mutating func admit(_ name: [UInt8], _ kind: Kind, mode: UInt32) -> MemberPath? {
    guard allowance.members > 0 else {
      stop("more than \(limits.memberCount) members")
      return nil
    }
    allowance.members -= 1
    let path: MemberPath?
    do throws(MemberPath.Fault) {
      path = try MemberPath(name, longest: limits.pathBytes)
    } catch {
      note(error.rule, of: name, error.reason)
      // In an image, such a name is usual, and what bears it is judged all the same.
      guard isImageLayer, RootFileSystem.isUsual(error.rule, of: name) else { return nil }
      path = nil
    }
    switch kind {
    case .special(let what):
      note(.specialFile, of: name, what)
      return nil
    case .link(let target, let origin):
      noteLink(name, target, origin)
      return nil
    case .folder, .file: break
    }
    let isFolder = if case .folder = kind { true } else { false }
    // Folders are made with one mode, whatever the archive says.
    if !isFolder { noteMode(mode, of: name) }
    guard let path else { return nil }
    if path.isWhiteout, !isImageLayer {
      note(.commandName, of: name, "a name that deletes another one in a container image")
    }
    names.append(path, isFolder: isFolder)
    return path
  }

  private mutating func noteLink(_ name: [UInt8], _ target: [UInt8], _ origin: LinkOrigin) {
    let link = MemberLink(
      name: readable(name), target: readable(target), isHard: origin == .root)
    links.append(link)
    let folders = name.split(separator: UInt8(ascii: "/")).count - 1
    let depth = origin == .root ? 0 : folders
    if isImageLayer {
      guard RootFileSystem.leaves(target, from: origin, depth: depth) else { return }
      note(.linkOutside, of: name, "a link to '\(link.target)'")
      return
    }
    note(
      MemberPath.leaves(target, folderDepth: depth) ? .linkOutside : .linkInside, of: name,
      "a link to '\(link.target)'")
  }

  private mutating func noteMode(_ mode: UInt32, of name: [UInt8]) {
    let bits = String(mode & 0o7777, radix: 8)
    if mode & 0o6000 != 0 {
      note(.borrowedRights, of: name, "mode \(bits) runs with the rights of its owner or group")
    }
    if mode & 0o002 != 0 { note(.unsafeMode, of: name, "mode \(bits) lets everyone write") }
  }

  /// Takes `count` unpacked bytes off the allowance.
  ///
  /// - Returns: whether they may be kept.
  mutating func spend(_ count: Int, on name: [UInt8]) -> Bool {
    guard count <= limits.memberBytes else {
      stop(of: name, "\(count) bytes, more than \(limits.memberBytes)")
      return false
    }
    guard count <= allowance.bytes else {
      allowance.isSpent = true
      stop(of: name, "the members are together larger than the limits allow")
      return false
    }
    allowance.bytes -= count
    return true
  }

  /// The seconds that a worker may take for a file of so many bytes.
  func workerSeconds(for packed: Int) -> Double {
    min(Double(limits.workerSeconds(for: packed)), allowance.workerSeconds)
  }

  /// Takes the time of a worker off the allowance.
  mutating func spend(workerSeconds: Double) { allowance.workerSeconds -= workerSeconds }

  /// Makes a member of the bytes.
  mutating func keep(_ path: MemberPath, _ bytes: ByteSlice, mode: UInt32) {
    let member = Member(path, bytes, mode: Member.Mode(bits: mode))
    if let sink { sink(member) } else { kept.append(member) }
  }

  /// Keeps bytes for the scanner alone: `name` cannot be a member's, or the archive denies them.
  mutating func suspect(_ name: [UInt8], _ bytes: ByteSlice) {
    suspects.append(Suspect(name: readable(name), bytes: bytes.asFile()))
  }

  /// The members in the order of their paths' bytes, and all findings. Of members that collide the
  /// first is kept, and the others are suspects.
  consuming func finish() -> (
    members: [Member], suspects: [Suspect], findings: [Finding]
  ) {
    var dropped: Set<MemberPath> = []
    for collision in names.collisions() {
      note(.nameCollision, of: Array(collision.path.text.utf8), collision.reason)
      if !collision.isRepetition { dropped.insert(collision.path) }
    }
    var members: [Member] = []
    for member in kept {
      if dropped.insert(member.path).inserted {
        members.append(member)
      } else {
        suspect(Array(member.path.text.utf8), member.bytes)
      }
    }
    return (members.sorted { $0.path < $1.path }, suspects, findings)
  }
}

/// The name as text, its invalid bytes written `\xNN`, and no longer than a path may be.
private func readable(_ name: [UInt8]) -> String {
  let longest = Limits().pathBytes
  guard name.count <= longest else { return readable(Array(name.prefix(longest))) + "..." }
  return String(validating: name, as: UTF8.self) ?? safeText(bytes: name)
}
