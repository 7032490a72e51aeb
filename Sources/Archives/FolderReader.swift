import Bytes
import Findings
import Glibc

/// Reads a folder as it is on disk.
struct FolderReader {
  /// Files above this size are mapped.
  private static let mappedBytes = 1 << 20
  /// Files above this size are mapped once the memory for members is spent.
  private static let smallBytes = 1 << 14
  private var memoryLeft: Int
  /// The release's manifest, beside which a repository of git is left out; nil where nothing is.
  private let manifest: [UInt8]?
  /// What was left out.
  private(set) var leftOut: [String] = []
  /// Files that have more than one name, and those of the names that are in the folder.
  private var shared: [SafeDirectory.Identity: (links: Int, names: [[UInt8]])] = [:]

  init(_ limits: Limits, manifest: String? = nil) {
    memoryLeft = limits.unpackedMemoryBytes
    self.manifest = manifest.map { Array($0.utf8) }
  }

  /// Reports every file below the folder, in the order of the names' bytes.
  mutating func read(_ folder: consuming SafeDirectory, into builder: inout InventoryBuilder) {
    read(folder, below: [], into: &builder)
    // Names that are all in the folder are files of their own once they are packed.
    let outside = shared.values.filter { $0.links > $0.names.count }
    for (links, names) in outside.sorted(by: { $0.names[0].lexicographicallyPrecedes($1.names[0]) })
    {
      builder.note(
        .hardLink, of: names[0], "\(links - names.count) more names of it are outside the folder")
    }
  }

  private mutating func read(
    _ folder: borrowing SafeDirectory, below path: [UInt8], into builder: inout InventoryBuilder
  ) {
    do throws(FileError) {
      let limit = builder.allowance.members
      let names = try folder.names(limit: limit)
      guard names.count <= limit else {
        builder.stop("more than \(builder.limits.memberCount) members")
        return
      }
      let isRelease = path.isEmpty && manifest.map(names.contains) == true
      for name in names where !builder.isStopped {
        if isRelease, name == FolderReader.repository, try FolderReader.isRepository(folder) {
          leftOut.append(String(decoding: name, as: UTF8.self))
          continue
        }
        try readEntry(name, of: folder, at: path + name, into: &builder)
      }
    } catch {
      builder.note(.unreadableArchive, of: path, "cannot \(error.action) it: \(error.reason)")
    }
  }

  private mutating func readEntry(
    _ name: [UInt8], of folder: borrowing SafeDirectory, at path: [UInt8],
    into builder: inout InventoryBuilder
  ) throws(FileError) {
    do throws(FileError) {
      let status = try folder.status(of: name)
      let kind = try FolderReader.kind(of: name, status, in: folder)
      guard let memberPath = builder.admit(path, kind, mode: status.mode) else { return }
      if case .folder = kind {
        let subfolder = try folder.folder(name)
        if try folder.device() != subfolder.device() {
          builder.note(.specialFile, of: path, "a file system of its own, mounted in the folder")
        }
        read(subfolder, below: path + [UInt8(ascii: "/")], into: &builder)
        return
      }
      guard builder.spend(status.size, on: path) else { return }
      let room = max(FolderReader.smallBytes, min(FolderReader.mappedBytes, memoryLeft))
      let (bytes, attributes) = try folder.content(of: name, memoryBytes: room)
      if bytes.count <= room { memoryLeft = max(0, memoryLeft - bytes.count) }
      builder.note(attributes, of: path)
      if status.links > 1 {
        shared[status.identity, default: (status.links, [])].names.append(path)
      }
      builder.keep(memberPath, bytes, mode: status.mode)
    } catch {
      builder.note(.unreadableArchive, of: path, "cannot \(error.action) it: \(error.reason)")
    }
  }

  private static let repository = Array(".git".utf8)

  /// Whether git takes `.git` for its repository: `HEAD`, `objects` and `refs` lie in it, or it is
  /// the file that says where they lie (gitrepository-layout(5)).
  private static func isRepository(_ folder: borrowing SafeDirectory) throws(FileError) -> Bool {
    let status = try folder.status(of: repository)
    if status.type == S_IFREG, status.size < 4096 {
      return try folder.content(of: repository, memoryBytes: 4096).bytes
        .starts(with: Array("gitdir: ".utf8))
    }
    guard status.type == S_IFDIR else { return false }
    let inner = try folder.folder(repository)
    let names = try inner.names(limit: 1_000)
    return ["HEAD", "objects", "refs"].allSatisfy { names.contains(Array($0.utf8)) }
  }

  private static func kind(
    of name: [UInt8], _ status: SafeDirectory.Status, in folder: borrowing SafeDirectory
  ) throws(FileError) -> InventoryBuilder.Kind {
    switch status.type {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link(try folder.linkTarget(of: name), from: .folder)
    case S_IFCHR: .special("a character device")
    case S_IFBLK: .special("a block device")
    case S_IFIFO: .special("a pipe (FIFO)")
    case S_IFSOCK: .special("a socket")
    default: .special("neither file nor folder")
    }
  }
}
