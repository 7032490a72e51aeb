import Bytes
import TestSupport
import Testing

@Suite struct ProtobufReaderTests {
  /// Examples of protobuf.dev, "Encoding".
  @Test func `the examples of the specification are read`() throws {
    var fields = ProtobufReader(
      ByteSlice([0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8) + [0x1a, 3, 8, 0x96, 1]))
    #expect(try fields.next()?.integer("a number") == 150)
    #expect(try fields.next()?.bytes("a text").utf8 == "testing")
    let third = try #require(try fields.next())
    #expect(third.number == 3)
    #expect(third.offset == 12)
    var inner = ProtobufReader(try third.bytes("a message"))
    let number = try #require(try inner.next())
    #expect(number.number == 1)
    #expect(number.value == .varint(150))
    #expect(number.offset == 14)
    #expect(try inner.next() == nil)
    #expect(try fields.next() == nil)
  }

  @Test func `numbers of every width are read`() throws {
    let message = ProtobufBuilder().integer(1, -2).float(2, 0.5).double(536_870_911, 0.25)
      .integer(4, .max)
    var fields = ProtobufReader(ByteSlice(message.bytes))
    #expect(try fields.next()?.integer("a number") == -2)
    #expect(try fields.next()?.float("a number") == 0.5)
    let last = try fields.next()
    #expect(last?.number == 536_870_911)
    #expect(last?.value == .fixed64(0.25.bitPattern))
    #expect(try fields.next(4)?.integer("a number") == .max)
    #expect(try fields.next(4) == nil)
  }

  @Test(arguments: [
    ("field number 0", [0x00, 0x01], 0), ("field number 0 with a length", [0x02, 0x00], 0),
    ("a group", [0x0b, 0x0c], 0), ("the end of a group", [0x0c], 0),
    ("wire type 6", [0x0e, 0], 0), ("wire type 7", [0x0f, 0], 0),
    ("a field number over 29 bits", [0x80, 0x80, 0x80, 0x80, 0x10, 0], 0),
    ("a tag of 11 bytes", [UInt8](repeating: 0x80, count: 10) + [0x01, 0], 0),
    ("a number of 11 bytes", [8] + [UInt8](repeating: 0xff, count: 10) + [1], 1),
    ("a number over 64 bits", [8] + [UInt8](repeating: 0xff, count: 9) + [2], 1),
    ("a number cut off", [8, 0x80], 2), ("4 bytes cut off", [0x0d, 1, 2, 3], 1),
    ("8 bytes cut off", [0x09, 1, 2, 3, 4, 5, 6, 7], 1), ("a length alone", [0x0a], 1),
    ("a length over the end", [0x0a, 2, 1], 1),
    ("the greatest length", [0x0a] + [UInt8](repeating: 0xff, count: 9) + [1], 1),
    ("a length of 2^63 - 1", [0x0a] + [UInt8](repeating: 0xff, count: 8) + [0x7f, 1], 1),
  ])
  func `what is no message is refused at its place`(
    lie: String, bytes: [UInt8], offset: Int
  ) throws {
    var fields = ProtobufReader(ByteSlice(bytes))
    let error = #expect(throws: ParseError.self, "\(lie)") { try fields.next() }
    #expect(error?.offset == offset, "\(lie)")
  }

  @Test func `the largest varint is read`() throws {
    var reader = ByteReader(ByteSlice([UInt8](repeating: 0xff, count: 9) + [1]))
    #expect(try reader.readVarint() == .max)
    // Longer than needed, as some writers reserve room for a length.
    reader = ByteReader(ByteSlice([0x81, 0x80, 0x80, 0]))
    #expect(try reader.readVarint() == 1)
  }

  @Test func `a value of another wire type is refused`() throws {
    let message = ByteSlice(ProtobufBuilder().integer(1, 1).text(2, "x").bytes)
    var fields = ProtobufReader(message)
    let number = try #require(try fields.next())
    let text = try #require(try fields.next())
    #expect(throws: ParseError(at: 0, expected: "a name", found: "a varint")) {
      try number.bytes("a name")
    }
    #expect(throws: ParseError(at: 2, expected: "a size", found: "a field with a length")) {
      try text.integer("a size")
    }
    #expect(throws: ParseError.self) { try text.float("a number") }
  }
}
