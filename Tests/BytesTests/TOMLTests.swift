import Bytes
import TestSupport
import Testing

struct TOMLTests {
  /// The value of the key `a` in a document.
  private func value(_ text: String) throws -> TOML? {
    var document = try TOML.parse(ByteSlice(utf8: text))
    return document.value("a")
  }

  private func error(_ text: String) -> ConfigurationError? {
    do {
      _ = try TOML.parse(ByteSlice(utf8: text))
      return nil
    } catch {
      return error
    }
  }

  @Test(
    arguments: [
      ("a = \"x\"", .string("x")), ("a=''", .string("")), ("\"a\" = 'C:\\x'", .string("C:\\x")),
      ("'a' = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00e9\\U0001F600\"", .string("\u{8}\t\n\u{c}\r\"\\é😀")),
      ("a = \"\"\"\nx\r\ny\"\"\"", .string("x\ny")),
      ("a = \"\"\"\"x\"\"\"\"\"", .string("\"x\"\"")),
      ("a = \"\"\"x \\ \n\n  y\\\"\"\"\"", .string("x y\"")),
      ("a = '''\n\\x''y'''", .string("\\x''y")),
      ("a = 0", .integer(0)), ("a = -0", .integer(0)), ("a = +1_000", .integer(1000)),
      ("a = 0xDEAD_beef", .integer(0xdead_beef)), ("a = 0o17", .integer(15)),
      ("a = 0b1_0", .integer(2)), ("a = 9223372036854775807", .integer(.max)),
      ("a = -9223372036854775808", .integer(.min)), ("a = 1.5", .double(1.5)),
      ("a = -1_0.2_5e+0_1", .double(-102.5)), ("a = 3E2", .double(300)),
      ("a = inf", .double(.infinity)), ("a = -inf", .double(-.infinity)),
      ("a = true", .bool(true)), ("a = false# no space", .bool(false)),
      ("a = 1979-05-27T07:32:00Z", .time("1979-05-27T07:32:00Z")),
      ("a = 1979-05-27 07:32:00.25-07:00", .time("1979-05-27T07:32:00.25-07:00")),
      ("a = 1979-05-27t07:32:00z", .time("1979-05-27T07:32:00Z")),
      ("a = 1979-05-27T07:32:00", .time("1979-05-27T07:32:00")),
      ("a = 1979-05-27", .time("1979-05-27")), ("a = 1979-05-27 # x", .time("1979-05-27")),
      ("a = 07:32:00.5", .time("07:32:00.5")), ("a = []", .array([])),
      ("a = [ # one\n 1,\n\n 'x', # two\n]", .array([.integer(1), .string("x")])),
      ("a = { }", .table([:])),
      (
        "a = {b = 1, c.d = [2], c.e = {}}",
        .table([
          "b": .integer(1), "c": .table(["d": .array([.integer(2)]), "e": .table([:])]),
        ])
      ),
      ("a.b . 'c' = 1\na.d = 2", .table(["b": .table(["c": .integer(1)]), "d": .integer(2)])),
      ("[a.b]\n[a]\nc = 1", .table(["b": .table([:]), "c": .integer(1)])),
      ("[a]\nb.c = 1\n[a.b.d]", .table(["b": .table(["c": .integer(1), "d": .table([:])])])),
      (
        "[[a]]\nb = 1\n[a.c]\n[[a]]\n[[a.d]]",
        .array([
          .table(["b": .integer(1), "c": .table([:])]), .table(["d": .array([.table([:])])]),
        ])
      ),
      ("", nil), ("# only a comment", nil), (" \t\r\n\n", nil), ("b = 1", nil),
    ] as [(String, TOML?)])
  func `a document is read as TOML 1.0 says`(_ text: String, _ expected: TOML?) throws {
    #expect(try value(text) == expected)
  }

  @Test(arguments: [
    "a", "a =", "a = ", "= 1", ".a = 1", "a. = 1", "a..b = 1", "a b = 1", "é = 1", "a = b",
    "a = 1 b = 2", "a = 1, b = 2", "a = True", "a = 01", "a = 1_", "a = _1", "a = 1__0",
    "a = +0x1", "a = 0X1", "a = 0xg", "a = 0x", "a = 0o8", "a = 9223372036854775808", "a = 1.",
    "a = .5", "a = 1.e5", "a = 1e", "a = 1e5.5", "a = 00.5", "a = 1._5", "a = 1e999", "a = Inf",
    "a = 1979-13-27", "a = 1979-02-30", "a = 1979-05-27T25:00:00", "a = 07:60:00",
    "a = 1979-05-27T07:32", "a = 1979-05-27T07:32:00+99:00", "a = 07:32:00Z", "a = 1979-5-27",
    "a = 1979-05-27T07:32:00.", "a = \"x", "a = 'x", "a = \"x\ny\"", "a = \"\"\"x", "a = '''x",
    "a = \"\\x41\"", "a = \"\\e\"", "a = \"\\ud800\"", "a = \"\\u12\"", "a = \"\\U00110000\"",
    "a = \"\u{0}\"", "a = '\u{7f}'", "# \u{0}", "# \u{1b}", "a = 1 # \r", "\u{feff}a = 1",
    "a = \"\"\"\r\"\"\"", "\"\"\"a\"\"\" = 1", "a = [1", "a = [,]", "a = [1,,2]", "a = [1 2]",
    "a = {b = 1,}", "a = {b = 1\n}", "a = {b}", "a = {,}", "a = {b = 1, b = 2}",
    "a = {b = 1, b.c = 2}", "a = {b = {}, b.c = 2}", "[a", "[a]]", "[[a]", "[ [a]]", "[]", "[a.]",
    "[a] b = 1", "[#]", "[,]", "[a\n]", "a = 1\na = 2", "a = 1\n\"a\" = 2", "a.b = 1\na = 2",
    "a = 1\na.b = 2", "a = 1\n[a]", "a = {}\n[a.b]", "a = {}\na.b = 1", "a = []\n[[a]]",
    "a = [{}]\n[a.b]", "[a]\n[a]", "[a]\n[[a]]", "[[a]]\n[a]", "[a.b]\n[a]\nb.c = 1",
    "[a]\nb.c = 1\n[a.b]", "[[a.b]]\n[a]\nb.c = 1", "a.b = 1\n[a]", "[a]\nb = 1\n[a.b]",
    "\r", "a = 1\r", "a = 1 \r\r\n",
  ])
  func `what TOML 1.0 does not allow is an error`(_ text: String) {
    #expect(error(text)?.message.hasPrefix("line ") == true)
  }

  @Test func `an error names line and column`() {
    let place = "line 3, column 5: expected a value, found 'yes'"
    #expect(error("a = 1\r\n# two\nb = yes\n")?.message == place)
    #expect(error("a = [")?.message == "line 1, column 6: expected a value, found the end")
    #expect(error("x = 1\nx = 2")?.message == "line 2, column 1: the key 'x' stands twice")
  }

  @Test func `bytes that are no UTF-8 are an error`() {
    #expect(throws: ConfigurationError(key: "", "not valid UTF-8")) {
      _ = try TOML.parse(ByteSlice([0x61, 0x3d, 0x22, 0xff, 0x22]))
    }
  }

  @Test(arguments: [
    RepeatedText("a.", 100_000, end: "a = 1"), RepeatedText(start: "[", "a.", 100_000, end: "a]"),
    RepeatedText(start: "[[", "a.", 100_000, end: "a]]"),
    RepeatedText(start: "x = {", "a.", 100_000, end: "a = 1}"),
    RepeatedText(start: "x = ", "[", 100_000), RepeatedText(start: "x = ", "{a = ", 100_000),
    RepeatedText(start: "x = ", "{a.b.c.d.e.f = ", 20),
  ])
  func `a key or value that nests without end is an error`(_ long: RepeatedText) {
    #expect(error(long.text)?.message.contains("nest deeper than 64") == true)
  }

  @Test func `thousands of tables take no long time`() throws {
    var document = try TOML.parse(ByteSlice(utf8: String(repeating: "[[a.b]]\n", count: 20_000)))
    var a = try #require(try document.table("a"))
    #expect(try a.tables("b").count == 20_000)
  }

  @Test func `every damaged document is an error or another document`() throws {
    let whole = try Fixture.bytes("digits/proofmark.toml")
    for bytes in Mutations(of: whole, damages: [.truncation, .inversion, .lowestBit]) {
      do {
        _ = try TOML.parse(bytes)
      } catch {
        #expect(error.message.hasPrefix("line ") || error.message == "not valid UTF-8")
      }
    }
  }
}
