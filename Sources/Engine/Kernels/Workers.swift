import CKernels
import Dispatch
import Synchronization

/// Threads that take numbered pieces of work until none is left.
enum Workers {
  /// Calls `body(piece)` once for each piece, on at most `threads` threads at a time. What a piece
  /// computes must depend on its number alone.
  static func share(pieces: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(pieces, max(1, threads))
    guard workers > 1 else {
      FloatingPoint.repairThread()
      for piece in 0..<pieces { body(piece) }
      return
    }
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      FloatingPoint.repairThread()
      while true {
        let piece = next.add(1, ordering: .relaxed).oldValue
        guard piece < pieces else { return }
        body(piece)
      }
    }
  }
}

/// The arithmetic mode of the threads that compute.
public enum FloatingPoint {
  private static let repairs = Atomic(0)

  /// How often a thread was found with flushed subnormals or another rounding, which a shared
  /// library had set, and was put right before it computed.
  public static var repairedThreads: Int { repairs.load(ordering: .relaxed) }

  /// Puts this thread's arithmetic right and counts when that was needed.
  static func repairThread() {
    if ck_repair_environment() { repairs.add(1, ordering: .relaxed) }
  }
}
