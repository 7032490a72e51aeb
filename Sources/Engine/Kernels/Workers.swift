import Dispatch
import Synchronization

/// Threads that take numbered pieces of work until none is left.
enum Workers {
  /// Calls `body(piece)` once for each piece, on at most `threads` threads at a time. What a piece
  /// computes must depend on its number alone.
  static func share(pieces: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(pieces, max(1, threads))
    guard workers > 1 else {
      ArithmeticMode.repairThread()
      for piece in 0..<pieces { body(piece) }
      return
    }
    let pieces = Pieces(pieces)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      ArithmeticMode.repairThread()
      pieces.take(body)
    }
  }
}

/// Numbered pieces of work that threads take until none is left.
final class Pieces: Sendable {
  private let count: Int
  private let next = Atomic(0)

  init(_ count: Int) {
    self.count = count
  }

  /// Calls `body(piece)` for each piece that no other call has taken.
  func take(_ body: (Int) -> Void) {
    while true {
      let piece = next.add(1, ordering: .relaxed).oldValue
      guard piece < count else { return }
      body(piece)
    }
  }
}
