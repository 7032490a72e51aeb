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

  /// Reads one record.
  ///
  /// - Throws: `ParseError` with the field that is not as the schema has it.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    guard bytes.count <= Advisory.longest else {
      throw ParseError(
        .limit, at: 0, expected: "a record of at most \(Advisory.longest) bytes",
        found: "\(bytes.count)")
    }
    let record = AdvisoryField(
      try JSON(parsing: bytes, depth: Advisory.depth, values: Advisory.valueCount), "")
    guard case .object = record.value else {
      throw ParseError(at: 0, expected: "an OSV record", found: "another JSON value")
    }
    if let version = try record["schema_version"]?.text() {
      guard version.hasPrefix("1.") else {
        throw ParseError(
          .unsupported, at: 0, expected: "schema version 1.x", found: "'\(safeText(version))'")
      }
    }
    guard let id = try record["id"]?.text(), !id.isEmpty else {
      throw ParseError(at: 0, expected: "an id", found: "none")
    }
    guard id.utf8.count <= Advisory.idBytes, !id.unicodeScalars.contains(where: isUnsafe) else {
      throw ParseError(at: 0, expected: "a short id", found: "'\(safeText(id.prefix(40) + "..."))'")
    }
    self.id = id
    guard let modified = try record["modified"]?.time() else {
      throw ParseError(at: 0, expected: "the time 'modified'", found: "none")
    }
    self.modified = modified
    isWithdrawn = try record["withdrawn"]?.time() != nil
    aliases = try record.texts("aliases")
    summary = try record["summary"]?.text() ?? ""
    rating = try Rating(record)
    var affected: [Affected] = []
    for entry in try record["affected"]?.elements() ?? [] {
      if let package = try Affected(entry) { affected.append(package) }
    }
    self.affected = affected
  }
}

extension Advisory.Affected {
  /// Nil for an entry that names no package: commits of a repository alone.
  fileprivate init?(_ entry: AdvisoryField) throws(ParseError) {
    var ranges: [Advisory.Range] = []
    for range in try entry["ranges"]?.elements() ?? [] { ranges.append(try Advisory.Range(range)) }
    let versions = try entry.texts("versions")
    rating = try Advisory.Rating(entry)
    guard let package = entry["package"] else { return nil }
    guard let ecosystem = try package["ecosystem"]?.text(), let name = try package["name"]?.text(),
      !ecosystem.isEmpty, !name.isEmpty
    else {
      throw ParseError(
        at: 0, expected: "ecosystem and name of a package", found: "a part of them"
      ).inside(entry.path)
    }
    // What follows a colon is a release or a repository of the ecosystem.
    let family = String(ecosystem.prefix { $0 != ":" })
    self.ecosystem = family
    let known = Ecosystem(osvName: family)
    self.name = known?.comparableName(name) ?? name
    self.ranges = ranges
    self.versions = known.map { ecosystem in versions.map(ecosystem.comparableVersion) } ?? versions
  }
}

extension Advisory.Range {
  fileprivate init(_ range: AdvisoryField) throws(ParseError) {
    guard let name = try range["type"]?.text(), let kind = Kind(rawValue: name) else {
      throw ParseError(
        at: 0, expected: "a range of type SEMVER, ECOSYSTEM or GIT", found: "another"
      ).inside(range.path)
    }
    self.kind = kind
    var events: [Advisory.Event] = []
    for event in try range["events"]?.elements() ?? [] { events.append(try Advisory.Event(event)) }
    guard events.contains(where: { if case .introduced = $0 { true } else { false } }) else {
      throw ParseError(at: 0, expected: "an event 'introduced'", found: "none").inside(range.path)
    }
    self.events = events
  }
}

extension Advisory.Event {
  fileprivate init(_ event: AdvisoryField) throws(ParseError) {
    var events: [Advisory.Event] = []
    if let version = try event["introduced"]?.text() { events.append(.introduced(version)) }
    if let version = try event["fixed"]?.text() { events.append(.fixed(version)) }
    if let version = try event["last_affected"]?.text() { events.append(.lastAffected(version)) }
    if let version = try event["limit"]?.text() { events.append(.limit(version)) }
    guard let first = events.first, events.count == 1 else {
      throw ParseError(
        at: 0, expected: "one of introduced, fixed, last_affected and limit",
        found: "\(events.count) of them"
      ).inside(event.path)
    }
    self = first
  }
}

extension Advisory.Rating {
  fileprivate init(_ holder: AdvisoryField) throws(ParseError) {
    for entry in try holder["severity"]?.elements() ?? [] {
      guard let kind = try entry["type"]?.text(), let score = try entry["score"]?.text() else {
        throw ParseError(at: 0, expected: "type and score", found: "a part of them")
          .inside(entry.path)
      }
      if kind == "CVSS_V3" || kind == "CVSS_V4" { vectors.append(score) }
    }
    // Anything may stand in here.
    word = holder.value["database_specific"]?["severity"]?.string
  }
}

/// A value in a record and where it stands.
private struct AdvisoryField {
  let value: JSON
  let path: String

  init(_ value: JSON, _ path: String) {
    self.value = value
    self.path = path
  }

  /// The member, nil when it is absent or null.
  subscript(name: String) -> AdvisoryField? {
    guard let member = value[name], member != .null else { return nil }
    return AdvisoryField(member, path.isEmpty ? name : "\(path).\(name)")
  }

  func text() throws(ParseError) -> String {
    guard let text = value.string else { throw wrong("a string") }
    return text
  }

  func elements() throws(ParseError) -> [AdvisoryField] {
    guard let elements = value.array else { throw wrong("an array") }
    return elements.enumerated().map { AdvisoryField($0.element, "\(path)[\($0.offset)]") }
  }

  /// The texts of an array, none when it is absent.
  func texts(_ name: String) throws(ParseError) -> [String] {
    var texts: [String] = []
    for element in try self[name]?.elements() ?? [] { texts.append(try element.text()) }
    return texts
  }

  /// A time as RFC 3339 writes it in UTC, its fraction left out.
  func time() throws(ParseError) -> Timestamp {
    let text = try text()
    var short = text
    if let point = text.firstIndex(of: "."), text.hasSuffix("Z"),
      text[text.index(after: point)...].dropLast().allSatisfy({ ("0"..."9").contains($0) })
    {
      short = text[..<point] + "Z"
    }
    guard let time = Timestamp(short) else { throw wrong("a time as 2027-12-31T00:00:00Z") }
    return time
  }

  private func wrong(_ expected: String) -> ParseError {
    let found =
      switch value {
      case .null: "null"
      case .bool: "a truth value"
      case .number: "a number"
      case .string(let text): "'\(safeText(String(text.prefix(60))))'"
      case .array: "an array"
      case .object: "an object"
      }
    return ParseError(at: 0, expected: expected, found: found).inside(path)
  }
}
