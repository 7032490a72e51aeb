public import Bytes
import CKernels
import Glibc
import Synchronization

/// The memory behind a tensor: binary32 numbers at an address that is a multiple of 64 bytes, with
/// 64 bytes of slack behind them, so that a vector load that starts inside never leaves it.
///
/// Numbers that a file holds stay a range of the file until somebody asks for their address.
///
/// `@unchecked Sendable`: the numbers are written by the one initialiser's closure or by the
/// kernels that fill a result, before any second reference exists, and never after.
final class TensorStorage: @unchecked Sendable {
  /// Bytes between two addresses at which storage may begin, and behind its end.
  static let alignment = 64
  /// Bytes of a large page. Memory that fills two asks the system for such.
  static let largePage = 2 << 20
  /// Numbers of a file that are looked at before what they take of the main memory is given back.
  static let filePiece = 2 << 20

  let count: Int
  private let file: ByteSlice?
  private let memory: Atomic<UnsafeMutablePointer<Float>?>

  /// Reserves `count` numbers, all +0.
  convenience init(count: Int) {
    self.init(unwritten: count)
    memset(start, 0, count * MemoryLayout<Float>.stride)
  }

  /// Reserves `count` numbers, which the caller writes.
  init(unwritten count: Int) {
    self.count = count
    file = nil
    memory = Atomic(TensorStorage.reserve(count))
  }

  /// The numbers of a file, little-endian binary32 at any address.
  init(littleEndian file: ByteSlice) {
    count = file.count / MemoryLayout<Float>.stride
    self.file = file
    memory = Atomic(nil)
  }

  /// A copy of the numbers.
  convenience init(_ numbers: [Float]) {
    self.init(unwritten: numbers.count)
    _ = mutableBuffer.update(fromContentsOf: numbers)
  }

  deinit { free(memory.load(ordering: .acquiring)) }

  /// The address of the numbers; those of a file are copied to it at the first call.
  var start: UnsafeMutablePointer<Float> {
    if let known = memory.load(ordering: .acquiring) { return known }
    let copy = TensorStorage.reserve(count)
    file?.withUnsafeBytes { ck_load_little_endian($0.baseAddress, count, copy) }
    file?.releasePages()
    let (isFirst, other) = memory.compareExchange(
      expected: nil, desired: copy, ordering: .acquiringAndReleasing)
    if !isFirst { free(copy) }
    return isFirst ? copy : other ?? copy
  }

  /// Calls `body` with the numbers, little-endian at any address, without a copy of a file's. Reads
  /// through a file once: what it took of the main memory is given back.
  func withLittleEndian<Result>(_ body: (UnsafeRawPointer?) -> Result) -> Result {
    guard let file, memory.load(ordering: .acquiring) == nil else { return body(start) }
    defer { file.releasePages() }
    return file.withUnsafeBytes { body($0.baseAddress) }
  }

  /// Gives back what the given numbers of a file take of the main memory.
  func releasePages(of numbers: Range<Int>) {
    let size = MemoryLayout<Float>.stride
    file?.releasePages(numbers.lowerBound * size..<numbers.upperBound * size)
  }

  /// How many numbers are NaN or infinite.
  var nonFiniteCount: Int {
    withLittleEndian { numbers in
      guard let numbers else { return 0 }
      var found = 0
      for first in stride(from: 0, to: count, by: TensorStorage.filePiece) {
        let end = min(count, first + TensorStorage.filePiece)
        found += Int(
          ck_count_non_finite(numbers + first * MemoryLayout<Float>.stride, end - first))
        releasePages(of: first..<end)
      }
      return found
    }
  }

  var buffer: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: start, count: count) }
  var mutableBuffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: start, count: count)
  }

  private static func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = count * MemoryLayout<Float>.stride
    let memory = reserveBytes(bytes + alignment)
    memset(memory + bytes, 0, alignment)
    return memory.bindMemory(to: Float.self, capacity: count)
  }

  /// Memory that `free` gives back, of large pages where it fills some.
  static func reserveBytes(_ bytes: Int) -> UnsafeMutableRawPointer {
    let isLarge = bytes >= 2 * largePage
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, isLarge ? largePage : alignment, bytes) == 0, let memory else {
      preconditionFailure("out of memory: \(bytes) bytes")
    }
    if isLarge { madvise(memory, bytes / largePage * largePage, MADV_HUGEPAGE) }
    return memory
  }
}

extension Tensor {
  /// The tensor whose numbers are stored as little-endian binary32, in row-major order. They stay
  /// where they are until they are needed.
  public init(shape: [Int], littleEndian bytes: ByteSlice) throws(EngineError) {
    let count = try Tensor.checkedCount(of: shape)
    guard bytes.count.isMultiple(of: 4), bytes.count / 4 == count else {
      throw EngineError(
        .argument, "bytes", expected: "4 x \(count) for shape \(shape)", found: "\(bytes.count)")
    }
    self.init(shape: shape, storage: TensorStorage(littleEndian: bytes))
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
