import Glibc
import Synchronization

/// Temporary files and folders that a signal handler must remove before the process ends.
///
/// A fixed table of lists of C strings: a signal handler may neither allocate nor take a lock. A
/// list is complete before it is published and freed only after it was taken out.
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
  ///
  /// - Parameters:
  ///   - path: a file or folder.
  ///   - contents: what has to be removed before the folder can be, in that order.
  public static func add(_ path: String, contents: [String] = []) {
    // The path, its contents, and an empty string after the last.
    var list: [CChar] = []
    for text in [path] + contents { list += text.utf8CString }
    list.append(0)
    guard let slot = malloc(list.count)?.bindMemory(to: CChar.self, capacity: list.count) else {
      return
    }
    slot.initialize(from: list, count: list.count)
    lock.withLock { _ in
      for index in 0..<capacity where slots[index] == nil {
        slots[index] = slot
        return
      }
      free(slot)
    }
  }

  /// Forgets a path and its contents.
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

  /// Removes every remembered file and folder. Only calls that are safe in a handler.
  public static func removeAllFromSignalHandler() {
    for index in 0..<capacity {
      guard let slot = slots[index] else { continue }
      var next = slot + strlen(slot) + 1
      while next.pointee != 0 {
        if unlink(next) != 0 { rmdir(next) }
        next += strlen(next) + 1
      }
      if unlink(slot) != 0 { rmdir(slot) }
    }
  }
}
