import Bytes
import TestSupport
import Testing

private func parse(_ text: String) throws(ParseError) -> JSON {
  try JSON(parsing: ByteSlice(utf8: text))
}

private let readable: [(String, JSON)] = [
  ("null", .null), (" true ", true), ("false", false), ("0", .number("0")),
  ("-1.50e+2", .number("-1.50e+2")), ("\"a\"", "a"), ("[]", []), ("{}", [:]),
  ("[1, [\"x\"]]", [1, ["x"]]), ("{\"b\": 1, \"a\": null}", ["b": 1, "a": .null]),
  ("\"\\u0041\\n\\/\\\"\\\\\\b\\f\\r\\t\"", "A\n/\"\\\u{8}\u{c}\r\t"),
  ("\"\\ud83d\\ude00\"", "\u{1f600}"), ("\"\u{1f600}\"", "\u{1f600}"),
]

struct JSONReadingTests {
  @Test(arguments: readable)
  func `a value is read as written`(_ text: String, _ value: JSON) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: [
    ("", 0), (" ", 1), ("nul", 0), ("True", 0), ("01", 0), ("1.", 0), (".5", 0), ("+1", 0),
    ("1e", 0), ("-", 0), ("NaN", 0), ("Infinity", 0), ("1 2", 2), ("[1,]", 3), ("[1 2]", 3),
    ("[", 1), ("{", 1), ("{\"a\"}", 4), ("{\"a\":1,}", 7), ("{a:1}", 1), ("\"", 1),
    ("\"\\x\"", 2), ("\"\\u12\"", 3), ("\"\\u+123\"", 3), ("\"\\ud83d\"", 7),
    ("\"\\ud83d\\u0041\"", 2), ("\"\\ude00\"", 2), ("\"a\u{1}\"", 2), ("\u{feff}1", 0),
    ("// comment\n1", 0), ("'a'", 0), ("{\"a\":1,\"a\":2}", 7), ("{\"a\":1,\"\\u0061\":2}", 7),
  ])
  func `what is not JSON is refused at its offset`(_ text: String, _ offset: Int) throws {
    let error = try #require(throws: ParseError.self) { try parse(text) }
    #expect(error.offset == offset)
    #expect(error.kind == .malformed)
  }

  @Test
  func `invalid UTF-8 is refused`() throws {
    for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]] {
      let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
      #expect(throws: ParseError.self) { try JSON(parsing: ByteSlice(text)) }
    }
  }

  @Test
  func `nesting is bounded`() throws {
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(throws: Never.self) { try parse(deep) }
    let error = try #require(throws: ParseError.self) { try parse("[" + deep + "]") }
    #expect(error.kind == .limit)
    let bomb = ByteSlice(utf8: String(repeating: "[", count: 1_000_000))
    #expect(throws: ParseError.self) { try JSON(parsing: bomb) }
  }

  @Test
  func `damaged texts are refused or read, never more`() {
    let text = "{\"a\": [1.5e3, -2, \"\\u00e9\\ud83d\\ude00\", true, null], \"b\": {\"c\": \"d\"}}"
    for mutant in Mutations(of: text.utf8) {
      do throws(ParseError) {
        _ = try JSON(parsing: mutant)
      } catch {
        #expect(error.offset <= mutant.count)
      }
    }
  }

  @Test
  func `members are found by name and values by kind`() throws {
    let value = try parse("{\"s\": \"x\", \"n\": 2, \"d\": 0.5, \"b\": true, \"a\": [1]}")
    #expect(value["s"]?.string == "x")
    #expect(value["n"]?.integer == 2)
    #expect(value["n"]?.double == 2)
    #expect(value["d"]?.double == 0.5)
    #expect(value["d"]?.integer == nil)
    #expect(value["b"]?.bool == true)
    #expect(value["a"]?.array?.count == 1)
    #expect(value["x"] == nil)
    #expect(value.object?.map(\.name) == ["s", "n", "d", "b", "a"])
    #expect(try parse("99999999999999999999").integer == nil)
  }
}

struct JSONWritingTests {
  @Test
  func `a text has two spaces a level and a final newline`() {
    let value: JSON = ["a": [1, "x"], "e": [], "o": [:], "n": .null]
    #expect(
      value.text() == """
        {
          "a": [
            1,
            "x"
          ],
          "e": [],
          "o": {},
          "n": null
        }

        """)
    #expect(value.compactText() == "{\"a\":[1,\"x\"],\"e\":[],\"o\":{},\"n\":null}")
  }

  @Test
  func `what is unsafe is escaped and comes back`() throws {
    let text = "\u{0}\u{1b}\u{202e}\u{feff}\u{e0001}\u{85}\"\\/\n\r\t\u{301}\u{1f600}"
    let written = JSON.string(text).compactText()
    #expect(!written.unicodeScalars.contains(where: isUnsafe))
    #expect(written.hasPrefix("\"\\u0000\\u001b\\u202e\\ufeff\\udb40\\udc01\\u0085"))
    #expect(try parse(written) == .string(text))
  }

  @Test
  func `members without a value are left out of a record`() {
    #expect(JSON.record([("a", nil), ("b", 1)]).compactText() == "{\"b\":1}")
  }

  @Test
  func `numbers that JSON cannot write are null`() {
    #expect(JSON.double(.nan) == .null)
    #expect(JSON.double(-.infinity) == .null)
    #expect(JSON.double(0.1) == .number("0.1"))
  }
}

private let shortest: [(Double, String)] = [
  (0.1, "0.1"), (1, "1"), (-0.0, "-0"), (1e-5, "1e-05"), (123456789.125, "123456789.125"),
  (0.1 + 0.2, "0.30000000000000004"), (.leastNonzeroMagnitude, "5e-324"),
]

private let rounded: [(Double, Int, String)] = [
  (0.5814, 3, "0.581"), (0.9996, 3, "1.000"), (0, 3, "0.000"), (-0.0001, 3, "0.000"),
  (-1.5, 1, "-1.5"), (12, 0, "12"), (0.05, 1, "0.1"), (1e300, 3, "1e+300"), (.nan, 1, "nan"),
  (.infinity, 1, "inf"),
]

struct DecimalTextTests {
  @Test(arguments: shortest)
  func `the shortest form reads back as the same number`(_ value: Double, _ text: String) {
    #expect(shortestDecimal(value) == text)
    #expect(Double(text)?.bitPattern == value.bitPattern)
  }

  @Test(arguments: rounded)
  func `a fixed number of places is rounded to nearest`(
    _ value: Double, _ places: Int, _ text: String
  ) {
    #expect(fixedDecimal(value, places: places) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func `thousands are grouped`(_ value: Int, _ text: String) {
    #expect(groupedDecimal(value) == text)
  }
}
