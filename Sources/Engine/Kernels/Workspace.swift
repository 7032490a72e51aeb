import Glibc
import Synchronization

/// The memory that one worker computes in, all zero when it is made. Halos stay zero: every step
/// writes inside its map. Pages that nobody touches, those of images beyond a small batch, take
/// nothing of the main memory.
///
/// `@unchecked Sendable`: a pool hands each workspace to one worker at a time, under its lock.
final class Workspace: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int

  init(bytes: Int) {
    let isLarge = bytes >= 2 * TensorStorage.largePage
    let alignment = isLarge ? TensorStorage.largePage : TensorStorage.alignment
    mappedBytes = bytes + alignment
    let memory = mmap(
      nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      preconditionFailure("out of memory: \(bytes) bytes")
    }
    mapping = memory
    start = memory.alignedUp(toMultipleOf: alignment)
    if isLarge {
      madvise(start, bytes / TensorStorage.largePage * TensorStorage.largePage, MADV_HUGEPAGE)
    }
  }

  deinit { munmap(mapping, mappedBytes) }
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
