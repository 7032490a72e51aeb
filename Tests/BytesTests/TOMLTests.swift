import Bytes
import Testing

private func reader(_ text: String) throws(ConfigurationError) -> TOMLReader {
  try TOML.parse(ByteSlice(utf8: text))
}

struct TOMLTests {
  @Test
  func `values are read by kind`() throws {
    var file = try reader(
      """
      s = "a\\u00e9"
      i = 1_000
      d = 1e-5
      b = true
      t = 2026-01-31T00:00:00Z
      l = ["x", "y"]
      n = [1, 2]
      f = [0.5, 1]
      [table]
      inner = 1
      [[many]]
      k = 1
      [[many]]
      k = 2
      """)
    #expect(try file.string("s") == "a\u{e9}")
    #expect(try file.integer("i") == 1000)
    #expect(try file.double("d") == 1e-5)
    #expect(try file.double("i") == 1000)
    #expect(try file.bool("b") == true)
    #expect(try file.time("t") == "2026-01-31T00:00:00Z")
    #expect(try file.strings("l") == ["x", "y"])
    #expect(try file.integers("n") == [1, 2])
    #expect(try file.doubles("f") == [0.5, 1])
    var table = try #require(try file.table("table"))
    #expect(try table.integer("inner") == 1)
    try table.finish()
    let many = try file.tables("many")
    #expect(many.map(\.key) == ["many[0]", "many[1]"])
    #expect(try file.string("absent") == nil)
    #expect(try file.tables("none").isEmpty)
    try file.finish()
  }

  @Test
  func `another kind of value is refused by its key`() throws {
    var file = try reader("[a]\n\"b c\" = 1\nx = [1, \"y\"]\n")
    var table = try #require(try file.table("a"))
    let scalar = try #require(throws: ConfigurationError.self) { try table.string("b c") }
    #expect("\(scalar)" == "a.\"b c\": expected a string, found an integer")
    #expect(throws: ConfigurationError.self) { try table.bool("b c") }
    #expect(throws: ConfigurationError.self) { try table.strings("x") }
    #expect(throws: ConfigurationError.self) { try table.integers("x") }
    #expect(throws: ConfigurationError.self) { try table.doubles("x") }
    #expect(throws: ConfigurationError.self) { try table.tables("x") }
    #expect(throws: ConfigurationError.self) { try file.string("a") }
  }

  @Test
  func `an unknown key names the nearest that was asked for`() throws {
    var file = try reader("treshold = 2\n")
    _ = try file.integer("threshold")
    _ = try file.integer("owners")
    let error = try #require(throws: ConfigurationError.self) { try file.finish() }
    #expect("\(error)" == "treshold: unknown key")
    #expect(error.help == "did you mean 'threshold'?")
  }

  @Test(arguments: [
    "a = 1\na = 2", "[t]\n[t]", "a = 1\n[a]", "a = 99999999999999999999", "a = ", "a = 01",
    "= 1", "a = \"\n\"", "a = 'x\u{0}'", "<<<<<<< ours", "a = 1 b = 2", "[a.b]\n[a]\nb = 1",
  ])
  func `what TOML forbids is refused with its place`(_ text: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try reader(text) }
    #expect(error.message.hasPrefix("line "))
    #expect(!error.message.unicodeScalars.contains(where: isUnsafe))
  }

  @Test
  func `invalid UTF-8 is refused`() {
    #expect(throws: ConfigurationError(key: "", "not valid UTF-8")) {
      try TOML.parse(ByteSlice([0x61, 0x3d, 0x22, 0xff, 0x22]))
    }
  }

  @Test(arguments: [
    ("demnad", "demand"), ("scann", "scan"), ("x", nil), ("completely-other", nil),
  ])
  func `a name is near when few edits part it`(_ name: String, _ nearest: String?) {
    #expect(nearestName(to: name, among: ["demand", "scan", "signature"]) == nearest)
  }

  @Test
  func `keys are sorted by bytes`() throws {
    #expect(try reader("b = 1\na = 1\nB = 1\n\"\u{e9}\" = 1").keys == ["B", "a", "b", "\u{e9}"])
  }
}
