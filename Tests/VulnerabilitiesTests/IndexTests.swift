import Bytes
import CSQLite
import Dependencies
import TestSupport
import Testing
import Vulnerabilities

struct IndexTests {
  private let scratch: ScratchFolder
  private let path: String

  init() throws {
    scratch = try ScratchFolder()
    path = scratch.file("osv.sqlite")
  }

  private func torch(in database: AdvisoryDatabase) throws -> [Vulnerability] {
    try PackageExposure(of: Package(purl: "pkg:pypi/torch@1.12.0"), in: [database])
      .vulnerabilities
  }

  /// Runs statements on the index as any program might.
  private func change(_ statements: String) {
    var handle: OpaquePointer?
    #expect(sqlite3_open(path, &handle) == SQLITE_OK)
    #expect(sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK)
    sqlite3_close(handle)
  }

  @Test
  func `an index answers as the records that it was made of`() throws {
    let direct = try AdvisoryDatabase(opening: records)
    let summary = try AdvisoryDatabase.index([records], to: path)
    let index = try AdvisoryDatabase(opening: path)
    #expect(index.summary == direct.summary && index.summary == summary)
    #expect(summary.records == 12 && summary.withdrawn == 1 && summary.unread == 0)
    #expect(summary.ecosystems["PyPI"] == 8 && summary.ecosystems["crates.io"] == 1)
    #expect("\(try #require(summary.newest))" == "2025-05-09T13:13:16Z")
    #expect(try torch(in: index) == torch(in: direct))
    #expect(try torch(in: index).count == 1)
    // Nothing but the index is left.
    #expect(try scratch.listing() == ["osv.sqlite"])
  }

  @Test
  func `the same records give the same bytes`() throws {
    _ = try AdvisoryDatabase.index([records], to: path)
    _ = try AdvisoryDatabase.index([records], to: scratch.file("again.sqlite"))
    #expect(try scratch.read("osv.sqlite") == scratch.read("again.sqlite"))
  }

  @Test
  func `a zip is read as a folder is, and its unsafe names leave the data incomplete`() throws {
    var zip = ZipBuilder()
    for name in try Fixture.names(in: "vectors/osv") {
      zip.add(name, try Fixture.bytes("vectors/osv/\(name)").array, deflated: true)
    }
    try scratch.write(zip.bytes, to: "all.zip")
    let database = try AdvisoryDatabase(opening: scratch.file("all.zip"))
    #expect(database.summary.records == 12 && database.summary.unread == 0)
    #expect(try torch(in: database).count == 1)
    zip.add("../../escape.json", Array("{}".utf8))
    try scratch.write(zip.bytes, to: "escape.zip")
    let escaping = try AdvisoryDatabase(opening: scratch.file("escape.zip"))
    #expect(escaping.summary.records == 12 && escaping.summary.unread == 1)
    #expect(escaping.summary.problems.first?.name == "../../escape.json")
  }

  @Test
  func `records that cannot be read are counted and named`() throws {
    let good = #"{"id":"A-1","modified":"2024-01-01T00:00:00Z"}"#
    try scratch.write(good, to: "data/a.json")
    try scratch.write(good, to: "data/same.json")
    try scratch.write("{}", to: "data/b.json")
    try scratch.write(good.dropLast() + ",\"summary\":\"other\"}", to: "data/c.json")
    try scratch.write("# data", to: "data/README.md")
    try scratch.link("data/d.json", to: "a.json")
    let summary = try AdvisoryDatabase.index([scratch.file("data")], to: path)
    #expect(summary.records == 1 && summary.unread == 3 && summary.otherFiles == 1)
    #expect(summary.problems.map(\.name) == ["b.json", "c.json", "d.json"])
    #expect(summary.problems[1].reason == "another record has the id 'A-1', too")
    #expect(try AdvisoryDatabase(opening: path).summary == summary)
  }

  @Test
  func `several sources are as old as the oldest of them`() throws {
    let text = { (id: String, year: String) in
      #"{"id":"\#(id)","modified":"\#(year)-01-01T00:00:00Z"}"#
    }
    try scratch.write(text("A", "2020"), to: "a/a.json")
    try scratch.write(text("B", "2024"), to: "b/b.json")
    try scratch.write(text("A", "2020"), to: "b/a.json")
    let summary = try AdvisoryDatabase.index([scratch.file("a"), scratch.file("b")], to: path)
    #expect(summary.records == 2 && summary.unread == 0)
    #expect("\(try #require(summary.newest))" == "2020-01-01T00:00:00Z")
    let time = try #require(Timestamp("2020-01-31T23:00:00Z"))
    #expect(summary.ageInDays(at: time) == 30)
    #expect(summary.ageInDays(at: try #require(Timestamp("2019-01-01T00:00:00Z"))) == 0)
  }

  @Test
  func `where nothing can be read is an error, and no index is left`() throws {
    try scratch.write("text", to: "empty/a.txt")
    for source in ["empty", "missing"] {
      #expect(throws: AdvisoryError.self) {
        try AdvisoryDatabase.index([scratch.file(source)], to: path)
      }
      #expect(throws: AdvisoryError.self) { try AdvisoryDatabase(opening: scratch.file(source)) }
    }
    #expect(!scratch.exists("osv.sqlite"))
    #expect(throws: AdvisoryError.self) {
      try AdvisoryDatabase.index([records], to: scratch.file("none/osv.sqlite"))
    }
  }

  @Test(arguments: [
    "CREATE VIEW v AS SELECT 1", "CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END",
    "CREATE TABLE other (a)", "DROP INDEX advisory_package", "DROP TABLE unread",
    "CREATE INDEX more ON advisory (record)", "PRAGMA user_version = 2",
    "PRAGMA application_id = 0", "DELETE FROM meta",
    "DROP TABLE advisory; CREATE VIEW advisory AS SELECT 'PyPI' AS ecosystem, 'a' AS name, 1 AS record",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE meta (a)' "
      + "WHERE name = 'meta'",
    "UPDATE meta SET value = 'many' WHERE key = 'records'",
  ])
  func `an index with another schema is refused`(_ statements: String) throws {
    _ = try AdvisoryDatabase.index([records], to: path)
    _ = try AdvisoryDatabase(opening: path)
    change(statements)
    #expect(throws: AdvisoryError.self) { try AdvisoryDatabase(opening: path) }
  }

  @Test
  func `an index that is cut is refused`() throws {
    _ = try AdvisoryDatabase.index([records], to: path)
    let bytes = try scratch.read("osv.sqlite")
    for count in [16, 100, 4095, 4096, bytes.count / 2, bytes.count - 4096, bytes.count - 1] {
      try scratch.write(bytes.prefix(count), to: "osv.sqlite")
      #expect(throws: AdvisoryError.self, "\(count) of \(bytes.count) bytes") {
        try AdvisoryDatabase(opening: path)
      }
    }
    try scratch.write(bytes + bytes.prefix(4096), to: "osv.sqlite")
    #expect(throws: AdvisoryError.self) { try AdvisoryDatabase(opening: path) }
  }

  @Test
  func `a damaged index gives an error or an answer`() throws {
    _ = try AdvisoryDatabase.index([records], to: path)
    let bytes = try scratch.read("osv.sqlite")
    var random = RandomNumbers(seed: 11)
    for _ in 0..<200 {
      var damaged = bytes
      for _ in 0..<8 {
        damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      try scratch.write(damaged, to: "osv.sqlite")
      do {
        _ = try torch(in: AdvisoryDatabase(opening: path))
      } catch {
        #expect(error is AdvisoryError)
      }
    }
  }

  @Test
  func `a record in an index that is none is an error`() throws {
    _ = try AdvisoryDatabase.index([records], to: path)
    change("UPDATE advisory SET record = '{}' WHERE name = 'torch'")
    let database = try AdvisoryDatabase(opening: path)
    #expect(throws: AdvisoryError.self) { try torch(in: database) }
  }
}

struct IndexedRecordTests {
  /// What an index of one record about PyPI's `a` keeps of its entry's versions.
  private func listed(_ entry: String) throws -> String {
    let scratch = try ScratchFolder()
    try scratch.write(
      #"{"id":"A-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":"#
        + #"{"ecosystem":"PyPI","name":"a"},\#(entry)}]}"#, to: "data/a.json")
    let path = scratch.file("osv.sqlite")
    _ = try AdvisoryDatabase.index([scratch.file("data")], to: path)
    var handle: OpaquePointer?
    #expect(sqlite3_open(path, &handle) == SQLITE_OK)
    defer { sqlite3_close(handle) }
    var statement: OpaquePointer?
    sqlite3_prepare_v2(handle, "SELECT record FROM advisory", -1, &statement, nil)
    defer { sqlite3_finalize(statement) }
    #expect(sqlite3_step(statement) == SQLITE_ROW)
    let record = String(cString: sqlite3_column_text(statement, 0))
    let affected = try JSON(parsing: ByteSlice(utf8: record))["affected"]?.array?.first
    return (affected?["versions"]?.array ?? []).compactMap(\.string).joined(separator: " ")
  }

  @Test(arguments: [
    ("[{\"introduced\":\"1\"},{\"fixed\":\"2\"}]", "ECOSYSTEM", "0.9 2"),
    ("[{\"introduced\":\"0\"},{\"last_affected\":\"1.5\"}]", "ECOSYSTEM", "2"),
    ("[{\"introduced\":\"0\"}]", "GIT", "0.9 1 1.5 2"),
    ("[{\"introduced\":\"0\"},{\"fixed\":\"oops\"}]", "ECOSYSTEM", "0.9 1 1.5 2"),
  ])
  func `listed versions are kept where no range says the same`(
    _ events: String, _ kind: String, _ kept: String
  ) throws {
    let versions = #"["0.9.0","1.0","1.5","2"]"#
    let ranges = #"[{"type":"\#(kind)","events":\#(events)}]"#
    #expect(try listed(#""versions":\#(versions),"ranges":\#(ranges)"#) == kept)
  }
}
