import Bytes
import Formats
import TestSupport
import Testing

@Suite struct PickleDecompilationTests {
  static func lines(_ bytes: [UInt8]) -> [String] {
    PickleDecompilation(ByteSlice(bytes)).lines
  }

  @Test func `imports, calls and the result stand with place and number`() {
    #expect(
      Self.lines(PickleBuilder.call("os", "system", "id")) == [
        "0x0002  #1    import os.system", "0x0012  #4    x1 = os.system('id')", "0x0013  return x1",
      ])
  }

  @Test func `states, items and instances read as Python`() {
    let bytes = PickleBuilder().global("a", "B").tuple(of: 0).newObj().dict().text("x").integer(1)
      .setItem().build().text("k").none().setItem().stop()
    let lines = Self.lines(bytes).map { $0.split(separator: "  ").last.map(String.init) ?? "" }
    #expect(lines.contains { $0.hasSuffix("x1 = a.B.__new__(a.B)") })
    #expect(lines.contains { $0.hasSuffix("x1.__setstate__({'x': 1})") })
    #expect(lines.contains { $0.hasSuffix("x1.update({'k': None})") })
  }

  @Test func `no text of the file leaves its quotes, its line or the terminal's order`() {
    let text = "'); os.system('id')\n\u{1b}[31m\u{202e}"
    let lines = Self.lines(PickleBuilder().text(text).stop())
    #expect(lines == [#"0x0020  return '\'); os.system(\'id\')\u{a}\u{1b}[31m\u{202e}'"#])
  }

  @Test func `long values and deep ones are cut`() {
    let long = Self.lines(PickleBuilder().longText(String(repeating: "a", count: 5000)).stop())
    #expect(long.allSatisfy { $0.count < 200 })
    let cycle = Self.lines(PickleBuilder().list().put(0).get(0).append().stop())
    #expect(cycle.last?.hasSuffix("return [[[[...]]]]") == true)
  }

  @Test func `references that multiply cost a line, not a machine`() {
    var bomb = PickleBuilder(protocol: 4).list().memoize()
    for level in 0..<60 {
      bomb = bomb.list().mark()
      for _ in 0..<16 { bomb = bomb.get(UInt8(level)) }
      bomb = bomb.raw([0x65]).memoize()
    }
    for _ in 0..<2000 {
      bomb = bomb.global("a", "b").get(60).tuple(of: 1).reduce().pop()
    }
    let lines = Self.lines(bomb.stop())
    #expect((4000..<10_000).contains(lines.count))
    #expect(lines.allSatisfy { $0.count < 600 })
  }

  @Test func `a break keeps what was found`() {
    let bytes = Array(PickleBuilder.call("os", "system", "id").dropLast()) + [0xff, 1, 2]
    let pickle = PickleDecompilation(ByteSlice(bytes))
    #expect(!pickle.isComplete)
    #expect(pickle.lines.contains { $0.hasSuffix("x1 = os.system('id')") })
    #expect(pickle.lines.contains { $0.contains("broken: expected an opcode, found 0xff") })
  }

  @Test func `damage is written, never more`() throws {
    let bytes = try Fixture.bytes("scan/pickle/joblib_4.joblib").array
    #expect(PickleDecompilation(ByteSlice(bytes)).isComplete)
    for copy in Mutations(of: bytes, cases: 300) { _ = PickleDecompilation(copy) }
  }
}
