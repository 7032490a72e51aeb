import Glibc
import Synchronization

/// Temporary files and folders that a signal handler must remove before the process ends.
///
/// A fixed table of C strings: a signal handler may neither allocate nor take a lock. A slot is
/// filled before its path is published and freed only by the thread that filled it.
public enum PendingFiles {
  private static let capacity = 64
  // Written under `lock`, read without it by the signal handler, which then ends the process.
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> =
    {
      let table = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: capacity)
      table.initialize(repeating: nil, count: capacity)
      return table
    }()
  private static let lock = Mutex(())

  /// Must be called once before signal handlers are set, so that the table exists.
  public static func prepare() { _ = slots }

  /// Remembers a path.
  public static func add(_ path: String) {
    lock.withLock { _ in
      for index in 0..<capacity where slots[index] == nil {
        slots[index] = strdup(path)
        return
      }
    }
  }

  /// Forgets a path.
  public static func remove(_ path: String) {
    lock.withLock { _ in
      for index in 0..<capacity {
        guard let slot = slots[index], strcmp(slot, path) == 0 else { continue }
        slots[index] = nil
        free(slot)
        return
      }
    }
  }

  /// Removes every remembered file and empty folder. Only calls that are safe in a handler.
  public static func removeAllFromSignalHandler() {
    for index in 0..<capacity {
      guard let slot = slots[index] else { continue }
      if unlink(slot) != 0 { rmdir(slot) }
    }
  }
}
