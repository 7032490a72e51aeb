import Glibc
import Synchronization

/// The memory that one worker computes in, all zero when it is made. Halos stay zero: every step
/// writes inside its map.
///
/// `@unchecked Sendable`: a pool hands each workspace to one worker at a time, under its lock.
final class Workspace: @unchecked Sendable {
  let start: UnsafeMutableRawPointer

  init(bytes: Int) {
    start = TensorStorage.reserveBytes(bytes)
    memset(start, 0, bytes)
  }

  deinit { free(start) }
}

/// Workspaces of one program, kept for the next run.
final class WorkspacePool: Sendable {
  private let free = Mutex<[Workspace]>([])
  private let bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  /// Calls `body` with a workspace that nobody else uses meanwhile.
  func lend(_ body: (Workspace) -> Void) {
    let workspace = free.withLock { $0.popLast() } ?? Workspace(bytes: bytes)
    body(workspace)
    free.withLock { $0.append(workspace) }
  }
}
