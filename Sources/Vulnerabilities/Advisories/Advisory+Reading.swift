public import Bytes
import Dependencies

// Strict where the schema is: a record with a field of another type, or with an event that says two
// things, is not read at all. Unknown fields are passed over, for versions 1.x only add.
extension Advisory {
  /// The largest record that is read, in bytes.
  public static let longest = 16 << 20

  private static let depth = 64
  private static let valueCount = 1_000_000
  private static let idBytes = 256
  private static let aliasCount = 1000
  /// Characters; the schema asks for at most 120.
  private static let summaryLength = 300

  private static func isID(_ text: String) -> Bool {
    text.utf8.count <= idBytes && !text.unicodeScalars.contains(where: isUnsafe)
  }

  /// Where a record stands.
  enum Form {
    /// In a database of advisories.
    case published
    /// In an index, whose names are already as they are compared.
    case indexed
  }

  /// Reads one record.
  ///
  /// - Throws: `ParseError` with the field that is not as the schema has it.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    try self.init(parsing: bytes, .published)
  }

  init(parsing bytes: ByteSlice, _ form: Form) throws(ParseError) {
    guard bytes.count <= Advisory.longest else {
      throw ParseError(
        .limit, at: 0, expected: "a record of at most \(Advisory.longest) bytes",
        found: "\(bytes.count)")
    }
    let record = AdvisoryObject(
      try JSON(parsing: bytes, depth: Advisory.depth, values: Advisory.valueCount))
    guard record.isObject else {
      throw ParseError(at: 0, expected: "an OSV record", found: "another JSON value")
    }
    if let version = try record.text("schema_version"), !version.hasPrefix("1.") {
      throw ParseError(
        .unsupported, at: 0, expected: "schema version 1.x", found: "'\(safeText(version))'")
    }
    guard let id = try record.text("id"), !id.isEmpty else {
      throw ParseError(at: 0, expected: "an id", found: "none")
    }
    self.id = id
    guard let modified = try record.time("modified") else {
      throw ParseError(at: 0, expected: "the time 'modified'", found: "none")
    }
    self.modified = modified
    isWithdrawn = try record.time("withdrawn") != nil
    aliases = try record.texts("aliases")
    for name in [id] + aliases where !Advisory.isID(name) {
      throw ParseError(
        at: 0, expected: "printable ids of at most \(Advisory.idBytes) bytes",
        found: "'\(safeText(String(name.prefix(40))))'")
    }
    guard aliases.count <= Advisory.aliasCount else {
      throw ParseError(
        .limit, at: 0, expected: "at most \(Advisory.aliasCount) aliases",
        found: "\(aliases.count)")
    }
    summary = String((try record.text("summary") ?? "").prefix(Advisory.summaryLength))
    rating = try Rating(record)
    var affected: [Affected] = []
    try record.forEach("affected") { (entry) throws(ParseError) in
      if let package = try Affected(entry, form) { affected.append(package) }
    }
    self.affected = affected
  }
}

extension Advisory.Affected {
  /// Nil for an entry that names no package: commits of a repository alone.
  fileprivate init?(_ entry: AdvisoryObject, _ form: Advisory.Form) throws(ParseError) {
    var ranges: [Advisory.Range] = []
    try entry.forEach("ranges") { (range) throws(ParseError) in
      ranges.append(try Advisory.Range(range))
    }
    let versions = try entry.texts("versions")
    rating = try Advisory.Rating(entry)
    guard let package = try entry.object("package") else { return nil }
    guard let ecosystem = try package.text("ecosystem"), let name = try package.text("name"),
      !ecosystem.isEmpty, !name.isEmpty
    else {
      throw ParseError(
        at: 0, expected: "ecosystem and name of a package", found: "a part of them")
    }
    // What follows a colon is a release or a repository of the ecosystem.
    let family = String(ecosystem.prefix { $0 != ":" })
    self.ecosystem = family
    self.ranges = ranges
    guard form == .published, let known = Ecosystem(osvName: family) else {
      self.name = name
      self.versions = versions
      return
    }
    self.name = known.comparableName(name)
    self.versions = versions
  }
}

extension Advisory.Range {
  fileprivate init(_ range: AdvisoryObject) throws(ParseError) {
    guard let name = try range.text("type"), let kind = Kind(rawValue: name) else {
      throw ParseError(
        at: 0, expected: "a range of type SEMVER, ECOSYSTEM or GIT", found: "another")
    }
    var events: [Advisory.Event] = []
    var isOpened = false
    try range.forEach("events") { (object) throws(ParseError) in
      let event = try Advisory.Event(object)
      if case .introduced = event { isOpened = true }
      events.append(event)
    }
    guard isOpened else {
      throw ParseError(at: 0, expected: "an event 'introduced'", found: "none")
    }
    self.kind = kind
    self.events = events
  }
}

extension Advisory.Event {
  fileprivate init(_ object: AdvisoryObject) throws(ParseError) {
    var events: [Advisory.Event] = []
    if let version = try object.text("introduced") { events.append(.introduced(version)) }
    if let version = try object.text("fixed") { events.append(.fixed(version)) }
    if let version = try object.text("last_affected") { events.append(.lastAffected(version)) }
    if let version = try object.text("limit") { events.append(.limit(version)) }
    guard let first = events.first, events.count == 1 else {
      throw ParseError(
        at: 0, expected: "one of introduced, fixed, last_affected and limit",
        found: "\(events.count) of them")
    }
    self = first
  }
}

extension Advisory.Rating {
  fileprivate init(_ holder: AdvisoryObject) throws(ParseError) {
    var vectors: [String] = []
    try holder.forEach("severity") { (entry) throws(ParseError) in
      guard let kind = try entry.text("type"), let score = try entry.text("score") else {
        throw ParseError(at: 0, expected: "type and score", found: "a part of them")
      }
      if kind == "CVSS_V3" || kind == "CVSS_V4" { vectors.append(score) }
    }
    self.vectors = vectors
    // Anything may stand in here.
    word = holder.value["database_specific"]?["severity"]?.string
  }
}
