/// Why a TOML file that a person wrote is not what it should be.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The dotted key at fault, empty for the whole file.
  public let key: String
  /// What is wrong, in lower case without a full stop.
  public let message: String
  /// What the user can do.
  public let help: String?
  /// Whether the file asks for more than is read, and may be right.
  public let isLimit: Bool

  /// Creates an error.
  public init(key: String, _ message: String, help: String? = nil, isLimit: Bool = false) {
    self.key = key
    self.message = message
    self.help = help
    self.isLimit = isLimit
  }

  /// One line: the key and what is wrong.
  public var description: String { key.isEmpty ? message : "\(key): \(message)" }
}

/// A TOML 1.0 value. Keys are sorted by bytes; TOML gives no meaning to their order.
public enum TOML: Sendable, Equatable {
  case string(String)
  case integer(Int)
  case double(Double)
  case bool(Bool)
  /// A date or time as RFC 3339 text.
  case time(String)
  case array([TOML])
  case table([String: TOML])

  /// The kind of value, as a person would name it.
  var kind: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .double: "a float"
    case .bool: "a boolean"
    case .time: "a date"
    case .array: "an array"
    case .table: "a table"
    }
  }
}

extension TOML {
  /// Reads a TOML document of at most `values` values: each costs memory, however short its text.
  ///
  /// - Throws: `ConfigurationError` with the line and column of the first error; duplicate keys
  ///   and invalid UTF-8 are errors.
  public static func parse(
    _ bytes: ByteSlice, values: Int = .max
  ) throws(ConfigurationError) -> TOMLReader {
    guard bytes.utf8 != nil else {
      throw ConfigurationError(key: "", "not valid UTF-8")
    }
    var parser = TOMLParser(bytes, values: values)
    return TOMLReader(try parser.parseDocument(), key: "")
  }
}

/// Reads the keys of one table and, at the end, names those that nobody asked for.
public struct TOMLReader {
  private let members: [String: TOML]
  /// The dotted key of this table, empty for the document.
  public let key: String
  private var known: Set<String> = []

  /// A reader of the given table.
  public init(_ members: [String: TOML], key: String) {
    self.members = members
    self.key = key
  }

  /// The whole table.
  public var table: TOML { .table(members) }

  /// The dotted form of a key of this table.
  public func path(_ name: String) -> String {
    let quoted = name.utf8.allSatisfy(isBareKeyByte) && !name.isEmpty ? name : "\"\(name)\""
    return key.isEmpty ? quoted : key + "." + quoted
  }

  /// All keys of the table, sorted by bytes.
  public var keys: [String] { members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  private mutating func take<Value>(
    _ name: String, as kind: String, _ convert: (TOML) -> Value?
  ) throws(ConfigurationError) -> Value? {
    known.insert(name)
    guard let member = members[name] else { return nil }
    guard let value = convert(member) else {
      throw ConfigurationError(key: path(name), "expected \(kind), found \(member.kind)")
    }
    return value
  }

  /// An optional string.
  public mutating func string(_ name: String) throws(ConfigurationError) -> String? {
    try take(name, as: "a string") { if case .string(let text) = $0 { text } else { nil } }
  }

  /// An optional integer.
  public mutating func integer(_ name: String) throws(ConfigurationError) -> Int? {
    try take(name, as: "an integer") { if case .integer(let value) = $0 { value } else { nil } }
  }

  /// An optional number: a float or an integer.
  public mutating func double(_ name: String) throws(ConfigurationError) -> Double? {
    try take(name, as: "a number") {
      switch $0 {
      case .double(let value): value
      case .integer(let value): Double(value)
      default: nil
      }
    }
  }

  /// An optional boolean.
  public mutating func bool(_ name: String) throws(ConfigurationError) -> Bool? {
    try take(name, as: "true or false") { if case .bool(let value) = $0 { value } else { nil } }
  }

  /// An optional date and time, as RFC 3339 text.
  public mutating func time(_ name: String) throws(ConfigurationError) -> String? {
    try take(name, as: "a date and time") { if case .time(let text) = $0 { text } else { nil } }
  }

  /// An optional value of any kind.
  public mutating func value(_ name: String) -> TOML? {
    known.insert(name)
    return members[name]
  }

  /// An optional array of strings.
  public mutating func strings(_ name: String) throws(ConfigurationError) -> [String]? {
    try take(name, as: "an array of strings") { (value) -> [String]? in
      guard case .array(let elements) = value else { return nil }
      var texts: [String] = []
      for element in elements {
        guard case .string(let text) = element else { return nil }
        texts.append(text)
      }
      return texts
    }
  }

  /// An optional array of integers.
  public mutating func integers(_ name: String) throws(ConfigurationError) -> [Int]? {
    try take(name, as: "an array of integers") { (value) -> [Int]? in
      guard case .array(let elements) = value else { return nil }
      var numbers: [Int] = []
      for element in elements {
        guard case .integer(let number) = element else { return nil }
        numbers.append(number)
      }
      return numbers
    }
  }

  /// An optional array of numbers.
  public mutating func doubles(_ name: String) throws(ConfigurationError) -> [Double]? {
    try take(name, as: "an array of numbers") { (value) -> [Double]? in
      guard case .array(let elements) = value else { return nil }
      var numbers: [Double] = []
      for element in elements {
        switch element {
        case .double(let number): numbers.append(number)
        case .integer(let number): numbers.append(Double(number))
        default: return nil
        }
      }
      return numbers
    }
  }

  /// An optional table.
  public mutating func table(_ name: String) throws(ConfigurationError) -> TOMLReader? {
    let inner = path(name)
    return try take(name, as: "a table") {
      if case .table(let members) = $0 { TOMLReader(members, key: inner) } else { nil }
    }
  }

  /// An array of tables, empty when the key is absent.
  public mutating func tables(_ name: String) throws(ConfigurationError) -> [TOMLReader] {
    let inner = path(name)
    return try take(name, as: "an array of tables") { (value) -> [TOMLReader]? in
      guard case .array(let elements) = value else { return nil }
      var readers: [TOMLReader] = []
      for (index, element) in elements.enumerated() {
        guard case .table(let members) = element else { return nil }
        readers.append(TOMLReader(members, key: "\(inner)[\(index)]"))
      }
      return readers
    } ?? []
  }

  /// The value, or an error that the key is missing.
  public func require<Value>(_ name: String, _ value: Value?) throws(ConfigurationError) -> Value {
    guard let value else { throw ConfigurationError(key: path(name), "missing") }
    return value
  }

  /// Throws when the table holds a key that nobody asked for, naming the nearest known one.
  public func finish() throws(ConfigurationError) {
    guard let unknown = keys.first(where: { !known.contains($0) }) else { return }
    let nearest = nearestName(to: unknown, among: known.sorted())
    throw ConfigurationError(
      key: path(unknown), "unknown key", help: nearest.map { "did you mean '\($0)'?" })
  }
}

/// The candidate that differs by the fewest edits, nil when none is near.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  // Nobody misspells a name into one of many kilobytes, and comparing those takes long.
  guard name.utf8.count <= 256 else { return nil }
  let ranked = candidates.map { (name: $0, distance: editDistance(name, $0)) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(2, name.count / 2) ? best.name : nil
}

/// Levenshtein's distance between two short texts.
private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, left) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, right) in b.enumerated() {
      let substitution = diagonal + (left == right ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
