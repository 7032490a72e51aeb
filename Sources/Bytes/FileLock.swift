import Glibc

/// An exclusive lock between processes, held as long as the value lives and released by the
/// system however the process ends.
///
/// The lock is on a file of its own beside the one it guards (`PATH.lock`), since the guarded one
/// is replaced by renaming. That file is never removed: whoever waits for it holds it open. A file
/// has one lock, by whatever links it is reached.
public struct FileLock: ~Copyable {
  /// The file that is guarded, links followed: what is to be read and replaced.
  public let path: String
  private let descriptor: CInt

  /// Waits for the lock of the file at `path`; `waiting` is told once when it is held elsewhere.
  public init(of path: String, waiting: () -> Void = {}) throws(FileError) {
    let target = pathWithoutLinks(path)
    let lockPath = target + ".lock"
    let opened = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard opened >= 0 else { throw FileError(path: lockPath, action: "open") }
    if flock(opened, LOCK_EX | LOCK_NB) != 0 {
      waiting()
      while flock(opened, LOCK_EX) != 0 {
        guard errno == EINTR else {
          let error = FileError(path: lockPath, action: "lock")
          close(opened)
          throw error
        }
      }
    }
    self.path = target
    descriptor = opened
  }

  /// Waits for the lock of the folder that the file at `path` lies in, for a file beside which none
  /// may be made: one inside a release. Where folders cannot be locked, as over NFS, nothing is.
  public init(folderOf path: String) throws(FileError) {
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError(path: folder, action: "open") }
    self.path = path
    descriptor = opened
    while flock(opened, LOCK_EX) != 0, errno == EINTR {}
  }

  deinit { close(descriptor) }
}

/// The path without links; as it is when nothing is there.
public func pathWithoutLinks(_ path: String) -> String {
  guard let text = realpath(path, nil) else { return path }
  defer { free(text) }
  return String(cString: text)
}
