import Bytes
import Formats
import TestSupport
import Testing

@Suite struct PickleReaderTests {
  static func instructions(_ bytes: [UInt8]) throws(ParseError) -> [PickleInstruction] {
    var reader = PickleReader(ByteSlice(bytes))
    var found: [PickleInstruction] = []
    while let next = try reader.next() { found.append(next) }
    return found
  }

  @Test func `every opcode of protocols 0 to 5 is known, and no other byte`() {
    // Python's pickletools lists 68 opcodes.
    #expect(PickleOpcode.allCases.count == 68)
    let known = (0...255).filter { PickleOpcode(rawValue: UInt8($0)) != nil }
    #expect(known.count == 68)
    let names = [PickleOpcode.binPersID, .stackGlobal, .newObjEx, .setItems].map(\.name)
    #expect(names == ["BINPERSID", "STACK_GLOBAL", "NEWOBJ_EX", "SETITEMS"])
  }

  @Test func `arguments of every form are read with their place`() throws {
    let bytes: [UInt8] =
      [0x80, 4] + [0x4a, 0xfe, 0xff, 0xff, 0xff] + [0x4b, 7] + [0x4d, 1, 2]
      + [0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0] + [0x8c, 2, 0x61, 0x62]
      + Array("cos\nsystem\n".utf8) + Array("I12\n".utf8) + [0x95, 1, 0, 0, 0, 0, 0, 0, 0]
      + [0x8e, 1, 0, 0, 0, 0, 0, 0, 0, 9] + [0x2e]
    let found = try Self.instructions(bytes)
    #expect(
      found.map(\.opcode) == [
        .proto, .binInt, .binInt1, .binInt2, .binFloat, .shortBinUnicode, .global, .int, .frame,
        .binBytes8, .stop,
      ])
    #expect(found.map(\.offset) == [0, 2, 7, 9, 12, 21, 25, 36, 40, 49, 59])
    #expect(found[1].argument == .integer(-2))
    #expect(found[3].argument == .integer(0x201))
    #expect(found[4].argument == .double(1.5))
    #expect(found[5].text == "ab")
    #expect(found[6].argument == .pair(ByteSlice(utf8: "os"), ByteSlice(utf8: "system")))
    #expect(found[9].argument == .bytes(ByteSlice([9])))
  }

  @Test(
    arguments: [
      (#"S'\x6fs\n'"# + "\n", "os\n"), (#"S"a'b""# + "\n", "a'b"), (#"S '\157s' "# + "\n", "os"),
      (#"V\u006fs\\u0041"# + "\n", #"os\\u0041"#), ("V\u{e9}\n", "\u{c3}\u{a9}"),
      (#"S'unfinished"# + "\n", nil), (#"S'\xzz'"# + "\n", nil),
    ] as [(String, String?)])
  func `escapes are resolved as Python resolves them`(line: String, text: String?) throws {
    let found = try Self.instructions(Array(line.utf8))
    #expect(found.first?.text == text)
  }

  @Test(
    arguments: [
      [0xff], [0x58, 0xff, 0xff, 0xff, 0xff], [0x8e, 255, 255, 255, 255, 255, 255, 255, 255],
      [0x49, 0x31], [0x63, 0x6f, 0x0a, 0x73], [0x8c], [0x47, 0, 0], [0x95, 255, 255],
    ] as [[UInt8]])
  func `what leaves the bytes is refused`(bytes: [UInt8]) {
    #expect(throws: ParseError.self) { try Self.instructions(bytes) }
  }
}
