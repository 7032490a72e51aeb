import Archives
import Bytes
import Dependencies
import Findings

/// Reads records from folders and archives into the tables of an index.
final class AdvisoryWriter {
  private let path: String
  private let connection: SQLiteConnection
  private let insertion: SQLiteStatement
  private(set) var summary = AdvisorySummary()
  /// The digest of each record that was read, by its id.
  private var known: [String: Digest] = [:]
  private var sources: [Digest] = []
  private var newest: [Timestamp] = []
  private var newestHere: Timestamp?
  private var failure: SQLiteError?

  /// What may be opened: far more files than a release has, and each of them small.
  private static let limits: Limits = {
    var limits = Limits()
    limits.memberCount = 4_000_000
    limits.memberBytes = Advisory.longest
    limits.totalBytes = 32 << 30
    limits.ratio = 1000
    limits.headerBytes = 1 << 30
    limits.archiveDepth = 1
    return limits
  }()

  /// Begins an index at the path, or in a temporary file where it is nil.
  init(at path: String?) throws(AdvisoryError) {
    self.path = path ?? "advisories"
    connection = try withDatabase(self.path) { () throws(SQLiteError) in
      let connection = try SQLiteConnection.writing(path)
      try connection.execute("PRAGMA application_id = \(AdvisorySchema.applicationID)")
      try connection.execute("PRAGMA user_version = \(AdvisorySchema.version)")
      try connection.execute("BEGIN")
      for table in AdvisorySchema.tables { try connection.execute(table) }
      return connection
    }
    do throws(SQLiteError) {
      insertion = try connection.prepare("INSERT INTO advisory VALUES (?1, ?2, ?3)")
    } catch {
      throw AdvisoryError(path: self.path, error)
    }
  }

  /// Adds all records below a folder or in an archive.
  func read(_ path: String, worker: WorkerCommand?) throws(AdvisoryError) {
    newestHere = nil
    let recordsBefore = summary.records + summary.unread
    let walk = try withFile(path) { () throws(FileError) in
      try MemberWalk(over: path, limits: AdvisoryWriter.limits, worker: worker) { member in
        self.add(member)
      }
    }
    if let failure { throw AdvisoryError(path: path, failure) }
    for finding in walk.findings where finding.rule.severity >= .high {
      summary.add(
        AdvisorySummary.Problem(
          name: finding.place.members.isEmpty ? path : finding.place.chain,
          reason: finding.message))
    }
    guard summary.records + summary.unread > recordsBefore else {
      throw AdvisoryError(path: path, "it holds no OSV record (a file *.json)")
    }
    sources.append(walk.digest)
    if let newestHere { newest.append(newestHere) }
  }

  private func add(_ member: Member) {
    guard failure == nil else { return }
    guard member.path.text.lowercased().hasSuffix(".json") else {
      summary.otherFiles += 1
      return
    }
    func problem(_ reason: String) {
      summary.add(AdvisorySummary.Problem(name: member.path.text, reason: reason))
    }
    do throws(ParseError) {
      let advisory = try Advisory(parsing: member.bytes)
      if let other = known[advisory.id] {
        // The same record in several sources is one; two that differ leave open which holds.
        if other != member.digest { problem("another record has the id '\(advisory.id)', too") }
        return
      }
      known[advisory.id] = member.digest
      count(advisory)
      if !advisory.isWithdrawn { insert(advisory) }
    } catch {
      problem(error.reason)
    }
  }

  private func count(_ advisory: Advisory) {
    summary.records += 1
    if advisory.isWithdrawn { summary.withdrawn += 1 }
    newestHere = max(newestHere ?? advisory.modified, advisory.modified)
    for ecosystem in Set(advisory.affected.map(\.ecosystem)) {
      summary.ecosystems[ecosystem, default: 0] += 1
    }
  }

  /// One row for each package of an ecosystem that can be judged.
  private func insert(_ advisory: Advisory) {
    var seen: Set<[String]> = []
    for entry in advisory.affected {
      guard let ecosystem = Ecosystem(osvName: entry.ecosystem),
        seen.insert([entry.ecosystem, entry.name]).inserted
      else { continue }
      do throws(SQLiteError) {
        try insertion.bind(
          entry.ecosystem, entry.name,
          advisory.indexText(ecosystem, name: entry.name))
        _ = try insertion.step()
      } catch {
        failure = error
        return
      }
    }
  }

  /// Completes the tables.
  func finish() throws(AdvisoryError) {
    summary.newest = newest.min()
    summary.source = sources.count == 1 ? sources[0] : AdvisoryWriter.digest(of: sources)
    try withDatabase(path) { () throws(SQLiteError) in try writeSummary() }
  }

  private func writeSummary() throws(SQLiteError) {
    insertion.reset()
    let meta = try connection.prepare("INSERT INTO meta VALUES (?1, ?2)")
    for key in AdvisorySchema.Key.allCases {
      try meta.bind(key.rawValue, summary[key])
      _ = try meta.step()
    }
    let ecosystems = try connection.prepare("INSERT INTO ecosystem VALUES (?1, ?2)")
    for (name, count) in summary.ecosystems.sorted(by: { $0.key < $1.key }) {
      try ecosystems.bind(name, String(count))
      _ = try ecosystems.step()
    }
    let unread = try connection.prepare("INSERT INTO unread VALUES (?1, ?2)")
    for problem in summary.problems {
      try unread.bind(problem.name, problem.reason)
      _ = try unread.step()
    }
    meta.reset()
    ecosystems.reset()
    unread.reset()
    try connection.execute(AdvisorySchema.index)
    try connection.execute("COMMIT")
  }

  private static func digest(of sources: [Digest]) -> Digest {
    var stream = DigestStream()
    for source in sources { stream.update(source.bytes) }
    return stream.finish()
  }

  /// The rows of a package that was indexed in this process.
  func records(ecosystem: String, name: String) throws(SQLiteError) -> [ByteSlice] {
    try connection.records(ecosystem: ecosystem, name: name)
  }
}

extension SQLiteConnection {
  /// The records that tell of a package, in the order in which they were indexed.
  func records(ecosystem: String, name: String) throws(SQLiteError) -> [ByteSlice] {
    let query = try prepare(
      "SELECT record FROM advisory WHERE ecosystem = ?1 AND name = ?2 ORDER BY rowid LIMIT "
        + "\(AdvisorySchema.longestAnswer + 1)")
    try query.bind(ecosystem, name)
    var records: [ByteSlice] = []
    while try query.step() { records.append(query.bytes(0)) }
    return records
  }
}

extension AdvisorySummary {
  /// The value under the key of `meta`.
  subscript(key: AdvisorySchema.Key) -> String {
    switch key {
    case .records: String(records)
    case .withdrawn: String(withdrawn)
    case .otherFiles: String(otherFiles)
    case .unread: String(unread)
    case .newest: newest.map { "\($0)" } ?? ""
    case .source: source?.prefixed ?? ""
    }
  }
}
