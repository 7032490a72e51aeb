import Bytes

// An index is opened for what it is, or not at all.
extension SQLiteConnection {
  /// What is known of the index as a whole, after its form was compared with what `osv index`
  /// writes: the tables word by word, nothing else, and as many pages as the file has.
  func verifiedSummary(of bytes: ByteSlice, path: String) throws(AdvisoryError) -> AdvisorySummary {
    let form = try withDatabase(path) { () throws(SQLiteError) in try readForm() }
    guard form.application == AdvisorySchema.applicationID else {
      throw AdvisoryError(
        path: path, "an SQLite file that is no index of advisories", help: "see 'osv index'")
    }
    guard form.version == AdvisorySchema.version else {
      throw AdvisoryError(
        path: path,
        "an index of version \(form.version), this program reads "
          + "\(AdvisorySchema.version)", help: "make it anew with 'osv index'")
    }
    guard form.bytes == bytes.count else {
      throw AdvisoryError(
        path: path, "the index is damaged: \(bytes.count) bytes, its header says \(form.bytes)",
        help: "make it anew with 'osv index'")
    }
    let expected = (AdvisorySchema.tables + [AdvisorySchema.index]).sorted()
    guard form.statements.sorted() == expected else {
      let other = form.statements.first { !expected.contains($0) }
      throw AdvisoryError(
        path: path,
        "the index has another schema: "
          + (other.map { "'\(safeText($0))'" } ?? "a table is missing"),
        help: "make it anew with 'osv index'")
    }
    return try withDatabase(path) { () throws(SQLiteError) in try readSummary() }
  }

  private struct Form {
    var application = 0
    var version = 0
    var bytes = 0
    var statements: [String] = []
  }

  private func readForm() throws(SQLiteError) -> Form {
    var form = Form()
    form.application = try integer("PRAGMA application_id")
    form.version = try integer("PRAGMA user_version")
    let (size, overflow) = try integer("PRAGMA page_count")
      .multipliedReportingOverflow(by: try integer("PRAGMA page_size"))
    form.bytes = overflow ? -1 : size
    // Indexes that SQLite makes for primary keys have no text.
    let schema = try prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL LIMIT 100")
    while try schema.step() { form.statements.append(schema.text(0)) }
    return form
  }

  private func readSummary() throws(SQLiteError) -> AdvisorySummary {
    var values: [String: String] = [:]
    let meta = try prepare("SELECT key, value FROM meta LIMIT 100")
    while try meta.step() { values[meta.text(0)] = meta.text(1) }
    var summary = AdvisorySummary()
    func count(_ key: AdvisorySchema.Key) throws(SQLiteError) -> Int {
      guard let text = values[key.rawValue], let count = Int(text), count >= 0 else {
        throw SQLiteError.damaged("meta has no count '\(key.rawValue)'")
      }
      return count
    }
    summary.records = try count(.records)
    summary.withdrawn = try count(.withdrawn)
    summary.otherFiles = try count(.otherFiles)
    summary.unread = try count(.unread)
    summary.source = values[AdvisorySchema.Key.source.rawValue].flatMap { Digest(prefixed: $0) }
    summary.newest = values[AdvisorySchema.Key.newest.rawValue].flatMap { Timestamp($0) }
    let ecosystems = try prepare("SELECT name, records FROM ecosystem LIMIT 1000")
    while try ecosystems.step() { summary.ecosystems[ecosystems.text(0)] = ecosystems.integer(1) }
    let unread = try prepare(
      "SELECT name, reason FROM unread LIMIT \(AdvisorySummary.longestList)")
    while try unread.step() {
      summary.problems.append(
        AdvisorySummary.Problem(name: unread.text(0), reason: unread.text(1)))
    }
    return summary
  }
}
