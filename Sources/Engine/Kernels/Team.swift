import CKernels
import Dispatch
import Glibc
import Synchronization

/// Threads that help with one run: with the steps of it that are worth sharing, one after another.
///
/// Waking a thread takes as long as a small step. So the helpers, called at the first of these steps,
/// look out for the next for a while before they sleep. Nobody waits for a helper that has not come:
/// what it would have done is done without it.
///
/// One thread at a time calls `share` and, at last, `dismiss`.
final class Team: Sendable {
  /// How many threads work, the caller's among them.
  let threads: Int

  /// Asked for once: the answer is read from files.
  private static let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))

  private struct Job {
    let pieces: Pieces
    let body: @Sendable (Int) -> Void
  }

  private struct State {
    var job: Job?
    var isGathered = false
    var isDismissed = false
    var sleepers = 0
  }

  private let state = Mutex(State())
  /// Counts jobs, and the end of them; changes with the state, under its lock.
  private let news = Atomic(0)
  /// Helpers that work on the job.
  private let active = Atomic(0)
  private let bell = DispatchSemaphore(value: 0)
  private let patience: Duration

  /// A team that comes together when it is first needed.
  init(threads: Int) {
    self.threads = threads
    // More threads than CPUs would only keep each other from working.
    patience = threads <= Team.processors ? .microseconds(50) : .zero
  }

  /// Whether the helpers have been called.
  var isGathered: Bool { state.withLock(\.isGathered) }

  /// Calls `body(piece)` once for each piece, on the team's threads. What a piece computes must
  /// depend on its number alone.
  func share(pieces: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let job = Job(pieces: Pieces(pieces), body: body)
    let (mustGather, sleepers) = state.withLock { state in
      defer {
        state.isGathered = true
        state.sleepers = 0
      }
      state.job = job
      news.add(1, ordering: .releasing)
      return (!state.isGathered, state.sleepers)
    }
    if mustGather {
      for _ in 1..<threads { DispatchQueue.global().async { self.help() } }
    }
    for _ in 0..<sleepers { bell.signal() }
    job.pieces.take(body)
    state.withLock { $0.job = nil }
    var turns = 0
    while active.load(ordering: .acquiring) > 0 {
      ck_pause()
      turns += 1
      // The helper's CPU may have been taken away.
      if turns.isMultiple(of: 1024) { sched_yield() }
    }
  }

  /// Lets the helpers go.
  func dismiss() {
    let sleepers = state.withLock { state in
      state.isDismissed = true
      news.add(1, ordering: .releasing)
      return state.sleepers
    }
    for _ in 0..<sleepers { bell.signal() }
  }

  private func help() {
    ArithmeticMode.repairThread()
    var seen = 0
    while let job = nextJob(after: &seen) {
      job.pieces.take(job.body)
      active.subtract(1, ordering: .releasing)
    }
  }

  /// The next job, entered in `active`; nil when there will be none. `seen` is the last news that
  /// the helper has looked at.
  private func nextJob(after seen: inout Int) -> Job? {
    while true {
      let (job, isOver) = state.withLock { state -> (Job?, Bool) in
        let latest = news.load(ordering: .relaxed)
        defer { seen = latest }
        guard let job = state.job, latest != seen else { return (nil, state.isDismissed) }
        active.add(1, ordering: .relaxed)
        return (job, false)
      }
      if job != nil || isOver { return job }
      if looksOut(beyond: seen) { continue }
      let mustSleep = state.withLock { state in
        guard news.load(ordering: .relaxed) == seen else { return false }
        state.sleepers += 1
        return true
      }
      if mustSleep { bell.wait() }
    }
  }

  /// Waits for news for a while; whether there are some.
  private func looksOut(beyond seen: Int) -> Bool {
    let end = ContinuousClock.now + patience
    repeat {
      for _ in 0..<32 {
        if news.load(ordering: .acquiring) != seen { return true }
        ck_pause()
      }
    } while ContinuousClock.now < end
    return false
  }
}
