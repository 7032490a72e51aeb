public import Bytes
import Dependencies

// The reader accepts what the writer writes and nothing else: no TOML parser stands between the
// signed bytes and their meaning, and every error has its place. TOML readers see the same values.
extension Lock {
  /// The longest lock that is read.
  public static let byteLimit = 64 << 20

  /// Reads a lock in canonical form.
  ///
  /// - Throws: `ParseError` at the first byte that `serialised()` would not have written; of kind
  ///   `unsupported` for another version of the format.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    guard bytes.count <= Lock.byteLimit else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "at most \(Lock.byteLimit) bytes of lock",
        found: "\(bytes.count)")
    }
    var lines = LockLines(bytes)
    try lines.expectVersion("1")
    let createdBy = try lines.text("created-by")
    try lines.expectTable("model")
    let name = try lines.text("name")
    let version = try lines.text("version")
    let format = try lines.text("format")
    let parent = try lines.parent()
    try lines.expectTable("engine")
    let contract = try lines.text("contract")
    try lines.expectTable("files")
    let files: [FileRecord] = try lines.records()
    let sources: [Source] = try lines.table("sources")
    var packages: [Package] = []
    for ecosystem in Ecosystem.allCases {
      let records: [PackageRecord] = try lines.table("deps.\(ecosystem.rawValue)")
      packages += records.map { $0.package(of: ecosystem) }
    }
    let (seed, trainingData) = try lines.training()
    self.init(
      createdBy: createdBy,
      model: Model(name: name, version: version, format: format, parent: parent),
      contract: contract, files: files, sources: sources, packages: packages, seed: seed,
      trainingData: trainingData, dataSets: try lines.table("data"),
      metrics: try lines.table("metrics"), goldens: try lines.table("golden"))
    try lines.expectEnd()
    // The reader above leaves no freedom; this is the promise itself.
    guard ByteSlice(utf8: serialised()) == bytes else {
      throw ParseError(
        at: bytes.offset, expected: "the canonical form of this lock", found: "another form")
    }
  }
}

/// Walks over the lines of a lock.
private struct LockLines {
  private let bytes: ByteSlice
  private var position = 0

  private static let recordLimit = Limits().memberCount

  init(_ bytes: ByteSlice) { self.bytes = bytes }

  /// The line that begins here, without its line feed; nil at the end.
  private func peekLine() throws(ParseError) -> ByteSlice? {
    guard position < bytes.count else { return nil }
    let rest = bytes.suffix(bytes.count - position)
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
      throw ParseError(
        at: rest.offset, expected: "a line that ends in a line feed",
        found: "'\(shown(rest))' and the end")
    }
    return rest.prefix(end)
  }

  private mutating func line(_ what: String) throws(ParseError) -> ByteSlice {
    guard let line = try peekLine() else {
      throw ParseError(at: bytes.offset + position, expected: what, found: "the end")
    }
    position += line.count + 1
    return line
  }

  private mutating func expectLine(_ text: String) throws(ParseError) {
    let line = try line("'\(text)'")
    guard line.elementsEqual(text.utf8) else {
      throw ParseError(at: line.offset, expected: "'\(text)'", found: "'\(shown(line))'")
    }
  }

  mutating func expectTable(_ name: String) throws(ParseError) { try expectLine("[\(name)]") }

  mutating func expectVersion(_ version: String) throws(ParseError) {
    let place = bytes.offset + position
    let found = try text("lock-version")
    guard found == version else {
      throw ParseError(
        .unsupported, at: place, expected: "lock-version \"\(version)\"",
        found: "\"\(safeText(found))\"")
    }
  }

  mutating func expectEnd() throws(ParseError) {
    guard let line = try peekLine() else { return }
    throw ParseError(
      at: line.offset, expected: "the next table in order, or the end",
      found: "'\(shown(line))'")
  }

  /// The value of the line `name = "..."` that must come next.
  mutating func text(_ name: String) throws(ParseError) -> String {
    var cursor = LockCursor(try line("'\(name)'"))
    try cursor.expect("\(name) = ")
    let text = try cursor.text()
    try cursor.expectEnd()
    return text
  }

  /// The line `parent = { version = "...", lock = "sha256:..." }`, if it comes next.
  mutating func parent() throws(ParseError) -> Lock.Parent? {
    guard let next = try peekLine(), next.starts(with: Array("parent".utf8)) else { return nil }
    var cursor = LockCursor(try line("'parent'"))
    try cursor.expect("parent = ")
    var fields = try cursor.fields()
    let version = try fields.text("version")
    let lock = fields.isEmpty ? nil : try fields.prefixedDigest("lock")
    try fields.expectEnd()
    return Lock.Parent(version: version, lock: lock)
  }

  /// The table `training`: a line `seed = N`, if there is one, and the records of the data.
  mutating func training() throws(ParseError) -> (seed: Int?, data: [Lock.TrainingData]) {
    guard let next = try peekLine(), next.elementsEqual("[training]".utf8) else { return (nil, []) }
    position += next.count + 1
    var seed: Int?
    if let line = try peekLine(), line.starts(with: Array("seed".utf8)) {
      position += line.count + 1
      var cursor = LockCursor(line)
      try cursor.expect("seed = ")
      seed = try cursor.integer()
      try cursor.expectEnd()
    }
    let data: [Lock.TrainingData] = try records()
    guard seed != nil || !data.isEmpty else {
      throw ParseError(
        at: next.offset, expected: "no table without a record", found: "'\(shown(next))'")
    }
    return (seed, data)
  }

  /// The records of the table, none when another line comes next.
  mutating func table<Record: LockRecord>(_ name: String) throws(ParseError) -> [Record] {
    guard let next = try peekLine(), next.elementsEqual("[\(name)]".utf8) else { return [] }
    position += next.count + 1
    let records: [Record] = try self.records()
    guard !records.isEmpty else {
      throw ParseError(
        at: next.offset, expected: "no table without a record", found: "'\(shown(next))'")
    }
    return records
  }

  /// The record lines that come next, keys ascending by bytes.
  mutating func records<Record: LockRecord>() throws(ParseError) -> [Record] {
    var records: [Record] = []
    while let next = try peekLine(), next.first != UInt8(ascii: "[") {
      position += next.count + 1
      var cursor = LockCursor(next)
      let key = try cursor.text()
      if let last = records.last, !last.key.utf8.lexicographicallyPrecedes(key.utf8) {
        throw ParseError(
          at: next.offset, expected: "keys in ascending order, each once",
          found: "'\(safeText(key))' after '\(safeText(last.key))'")
      }
      try cursor.expect(" = ")
      var fields = try cursor.fields()
      let record = try Record(key: key, from: &fields)
      try fields.expectEnd()
      guard records.count < LockLines.recordLimit else {
        throw ParseError(
          .limit, at: next.offset, expected: "at most \(LockLines.recordLimit) records in a table",
          found: "one more")
      }
      records.append(record)
    }
    return records
  }
}

/// Walks over the bytes of one line.
private struct LockCursor {
  private let line: [UInt8]
  private let offset: Int
  private var position = 0

  init(_ line: ByteSlice) {
    self.line = line.array
    offset = line.offset
  }

  private func malformed(expected: String) -> ParseError {
    ParseError(
      at: offset + position, expected: expected,
      found: position == line.count ? "the end of the line" : "'\(shown(line[position...]))'")
  }

  private mutating func take(_ text: String) -> Bool {
    guard line[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  mutating func expect(_ text: String) throws(ParseError) {
    guard take(text) else { throw malformed(expected: "'\(text)'") }
  }

  func expectEnd() throws(ParseError) {
    guard position == line.count else { throw malformed(expected: "the end of the line") }
  }

  /// A basic string in which only `"` and `\` are escaped.
  mutating func text() throws(ParseError) -> String {
    try expect("\"")
    var content: [UInt8] = []
    while !take("\"") {
      if take("\\") {
        guard position < line.count, [0x22, 0x5c].contains(line[position]) else {
          throw malformed(expected: "'\"' or '\\' after a backslash")
        }
      }
      guard position < line.count else { throw malformed(expected: "'\"'") }
      content.append(line[position])
      position += 1
    }
    guard let text = String(validating: content, as: UTF8.self),
      !text.unicodeScalars.contains(where: isUnsafe)
    else { throw malformed(expected: "UTF-8 without control characters before this place") }
    return text
  }

  /// `{ name = value, ... }` up to the end of the line.
  mutating func fields() throws(ParseError) -> LockFields {
    var fields: [(name: String, value: LockValue)] = []
    try expect("{ ")
    repeat {
      let name = try name()
      try expect(" = ")
      fields.append((name, try value()))
    } while take(", ")
    try expect(" }")
    try expectEnd()
    return LockFields(fields, at: offset)
  }

  private mutating func name() throws(ParseError) -> String {
    var name: [UInt8] = []
    while position < line.count, isNameByte(line[position]) {
      name.append(line[position])
      position += 1
    }
    guard !name.isEmpty else { throw malformed(expected: "a name") }
    return String(decoding: name, as: UTF8.self)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d
  }

  private mutating func value() throws(ParseError) -> LockValue {
    guard position < line.count else { throw malformed(expected: "a value") }
    switch line[position] {
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "["):
      var texts: [String] = []
      try expect("[")
      repeat { texts.append(try text()) } while take(", ")
      try expect("]")
      return .texts(texts)
    default: return .integer(try integer())
    }
  }

  mutating func integer() throws(ParseError) -> Int {
    var digits = ""
    for byte in line[position...].prefix(while: { (0x30...0x39).contains($0) }).prefix(20) {
      digits.unicodeScalars.append(Unicode.Scalar(byte))
    }
    guard let value = Int(digits), String(value) == digits else {
      throw malformed(expected: "a string, a list or a number without leading zeros")
    }
    position += digits.utf8.count
    return value
  }
}

/// The fields of a record, taken in the order in which they must stand.
struct LockFields {
  private var rest: ArraySlice<(name: String, value: LockValue)>
  private let offset: Int

  init(_ fields: [(name: String, value: LockValue)], at offset: Int) {
    rest = fields[...]
    self.offset = offset
  }

  var isEmpty: Bool { rest.isEmpty }

  func malformed(expected: String, found: String) -> ParseError {
    ParseError(at: offset, expected: expected, found: found)
  }

  private mutating func take<Value>(
    _ name: String, _ kind: String, _ convert: (LockValue) -> Value?
  ) throws(ParseError) -> Value {
    guard let field = rest.first, field.name == name else {
      throw malformed(expected: "'\(name)'", found: rest.first.map { "'\($0.name)'" } ?? "'}'")
    }
    guard let value = convert(field.value) else {
      throw malformed(
        expected: "\(name): \(kind)", found: safeText(String(field.value.written.prefix(80))))
    }
    rest = rest.dropFirst()
    return value
  }

  mutating func text(_ name: String) throws(ParseError) -> String {
    try take(name, "a string") { if case .text(let text) = $0 { text } else { nil } }
  }

  mutating func texts(_ name: String) throws(ParseError) -> [String] {
    try take(name, "a list of strings") { if case .texts(let texts) = $0 { texts } else { nil } }
  }

  mutating func count(_ name: String) throws(ParseError) -> Int {
    try take(name, "a number") { if case .integer(let value) = $0 { value } else { nil } }
  }

  /// 64 hexadecimal digits.
  mutating func digest(_ name: String) throws(ParseError) -> Digest {
    try take(name, "64 lower-case hexadecimal digits") {
      if case .text(let text) = $0 { Digest(hexadecimal: text) } else { nil }
    }
  }

  /// `sha256:` and 64 hexadecimal digits.
  mutating func prefixedDigest(_ name: String) throws(ParseError) -> Digest {
    try take(name, "sha256: and 64 lower-case hexadecimal digits") {
      if case .text(let text) = $0 { Digest(prefixed: text) } else { nil }
    }
  }

  func expectEnd() throws(ParseError) {
    guard let field = rest.first else { return }
    throw malformed(expected: "'}'", found: "'\(field.name)'")
  }
}

/// The beginning of a line, for error messages.
private func shown(_ bytes: some Collection<UInt8>) -> String {
  let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
  return safeText(bytes: line.prefix(60)) + (line.count > 60 ? "..." : "")
}
