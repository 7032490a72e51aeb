import Glibc

/// A file beside another whose place it is to take: gone unless it takes it.
struct TemporaryFile: ~Copyable {
  /// The file that it is to replace.
  let target: String
  /// Its own path.
  let path: String
  /// Open for writing; -1 once it is closed.
  private(set) var descriptor: CInt
  private var isPending = true

  /// Makes an empty file beside `target`, readable by its owner alone.
  init(beside target: String) throws(FileError) {
    self.target = target
    var template = Array((target + ".XXXXXX").utf8CString)
    let opened = template.withUnsafeMutableBufferPointer {
      $0.baseAddress.map { mkstemp($0) } ?? -1
    }
    guard opened >= 0 else { throw FileError(path: target, action: "write") }
    _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
    descriptor = opened
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    PendingFiles.add(path)
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
    if isPending {
      unlink(path)
      PendingFiles.remove(path)
    }
  }

  /// Closes the descriptor; the file stays.
  mutating func close() {
    Glibc.close(descriptor)
    descriptor = -1
  }

  /// Takes the place of the target, whatever is there.
  consuming func takePlace() throws(FileError) {
    guard rename(path, target) == 0 else { throw FileError(path: target, action: "write") }
    isPending = false
    PendingFiles.remove(path)
    TemporaryFile.syncFolder(of: target)
  }

  /// Brings a new name to the disk. The file itself is there already, and some file systems cannot
  /// do this for a folder, so a failure changes nothing.
  static func syncFolder(of path: String) {
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    Glibc.close(descriptor)
  }
}
