import Bytes
import TestSupport
import Testing

/// `inspect --pickle`.
@Suite struct PickleListingTests {
  @Test func `a pickle in an archive is shown in its chain, escaped`() throws {
    let scratch = try ScratchFolder()
    let pickle = PickleBuilder.call("os", "system", "id\u{1b}[2J")
    try scratch.write(ZipBuilder.one("a/data.pkl", pickle), to: "m.pth")
    let result = try Command.run(["inspect", "--pickle", "m.pth"], in: scratch)
    #expect(result.exitCode == 0)
    #expect(
      result.output == """
        m.pth!a/data.pkl
          0x0002  #1    import os.system
          0x0016  #4    x1 = os.system('id\\u{1b}[2J')
          0x0017  return x1

        """)
  }

  @Test func `a broken pickle is shown to its break, and the exit says so`() throws {
    let scratch = try ScratchFolder()
    try scratch.write(
      Array(PickleBuilder.call("os", "system", "id").dropLast()) + [0xff], to: "m.pkl")
    let result = try Command.run(["inspect", "--pickle", "m.pkl"], in: scratch)
    #expect(result.exitCode == 3)
    #expect(result.output.contains("x1 = os.system('id')"))
    #expect(result.output.contains("broken: expected an opcode, found 0xff"))
  }

  @Test func `no pickle is said, and other options are refused`() throws {
    let scratch = try ScratchFolder()
    try scratch.write(Array("text\n".utf8), to: "a.txt")
    let result = try Command.run(["inspect", "--pickle", "a.txt"], in: scratch)
    #expect(result.exitCode == 0)
    #expect(result.output == "no pickle\n")
    let both = try Command.run(["inspect", "--pickle", "--format", "json", "a.txt"], in: scratch)
    #expect(both.exitCode == 2)
  }
}
