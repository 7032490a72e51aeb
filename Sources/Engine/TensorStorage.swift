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
