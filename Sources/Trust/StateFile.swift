import Bytes

/// A state file that this process alone may use, as long as the value lives.
///
/// It is replaced by renaming a file whose bytes are on the disk, so that a kill at any instant
/// leaves the old or the new state, whole. What cannot be read is an error, never a fresh start:
/// whoever can damage the file must not gain what it protects from.
public struct StateFile: ~Copyable {
  /// What the file said when it was opened.
  public let state: VerifierState
  private let lock: FileLock

  /// Opens the state file at `path`; `waiting` is told when another process uses it.
  ///
  /// - Throws: `TrustError` when there is none or it cannot be read.
  public init(opening path: String, waiting: () -> Void = {}) throws(TrustError) {
    // A path without a state file is left without a lock file, too.
    _ = try StateFile.read(path)
    let lock = try StateFile.lock(of: path, waiting: waiting)
    let state = try StateFile.read(lock.path)
    self.lock = lock
    self.state = state
  }

  private static func lock(
    of path: String, waiting: () -> Void
  ) throws(TrustError) -> FileLock {
    do {
      return try FileLock(of: path, waiting: waiting)
    } catch {
      throw TrustError(error)
    }
  }

  /// The state in the file at `path`, without waiting for those who use it.
  ///
  /// - Throws: `TrustError` when there is none or it cannot be read.
  public static func read(_ path: String) throws(TrustError) -> VerifierState {
    let bytes: ByteSlice
    do {
      bytes = try ByteSlice(path: path)
    } catch {
      throw TrustError(
        .file, path, "cannot \(error.action): \(error.reason)",
        help: "make a state file once with 'proofmark state init \(path)'; where there was one, "
          + "find out who removed it")
    }
    do {
      return try VerifierState(parsing: bytes)
    } catch {
      throw TrustError(
        .malformedStateFile, path, "\(error)",
        help: "restore it from a backup: what it remembers cannot be made again")
    }
  }

  /// Makes a state file that remembers nothing.
  ///
  /// - Throws: `TrustError` when there is one already.
  public static func create(_ path: String) throws(TrustError) {
    do {
      var file = try AtomicFile(path: path)
      try file.write(ByteSlice(utf8: VerifierState().serialised()))
      try file.commit(replacing: false)
    } catch {
      throw TrustError(error)
    }
  }

  /// Replaces the state. A link stays: what it leads to is replaced.
  public func save(_ state: VerifierState) throws(TrustError) {
    do {
      try AtomicFile.write(state.serialised(), to: lock.path)
    } catch {
      throw TrustError(error)
    }
  }
}
