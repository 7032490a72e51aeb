public import Archives
import Bytes
public import Dependencies
import Synchronization

/// Advisories that can be asked for those of a package: an index, or records that were just read.
public final class AdvisoryDatabase: Sendable {
  /// Where they come from, as the user named it.
  public let path: String
  /// What is known of them as a whole.
  public let summary: AdvisorySummary
  private let source: Mutex<Source>

  private enum Source: ~Copyable {
    case index(SQLiteConnection)
    case records(AdvisoryWriter)
  }

  /// Opens an index, or reads the records below a folder or in an archive into one that vanishes
  /// with this value.
  ///
  /// - Throws: `AdvisoryError` when there is nothing to open, no record in it, or the index is not
  ///   what `index` writes. A record that cannot be read is counted in the summary.
  public init(opening path: String, worker: WorkerCommand? = nil) throws(AdvisoryError) {
    self.path = path
    if let bytes = AdvisoryDatabase.indexBytes(at: path) {
      let connection = try withDatabase(path) { () throws(SQLiteError) in
        try SQLiteConnection.reading(bytes)
      }
      summary = try connection.verifiedSummary(of: bytes, path: path)
      source = Mutex(.index(connection))
    } else {
      let writer = try AdvisoryWriter(at: nil)
      try writer.read(path, worker: worker)
      try writer.finish()
      summary = writer.summary
      source = Mutex(.records(writer))
    }
  }

  /// Reads the records of folders and archives into an index at `output`, which is replaced when
  /// the new one is whole.
  ///
  /// - Throws: `AdvisoryError` when a source cannot be opened or holds no record, or the index
  ///   cannot be written.
  public static func index(
    _ sources: [String], to output: String, worker: WorkerCommand? = nil
  ) throws(AdvisoryError) -> AdvisorySummary {
    let file = try withFile(output) { () throws(FileError) in try StagedFile(for: output) }
    let summary = try write(sources, to: file.path, worker: worker)
    do throws(FileError) {
      try file.commit()
    } catch {
      throw AdvisoryError(path: output, error)
    }
    return summary
  }

  private static func write(
    _ sources: [String], to path: String, worker: WorkerCommand?
  ) throws(AdvisoryError) -> AdvisorySummary {
    let writer = try AdvisoryWriter(at: path)
    for source in sources { try writer.read(source, worker: worker) }
    try writer.finish()
    return writer.summary
  }

  /// The records that tell of a package, withdrawn ones left out.
  ///
  /// - Throws: `AdvisoryError` when the index is damaged, or tells more than any real one.
  public func advisories(for package: Package) throws(AdvisoryError) -> [Advisory] {
    guard let ecosystem = package.ecosystem.osvName else { return [] }
    let name = package.comparableName
    let records = try withDatabase(path) { () throws(SQLiteError) in
      try source.withLock { (source) throws(SQLiteError) in
        switch source {
        case .index(let connection): try connection.records(ecosystem: ecosystem, name: name)
        case .records(let writer): try writer.records(ecosystem: ecosystem, name: name)
        }
      }
    }
    guard records.count <= AdvisorySchema.longestAnswer else {
      throw AdvisoryError(
        path: path, "more than \(AdvisorySchema.longestAnswer) records tell of '\(name)'")
    }
    var advisories: [Advisory] = []
    for record in records {
      do throws(ParseError) {
        advisories.append(try Advisory(parsing: record, .indexed))
      } catch {
        throw AdvisoryError(path: path, "a record of '\(name)' cannot be read: \(error.reason)")
      }
    }
    return advisories
  }

  /// The bytes of the file when it is an SQLite database; nil for all else. What cannot be opened
  /// is found so when its records are to be read.
  private static func indexBytes(at path: String) -> ByteSlice? {
    do throws(FileError) {
      let bytes = try ByteSlice(path: path)
      return bytes.starts(with: Array("SQLite format 3\0".utf8)) ? bytes : nil
    } catch {
      return nil
    }
  }
}
