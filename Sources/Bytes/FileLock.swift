import Glibc

/// An exclusive lock between processes, held as long as the value lives and released by the
/// system however the process ends.
///
/// The lock is on a file of its own beside the one it guards (`PATH.lock`), since the guarded one
/// is replaced by renaming. That file is never removed: whoever waits for it holds it open.
public struct FileLock: ~Copyable {
  private let descriptor: CInt

  /// Waits for the lock of the file at `path`; `waiting` is told once when it is held elsewhere.
  public init(of path: String, waiting: () -> Void = {}) throws(FileError) {
    let lockPath = path + ".lock"
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
    descriptor = opened
  }

  deinit { close(descriptor) }
}
