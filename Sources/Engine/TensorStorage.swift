public import Bytes
import CKernels
import Glibc

/// The memory behind a tensor: binary32 numbers at an address that is a multiple of 64 bytes, with
/// 64 bytes of slack behind them, so that a vector load that starts inside never leaves it.
///
/// `@unchecked Sendable`: the numbers are written by the one initialiser's closure or by the
/// kernels that fill a result, before any second reference exists, and never after.
final class TensorStorage: @unchecked Sendable {
  /// Bytes between two addresses at which storage may begin, and behind its end.
  static let alignment = 64

  let start: UnsafeMutablePointer<Float>
  let count: Int

  /// Reserves `count` numbers, all +0.
  init(count: Int) {
    let bytes = count * MemoryLayout<Float>.stride + TensorStorage.alignment
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, TensorStorage.alignment, bytes) == 0, let memory else {
      preconditionFailure("out of memory: \(bytes) bytes")
    }
    memset(memory, 0, bytes)
    start = memory.bindMemory(to: Float.self, capacity: count)
    self.count = count
  }

  /// A copy of the numbers.
  convenience init(_ numbers: [Float]) {
    self.init(count: numbers.count)
    _ = mutableBuffer.update(fromContentsOf: numbers)
  }

  deinit { free(start) }

  var buffer: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: start, count: count) }
  var mutableBuffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: start, count: count)
  }
}

extension Tensor {
  /// The tensor whose numbers are stored as little-endian binary32, in row-major order.
  public init(shape: [Int], littleEndian bytes: ByteSlice) throws(EngineError) {
    let count = try Tensor.checkedCount(of: shape)
    guard bytes.count.isMultiple(of: 4), bytes.count / 4 == count else {
      throw EngineError(
        .argument, "bytes", expected: "4 x \(count) for shape \(shape)", found: "\(bytes.count)")
    }
    let storage = TensorStorage(count: count)
    bytes.withUnsafeBytes { ck_load_little_endian($0.baseAddress, count, storage.start) }
    self.init(shape: shape, storage: storage)
  }

  /// Creates a tensor whose numbers the closure writes; they are +0 before.
  public init(
    shape: [Int], initializedBy body: (inout MutableSpan<Float>) -> Void
  ) throws(EngineError) {
    let storage = TensorStorage(count: try Tensor.checkedCount(of: shape))
    var span = storage.mutableBuffer.mutableSpan
    body(&span)
    self.init(shape: shape, storage: storage)
  }

  /// Calls `body` with the numbers in row-major order.
  @inlinable
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBuffer { (buffer) throws(Failure) -> Result in try body(buffer.span) }
  }

  /// Calls `body` with the memory; the pointer must not leave it.
  @usableFromInline
  func withUnsafeBuffer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(storage.buffer)
  }
}
