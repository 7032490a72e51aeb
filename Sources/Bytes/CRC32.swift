import CChecksum

/// The checksum CRC-32 of zip and gzip (ITU-T V.42).
public struct CRC32: Sendable {
  /// The checksum of the bytes so far.
  public private(set) var value: UInt32 = 0

  /// Starts with no bytes.
  public init() {}

  /// The checksum of the bytes, which is computed once however often it is asked.
  public init(of slice: ByteSlice) {
    self = slice.remembering(\.checksums) {
      var sum = CRC32()
      slice.forEachWindow(in: slice.indices) { window, _ in sum.update(window) }
      return sum
    }
  }

  /// Adds the bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    value = cc_crc32(value, bytes.baseAddress, bytes.count)
  }
}
