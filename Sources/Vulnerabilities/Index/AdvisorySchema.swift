/// The tables of an index; docs/osv.md describes them.
enum AdvisorySchema {
  /// `PMOV` in ASCII.
  static let applicationID = 0x504d_4f56
  static let version = 1

  /// The statements that make the tables, word by word as they stand in an index.
  static let tables = [
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE ecosystem (name TEXT NOT NULL PRIMARY KEY, records INTEGER NOT NULL) "
      + "WITHOUT ROWID",
    "CREATE TABLE unread (name TEXT NOT NULL, reason TEXT NOT NULL)",
    "CREATE TABLE advisory (ecosystem TEXT NOT NULL, name TEXT NOT NULL, record TEXT NOT NULL)",
  ]
  static let index = "CREATE INDEX advisory_package ON advisory (ecosystem, name)"

  /// The keys of `meta`.
  enum Key: String, CaseIterable {
    case records
    case withdrawn
    case otherFiles = "other-files"
    case unread
    case newest = "newest-modified"
    case source = "source-digest"
  }

  /// Records of one package that are read: no real one has a tenth.
  static let longestAnswer = 20_000
}
