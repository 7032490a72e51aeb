import Bytes
import Formats
import TestSupport
import Testing

@Suite struct ONNXTensorTests {
  static func tensor(
    _ shape: [Int], type: ONNXElementType, _ elements: ProtobufBuilder
  ) throws(ParseError) -> ONNXTensor {
    let message = ONNXTensorBuilder("t", shape, type: type.rawValue, elements).message
    return try ONNXTensor(parsing: ByteSlice(message.bytes))
  }

  static func numbers(
    _ shape: [Int], type: ONNXElementType, _ elements: ProtobufBuilder
  ) throws(ParseError) -> StoredTensor {
    try tensor(shape, type: type, elements).storedTensor { (_) throws(ParseError) in
      throw ParseError(at: 0, expected: "no other file", found: "one")
    }
  }

  static let integers: [(ONNXElementType, ProtobufBuilder, [Int])] = [
    (.int32, ProtobufBuilder().packed(5, [-1, 2, Int(Int32.min)]), [-1, 2, Int(Int32.min)]),
    // Not packed, and in parts.
    (.int32, ProtobufBuilder().integer(5, -1).integer(5, 2).integer(5, 3), [-1, 2, 3]),
    (.int32, ProtobufBuilder().packed(5, [-1]).integer(5, 2).packed(5, [3]), [-1, 2, 3]),
    // A negative int32 cut to 32 bits.
    (.int32, ProtobufBuilder().packed(5, [0xffff_ffff, 0, 0]), [-1, 0, 0]),
    (.int8, ProtobufBuilder().packed(5, [-128, 127, 0]), [-128, 127, 0]),
    (.uint8, ProtobufBuilder().packed(5, [255, 0, 1]), [255, 0, 1]),
    (.int16, ProtobufBuilder().packed(5, [-32768, 32767, 0]), [-32768, 32767, 0]),
    (.uint16, ProtobufBuilder().packed(5, [65535, 0, 1]), [65535, 0, 1]),
    (.bool, ProtobufBuilder().packed(5, [1, 0, 1]), [1, 0, 1]),
    (.int64, ProtobufBuilder().packed(7, [.min, .max, -1]), [.min, .max, -1]),
    (.int64, ProtobufBuilder().integer(7, 1).integer(7, 2).integer(7, -3), [1, 2, -3]),
    (.uint64, ProtobufBuilder().packed(11, [.max, 0, 1]), [.max, 0, 1]),
    (.uint32, ProtobufBuilder().packed(11, [0xffff_ffff, 0, 1]), [0xffff_ffff, 0, 1]),
    (.int16, ProtobufBuilder().bytes(9, [0xff, 0xff, 2, 0, 3, 0]), [-1, 2, 3]),
  ]

  @Test(arguments: integers.indices)
  func `integers are read from their field`(index: Int) throws {
    let (type, elements, expected) = Self.integers[index]
    let tensor = try Self.numbers([3], type: type, elements)
    #expect(tensor.elementType == type.stored)
    #expect(try tensor.integers() == expected)
  }

  static let floats: [(ONNXElementType, ProtobufBuilder)] = [
    (.float32, ProtobufBuilder().packed(4, [0.5, -2] as [Float])),
    (.float32, ProtobufBuilder().float(4, 0.5).float(4, -2)),
    (.float32, ProtobufBuilder().packed(4, [0.5] as [Float]).float(4, -2)),
    (.float64, ProtobufBuilder().double(10, 0.5).double(10, -2)),
    (.float64, ProtobufBuilder().bytes(10, [0, 0, 0, 0, 0, 0, 0xe0, 0x3f]).double(10, -2)),
    (.float16, ProtobufBuilder().packed(5, [0x3800, 0xc000])),
    (.bfloat16, ProtobufBuilder().packed(5, [0x3f00, 0xc000])),
    (.float32, ProtobufBuilder().bytes(9, [0, 0, 0, 0x3f, 0, 0, 0, 0xc0])),
  ]

  @Test(arguments: floats.indices)
  func `floats are read from their field`(index: Int) throws {
    let (type, elements) = Self.floats[index]
    #expect(try Self.numbers([2], type: type, elements).floats() == [0.5, -2])
  }

  @Test func `a scalar and an empty tensor need no axes and no elements`() throws {
    #expect(try Self.numbers([], type: .float32, ProtobufBuilder().float(4, 3)).floats() == [3])
    #expect(try Self.numbers([2, 0], type: .int64, ProtobufBuilder()).count == 0)
    #expect(try Self.numbers([0], type: .float32, ProtobufBuilder().bytes(9, [])).count == 0)
  }

  static let packed: [(ONNXElementType, Int, ProtobufBuilder, [UInt8])] = [
    (.int4, 3, ProtobufBuilder().packed(5, [0x21, 0x0f]), [0x21, 0x0f]),
    (.uint4, 3, ProtobufBuilder().bytes(9, [0x21, 0x0f]), [0x21, 0x0f]),
    (.float8e4m3fn, 2, ProtobufBuilder().packed(5, [0x38, 0xff]), [0x38, 0xff]),
    (.complex64, 1, ProtobufBuilder().packed(4, [0.5, 2] as [Float]), [0, 0, 0, 63, 0, 0, 0, 64]),
  ]

  @Test(arguments: packed.indices)
  func `types that only ONNX stores keep their bytes`(index: Int) throws {
    let (type, count, elements, bytes) = Self.packed[index]
    let tensor = try Self.tensor([count], type: type, elements)
    #expect(tensor.data == .packed(ByteSlice(bytes)))
    let error = #expect(throws: ParseError.self) { try tensor.storedTensor { _ in .empty } }
    #expect(error?.kind == .unsupported)
  }

  @Test func `texts are as many as the shape has elements`() throws {
    let texts = ProtobufBuilder().text(6, "a").text(6, "").bytes(6, [0xff])
    let tensor = try Self.tensor([3, 1], type: .string, texts)
    #expect(
      tensor.data == .strings([ByteSlice(utf8: "a"), .empty, ByteSlice([0xff])]))
    #expect(throws: ParseError.self) { try Self.tensor([2], type: .string, texts) }
  }

  @Test func `elements in another file are asked for by their place`() throws {
    let tensor = try ONNXTensor(
      parsing: ByteSlice(
        ONNXTensorBuilder.external(
          "w", [2],
          [
            ("location", "weights.bin"), ("offset", "64"), ("length", "8"), ("checksum", "ab"),
            ("prepacked", "x"),
          ]
        ).message.bytes))
    let place = try #require(
      { if case .external(let place) = tensor.data { place } else { nil } }())
    #expect(place.location == "weights.bin")
    #expect(place.offset == 64 && place.length == 8 && place.checksum == "ab")
    let bytes = ByteSlice([0, 0, 0, 63, 0, 0, 0, 64] as [UInt8])
    let read = try tensor.storedTensor { asked in
      #expect(asked == place)
      return bytes
    }
    #expect(try read.floats() == [0.5, 2])
    #expect(throws: ParseError.self) { try tensor.storedTensor { _ in bytes.prefix(7) } }
    let refusal = ParseError(at: 0, expected: "a file in the folder", found: "none")
    #expect(throws: refusal) {
      try tensor.storedTensor { (_) throws(ParseError) in throw refusal }
    }
  }

  @Test(arguments: [
    [("offset", "0")], [("location", "")], [("location", "a"), ("offset", "-1")],
    [("location", "a"), ("length", "9223372036854775808")], [("location", "a"), ("length", "8 ")],
    [("location", "a"), ("location", "b")], [],
  ])
  func `a place in another file that lies is refused`(pairs: [(String, String)]) {
    let tensor = ONNXTensorBuilder.external(
      "w", [2], pairs.map { (key: $0.0, value: $0.1) })
    #expect(throws: ParseError.self) { try ONNXTensor(parsing: ByteSlice(tensor.message.bytes)) }
  }

  static let lies: [(String, [Int], ONNXElementType, ProtobufBuilder)] = [
    ("too few bytes", [2], .float32, ProtobufBuilder().bytes(9, [0, 0, 0, 0])),
    ("too many bytes", [1], .float32, ProtobufBuilder().bytes(9, [0, 0, 0, 0, 0])),
    ("too few numbers", [3], .int64, ProtobufBuilder().packed(7, [1, 2])),
    ("too many numbers", [1], .int64, ProtobufBuilder().packed(7, [1, 2])),
    ("no numbers", [1], .float32, ProtobufBuilder()),
    ("half a number", [1], .float32, ProtobufBuilder().bytes(4, [0, 0])),
    (
      "half a number in the second part", [2], .float32,
      ProtobufBuilder().float(4, 1).bytes(4, [0, 0])
    ),
    ("a shape far beyond the file", [1 << 40], .int64, ProtobufBuilder().packed(7, [1])),
    ("an overflowing shape", [1 << 62, 4], .float32, ProtobufBuilder().bytes(9, [])),
    ("an overflow hidden by an empty axis", [1 << 62, 4, 0], .float32, ProtobufBuilder()),
    ("a negative size", [-1], .float32, ProtobufBuilder()),
    ("nine axes", [1, 1, 1, 1, 1, 1, 1, 1, 1], .int8, ProtobufBuilder().bytes(9, [0])),
    ("no element type", [1], .undefined, ProtobufBuilder().bytes(9, [0])),
    ("raw data twice", [1], .int8, ProtobufBuilder().bytes(9, [0]).bytes(9, [0])),
    ("two kinds of data", [1], .float32, ProtobufBuilder().float(4, 1).bytes(9, [0, 0, 0, 0])),
    ("two kinds, one empty", [1], .float32, ProtobufBuilder().float(4, 1).bytes(9, [])),
    ("raw data as a number", [1], .int8, ProtobufBuilder().integer(9, 0)),
    ("floats in the field of integers", [1], .float32, ProtobufBuilder().packed(5, [1])),
    ("integers in the field of floats", [1], .int32, ProtobufBuilder().float(4, 1)),
    ("int64 in the field of int32", [1], .int64, ProtobufBuilder().packed(5, [1])),
    ("a varint as float", [1], .float32, ProtobufBuilder().integer(4, 1)),
    ("a float as integer", [1], .int64, ProtobufBuilder().float(7, 1)),
    ("an int8 of 128", [1], .int8, ProtobufBuilder().packed(5, [128])),
    ("a uint8 of -1", [1], .uint8, ProtobufBuilder().packed(5, [-1])),
    ("a bool of 2", [1], .bool, ProtobufBuilder().packed(5, [2])),
    ("a float16 of 17 bits", [1], .float16, ProtobufBuilder().packed(5, [65536])),
    ("an int32 of 33 bits", [1], .int32, ProtobufBuilder().packed(5, [1 << 32])),
    ("a uint32 of 33 bits", [1], .uint32, ProtobufBuilder().packed(11, [1 << 32])),
    ("texts in raw data", [1], .string, ProtobufBuilder().bytes(9, [0x61])),
    ("numbers as texts", [1], .int8, ProtobufBuilder().text(6, "1")),
    ("a segment", [1], .int8, ProtobufBuilder().bytes(9, [0]).message(3, ProtobufBuilder())),
    ("an unknown location", [1], .int8, ProtobufBuilder().bytes(9, [0]).integer(14, 2)),
    ("elements here and elsewhere", [1], .int8, ProtobufBuilder().bytes(9, [0]).integer(14, 1)),
    ("elements elsewhere without a place", [1], .int8, ProtobufBuilder().integer(14, 1)),
    ("an unknown element type", [1], .int8, ProtobufBuilder().bytes(9, [0]).integer(2, 99)),
  ]

  @Test(arguments: lies.indices)
  func `a tensor that lies is refused`(index: Int) {
    let (lie, shape, type, elements) = Self.lies[index]
    #expect(throws: ParseError.self, "\(lie)") {
      try Self.tensor(shape, type: type, elements)
    }
  }

  @Test func `a sparse tensor has values, indices and a shape`() throws {
    let sparse = ProtobufBuilder()
      .message(1, ONNXTensorBuilder.floats("s", [2], [1, 2]).message)
      .message(2, ONNXTensorBuilder.integers(nil, [2], [0, 5]).message)
      .integer(3, 2).integer(3, 3)
    let model = try ONNXModelTests.model { $0.graph.more = ProtobufBuilder().message(15, sparse) }
    let tensor = try #require(model.graph.sparseInitializers.first)
    #expect(tensor.shape == [2, 3])
    #expect(tensor.values.name == "s")
    #expect(try tensor.indices.storedTensor { _ in .empty }.integers() == [0, 5])
    #expect(throws: ParseError.self) {
      try ONNXModelTests.model {
        $0.graph.more = ProtobufBuilder().message(15, ProtobufBuilder().integer(3, 2))
      }
    }
  }

  @Test func `the place of a lie is its offset in the file`() throws {
    let error = #expect(throws: ParseError.self) {
      try ONNXModelTests.model {
        $0.graph.initializer(.floats("w", [3], [1, 2]))
      }
    }
    // Model 2 + graph's tag 2 + name 7 + initializer's tag 2 + axes 2 + type 2.
    #expect(error?.offset == 17)
    #expect(error?.path == ["graph", "initializer 0", "'w'"])
  }

  @Test func `the numbers of element types are those of the standard`() {
    #expect(ONNXElementType.allCases.map(\.rawValue) == Array(0...24))
    #expect(ONNXElementType.float64.rawValue == 11)
    #expect(ONNXElementType.bfloat16.rawValue == 16)
    #expect(ONNXElementType.int4.bits == 4)
    #expect(ONNXElementType.allCases.compactMap(\.stored).count == ElementType.allCases.count)
  }
}
