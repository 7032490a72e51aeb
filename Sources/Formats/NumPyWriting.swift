public import Bytes

extension NumPyArray {
  /// A `.npy` file (version 1.0) of little-endian numbers in row-major order.
  ///
  /// - Precondition: NumPy has the type; bfloat16 it has not.
  public static func file(
    shape: [Int], elementType: ElementType = .float32, littleEndian data: ByteSlice
  ) -> ByteSlice {
    let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header =
      "{'descr': '\(descriptor(elementType))', 'fortran_order': False, 'shape': (\(axes)), }"
    // Magic, version, length and header fill a multiple of 64 bytes, a line feed ends them.
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var buffer = ByteBuffer(capacity: 128 + data.count)
    buffer.append([0x93] + Array("NUMPY".utf8) + [1, 0])
    buffer.append([UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
    buffer.append(Array(header.utf8))
    buffer.append(data)
    return buffer.finish()
  }

  /// The type as NumPy writes it (numpy.lib.format): byte order, kind, bytes.
  private static func descriptor(_ type: ElementType) -> String {
    switch type {
    case .bool: "|b1"
    case .int8: "|i1"
    case .uint8: "|u1"
    case .int16, .int32, .int64: "<i\(type.size)"
    case .uint16, .uint32, .uint64: "<u\(type.size)"
    case .float16, .float32, .float64: "<f\(type.size)"
    case .bfloat16: preconditionFailure("NumPy has no bfloat16")
    }
  }
}
