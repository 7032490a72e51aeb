public import Bytes
import CArchive
import Dispatch
public import Findings
import Glibc

/// Everything that an archive, a folder or a single file holds, read once and under limits.
///
/// The start of every check. Nothing is ever written where the release's names would have it.
public struct Inventory: Sendable {
  /// What the members came in.
  public enum Container: String, Sendable {
    /// A folder on disk.
    case folder
    /// No archive: the one member is the file itself.
    case file
    case tar
    case tarGzip = "tar.gz"
    case tarZstd = "tar.zst"
    case tarXZ = "tar.xz"
    case tarBzip2 = "tar.bz2"
    case tarLZ4 = "tar.lz4"
    case tarLZMA = "tar.lzma"
    case tarZlib = "tar.zlib"
    case zip
    case sevenZip = "7z"
    /// One file in a compression.
    case compressed
  }

  /// SHA-256 of the archive's or file's bytes. Of a folder: of the text that has one line
  /// `DIGEST  PATH` for each member, sorted by the paths' bytes, as `sha256sum` writes it.
  ///
  /// Computed when it is asked, and once.
  public var subjectDigest: Digest {
    switch subject {
    case .bytes(let bytes): Digest(of: bytes)
    case .list(let digest): digest
    }
  }
  /// The archive's or file's own bytes; nil for a folder, which has none.
  public var bytes: ByteSlice? {
    guard case .bytes(let bytes) = subject else { return nil }
    return bytes
  }
  /// What the members came in.
  public let container: Container
  /// The files, sorted by the bytes of their paths.
  public private(set) var members: [Member]
  /// Names in a release's folder that are no part of the release: git's repository.
  public private(set) var leftOut: [String] = []
  /// What some reader gets and the archive denies: to be scanned, never used.
  public let suspects: [Suspect]
  /// What is wrong with names, modes and the archive itself, and what could not be read.
  public let findings: [Finding]
  /// The whole file, where an archive was found at its end alone: other programs read its
  /// beginning.
  public let front: ByteSlice?
  /// What is left of the limits for archives among the members.
  public let allowance: Allowance
  private let subject: Subject

  /// What the subject's digest is of.
  private enum Subject {
    case bytes(ByteSlice)
    case list(Digest)
  }

  /// The links, none of which is a member.
  public let links: [MemberLink]
  /// The container image that the members are; nil when they are none.
  public let image: ImageLayout?
  /// SHA-256 of the archive's bytes without their compression.
  public var contentDigest: Digest { unpackedDigest ?? subjectDigest }
  private let unpackedDigest: Digest?

  /// The member with the path.
  public subscript(path: String) -> Member? { MemberList(members)[path] }

  /// Opens what the user named: a folder, a tar archive (plain or in a compression), a zip archive,
  /// or any other file as its own only member. A zip that is itself a model (Keras, PyTorch, NumPy)
  /// is such a file, and so is a compressed file that holds no tar archive. A 7z archive is read by
  /// the worker, or not at all.
  ///
  /// - Throws: `FileError` when the path cannot be opened; all else is a finding.
  public init(
    opening path: String, limits: Limits = Limits(), worker: WorkerCommand? = nil
  ) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, action: "open") }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    if isKnown, status.st_mode & S_IFMT == S_IFDIR {
      self.init(
        folder: SafeDirectory(adopting: descriptor, path: path), limits: limits, worker: worker)
    } else {
      defer { close(descriptor) }
      let bytes = try ByteSlice(descriptor: descriptor, path: path)
      var allowance = Allowance(limits, subjectBytes: bytes.count, worker: worker)
      self.init(of: bytes, named: path, at: .subject, allowance: &allowance)
    }
  }

  /// Opens an archive among the members of another, or bytes that have no path.
  ///
  /// - Parameters:
  ///   - bytes: the archive.
  ///   - name: its path in the container around it; findings are placed below it.
  ///   - depth: the number of archives around it.
  ///   - allowance: what the subject may still unpack to; what is used is taken off.
  ///   - opensModels: whether a zip that is itself a model, and a compressed file that is no
  ///     archive, are opened, too.
  ///   - profile: what the archive is part of.
  public init(
    of bytes: ByteSlice, named name: String, depth: Int, allowance: inout Allowance,
    opensModels: Bool = false, profile: Profile = .release
  ) {
    let place = Place([name])
    guard depth <= allowance.limits.archiveDepth else {
      let depth = allowance.limits.archiveDepth
      self.init(
        .bytes(bytes), container: .file,
        findings: [Rule.bomb.at(place, "archives in archives, more than \(depth) deep")],
        allowance: allowance)
      return
    }
    self.init(
      of: bytes, named: name, at: place, allowance: &allowance, opensModels: opensModels,
      profile: profile)
  }

  /// Opens an archive that nothing else shares its limits with.
  ///
  /// - Parameters:
  ///   - bytes: the archive.
  ///   - name: its name; findings are placed below it.
  ///   - limits: the limits.
  ///   - depth: the number of archives around it.
  ///   - worker: who reads it when it is a 7z archive.
  public init(
    of bytes: ByteSlice, named name: String, limits: Limits = Limits(), depth: Int = 0,
    worker: WorkerCommand? = nil
  ) {
    var allowance = Allowance(limits, subjectBytes: bytes.count, worker: worker)
    self.init(of: bytes, named: name, depth: depth, allowance: &allowance)
  }

  private init(
    _ subject: Subject, container: Container, members: [Member] = [],
    suspects: [Suspect] = [], findings: [Finding],
    front: ByteSlice? = nil, links: [MemberLink] = [], unpackedDigest: Digest? = nil,
    allowance: Allowance, at place: Place = .subject
  ) {
    let image = container == .file ? nil : ImageLayout(members, links: links)
    let isLayerLink = { (finding: Finding) in
      finding.rule == .linkInside
        && image?.layerLinks.contains(finding.place.members.last ?? "") == true
    }
    self.links = links
    self.image = image
    self.unpackedDigest = unpackedDigest
    self.subject = subject
    self.container = container
    self.members = members
    self.suspects = suspects
    self.findings =
      findings.filter { !isLayerLink($0) }
      + (image?.findings ?? []).map { $0.inside(place.members) }
    self.front = front
    self.allowance = allowance
  }

  private init(folder: consuming SafeDirectory, limits: Limits, worker: WorkerCommand?) {
    var builder = InventoryBuilder(
      Allowance(folder: limits, worker: worker), at: .subject, limitRule: .overLimit)
    var reader = FolderReader(limits, manifest: Inventory.manifestPath)
    reader.read(folder, into: &builder)
    let allowance = builder.allowance.inside(
      subjectBytes: limits.totalBytes - builder.allowance.bytes)
    let links = builder.links
    let (members, suspects, findings) = builder.finish()
    Inventory.digest(members)
    var list = DigestStream()
    for member in members {
      list.update(Array("\(member.digest.hexadecimal)  \(member.path)\n".utf8))
    }
    self.init(
      .list(list.finish()), container: .folder, members: members, suspects: suspects,
      findings: findings, links: links, allowance: allowance)
    leftOut = reader.leftOut
  }

  /// Where the manifest of a release lies.
  public static let manifestPath = "proofmark.toml"
  /// Where a signature of OpenSSF's lies.
  public static let bundlePath = "model.sig"

  /// The release that is packed below a folder of its own, as `tar -czf digits.tar.gz digits` does
  /// it: its members with the paths that they have in the folder. Any other inventory is itself.
  ///
  /// Only a folder that holds all members and a manifest or a signature of OpenSSF's counts, so that
  /// none is passed over. Findings keep the names that the archive has.
  public func atRelease() -> Inventory {
    guard container != .folder, container != .file, let folder = members.first?.path.parts.first,
      [Inventory.manifestPath, Inventory.bundlePath].contains(where: {
        self["\(folder)/\($0)"] != nil
      })
    else { return self }
    var release = self
    release.members = []
    for member in members {
      guard let path = member.path.below(folder) else { return self }
      release.members.append(Member(path, member.bytes, mode: member.mode))
    }
    return release
  }

  private init(
    of bytes: ByteSlice, named name: String, at place: Place, allowance: inout Allowance,
    opensModels: Bool = false, profile: Profile = .release
  ) {
    var builder = InventoryBuilder(allowance, at: place, profile: profile)
    let reader = ArchiveReader(bytes, named: name, opensModels: opensModels)
    let container = reader.read(into: &builder)
    allowance = builder.allowance
    let (links, unpackedDigest) = (builder.links, builder.unpackedDigest)
    let (members, suspects, findings) = builder.finish()
    // A release's files are compared with its lock; those of a nested archive only scanned.
    if !opensModels { Inventory.digest(bytes, members) }
    let isAtEnd = container == .zip && ArchiveFormat(of: bytes) != .zip
    self.init(
      .bytes(bytes), container: container, members: members, suspects: suspects,
      findings: findings, front: isAtEnd ? bytes.asFile() : nil, links: links,
      unpackedDigest: unpackedDigest, allowance: allowance, at: place)
  }

  /// Computes the digests of a folder's files on all CPUs; they stay with the bytes.
  private static func digest(_ members: [Member]) {
    // The largest first: no thread is left with it at the end. Small files are not worth a turn
    // each.
    let files = members.sorted { $0.size > $1.size }
    let large = files.prefix { $0.size >= turnBytes }.count
    let turns =
      (0..<large).map { $0..<$0 + 1 }
      + stride(from: large, to: files.count, by: turnFiles).map {
        $0..<min($0 + turnFiles, files.count)
      }
    DispatchQueue.concurrentPerform(iterations: turns.count) { turn in
      for file in files[turns[turn]] { _ = file.digest }
    }
  }

  private static let turnBytes = 1 << 20
  private static let turnFiles = 128

  /// Computes the digests of the archive and of the members that are ranges of it in one pass.
  private static func digest(_ bytes: ByteSlice, _ members: [Member]) {
    var pass = BytePass(over: bytes)
    pass.askDigest(of: bytes.indices)
    for member in members {
      if let range = member.bytes.range(in: bytes) { pass.askDigest(of: range) }
    }
    pass.run()
  }
}
