import Bytes
import CArchive
import Glibc

/// An open folder. Everything in it is reached from its descriptor, one name at a time, and no
/// link is followed: what somebody exchanges meanwhile leads nowhere else.
struct SafeDirectory: ~Copyable {
  /// What a name in a folder stands for.
  struct Status {
    let mode: UInt32
    let size: Int
    /// The number of names that the file has, in this folder and elsewhere.
    let links: Int
    /// The file itself, whatever its name: file system and number there.
    let identity: Identity
    /// The file type among the mode's bits.
    var type: UInt32 { mode & S_IFMT }
  }

  /// What tells a file from all others of the machine.
  struct Identity: Hashable {
    let device: UInt
    let number: UInt
  }

  private let descriptor: CInt
  /// The folder's path for messages.
  let path: String

  /// Takes over an open descriptor.
  init(adopting descriptor: CInt, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Opens what the user named; links in its path are the user's.
  init(opening path: String) throws(FileError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    self.path = path
    guard descriptor >= 0 else { throw FileError(path: path, action: "open") }
  }

  /// Makes a folder that only its owner can enter, and gives its path.
  static func makeTemporary(beside path: String) throws(FileError) -> String {
    var template = Array((path + ".XXXXXX").utf8CString)
    let isMade = template.withUnsafeMutableBufferPointer {
      $0.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    guard isMade else { throw FileError(path: path, action: "write") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { close(descriptor) }

  private func error(_ name: [UInt8], _ action: String) -> FileError {
    FileError(path: "\(path)/\(safeText(bytes: name))", action: action)
  }

  private func cName(_ name: [UInt8]) -> [CChar] {
    precondition(!name.isEmpty && !name.contains(0) && !name.contains(UInt8(ascii: "/")))
    return name.map { CChar(bitPattern: $0) } + [0]
  }

  /// The names in the folder, sorted by bytes; reading stops when they are more than `limit`.
  func names(limit: Int) throws(FileError) -> [[UInt8]] {
    // A second descriptor, because closing the stream closes its own.
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else {
      let error = FileError(path: path, action: "list")
      if copy >= 0 { close(copy) }
      throw error
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    errno = 0
    while names.count <= limit, let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileError(path: path, action: "list") }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// What the name stands for, links not followed.
  func status(of name: [UInt8]) throws(FileError) -> Status {
    var status = stat()
    guard fstatat(descriptor, cName(name), &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw error(name, "read")
    }
    return Status(
      mode: status.st_mode, size: Int(status.st_size), links: Int(status.st_nlink),
      identity: Identity(device: UInt(status.st_dev), number: UInt(status.st_ino)))
  }

  /// The file system that the folder is on.
  func device() throws(FileError) -> UInt {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, action: "read") }
    return UInt(status.st_dev)
  }

  /// Where a symbolic link points.
  func linkTarget(of name: [UInt8]) throws(FileError) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = target.withUnsafeMutableBufferPointer { room in
      room.withMemoryRebound(to: CChar.self) { room in
        room.baseAddress.map { readlinkat(descriptor, cName(name), $0, room.count) } ?? -1
      }
    }
    guard length >= 0 else { throw error(name, "read") }
    return Array(target.prefix(length))
  }

  /// The content of a regular file, mapped when it has more than `memoryBytes`, and its extended
  /// attributes.
  func content(
    of name: [UInt8], memoryBytes: Int
  ) throws(FileError) -> (bytes: ByteSlice, attributes: [ExtendedAttribute]) {
    // Not blocked by a pipe that has taken the file's place.
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let file = openat(descriptor, cName(name), flags)
    guard file >= 0 else { throw error(name, "read") }
    defer { close(file) }
    let bytes = try ByteSlice(
      descriptor: file, path: "\(path)/\(safeText(bytes: name))", memoryBytes: memoryBytes)
    return (bytes, SafeDirectory.attributes(of: file))
  }

  /// The attributes of an open file; none where the file system has no such thing.
  private static func attributes(of file: CInt) -> [ExtendedAttribute] {
    let length = flistxattr(file, nil, 0)
    guard length > 0 else { return [] }
    var names = [CChar](repeating: 0, count: length)
    let count = flistxattr(file, &names, length)
    return names.prefix(max(0, count)).split(separator: 0).compactMap { name in
      ExtendedAttribute(
        named: String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
  }

  /// A folder in this one.
  func folder(_ name: [UInt8]) throws(FileError) -> SafeDirectory {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let opened = openat(descriptor, cName(name), flags)
    guard opened >= 0 else { throw error(name, "open") }
    return SafeDirectory(adopting: opened, path: "\(path)/\(safeText(bytes: name))")
  }

  /// Makes a folder that was not there.
  func makeFolder(_ name: [UInt8]) throws(FileError) {
    guard mkdirat(descriptor, cName(name), 0o755) == 0 else { throw error(name, "make") }
  }

  /// Writes a file that was not there.
  func create(_ name: [UInt8], _ bytes: ByteSlice, mode: UInt32) throws(FileError) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = openat(descriptor, cName(name), flags, 0o600)
    guard file >= 0 else { throw error(name, "write") }
    defer { close(file) }
    try bytes.withUnsafeBytes { (memory) throws(FileError) in
      var rest = memory
      while let start = rest.baseAddress, !rest.isEmpty {
        let written = write(file, start, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw error(name, "write") }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
    guard fchmod(file, mode) == 0 else { throw error(name, "write") }
  }

  /// Opens the folder to those who may read.
  func publish() throws(FileError) {
    guard fchmod(descriptor, 0o755) == 0 else {
      throw FileError(path: path, action: "write")
    }
  }

  /// Removes everything in the folder, links as links.
  func removeContents() throws(FileError) {
    for name in try names(limit: Int.max - 1) {
      if try status(of: name).type == S_IFDIR {
        try folder(name).removeContents()
        guard unlinkat(descriptor, cName(name), AT_REMOVEDIR) == 0 else {
          throw error(name, "remove")
        }
      } else {
        guard unlinkat(descriptor, cName(name), 0) == 0 else { throw error(name, "remove") }
      }
    }
  }
}
