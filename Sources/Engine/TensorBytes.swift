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
