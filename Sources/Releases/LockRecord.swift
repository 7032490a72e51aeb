import Archives
import Bytes

/// A value of a record in a lock.
enum LockValue: Equatable {
  case text(String)
  case integer(Int)
  case texts([String])

  /// The value as the lock writes it.
  var written: String {
    switch self {
    case .text(let text): quoted(text)
    case .integer(let value): String(value)
    case .texts(let texts): "[" + texts.map { quoted($0) }.joined(separator: ", ") + "]"
    }
  }
}

/// A TOML basic string. Control characters cannot stand in a lock; the reader refuses them.
func quoted(_ text: String) -> String {
  // Names of thousands of files have neither.
  guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
    return "\"" + text + "\""
  }
  var out = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" || scalar == "\\" { out += "\\" }
    out.unicodeScalars.append(scalar)
  }
  return out + "\""
}

/// One line of a table of a lock: `"KEY" = { NAME = VALUE, ... }`.
///
/// Writing, reading and comparing all go over `fields`, so that a table is described once.
protocol LockRecord: Equatable {
  /// The key, unique in its table.
  var key: String { get }
  /// The names and values in the order in which they are written.
  var fields: [(name: String, value: LockValue)] { get }
  /// The record that the fields describe.
  init(key: String, from fields: inout LockFields) throws(ParseError)
}

/// The records sorted by the bytes of their keys.
func sortedByKey<Record: LockRecord>(_ records: [Record]) -> [Record] {
  records.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
}

extension FileRecord: LockRecord {
  var key: String { path }
  var fields: [(name: String, value: LockValue)] {
    [
      ("sha256", .text(digest.hexadecimal)), ("size", .integer(size)),
      ("mode", .text(mode.rawValue)),
    ]
  }

  init(key: String, from fields: inout LockFields) throws(ParseError) {
    do {
      _ = try MemberPath(key)
    } catch {
      throw fields.malformed(expected: "a path in the release", found: error.reason)
    }
    let digest = try fields.digest("sha256")
    let size = try fields.count("size")
    let modeText = try fields.text("mode")
    guard let mode = Member.Mode(rawValue: modeText) else {
      throw fields.malformed(expected: "mode 0644 or 0755", found: "'\(safeText(modeText))'")
    }
    self.init(path: key, digest: digest, size: size, mode: mode)
  }
}

extension Lock.Source: LockRecord {
  var key: String { path }
  var fields: [(name: String, value: LockValue)] {
    [("sha256", .text(digest.hexadecimal)), ("kind", .text(kind))]
  }

  init(key: String, from fields: inout LockFields) throws(ParseError) {
    self.init(path: key, digest: try fields.digest("sha256"), kind: try fields.text("kind"))
  }
}

extension Lock.TrainingData: LockRecord {
  var key: String { name }
  var fields: [(name: String, value: LockValue)] { [("sha256", .text(digest.hexadecimal))] }

  init(key: String, from fields: inout LockFields) throws(ParseError) {
    self.init(name: key, digest: try fields.digest("sha256"))
  }
}

extension Lock.DataSet: LockRecord {
  var key: String { name }
  var fields: [(name: String, value: LockValue)] {
    [
      ("inputs", .text(inputs.prefixed)), ("labels", .text(labels.prefixed)),
      ("n", .integer(n)),
    ]
  }

  init(key: String, from fields: inout LockFields) throws(ParseError) {
    self.init(
      name: key, inputs: try fields.prefixedDigest("inputs"),
      labels: try fields.prefixedDigest("labels"), n: try fields.count("n"))
  }
}

extension Lock.Metric: LockRecord {
  var key: String { name }
  var fields: [(name: String, value: LockValue)] {
    [("data", .text(data)), ("n", .integer(n)), ("correct", .integer(correct))]
  }

  init(key: String, from fields: inout LockFields) throws(ParseError) {
    self.init(
      name: key, data: try fields.text("data"), n: try fields.count("n"),
      correct: try fields.count("correct"))
    guard correct <= n else {
      throw fields.malformed(expected: "at most \(n) correct", found: "\(correct)")
    }
  }
}

extension Lock.Golden: LockRecord {
  var key: String { name }
  var fields: [(name: String, value: LockValue)] {
    [
      ("n", .integer(n)), ("input", .text(input.prefixed)), ("output", .text(output.prefixed)),
      ("engine", .text(engine.prefixed)),
    ]
  }

  init(key: String, from fields: inout LockFields) throws(ParseError) {
    self.init(
      name: key, n: try fields.count("n"), input: try fields.prefixedDigest("input"),
      output: try fields.prefixedDigest("output"), engine: try fields.prefixedDigest("engine"))
  }
}
