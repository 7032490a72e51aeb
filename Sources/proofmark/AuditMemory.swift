import Auditing
import Bytes
import Judging
import Releases
import Trust

/// The state and the history of a command, each locked until the command ends.
struct AuditMemory: ~Copyable {
  private var stateFile: StateFile?
  private var historyFile: HistoryFile?
  /// What is remembered; nil without a state file.
  private(set) var state: VerifierState?
  private var isChanged = false

  /// Opens the files that the options name.
  init(_ options: MemoryOptions?) throws {
    if let path = options?.state {
      let file = try StateFile(opening: path) { AuditMemory.noteWaiting(path) }
      state = file.state
      stateFile = consume file
    }
    if let path = options?.history {
      historyFile = try HistoryFile(opening: path) { AuditMemory.noteWaiting(path) }
    }
  }

  private static func noteWaiting(_ path: String) {
    Terminal.note("\(Tool.name): note: waiting for another process that uses \(safeText(path))")
  }

  /// Remembers what passed. A time that was given and lies ahead of the clock is not remembered:
  /// it would be believed by every later audit.
  mutating func remember(_ outcome: Audit.Outcome, _ settings: AuditSettings) {
    guard state != nil, let sighting = outcome.sighting else { return }
    state?.remember(sighting.release, of: sighting.model)
    if let trust = settings.trust { state?.remember(trust) }
    state?.remember(settings.at.map { min($0, .systemClock()) } ?? settings.time)
    isChanged = true
  }

  /// Writes the state when it changed, and the verdicts.
  mutating func save(_ reports: [AuditReport], at time: Timestamp) throws {
    if isChanged, let state { try stateFile?.save(state) }
    for report in reports { try historyFile?.append(report, at: time) }
  }
}
