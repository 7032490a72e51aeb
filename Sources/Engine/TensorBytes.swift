public import Bytes
import CKernels

extension Tensor {
  /// The elements in row-major order as little-endian binary32, every NaN written 0x7fc00000.
  public var littleEndianBytes: ByteSlice {
    var bytes = [UInt8](repeating: 0, count: 4 * count)
    ck_store_little_endian(storage.start, count, &bytes)
    return ByteSlice(bytes)
  }
}

extension AnyTensor {
  /// The elements in row-major order, little-endian, and the type that they are written in: the
  /// tensor's own, but binary32 for the half floats, which widen exactly. Every NaN of them is
  /// written 0x7fc00000.
  public var littleEndianBytes: (type: ElementType, bytes: ByteSlice) {
    switch elements {
    case .single(let storage):
      return (.float32, Tensor(shape: shape, storage: storage).littleEndianBytes)
    case .double(let values):
      return (
        .float64, AnyTensor.bytes(of: values.map { Int64(bitPattern: $0.bitPattern) }, size: 8)
      )
    case .integer(let values):
      return (element, AnyTensor.bytes(of: values, size: element.size))
    }
  }

  /// The low bytes of each number.
  private static func bytes(of values: [Int64], size: Int) -> ByteSlice {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * size)
    for value in values {
      for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
    }
    return ByteSlice(bytes)
  }
}
