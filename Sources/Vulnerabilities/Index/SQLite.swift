// The one file that calls SQLite. Return codes become errors here, handles have one owner, and no
// pointer leaves the file.
import Bytes
import CSQLite

/// What SQLite says went wrong.
struct SQLiteError: Error, Equatable, CustomStringConvertible {
  let code: CInt
  let message: String

  var description: String { message }

  /// A file that contradicts itself.
  static func damaged(_ message: String) -> SQLiteError {
    SQLiteError(code: SQLITE_CORRUPT, message: message)
  }

  /// Whether the file is not what it should be, rather than the disk or the memory.
  var isDamage: Bool { [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_INTERRUPT].contains(code & 0xff) }
}

/// A connection that one thread uses at a time.
struct SQLiteConnection: ~Copyable {
  private let handle: OpaquePointer
  /// What is read in place; in memory as long as the connection is.
  private let content: ByteSlice
  private let budget: UnsafeMutablePointer<Int>

  /// The virtual machine's steps that one statement may take: a damaged tree can be walked for ever.
  private static let steps = 200_000_000
  private static let stepsBetween: CInt = 10_000

  /// A database that is read from bytes and never written: no file is opened, so that neither a
  /// journal beside it nor another process has a say.
  ///
  /// The file comes from outside. Views, triggers and functions of its schema do nothing, whatever
  /// the schema is.
  static func reading(_ bytes: ByteSlice) throws(SQLiteError) -> SQLiteConnection {
    let connection = try SQLiteConnection(":memory:", content: bytes)
    try connection.load()
    connection.harden()
    try connection.execute("PRAGMA query_only = ON")
    return connection
  }

  private func load() throws(SQLiteError) {
    let status = content.withUnsafeBytes { memory in
      let start = memory.baseAddress.map {
        UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: UInt8.self))
      }
      // SQLite does not write to what is marked as read-only.
      return sqlite3_deserialize(
        handle, "main", start, Int64(memory.count), Int64(memory.count),
        UInt32(SQLITE_DESERIALIZE_READONLY))
    }
    try demand(status)
  }

  /// An empty database to be written: at a path, or in a nameless temporary file where it is nil.
  static func writing(_ path: String?) throws(SQLiteError) -> SQLiteConnection {
    let connection = try SQLiteConnection(path ?? "", content: .empty)
    // A file that is not whole is thrown away; nothing is ever rolled back.
    for setting in [
      "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -65536",
      "temp_store = MEMORY",
    ] { try connection.execute("PRAGMA " + setting) }
    return connection
  }

  private init(_ name: String, content: ByteSlice) throws(SQLiteError) {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let status = sqlite3_open_v2(name, &opened, flags, nil)
    guard status == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw SQLiteError(code: status, message: message)
    }
    handle = opened
    self.content = content
    budget = .allocate(capacity: 1)
    budget.initialize(to: SQLiteConnection.steps)
  }

  deinit {
    sqlite3_close_v2(handle)
    budget.deallocate()
    withExtendedLifetime(content) {}
  }

  private func harden() {
    for (option, value) in [
      (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
      (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
      (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0), (SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0),
    ] { proofmark_sqlite_switch(handle, option, CInt(value)) }
    for (limit, value) in [
      (SQLITE_LIMIT_LENGTH, 32 << 20), (SQLITE_LIMIT_SQL_LENGTH, 4096), (SQLITE_LIMIT_COLUMN, 16),
      (SQLITE_LIMIT_EXPR_DEPTH, 16), (SQLITE_LIMIT_COMPOUND_SELECT, 2),
      (SQLITE_LIMIT_VDBE_OP, 10_000), (SQLITE_LIMIT_FUNCTION_ARG, 8), (SQLITE_LIMIT_ATTACHED, 0),
      (SQLITE_LIMIT_VARIABLE_NUMBER, 16), (SQLITE_LIMIT_TRIGGER_DEPTH, 1),
      (SQLITE_LIMIT_WORKER_THREADS, 0),
    ] { sqlite3_limit(handle, limit, CInt(value)) }
    let count: @convention(c) (UnsafeMutableRawPointer?) -> CInt = { context in
      guard let left = context?.assumingMemoryBound(to: Int.self) else { return 1 }
      left.pointee -= Int(SQLiteConnection.stepsBetween)
      return left.pointee < 0 ? 1 : 0
    }
    sqlite3_progress_handler(handle, SQLiteConnection.stepsBetween, count, budget)
    // Cells are checked as pages are read.
    _ = sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nil, nil, nil)
  }

  private func demand(_ status: CInt) throws(SQLiteError) {
    guard status != SQLITE_OK else { return }
    throw SQLiteError(code: status, message: String(cString: sqlite3_errmsg(handle)))
  }

  /// Runs a statement that gives nothing.
  func execute(_ text: String) throws(SQLiteError) {
    budget.pointee = SQLiteConnection.steps
    try demand(sqlite3_exec(handle, text, nil, nil, nil))
  }

  /// Prepares a statement, which must not outlive the connection.
  func prepare(_ text: String) throws(SQLiteError) -> SQLiteStatement {
    budget.pointee = SQLiteConnection.steps
    var prepared: OpaquePointer?
    try demand(sqlite3_prepare_v2(handle, text, -1, &prepared, nil))
    guard let prepared else { throw SQLiteError(code: SQLITE_ERROR, message: "no statement") }
    return SQLiteStatement(prepared)
  }

  /// The one integer that a query gives.
  func integer(_ query: String) throws(SQLiteError) -> Int {
    let statement = try prepare(query)
    guard try statement.step() else { return 0 }
    return statement.integer(0)
  }
}

/// A prepared statement and its current row.
struct SQLiteStatement: ~Copyable {
  private let handle: OpaquePointer

  fileprivate init(_ handle: OpaquePointer) { self.handle = handle }

  deinit { sqlite3_finalize(handle) }

  /// Gives the parameters their values and begins anew.
  func bind(_ values: String...) throws(SQLiteError) {
    sqlite3_reset(handle)
    for (index, value) in values.enumerated() {
      let status = proofmark_sqlite_bind(
        handle, CInt(index + 1), value, CInt(clamping: value.utf8.count))
      try demand(status)
    }
  }

  /// Ends what the statement was doing, so that a transaction can be ended.
  func reset() { sqlite3_reset(handle) }

  /// Goes to the next row; false when there is none.
  func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let status:
      throw SQLiteError(
        code: status, message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
    }
  }

  private func demand(_ status: CInt) throws(SQLiteError) {
    guard status != SQLITE_OK else { return }
    throw SQLiteError(
      code: status, message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
  }

  /// The bytes of a column, copied.
  func bytes(_ column: CInt) -> ByteSlice {
    guard let text = sqlite3_column_blob(handle, column) else { return .empty }
    let count = Int(sqlite3_column_bytes(handle, column))
    return ByteSlice(Array(UnsafeRawBufferPointer(start: text, count: count)))
  }

  /// The text of a column, its bytes repaired where they are no UTF-8.
  func text(_ column: CInt) -> String { String(decoding: bytes(column), as: UTF8.self) }

  /// The integer of a column.
  func integer(_ column: CInt) -> Int { Int(sqlite3_column_int64(handle, column)) }
}
