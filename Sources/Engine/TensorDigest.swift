public import Bytes
import CKernels

extension Tensor {
  /// SHA-256 over the rank and each axis as unsigned 64-bit little-endian numbers, then the
  /// elements in row-major order as little-endian binary32, every NaN written 0x7fc00000.
  ///
  /// The definition for outputs, gradients, goldens and weights alike (`docs/numerics.md`).
  public var digest: Digest {
    var stream = DigestStream()
    stream.update(littleEndian(shape.count))
    for dimension in shape { stream.update(littleEndian(dimension)) }
    let pieceElements = 1 << 14
    var piece = [UInt8](repeating: 0, count: 4 * min(count, pieceElements))
    var index = 0
    while index < count {
      let length = min(pieceElements, count - index)
      ck_store_little_endian(storage.start + index, length, &piece)
      stream.update(length == pieceElements ? piece : Array(piece.prefix(4 * length)))
      index += length
    }
    return stream.finish()
  }

  /// The digest of an array that a file stores as little-endian binary32.
  public static func digest(shape: [Int], littleEndian bytes: ByteSlice) throws(EngineError)
    -> Digest
  {
    try Tensor(shape: shape, littleEndian: bytes).digest
  }
}

private func littleEndian(_ number: Int) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}
