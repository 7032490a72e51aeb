public import Bytes

extension NumPyArray {
  /// A `.npy` file (version 1.0) of little-endian binary32 numbers in row-major order.
  public static func file(shape: [Int], littleEndianFloats data: ByteSlice) -> ByteSlice {
    let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(axes)), }"
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
}
