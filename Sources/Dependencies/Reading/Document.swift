import Bytes
import Findings
import Formats

extension DependencyContent {
  /// The most bytes of a file of lines, of TOML, JSON and YAML: what a second is enough for,
  /// whatever stands in it, and more than real files have.
  static let textLimit = 2 << 20
  private static let tomlLimit = 4 << 20
  private static let yamlLimit = 4 << 20
  static let documentLimit = 5 << 20
  private static let valueLimit = 1_000_000
  private static let tableLimit = 250_000

  /// The JSON document in the file; nil, with a finding, when there is none.
  mutating func json(_ file: DependencyFile) -> JSON? {
    guard fits(file, DependencyContent.documentLimit) else { return nil }
    do throws(ParseError) {
      return try JSON(
        parsing: file.bytes.asFile(), depth: 64, values: DependencyContent.valueLimit)
    } catch {
      refuse(file.place, error)
      return nil
    }
  }

  /// The TOML document in the file, its tables sorted by key; nil, with a finding, when there is
  /// none.
  mutating func toml(_ file: DependencyFile) -> JSON? {
    guard fits(file, DependencyContent.tomlLimit) else { return nil }
    do throws(ConfigurationError) {
      return try TOML.parse(file.bytes, values: DependencyContent.tableLimit).table.json
    } catch {
      refuse(file.place, error.description, isLimit: error.isLimit)
      return nil
    }
  }

  /// The one YAML document in the file; nil, with a finding, when there is none.
  mutating func yaml(_ file: DependencyFile) -> JSON? {
    guard fits(file, DependencyContent.yamlLimit) else { return nil }
    let stream = YAMLStream(parsing: file.bytes.asFile())
    if let error = stream.error {
      refuse(file.place, error)
      return nil
    }
    if let tag = stream.tags.first {
      refuse(file.place.at(tag.offset), "the tag '\(tag.name)'")
      return nil
    }
    guard stream.documents.count == 1, let document = stream.documents.first else {
      refuse(file.place, "expected one YAML document, found \(stream.documents.count)")
      return nil
    }
    if let name = document.repeatedName {
      refuse(file.place, "the key '\(name)' stands twice: readers differ on which one counts")
      return nil
    }
    return document
  }

  /// The lines of the file, numbered from 1, without their ends; nil, with a finding, when it is no
  /// plain text.
  mutating func lines(_ file: DependencyFile) -> [(number: Int, text: String)]? {
    guard fits(file, DependencyContent.textLimit) else { return nil }
    guard let text = file.bytes.utf8 else {
      refuse(file.place, "not valid UTF-8")
      return nil
    }
    var lines: [(number: Int, text: String)] = []
    for (index, bytes) in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
      .enumerated()
    {
      let content = bytes.last == 0x0d ? bytes.dropLast() : bytes
      guard content.count <= 1 << 16, index < 200_000 else {
        report(.unreadDependencyFile, file.place.detail("line \(index + 1)"), "too long a text")
        return lines
      }
      lines.append((index + 1, String(decoding: content, as: UTF8.self)))
    }
    return lines
  }

  /// Whether the text is short enough to be judged.
  mutating func isShort(_ text: String, _ place: Place) -> Bool {
    if text.utf8.count <= 1 << 16 { return true }
    refuse(place, "a text longer than \(1 << 16) bytes", isLimit: true)
    return false
  }

  /// Whether the file is short enough to be read.
  mutating func fits(_ file: DependencyFile, _ limit: Int) -> Bool {
    if file.bytes.count <= limit { return true }
    report(.unreadDependencyFile, file.place, "longer than \(limit) bytes")
    return false
  }
}

extension TOML {
  /// The same value as JSON, its keys sorted.
  fileprivate var json: JSON {
    switch self {
    case .string(let text), .time(let text): .string(text)
    case .integer(let value): .integer(value)
    case .double(let value): .double(value)
    case .bool(let value): .bool(value)
    case .array(let elements): .array(elements.map(\.json))
    case .table(let members):
      .object(
        members.sorted { $0.key < $1.key }
          .map { JSON.Member($0.key, $0.value.json) })
    }
  }
}

extension JSON {
  /// A name that an object inside has twice; nil when there is none.
  fileprivate var repeatedName: String? {
    switch self {
    case .object(let members):
      var names: Set<String> = []
      for member in members {
        if !names.insert(member.name).inserted { return member.name }
        if let name = member.value.repeatedName { return name }
      }
      return nil
    case .array(let elements):
      for element in elements {
        if let name = element.repeatedName { return name }
      }
      return nil
    default: return nil
    }
  }

  /// The text of a string, number or truth value.
  var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let value): "\(value)"
    default: nil
    }
  }

  /// The members by name, empty for other kinds: for objects of many.
  var dictionary: [String: JSON] {
    Dictionary((object ?? []).map { ($0.name, $0.value) }) { first, _ in first }
  }

  /// The texts of an array, or of the one value; empty for other kinds.
  var texts: [String] { array?.compactMap(\.text) ?? [text].compactMap { $0 } }
}
