import Bytes
import Findings
import Glibc

/// Tells on standard error what is going on: on a terminal the check that runs for longer than a
/// second, and with `-v` how long each check took. Never part of a report.
final class Progress {
  private let isVerbose: Bool
  private let shows: Bool
  private let start: ContinuousClock.Instant
  private var current: (check: CheckName, since: ContinuousClock.Instant)?
  private var isShowing = false

  init(isVerbose: Bool) {
    self.isVerbose = isVerbose
    shows = Terminal.showsProgress
    start = .now
  }

  /// Says that a check begins, and with it that the one before has ended.
  func begin(_ check: CheckName) {
    if current?.check == check { return }
    finishCurrent()
    current = (check, .now)
    if shows, start.duration(to: .now) >= .seconds(1) {
      Terminal.progress("\(check.rawValue) ...")
      isShowing = true
    }
  }

  /// Says that the last check has ended.
  func end() {
    finishCurrent()
    current = nil
  }

  private func finishCurrent() {
    if isShowing {
      Terminal.progress("")
      isShowing = false
    }
    guard isVerbose, let current else { return }
    let milliseconds = current.since.duration(to: .now) / .milliseconds(1)
    let tenths = Int(milliseconds * 10)
    Terminal.note("\(current.check.rawValue): \(tenths / 10).\(tenths % 10) ms")
  }
}
