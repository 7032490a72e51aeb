public import Bytes

// The layout of IDX, all big-endian: zero 2, type 1, rank 1, sizes 4 each, elements row-major.

/// An array in the IDX format of the MNIST data sets.
public struct IDXArray: Sendable {
  /// The elements, big-endian.
  public let tensor: StoredTensor

  /// Reads the whole file.
  ///
  /// - Throws: `ParseError` unless the elements fill the file exactly.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    var reader = ByteReader(bytes)
    try reader.expect([0, 0], "two zero bytes")
    let place = reader.offset
    let code = try reader.readByte("the type of the elements")
    let types: [UInt8: ElementType] = [
      0x08: .uint8, 0x09: .int8, 0x0b: .int16, 0x0c: .int32, 0x0d: .float32, 0x0e: .float64,
    ]
    guard let type = types[code] else {
      throw ParseError(
        at: place, expected: "a type of IDX", found: "0x" + hexadecimal([code]))
    }
    let rank = try reader.readByte("the rank")
    var shape: [Int] = []
    for _ in 0..<rank {
      shape.append(Int(try reader.readBigEndian(UInt32.self, "the size of an axis")))
    }
    tensor = try StoredTensor(
      shape: shape, elementType: type, byteOrder: .big, bytes: reader.readRest())
  }
}
