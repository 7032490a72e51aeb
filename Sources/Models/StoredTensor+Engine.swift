public import Bytes
public import Engine
public import Formats

extension AnyTensor {
  /// The numbers of a tensor in a file.
  public init(_ stored: StoredTensor) throws(ParseError) {
    switch stored.elementType {
    case .float32:
      guard stored.byteOrder == .little else {
        self.init(stored.shape, floats: try stored.floats())
        return
      }
      do throws(EngineError) {
        self.init(try Tensor(shape: stored.shape, littleEndian: stored.bytes))
      } catch {
        throw ParseError(
          .limit, at: stored.bytes.offset, expected: error.expected, found: error.found)
      }
    case .float16, .bfloat16:
      self.init(stored.shape, floats: try stored.floats(), element: stored.elementType)
    case .float64:
      self.init(stored.shape, doubles: stored.doubles(), element: .float64)
    case .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64:
      self.init(stored.shape, integers: try stored.bits(), element: stored.elementType)
    }
  }
}

extension StoredTensor {
  /// How many elements are NaN or infinite: those with all bits of the exponent.
  var nonFiniteCount: Int {
    switch elementType {
    case .float32 where byteOrder == .little: AnyTensor.nonFiniteCount(littleEndian: bytes)
    case .float32: count(of: UInt32(0x7f80_0000))
    case .float64: count(of: UInt64(0x7ff0_0000_0000_0000))
    case .float16: count(of: UInt16(0x7c00))
    case .bfloat16: count(of: UInt16(0x7f80))
    case .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: 0
    }
  }

  /// How many elements have all of the given bits.
  private func count<Bits: FixedWidthInteger>(of bits: Bits) -> Int {
    bytes.integers(Bits.self, bigEndian: byteOrder == .big).count { $0 & bits == bits }
  }

  /// The elements of a binary64 tensor.
  fileprivate func doubles() -> [Double] {
    bytes.integers(UInt64.self, bigEndian: byteOrder == .big).map { Double(bitPattern: $0) }
  }

  /// The elements of a tensor of integers, unsigned 64-bit ones by their bits.
  fileprivate func bits() throws(ParseError) -> [Int64] {
    guard elementType == .uint64 else { return try integers().map(Int64.init) }
    return bytes.integers(UInt64.self, bigEndian: byteOrder == .big).map {
      Int64(bitPattern: $0)
    }
  }
}

extension AnyTensor {
  /// The numbers of a tensor of an ONNX file that stands alone.
  public init(onnx tensor: ONNXTensor) throws(ParseError) {
    try self.init(
      tensor.storedTensor { (place) throws(ParseError) in try ONNXProgram.none(place.location) })
  }
}
