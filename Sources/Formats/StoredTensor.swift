public import Bytes

/// A tensor as it lies in a file: a shape, and a range of bytes in row-major order.
///
/// The bytes are not copied and hold exactly the elements of the shape.
public struct StoredTensor: Sendable, Equatable {
  /// The axes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// The type of each element.
  public let elementType: ElementType
  /// The order of the bytes in an element.
  public let byteOrder: ByteOrder
  /// The elements, row-major.
  public let bytes: ByteSlice

  /// A tensor over the bytes.
  ///
  /// - Throws: `ParseError` unless the bytes hold exactly the elements of the shape, or when it
  ///   has more than `Limits.tensorRank` axes.
  public init(
    shape: [Int], elementType: ElementType, byteOrder: ByteOrder = .little, bytes: ByteSlice
  ) throws(ParseError) {
    let size = try checkedByteCount(of: shape, elementSize: elementType.size, at: bytes.offset)
    guard size == bytes.count else {
      throw ParseError(
        at: bytes.offset, expected: "\(size) bytes for \(elementType.rawValue) \(shape)",
        found: "\(bytes.count) bytes")
    }
    self.shape = shape
    self.elementType = elementType
    self.byteOrder = byteOrder
    self.bytes = bytes
  }

  /// The number of elements.
  public var count: Int { bytes.count / elementType.size }

  /// The elements as binary32.
  ///
  /// Smaller floats widen exactly, binary64 is rounded once to nearest even.
  ///
  /// - Throws: `ParseError` at the first integer that binary32 cannot hold exactly.
  public func floats() throws(ParseError) -> [Float] {
    let isBig = byteOrder == .big
    switch elementType {
    case .float32:
      return bytes.integers(UInt32.self, bigEndian: isBig).map { Float(bitPattern: $0) }
    case .float64:
      return bytes.integers(UInt64.self, bigEndian: isBig).map { Float(Double(bitPattern: $0)) }
    case .float16:
      return bytes.integers(UInt16.self, bigEndian: isBig).map { float(fromBinary16: $0) }
    case .bfloat16:
      return bytes.integers(UInt16.self, bigEndian: isBig).map {
        Float(bitPattern: UInt32($0) << 16)
      }
    case .bool, .uint8: return bytes.map { Float($0) }
    case .int8: return try exactFloats(bytes.integers(Int8.self))
    case .int16: return try exactFloats(bytes.integers(Int16.self, bigEndian: isBig))
    case .uint16: return try exactFloats(bytes.integers(UInt16.self, bigEndian: isBig))
    case .int32: return try exactFloats(bytes.integers(Int32.self, bigEndian: isBig))
    case .uint32: return try exactFloats(bytes.integers(UInt32.self, bigEndian: isBig))
    case .int64: return try exactFloats(bytes.integers(Int64.self, bigEndian: isBig))
    case .uint64: return try exactFloats(bytes.integers(UInt64.self, bigEndian: isBig))
    }
  }

  /// The elements as integers.
  ///
  /// - Throws: `ParseError` when the elements are floats, or at the first that `Int` cannot hold.
  public func integers() throws(ParseError) -> [Int] {
    let isBig = byteOrder == .big
    switch elementType {
    case .bool, .uint8: return bytes.map { Int($0) }
    case .int8: return bytes.integers(Int8.self).map { Int($0) }
    case .int16: return bytes.integers(Int16.self, bigEndian: isBig).map { Int($0) }
    case .uint16: return bytes.integers(UInt16.self, bigEndian: isBig).map { Int($0) }
    case .int32: return bytes.integers(Int32.self, bigEndian: isBig).map { Int($0) }
    case .uint32: return bytes.integers(UInt32.self, bigEndian: isBig).map { Int($0) }
    case .int64: return bytes.integers(Int64.self, bigEndian: isBig).map { Int($0) }
    case .uint64:
      let stored = bytes.integers(UInt64.self, bigEndian: isBig)
      guard let place = stored.firstIndex(where: { $0 > UInt64(Int.max) }) else {
        return stored.map { Int($0) }
      }
      throw ParseError(
        at: bytes.offset + 8 * place, expected: "an integer below 2^63", found: "\(stored[place])")
    case .bfloat16, .float16, .float32, .float64:
      throw ParseError(
        at: bytes.offset, expected: "a tensor of integers", found: elementType.rawValue)
    }
  }

  private func exactFloats<Value: FixedWidthInteger>(
    _ values: [Value]
  ) throws(ParseError) -> [Float] {
    if let place = values.firstIndex(where: { Float(exactly: $0) == nil }) {
      throw ParseError(
        .unsupported, at: bytes.offset + place * elementType.size,
        expected: "an integer that binary32 holds exactly", found: "\(values[place])")
    }
    return values.map { Float($0) }
  }
}

/// The bytes that a tensor of the shape takes; an error when a size is negative, the product does
/// not fit, or there are too many axes.
func checkedByteCount(
  of shape: [Int], elementSize: Int, at offset: Int
) throws(ParseError) -> Int {
  guard shape.count <= Limits().tensorRank else {
    throw ParseError(
      .limit, at: offset, expected: "at most \(Limits().tensorRank) axes",
      found: "\(shape.count) axes")
  }
  var size = elementSize
  // A zero axis empties the tensor, but the other sizes must be honest all the same.
  var isEmpty = false
  for length in shape {
    guard length >= 0 else {
      throw ParseError(at: offset, expected: "a size of an axis", found: "\(length)")
    }
    if length == 0 { isEmpty = true } else { size = try checkedProduct(size, length, at: offset) }
  }
  return isEmpty ? 0 : size
}

/// Binary16 to binary32, exact. Written out because not every platform has `Float16`.
private func float(fromBinary16 bits: UInt16) -> Float {
  let sign = UInt32(bits >> 15) << 31
  let exponent = UInt32(bits >> 10 & 31)
  let fraction = UInt32(bits & 1023)
  switch exponent {
  case 0:
    // Zero and subnormals: fraction x 2^-24.
    let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
    return sign == 0 ? magnitude : -magnitude
  case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}
