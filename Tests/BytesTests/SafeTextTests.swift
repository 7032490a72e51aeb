import Bytes
import Testing

struct SafeTextTests {
  @Test(arguments: [
    ("plain text, \u{e9}\u{4e2d}\u{1f600}", "plain text, \u{e9}\u{4e2d}\u{1f600}"),
    ("\u{1b}[31m", "\\u{1b}[31m"), ("a\nb\tc\r", "a\\u{a}b\\u{9}c\\u{d}"), ("\u{7f}", "\\u{7f}"),
    ("\u{202a}\u{202e}\u{2066}\u{2069}", "\\u{202a}\\u{202e}\\u{2066}\\u{2069}"),
    ("\u{200b}\u{200d}\u{feff}\u{ad}", "\\u{200b}\\u{200d}\\u{feff}\\u{ad}"),
    ("\u{2028}\u{2029}\u{85}", "\\u{2028}\\u{2029}\\u{85}"), ("\u{e0041}", "\\u{e0041}"),
    ("\u{e000}\u{fffe}", "\\u{e000}\\u{fffe}"), ("e\u{301}", "e\u{301}"),
  ])
  func `what could move, hide or reorder text is written out`(_ text: String, _ safe: String) {
    #expect(Array(safeText(text).utf8) == Array(safe.utf8))
    #expect(safeText(safeText(text)) == safeText(text))
  }

  @Test(arguments: [
    ("https:/\u{2f}\u{301}@x", "https:/\u{2f}\u{fffd}@x"),
    ("'\u{20d0}\u{301}'", "'\u{fffd}\u{fffd}'"),
    ("a\r\nb", "a\r\nb"), ("\r\n\u{301}", "\r\n\u{301}"), ("cafe\u{301}s", "cafe\u{301}s"),
    ("\u{600}/x", "\u{fffd}/x"), ("#\u{fe0f}\u{20e3}", "#\u{fffd}\u{fffd}"),
    ("\u{4e2d}\u{301}", "\u{4e2d}\u{301}"),
  ])
  func `a mark does not hide the sign that it combines with`(_ text: String, _ apart: String) {
    #expect(Array(separatingMarks(text).utf8) == Array(apart.utf8))
  }

  @Test
  func `bytes that are no UTF-8 are written in hexadecimal`() {
    #expect(safeText(bytes: Array("caf\u{e9}\n".utf8)) == "caf\u{e9}\\u{a}")
    #expect(safeText(bytes: [0x61, 0xff, 0x0a, 0x7e]) == "a\\xff\\x0a~")
    #expect(safeText(bytes: []).isEmpty)
  }
}
