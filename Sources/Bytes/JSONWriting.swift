extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(String(value)) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object whose members keep the order of the literal.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }

  /// A number.
  public static func integer(_ value: Int) -> JSON { .number(String(value)) }

  /// A number in the shortest form that reads back as the same binary64; null for NaN and
  /// infinities, which JSON cannot write.
  public static func double(_ value: Double) -> JSON {
    guard value.isFinite else { return .null }
    return .number(shortestDecimal(value))
  }

  /// An object of the members whose value is not nil, in order.
  public static func record(_ members: [(String, JSON?)]) -> JSON {
    .object(members.compactMap { name, value in value.map { Member(name, $0) } })
  }

  /// The JSON text: one member a line, two spaces of indentation, a final newline. Control and
  /// other unsafe scalars are written as `\u` escapes.
  public func text() -> String {
    var out = ""
    write(to: &out, indentation: 0)
    out += "\n"
    return out
  }

  /// The JSON text without spaces and line breaks.
  public func compactText() -> String {
    var out = ""
    write(to: &out, indentation: nil)
    return out
  }

  private func write(to out: inout String, indentation: Int?) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .number(let text): out += text
    case .string(let text): JSON.write(quoted: text, to: &out)
    case .array(let elements):
      JSON.write(elements, between: ("[", "]"), to: &out, indentation: indentation) {
        $0.write(to: &$1, indentation: $2)
      }
    case .object(let members):
      JSON.write(members, between: ("{", "}"), to: &out, indentation: indentation) {
        JSON.write(quoted: $0.name, to: &$1)
        $1 += $2 == nil ? ":" : ": "
        $0.value.write(to: &$1, indentation: $2)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], between marks: (String, String), to out: inout String, indentation: Int?,
    item writeItem: (Item, inout String, Int?) -> Void
  ) {
    guard !items.isEmpty else {
      out += marks.0 + marks.1
      return
    }
    let inner = indentation.map { $0 + 1 }
    func breakLine(_ level: Int?) {
      if let level { out += "\n" + String(repeating: "  ", count: level) }
    }
    out += marks.0
    for (index, item) in items.enumerated() {
      if index > 0 { out += "," }
      breakLine(inner)
      writeItem(item, &out, inner)
    }
    breakLine(indentation)
    out += marks.1
  }

  private static func write(quoted text: String, to out: inout String) {
    out += "\""
    defer { out += "\"" }
    // Most texts hold nothing but what they mean.
    guard !text.utf8.allSatisfy(isPlain) else {
      out += text
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      default:
        if isUnsafe(scalar) {
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
  }

  /// Whether the byte stands for itself between quotation marks, whatever its neighbours.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}

/// The shortest decimal that reads back as the same binary64, with a point and without an
/// exponent between 1e-5 and 1e16; integers without a fraction.
public func shortestDecimal(_ value: Double) -> String {
  let text = value.description
  if text.hasSuffix(".0") { return String(text.dropLast(2)) }
  return text
}
