import Bytes
import Formats
import TestSupport
import Testing

@Suite struct PickleMachineTests {
  /// What the pickle describes, written as Python would; a call as `module.name(arguments)`.
  static func text(_ bytes: [UInt8]) throws(ParseError) -> String {
    var machine = PickleMachine()
    var reading = PickleReading()
    var reader = PickleReader(ByteSlice(bytes))
    let value = try machine.run(&reader, &reading)
    return text(value, machine.objects)
  }

  static func text(_ value: PickledValue, _ objects: PickledObjects) -> String {
    switch value {
    case .none: return "None"
    case .bool(let value): return value ? "True" : "False"
    case .integer(let value): return "\(value)"
    case .double(let value): return "\(value)"
    case .text(let value): return "'\(value)'"
    case .object: break
    }
    guard let object = objects.object(value) else { return "?" }
    let elements = object.elements.map { text($0, objects) }.joined(separator: ", ")
    let items = object.items.map { "\(text($0.key, objects)): \(text($0.value, objects))" }
    switch object.kind {
    case .bytes(let bytes), .byteArray(let bytes): return "b" + hexadecimal(bytes)
    case .rawText(let bytes): return "t" + hexadecimal(bytes)
    case .decimal(let line): return "d" + hexadecimal(line)
    case .unknown: return "unknown"
    case .longInteger(let bytes): return "L" + hexadecimal(bytes)
    case .tuple: return "(\(elements))"
    case .list: return "[\(elements)]"
    case .dict: return "{\(items.joined(separator: ", "))}"
    case .set: return "set(\(elements))"
    case .global(let name): return name.description
    case .persistent(let id): return "persistent(\(text(id, objects)))"
    case .registered(let code): return "registered(\(code))"
    case .call(let function, let arguments):
      let state = object.states.map { ".state(\(text($0, objects)))" }.joined()
      let added = elements.isEmpty ? "" : "+[\(elements)]"
      let set = items.isEmpty ? "" : "+{\(items.joined(separator: ", "))}"
      let named = object.keywords.map { "**" + text($0, objects) } ?? ""
      return text(function, objects) + text(arguments, objects) + named + added + set + state
    }
  }

  @Test(
    arguments: [
      ("None", PickleBuilder().none().stop()),
      ("(True, False)", PickleBuilder().raw([0x88, 0x89, 0x86]).stop()),
      (
        "(True, False)",
        PickleBuilder(protocol: nil).decimal("01").decimal("00").tuple(of: 2).stop()
      ),
      ("-2", PickleBuilder().integer(-2).stop()), ("12", PickleBuilder().decimal("12").stop()),
      ("-5", PickleBuilder().raw(Array("L-5L\n".utf8)).stop()),
      ("-5", PickleBuilder().decimal(" -5").stop()),
      ("1000", PickleBuilder().decimal("1_000").stop()),
      ("d30783130", PickleBuilder().decimal("0x10").stop()),
      ("(2, 2)", PickleBuilder().integer(2).put(1).raw(Array("g+1\n".utf8)).tuple(of: 2).stop()),
      ("teda080", PickleBuilder().raw([0x8c, 3, 0xed, 0xa0, 0x80]).stop()),
      ("[]", PickleBuilder().list().none().raw([0x62]).stop()),
      ("0", PickleBuilder().long([]).stop()), ("-1", PickleBuilder().long([0xff]).stop()),
      ("255", PickleBuilder().long([0xff, 0]).stop()),
      ("-9223372036854775808", PickleBuilder().long([0, 0, 0, 0, 0, 0, 0, 0x80]).stop()),
      (
        "L000000000000000001",
        PickleBuilder().long([0, 0, 0, 0, 0, 0, 0, 0, 1]).stop()
      ),
      ("1.5", PickleBuilder().raw([0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]).stop()),
      ("-0.25", PickleBuilder().raw(Array("F-0.25\n".utf8)).stop()),
      ("'a'", PickleBuilder().text("a").stop()),
      ("'a\u{e9}'", PickleBuilder().longText("aé").stop()),
      ("'it'", PickleBuilder().string("'it'").stop()),
      ("bff", PickleBuilder().raw([0x55, 1, 0xff]).stop()),
      ("b0001", PickleBuilder().binary([0, 1]).stop()),
      ("[1, 2]", PickleBuilder().list().mark().integer(1).integer(2).raw([0x65]).stop()),
      ("{'a': 1}", PickleBuilder().dict().text("a").integer(1).setItem().stop()),
      ("{'a': 1}", PickleBuilder().mark().text("a").integer(1).raw([0x64]).stop()),
      ("set(1)", PickleBuilder().raw([0x8f]).mark().integer(1).raw([0x90]).stop()),
      ("set(1)", PickleBuilder().mark().integer(1).raw([0x91]).stop()),
      ("os.system('id')", PickleBuilder.call("os", "system", "id")),
      ("os.system('id')", PickleBuilder().mark().text("id").inst("os", "system").stop()),
      (
        "os.system('id')",
        PickleBuilder().mark().stackGlobal("os", "system").text("id").obj().stop()
      ),
      (
        "a.B().state({'x': 1})",
        PickleBuilder().global("a", "B").tuple(of: 0).newObj().dict().text("x").integer(1)
          .setItem().build().stop()
      ),
      (
        "a.B(1)**{}",
        PickleBuilder().global("a", "B").integer(1).tuple(of: 1).dict().newObjEx().stop()
      ),
      (
        "collections.OrderedDict()+{'k': 1}",
        PickleBuilder().global("collections", "OrderedDict").tuple(of: 0).reduce().mark()
          .text("k").integer(1).setItems().stop()
      ),
      ("persistent('7')", PickleBuilder().text("7").persistentID().stop()),
      ("persistent('7')", PickleBuilder().raw(Array("P7\n".utf8)).stop()),
      ("registered(9)", PickleBuilder().extension1(9).stop()),
      ("(2, 2)", PickleBuilder().integer(2).put(3).get(3).tuple(of: 2).stop()),
      ("(2, 2)", PickleBuilder().integer(2).memoize().get(0).tuple(of: 2).stop()),
      ("(1, 1)", PickleBuilder().integer(1).dup().mark().pop().tuple(of: 2).stop()),
      ("1", PickleBuilder().integer(1).mark().integer(2).popMark().stop()),
    ] as [(String, [UInt8])])
  func `a pickle is followed as Python would, without calling anything`(
    expected: String, bytes: [UInt8]
  ) throws {
    // Tuples of one are written without their comma here.
    #expect(try Self.text(bytes) == expected)
  }

  @Test func `an object that is put twice is one object`() throws {
    var machine = PickleMachine()
    var reading = PickleReading()
    let bytes = PickleBuilder().list().put(0).get(0).integer(1).append().tuple(of: 2).stop()
    var reader = PickleReader(ByteSlice(bytes))
    let root = try machine.run(&reader, &reading)
    let pair = try #require(machine.objects.tuple(root))
    #expect(pair[0] == pair[1])
    #expect(machine.objects.object(pair[0])?.elements == [.integer(1)])
  }

  @Test func `a list in itself and references that multiply cost what they cost in the file`()
    throws
  {
    var machine = PickleMachine()
    var reading = PickleReading()
    var cycle = PickleReader(ByteSlice(PickleBuilder().list().put(0).get(0).append().stop()))
    _ = try machine.run(&cycle, &reading)
    var bomb = PickleBuilder().list().memoize()
    for level in 0..<200 {
      bomb = bomb.list().memoize().mark().get(UInt8(level)).get(UInt8(level)).raw([0x65])
    }
    var reader = PickleReader(ByteSlice(bomb.stop()))
    _ = try machine.run(&reader, &reading)
    #expect(machine.objects.count == 202)
  }

  @Test(
    arguments: [
      ("no STOP", PickleBuilder().none().bytes), ("an empty stack", [0x80, 2, 0x2e]),
      ("an unknown memo", PickleBuilder().get(4).stop()),
      ("no mark", PickleBuilder().none().tuple().stop()),
      ("a value below the mark", PickleBuilder().none().mark().stop()),
      ("arguments in a list", PickleBuilder().global("a", "b").list().reduce().stop()),
      ("a name that is no text", PickleBuilder().text("os").integer(1).stackGlobal().stop()),
      ("a state for a list", PickleBuilder().list().dict().build().stop()),
      ("a state for a class", PickleBuilder().global("a", "B").dict().build().stop()),
      ("items for a class", PickleBuilder().global("a", "B").none().none().setItem().stop()),
      ("an element for a text", PickleBuilder().text("a").none().append().stop()),
      ("keys without a value", PickleBuilder().dict().mark().none().setItems().stop()),
      ("protocol 6", [0x80, 6, 0x4e, 0x2e]),
      ("text that is no UTF-8", [0x80, 4, 0x8c, 1, 0xff, 0x2e]),
      ("digits without end", PickleBuilder().decimal(String(repeating: "9", count: 4301)).stop()),
      ("a registry's code 0", PickleBuilder().extension1(0).stop()),
      ("a buffer from outside", [0x80, 5, 0x97, 0x2e]),
      ("an opcode that is none", [0x80, 2, 0xff, 0x2e]),
    ] as [(String, [UInt8])])
  func `what the machine refuses is refused`(what: String, bytes: [UInt8]) {
    #expect(throws: ParseError.self, "\(what)") { try Self.text(bytes) }
  }

  @Test(
    arguments: [
      // PROTO costs an opcode but no value.
      ("opcodes", [0x80, 2], 10_000_001), ("values", [0x4e], 4_000_001),
      ("marks", [0x28], 4_000_001), ("objects", [0x5d], 2_000_001),
      ("memos", [0x71, 0], 4_000_001),
    ] as [(String, [UInt8], Int)])
  func `more than the limit is refused`(what: String, instruction: [UInt8], count: Int) {
    var many = instruction
    while many.count < count * instruction.count { many += many }
    let bytes = PickleBuilder().none().bytes + many
    let error = #expect(throws: ParseError.self, "\(what)") { try Self.text(bytes + [0x2e]) }
    #expect(error?.kind == .limit)
  }
}
