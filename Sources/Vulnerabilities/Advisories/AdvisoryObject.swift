import Bytes

/// An object in a record, whose members have the types of the schema or are an error with their
/// name. What is null is absent.
struct AdvisoryObject {
  let value: JSON

  init(_ value: JSON) { self.value = value }

  var isObject: Bool { if case .object = value { true } else { false } }

  private func member(_ name: String) -> JSON? {
    guard let member = value[name], member != .null else { return nil }
    return member
  }

  func text(_ name: String) throws(ParseError) -> String? {
    guard let member = member(name) else { return nil }
    guard let text = member.string else { throw member.wrong("a string").inside(name) }
    return text
  }

  func object(_ name: String) throws(ParseError) -> AdvisoryObject? {
    guard let member = member(name) else { return nil }
    guard case .object = member else { throw member.wrong("an object").inside(name) }
    return AdvisoryObject(member)
  }

  /// The texts of an array, none when it is absent.
  func texts(_ name: String) throws(ParseError) -> [String] {
    var texts: [String] = []
    for (index, element) in try elements(name).enumerated() {
      guard let text = element.string else {
        throw element.wrong("a string").inside("\(name)[\(index)]")
      }
      texts.append(text)
    }
    return texts
  }

  /// Calls `body` with each object of an array, which has none when it is absent.
  func forEach(
    _ name: String, _ body: (AdvisoryObject) throws(ParseError) -> Void
  ) throws(ParseError) {
    for (index, element) in try elements(name).enumerated() {
      do throws(ParseError) {
        guard case .object = element else { throw element.wrong("an object") }
        try body(AdvisoryObject(element))
      } catch {
        throw error.inside("\(name)[\(index)]")
      }
    }
  }

  private func elements(_ name: String) throws(ParseError) -> [JSON] {
    guard let member = member(name) else { return [] }
    guard let elements = member.array else { throw member.wrong("an array").inside(name) }
    return elements
  }

  /// A time as RFC 3339 writes it in UTC, its fraction left out.
  func time(_ name: String) throws(ParseError) -> Timestamp? {
    guard let text = try text(name) else { return nil }
    var short = text
    if let point = text.firstIndex(of: "."), text.hasSuffix("Z"),
      text[text.index(after: point)...].dropLast().allSatisfy({ ("0"..."9").contains($0) })
    {
      short = text[..<point] + "Z"
    }
    guard let time = Timestamp(short) else {
      throw JSON.string(text).wrong("a time as 2027-12-31T00:00:00Z").inside(name)
    }
    return time
  }
}

extension JSON {
  /// An error that this value is not what was expected.
  fileprivate func wrong(_ expected: String) -> ParseError {
    let found =
      switch self {
      case .null: "null"
      case .bool: "a truth value"
      case .number: "a number"
      case .string(let text): "'\(safeText(String(text.prefix(60))))'"
      case .array: "an array"
      case .object: "an object"
      }
    return ParseError(at: 0, expected: expected, found: found)
  }
}
