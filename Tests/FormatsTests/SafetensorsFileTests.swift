import Bytes
import Formats
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  @Test func `tensors come in the order of the buffer`() throws {
    let header =
      #"{"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"__metadata__":{"format":"pt"},"#
      + #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""empty":{"dtype":"I64","shape":[0],"data_offsets":[8,8]}}   "#
    let builder = SafetensorsBuilder(
      header: header, buffer: [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64])
    let file = try SafetensorsFile(parsing: ByteSlice(builder.bytes))
    #expect(file.tensors.map(\.name) == ["a", "empty", "b"])
    #expect(file.metadata.map(\.text) == ["pt"])
    #expect(try file.tensors[0].tensor().floats() == [1, 2])
    #expect(try file.tensors[2].tensor().floats() == [3])
  }

  @Test(arguments: [
    ("a name twice", #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{}}"#),
    (
      "an escaped name twice",
      #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\u0077":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}"#
    ),
    ("too few bytes", #"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#),
    ("a gap", #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#),
    ("bytes of no tensor", #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#),
    (
      "an overlap",
      #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
    ),
    ("an end outside", #"{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#),
    ("descending offsets", #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#),
    ("a negative offset", #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#),
    (
      "an overflowing shape",
      #"{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#
    ),
    ("a negative size", #"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#),
    ("an unknown type", #"{"w":{"dtype":"Q8","shape":[8],"data_offsets":[0,8]}}"#),
    ("an unknown key", #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"run":"x"}}"#),
    ("a fraction as offset", #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8.0]}}"#),
    ("metadata of numbers", #"{"__metadata__":{"a":1}}"#),
    ("a list", "[]"), ("no JSON", "{"),
  ])
  func `a header that lies is refused`(lie: String, header: String) {
    var builder = SafetensorsBuilder.one
    builder.header = header
    #expect(throws: ParseError.self, "\(lie)") {
      try SafetensorsFile(parsing: ByteSlice(builder.bytes))
    }
  }

  @Test(arguments: [0, 1, 1000, 100_000_001, UInt64.max, UInt64.max - 8])
  func `a header length that lies is refused`(length: UInt64) {
    var builder = SafetensorsBuilder.one
    builder.headerLength = length
    #expect(throws: ParseError.self) { try SafetensorsFile(parsing: ByteSlice(builder.bytes)) }
  }

  @Test func `damage is refused or read, never more`() {
    for copy in Mutations(of: SafetensorsBuilder.one.bytes) {
      do throws(ParseError) {
        for tensor in try SafetensorsFile(parsing: copy).tensors { _ = try tensor.tensor() }
      } catch {
        #expect(error.offset >= 0)
      }
    }
  }
}
