import Bytes

/// The fields of `TensorProto` that can hold its elements; one of them does.
enum ONNXElementField: Int {
  case floats = 4
  case int32s = 5
  case texts = 6
  case int64s = 7
  case raw = 9
  case doubles = 10
  case uint64s = 11

  func canHold(_ type: ONNXElementType) -> Bool {
    switch self {
    case .floats: type == .float32 || type == .complex64
    case .doubles: type == .float64 || type == .complex128
    case .int64s: type == .int64
    case .uint64s: type == .uint64 || type == .uint32
    case .texts: type == .string
    case .raw: type != .string
    case .int32s: type.int32Range != nil
    }
  }
}

extension ONNXElementType {
  /// The integers that `int32_data` may hold for the type: the elements, or their bits; of
  /// elements of 4 bits, two at a time. Nil for types that are not stored there.
  var int32Range: ClosedRange<Int64>? {
    switch self {
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    case .int16: Int64(Int16.min)...Int64(Int16.max)
    case .int8: Int64(Int8.min)...Int64(Int8.max)
    case .bool: 0...1
    case .uint16, .float16, .bfloat16: 0...Int64(UInt16.max)
    case .uint8, .uint4, .int4, .float4e2m1, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2,
      .float8e5m2fnuz, .float8e8m0:
      0...Int64(UInt8.max)
    case .undefined, .float32, .int64, .string, .float64, .uint32, .uint64, .complex64,
      .complex128:
      nil
    }
  }
}

/// Turns elements as Protocol Buffers encode them into little-endian bytes.
struct ONNXElementDecoder {
  private let field: ONNXElementField
  private let type: ONNXElementType
  private let size: Int
  /// The elements so far.
  private(set) var bytes: [UInt8] = []

  /// A decoder of elements that take `size` bytes together; more are refused.
  init(_ field: ONNXElementField, of type: ONNXElementType, size: Int) {
    self.field = field
    self.type = type
    self.size = size
    bytes.reserveCapacity(size)
  }

  /// Adds the numbers of one field, packed or alone.
  mutating func append(_ part: ProtobufField) throws(ParseError) {
    switch (field, part.value) {
    case (.floats, .fixed32(let bits)): try append(bits, at: part.offset)
    case (.doubles, .fixed64(let bits)): try append(bits, at: part.offset)
    case (.int32s, .varint(let bits)), (.int64s, .varint(let bits)), (.uint64s, .varint(let bits)):
      try append(varint: bits, at: part.offset)
    case (_, .bytes(let packed)):
      var reader = ByteReader(packed)
      while !reader.isAtEnd {
        let offset = reader.offset
        switch field {
        case .floats: try append(reader.readLittleEndian(UInt32.self, "an element"), at: offset)
        case .doubles: try append(reader.readLittleEndian(UInt64.self, "an element"), at: offset)
        default: try append(varint: reader.readVarint("an element"), at: offset)
        }
      }
    default: throw part.mismatch("elements of \(type)")
    }
  }

  private mutating func append(varint bits: UInt64, at offset: Int) throws(ParseError) {
    switch field {
    case .int64s: return try append(bits, at: offset)
    case .uint64s where type == .uint64: return try append(bits, at: offset)
    case .uint64s:
      guard let value = UInt32(exactly: bits) else { throw unfit("\(bits)", at: offset) }
      return try append(value, at: offset)
    default: break
    }
    // A negative int32 takes ten bytes; some writers cut it to its 32 bits, which readers accept.
    let value =
      bits <= UInt64(UInt32.max)
      ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    guard let range = type.int32Range, range.contains(value) else {
      throw unfit("\(value)", at: offset)
    }
    switch type.bits {
    case 32: try append(UInt32(truncatingIfNeeded: value), at: offset)
    case 16: try append(UInt16(truncatingIfNeeded: value), at: offset)
    default: try append(UInt8(truncatingIfNeeded: value), at: offset)
    }
  }

  private func unfit(_ value: String, at offset: Int) -> ParseError {
    ParseError(at: offset, expected: "an element of \(type)", found: value)
  }

  private mutating func append<Bits: FixedWidthInteger>(
    _ bits: Bits, at offset: Int
  ) throws(ParseError) {
    let width = MemoryLayout<Bits>.size
    guard size - bytes.count >= width else {
      throw ParseError(at: offset, expected: "\(size) bytes of \(type)", found: "more")
    }
    for shift in stride(from: 0, to: 8 * width, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> Bits(shift)))
    }
  }
}
