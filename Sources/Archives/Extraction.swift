public import Bytes
import CArchive
import Glibc

/// Writes members into a folder: all of them, or nothing.
public struct Extraction {
  private let members: [Member]

  /// An extraction of the members, whose paths have passed `MemberPath`'s rules.
  public init(of members: [Member]) {
    self.members = members.sorted { $0.path < $1.path }
  }

  /// An extraction of the members, but for those of the names and all that lies below one.
  public init(of members: [Member], without names: Set<String>) {
    self.init(
      of: members.filter { member in
        var path = ""
        return !member.path.parts.contains { part in
          path += path.isEmpty ? part : "/" + part
          return names.contains(path)
        }
      })
  }

  /// The number of members.
  public var count: Int { members.count }

  /// Fills a private folder beside `path`, and gives it that name when every file is written. On
  /// a failure or signal the private folder is removed. Files are not flushed one by one, which
  /// takes milliseconds each: after a loss of power, unpack again.
  ///
  /// - Parameters:
  ///   - path: a folder that is not there yet, or is empty.
  ///   - replaces: whether a folder that is there is replaced; everything in it is removed.
  /// - Throws: `FileError` when the folder is there and not to be replaced, or writing fails.
  public func write(to path: String, replaces: Bool = false) throws(FileError) {
    var target = path
    while target.utf8.count > 1, target.utf8.last == UInt8(ascii: "/") { target.removeLast() }
    let exists = try Extraction.isOccupied(target)
    guard !exists || replaces else {
      throw FileError(path: path, action: "unpack", reason: "it exists and is not empty")
    }
    let temporary = try SafeDirectory.makeTemporary(beside: target)
    PendingFiles.add(temporary, contents: places.map { "\(temporary)/\($0)" })
    defer { PendingFiles.remove(temporary) }
    do throws(FileError) {
      let root = try SafeDirectory(opening: temporary)
      try fill(root, members[...], depth: 0)
      try root.publish()
      if exists { try Extraction.remove(target) }
      guard rename(temporary, target) == 0 else { throw FileError(path: path, action: "unpack") }
    } catch {
      try Extraction.remove(temporary)
      throw error
    }
  }

  /// What the signal handler has to remove, files and inner folders first.
  private var places: [String] {
    var folders: Set<String> = []
    for member in members {
      var folder = ""
      for part in member.path.parts.dropLast() {
        folder += folder.isEmpty ? part : "/" + part
        folders.insert(folder)
      }
    }
    let inner = folders.sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) }
    return members.map(\.path.text) + inner
  }

  /// Writes members that share their first `depth` folders into that folder. They are sorted, so
  /// those of one folder follow each other, but for a file whose name begins with the folder's.
  private func fill(
    _ folder: borrowing SafeDirectory, _ members: ArraySlice<Member>, depth: Int
  ) throws(FileError) {
    var inner: [(name: String, members: [Member])] = []
    var places: [String: Int] = [:]
    for member in members {
      let parts = member.path.parts
      guard parts.count > depth + 1 else {
        try folder.create(Array(parts[depth].utf8), member.bytes, mode: member.mode.bits)
        continue
      }
      let place = places[parts[depth]] ?? inner.count
      if place == inner.count {
        places[parts[depth]] = place
        inner.append((parts[depth], []))
      }
      inner[place].members.append(member)
    }
    for group in inner {
      let name = Array(group.name.utf8)
      try folder.makeFolder(name)
      let subfolder = try folder.folder(name)
      try fill(subfolder, group.members[...], depth: depth + 1)
      try subfolder.publish()
    }
  }

  /// Whether something other than an empty folder has the path.
  private static func isOccupied(_ path: String) throws(FileError) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw FileError(path: path, action: "unpack") }
      return false
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(path: path, action: "unpack", reason: "it exists and is no folder")
    }
    return try !SafeDirectory(opening: path).names(limit: 0).isEmpty
  }

  private static func remove(_ path: String) throws(FileError) {
    try SafeDirectory(opening: path).removeContents()
    guard rmdir(path) == 0 else { throw FileError(path: path, action: "remove") }
  }
}
