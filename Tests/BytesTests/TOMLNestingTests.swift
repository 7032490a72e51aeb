import Bytes
import Testing

struct TOMLNestingTests {
  private func error(_ text: String) -> ConfigurationError? {
    do {
      _ = try TOML.parse(ByteSlice(utf8: text))
      return nil
    } catch {
      return error
    }
  }

  private static let dots = String(repeating: "a.", count: 100_000) + "a"

  @Test(arguments: [
    "\(dots) = 1", "[\(dots)]", "[[\(dots)]]", "x = {\(dots) = 1}",
    "x = 1\n\(dots.replacing(".", with: " . ")) = 1", "\"q\".'r'.\(dots) = 1",
    "x = \"\"\"\"\"\"\"\"\n\(dots) = 1", "x = {a = \"\"\"b\"\"\"\", \(dots) = 1}",
    "x = {a = '''b''''', \(dots) = 1}", "x = \"\\\"\"\n\(dots) = 1", "x = '\\'\n\(dots) = 1",
    "x = \"\"\n\(dots) = 1", "# \"\n\(dots) = 1", "x = \"# \"\n\(dots) = 1",
    "x = " + String(repeating: "[", count: 100_000),
    "x = " + String(repeating: "{a = ", count: 100_000),
    "x = " + String(repeating: "{a.b.c.d.e.f = ", count: 20),
  ])
  func `a key or value that nests without end is an error`(_ text: String) {
    #expect(error(text)?.message.contains("nest deeper than 64") == true)
  }

  @Test(arguments: [
    "a = \"\(dots)\"", "a = '\(dots)'", "a = \"\"\"\n\(dots)\"\"\"", "a = '''\n\(dots)\n'''",
    "# \(dots)", "a = 1 # \(dots)", "a = \"\"\"\"quoted\"\"\"\"\nb = 1.5",
    "a = \"\\\\\"\nb = '\\'", "a.b.c.d = { e.f = [1.5, 2.5, [3.5]] }\n[g.h]\ni.j = 1",
    String(repeating: "x = [1.5, 2.5]\n", count: 1),
    "x = [" + String(repeating: "1.5, ", count: 1000) + "]",
    (0..<500).map { "a.b\($0) = 1.5" }.joined(separator: "\n"),
  ])
  func `dots in strings, comments and lists are no nesting`(_ text: String) {
    #expect(error(text) == nil)
  }

  @Test func `the line is named`() {
    let text = "x = \"\"\"\n\n\"\"\"\n\n\(TOMLNestingTests.dots) = 1"
    #expect(error(text)?.message.hasPrefix("line 5: ") == true)
  }
}
