import Bytes

/// A JSON value with the path to it, so that an error can say where it stands.
struct JSONPlace {
  let value: JSON
  private let path: String
  private let offset: Int

  /// The value found under `path` in a text that begins at `offset`.
  init(_ value: JSON, _ path: String, at offset: Int) {
    self.value = value
    self.path = path
    self.offset = offset
  }

  func malformed(expected: String, found: String) -> ParseError {
    let error = ParseError(at: offset, expected: expected, found: found)
    return path.isEmpty ? error : error.inside(safeText(path))
  }

  func unsupported(expected: String, found: String) -> ParseError {
    let error = ParseError(.unsupported, at: offset, expected: expected, found: found)
    return path.isEmpty ? error : error.inside(safeText(path))
  }

  private func inner(_ value: JSON, _ step: String) -> JSONPlace {
    JSONPlace(value, path + step, at: offset)
  }

  /// The member of an object, nil when it has none of that name.
  func optionalMember(_ name: String) throws(ParseError) -> JSONPlace? {
    guard value.object != nil else { throw malformed(expected: "an object", found: value.kind) }
    return value[name].map { inner($0, path.isEmpty ? name : "." + name) }
  }

  /// The member that an object must have.
  func member(_ name: String) throws(ParseError) -> JSONPlace {
    guard let member = try optionalMember(name) else {
      throw malformed(expected: "'\(name)'", found: "no such member")
    }
    return member
  }

  /// The elements of an array.
  func elements() throws(ParseError) -> [JSONPlace] {
    guard let elements = value.array else {
      throw malformed(expected: "an array", found: value.kind)
    }
    return elements.enumerated().map { inner($1, "[\($0)]") }
  }

  func string() throws(ParseError) -> String {
    guard let text = value.string else { throw malformed(expected: "a string", found: value.kind) }
    return text
  }

  func bool() throws(ParseError) -> Bool {
    guard let value = value.bool else {
      throw malformed(expected: "true or false", found: value.kind)
    }
    return value
  }

  func base64() throws(ParseError) -> [UInt8] {
    guard let bytes = Base64.decode(try string()) else {
      throw malformed(expected: "base64 with padding", found: "something else")
    }
    return bytes
  }

  func digest() throws(ParseError) -> Digest {
    let text = try string()
    guard let digest = Digest(hexadecimal: text) else {
      throw malformed(
        expected: "64 lower-case hexadecimal digits",
        found: "'\(safeText(String(text.prefix(80))))'")
    }
    return digest
  }

  func timestamp() throws(ParseError) -> Timestamp {
    let text = try string()
    guard let time = Timestamp(text) else {
      throw malformed(
        expected: "a time such as 2027-12-31T00:00:00Z",
        found: "'\(safeText(String(text.prefix(40))))'")
    }
    return time
  }

  /// Throws unless the value is this text.
  func expect(_ expected: String) throws(ParseError) {
    let text = try string()
    guard text == expected else {
      throw malformed(expected: "'\(expected)'", found: "'\(safeText(String(text.prefix(80))))'")
    }
  }
}

extension JSON {
  /// The kind of value, as a person would name it.
  fileprivate var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
