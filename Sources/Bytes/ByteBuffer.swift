import Glibc

/// Bytes that arrive in pieces and become a `ByteSlice` without another copy.
///
/// Used where a decoder produces a member whose size is not known or not to be trusted.
public struct ByteBuffer: ~Copyable {
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0
  /// The number of bytes so far.
  public private(set) var count = 0

  /// An empty buffer; `capacity` is a hint that reserves memory, so bound it by trust.
  public init(capacity: Int = 0) {
    if capacity > 0 { reserve(capacity) }
  }

  deinit { free(memory) }

  private mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let size = max(wanted, capacity * 2, 4096)
    guard let grown = realloc(memory, size) else {
      preconditionFailure("out of memory: \(size) bytes")
    }
    memory = grown
    capacity = size
  }

  /// Adds the bytes at the end.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(count + bytes.count)
    memory?.advanced(by: count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Adds the bytes at the end.
  public mutating func append(_ bytes: some Collection<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable {
      append(UnsafeRawBufferPointer($0))
    }
    if done == nil {
      let copy = Array(bytes)
      copy.withUnsafeBytes { append($0) }
    }
  }

  /// Adds `length` bytes of zero at the end.
  public mutating func appendZeros(_ length: Int) {
    guard length > 0 else { return }
    reserve(count + length)
    memory?.advanced(by: count).initializeMemory(as: UInt8.self, repeating: 0, count: length)
    count += length
  }

  /// Ends the writing and hands the memory over.
  public consuming func finish() -> ByteSlice {
    guard let memory, count > 0 else { return .empty }
    let slice = ByteSlice(
      storage: ByteStorage(owning: memory, count: count, release: .free), lower: 0, count: count,
      offset: 0)
    self.memory = nil
    return slice
  }
}
