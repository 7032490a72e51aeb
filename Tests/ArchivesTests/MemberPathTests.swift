import Archives
import Findings
import Testing

struct MemberPathTests {
  @Test(arguments: [
    "a", "model/weights.h5", ".hidden", "..a", "a...b", "x y", "(1) [2] {3} #%&+=,;!@~^$'",
    "\u{e9}t\u{e9}", "x\u{302}", "\u{65e5}\u{672c}", "console", "nul1", "com10", "a/.b/c",
    "\u{1f600}", String(repeating: "a", count: 1024),
  ])
  func `an ordinary name is a path`(_ name: String) throws {
    #expect(try MemberPath(name).text == name)
  }

  @Test(arguments: [
    ("/a", Rule.pathTraversal), ("//host/a", .pathTraversal), ("\\a", .pathTraversal),
    ("..", .pathTraversal), ("a/..", .pathTraversal), ("../a", .pathTraversal),
    ("a\\..\\b", .pathTraversal), ("a/..\\b", .pathTraversal), ("c:a", .pathTraversal),
    ("C:\\a", .pathTraversal), ("../\u{202e}", .pathTraversal),
    ("a\u{0}", .deceptiveName), ("a\tb", .deceptiveName), ("\u{7f}", .deceptiveName),
    ("\u{85}", .deceptiveName), ("\u{2028}", .deceptiveName), ("\u{2066}a", .deceptiveName),
    ("\u{feff}a", .deceptiveName), ("\u{e000}", .deceptiveName), ("a/\u{301}", .deceptiveName),
    ("", .unportableName), (".", .unportableName), ("./a", .unportableName),
    ("a/.", .unportableName), ("a//b", .unportableName), ("a/", .unportableName),
    ("a\\b", .unportableName), ("a.", .unportableName), ("a../b", .unportableName),
    ("a /b", .unportableName), ("...", .unportableName), ("ab:c", .unportableName),
    ("con", .unportableName), ("Con.txt", .unportableName), ("a/aux .h", .unportableName),
    ("LPT9", .unportableName), ("com\u{b9}.x", .unportableName), ("CONIN$", .unportableName),
    ("e\u{301}", .unportableName), ("\u{212b}", .unportableName),
    ("\u{1100}\u{1161}", .unportableName), (String(repeating: "a", count: 1025), .unportableName),
  ])
  func `a name that some system misreads breaks a rule`(_ name: String, _ rule: Rule) {
    let fault = #expect(throws: MemberPath.Fault.self) { try MemberPath(name) }
    #expect(fault?.rule.id == rule.id)
  }

  @Test func `bytes that are not UTF-8 are no path`() {
    for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x61, 0xe2, 0x82]] {
      let fault = #expect(throws: MemberPath.Fault.self) { try MemberPath(bytes) }
      #expect(fault?.rule.id == Rule.deceptiveName.id)
    }
  }

  @Test func `paths sort by their bytes`() throws {
    let names = ["B", "a", "a-b", "a/b", "ab", "\u{e9}", "\u{ffee}", "\u{1f600}"]
    #expect(try names.reversed().map { try MemberPath($0) }.sorted().map(\.text) == names)
  }
}
