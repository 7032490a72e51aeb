public import Bytes

/// A history file that this process alone may write, as long as the value lives.
public struct HistoryFile: ~Copyable {
  /// What it says.
  public private(set) var history: History
  private let lock: FileLock

  /// Opens the history at `path`, one without records when there is none; `waiting` is told when
  /// another process uses it.
  ///
  /// - Throws: `ConfigurationError` when its chain is broken, `FileError` when it cannot be read.
  public init(opening path: String, waiting: () -> Void = {}) throws {
    let lock = try FileLock(of: path, waiting: waiting)
    let bytes = try ByteSlice.ifPresent(path: path)
    let history = try bytes.map { try HistoryFile.parse($0, path) } ?? History()
    self.lock = lock
    self.history = history
  }

  /// The history in the file.
  ///
  /// - Throws: `ConfigurationError` when its chain is broken, `FileError` when it cannot be read.
  public static func read(_ path: String) throws -> History {
    try parse(ByteSlice(path: path), path)
  }

  private static func parse(_ bytes: ByteSlice, _ path: String) throws -> History {
    do throws(History.Break) {
      return try History(parsing: bytes)
    } catch {
      throw ConfigurationError(
        key: "", "\(path): \(error)",
        help: "nothing is added to a broken history: keep it as it is, and begin another")
    }
  }

  /// Adds the verdict of a report; it is on the disk when the call returns.
  public mutating func append(_ report: AuditReport, at time: Timestamp) throws(FileError) {
    let record = history.append(report, at: time)
    try AtomicFile.append(line: record.line, to: lock.path)
  }
}
