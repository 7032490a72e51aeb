import Bytes
import Formats
import TestSupport
import Testing

/// Pickles of each protocol beside what Python's pickletools reads in them.
@Suite struct PickleLinesTests {
  /// Places and names of the instructions, as pickletools gives them.
  private static func instructions(of protocol: Int) throws -> [(offset: Int, name: String)] {
    let lines = try Fixture.bytes("vectors/pickle/protocol\(`protocol`).lines").utf8 ?? ""
    return try lines.split(separator: "\n").map { line in
      let parts = line.split(separator: " ")
      return (try #require(Int(parts[0])), String(parts[1]))
    }
  }

  @Test(arguments: 0...5)
  func `the reader's instructions are those of pickletools`(number: Int) throws {
    let known = try Self.instructions(of: number)
    var reader = PickleReader(try Fixture.bytes("vectors/pickle/protocol\(number).pkl"))
    var found: [(offset: Int, name: String)] = []
    while let next = try reader.next() { found.append((next.offset, next.opcode.name)) }
    #expect(found.map(\.offset) == known.map(\.offset))
    #expect(found.map(\.name) == known.map(\.name))
  }

  @Test(arguments: 0...5)
  func `each line of the decompilation names the instruction that does it`(number: Int) throws {
    let known = try Self.instructions(of: number)
    let pickle = PickleDecompilation(try Fixture.bytes("vectors/pickle/protocol\(number).pkl"))
    #expect(pickle.isComplete)
    var seen: Set<Int> = []
    for line in pickle.lines.dropLast() {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      let offset = try #require(Int(words[0].dropFirst(2), radix: 16))
      let index = try #require(Int(words[1].dropFirst()))
      try #require(known.indices.contains(index), "\(line)")
      #expect(known[index].offset == offset, "\(line)")
      let opcodes: Set<String>
      if words[2] == "import" {
        opcodes = ["GLOBAL", "STACK_GLOBAL", "INST"]
      } else if line.contains(".__setstate__(") {
        opcodes = ["BUILD"]
      } else if line.contains(".update(") {
        opcodes = ["SETITEM", "SETITEMS"]
      } else if line.contains(".extend(") {
        opcodes = ["APPEND", "APPENDS"]
      } else {
        opcodes = ["REDUCE", "NEWOBJ", "NEWOBJ_EX", "OBJ", "INST"]
      }
      #expect(opcodes.contains(known[index].name), "\(line)")
      seen.insert(index)
    }
    // Nothing that imports, calls or sets a state goes without a line.
    for (index, instruction) in known.enumerated()
    where ["GLOBAL", "STACK_GLOBAL", "INST", "REDUCE", "NEWOBJ", "NEWOBJ_EX", "OBJ", "BUILD"]
      .contains(instruction.name)
    {
      #expect(seen.contains(index), "\(instruction.name) at \(instruction.offset)")
    }
    let last = try #require(pickle.lines.last?.split(separator: " ").first)
    #expect(Int(last.dropFirst(2), radix: 16) == known.last?.offset)
  }
}
