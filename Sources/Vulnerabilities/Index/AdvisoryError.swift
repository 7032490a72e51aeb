import Bytes

/// Why advisories could not be opened, indexed or asked.
public struct AdvisoryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder, archive or index.
  public let path: String
  /// What is wrong, in lower case without a full stop.
  public let message: String
  /// What the user can do.
  public let help: String?

  init(path: String, _ message: String, help: String? = nil) {
    self.path = path
    self.message = message
    self.help = help
  }

  init(path: String, _ error: FileError) {
    self.init(path: path, "cannot \(error.action) it: \(error.reason)")
  }

  init(path: String, _ error: SQLiteError) {
    self.init(
      path: path,
      error.isDamage ? "the index is damaged: \(error.message)" : "SQLite: \(error.message)",
      help: error.isDamage ? "make it anew with 'osv index'" : nil)
  }

  /// One line: the path and what is wrong there.
  public var description: String { "\(path): \(message)" }
}

/// Does something with SQLite for the folder, archive or index at the path.
func withDatabase<Result: ~Copyable>(
  _ path: String, _ body: () throws(SQLiteError) -> Result
) throws(AdvisoryError) -> Result {
  do throws(SQLiteError) {
    return try body()
  } catch {
    throw AdvisoryError(path: path, error)
  }
}

/// Does something with the file at the path.
func withFile<Result: ~Copyable>(
  _ path: String, _ body: () throws(FileError) -> Result
) throws(AdvisoryError) -> Result {
  do throws(FileError) {
    return try body()
  } catch {
    throw AdvisoryError(path: path, error)
  }
}
