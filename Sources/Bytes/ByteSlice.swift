import Glibc

/// Immutable bytes that share their storage: a whole file, or a range of one.
///
/// Every access is checked against the range. Slicing copies nothing, so a tensor stays a range
/// of its file.
public struct ByteSlice: Sendable {
  @usableFromInline let storage: ByteStorage?
  @usableFromInline let lower: Int
  /// The number of bytes.
  public let count: Int
  /// Where the slice begins in the file or member it was read from.
  public let offset: Int

  /// No bytes.
  public static let empty = ByteSlice(storage: nil, lower: 0, count: 0, offset: 0)

  /// A range of storage that its owner has checked.
  init(storage: ByteStorage?, lower: Int, count: Int, offset: Int) {
    self.storage = storage
    self.lower = lower
    self.count = count
    self.offset = offset
  }

  /// A copy of the given bytes.
  public init(_ bytes: some Collection<UInt8>) {
    let count = bytes.count
    guard count > 0 else {
      self = .empty
      return
    }
    guard let memory = malloc(count) else { preconditionFailure("out of memory: \(count) bytes") }
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: count)
    buffer.copyBytes(from: bytes)
    self.init(
      storage: ByteStorage(owning: memory, count: count, release: .free), lower: 0, count: count,
      offset: 0)
  }

  /// A copy of the text's UTF-8 bytes.
  public init(utf8 text: String) {
    self.init(Array(text.utf8))
  }

  /// The bytes from `range.lowerBound` up to `range.upperBound`, sharing the storage; an error
  /// when the range leaves the slice.
  public func slice(_ range: Range<Int>) throws(ParseError) -> ByteSlice {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw ParseError(
        at: offset, expected: "bytes \(range.lowerBound)..<\(range.upperBound)",
        found: "\(count) bytes")
    }
    return ByteSlice(
      storage: storage, lower: lower + range.lowerBound, count: range.count,
      offset: offset + range.lowerBound)
  }

  /// At most the first `length` bytes.
  public func prefix(_ length: Int) -> ByteSlice {
    ByteSlice(
      storage: storage, lower: lower, count: Swift.max(0, Swift.min(length, count)), offset: offset)
  }

  /// At most the last `length` bytes.
  public func suffix(_ length: Int) -> ByteSlice {
    let kept = Swift.max(0, Swift.min(length, count))
    return ByteSlice(
      storage: storage, lower: lower + count - kept, count: kept, offset: offset + count - kept)
  }

  /// Where the bytes lie in `file`; nil when they are a copy, or of another file.
  public func range(in file: ByteSlice) -> Range<Int>? {
    guard let storage, storage === file.storage, lower >= file.lower,
      lower + count <= file.lower + file.count
    else { return nil }
    return lower - file.lower..<lower - file.lower + count
  }

  /// The same bytes as a file of their own: offsets count from 0.
  public func asFile() -> ByteSlice {
    ByteSlice(storage: storage, lower: lower, count: count, offset: 0)
  }

  /// Calls `body` with the memory; the pointer must not leave it.
  @inlinable
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let storage else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    return try body(UnsafeRawBufferPointer(start: storage.start + lower, count: count))
  }
}

extension ByteSlice {
  /// Says that the bytes will not be looked at again soon: those of a mapped file leave the main
  /// memory, and are read again from the file when somebody looks at them after all.
  public func releasePages() {
    releasePages(0..<count)
  }

  /// The same for some of the bytes.
  public func releasePages(_ range: Range<Int>) {
    let part = range.clamped(to: 0..<count)
    storage?.releasePages(lower + part.lowerBound..<lower + part.upperBound)
  }
}

extension ByteSlice: RandomAccessCollection {
  /// The first index, always 0.
  public var startIndex: Int { 0 }
  /// The number of bytes.
  public var endIndex: Int { count }

  /// The byte at `index`; a precondition failure outside the slice.
  @inlinable
  public subscript(index: Int) -> UInt8 {
    guard index >= 0, index < count, let storage else {
      preconditionFailure("byte \(index) of \(count)")
    }
    return (storage.start + lower + index).load(as: UInt8.self)
  }

  /// The fast path of generic algorithms over contiguous bytes.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBytes { try $0.withMemoryRebound(to: UInt8.self, body) }
  }
}

extension ByteSlice: Equatable {
  /// Whether both hold the same bytes, wherever they were read from.
  public static func == (a: ByteSlice, b: ByteSlice) -> Bool {
    a.count == b.count
      && a.withUnsafeBytes { left in
        b.withUnsafeBytes { right in
          guard let l = left.baseAddress, let r = right.baseAddress else { return true }
          return memcmp(l, r, left.count) == 0
        }
      }
  }
}

extension ByteSlice {
  /// Whether both are the same place in the same memory, not only equal bytes.
  public func isSamePlace(as other: ByteSlice) -> Bool {
    storage === other.storage && lower == other.lower && count == other.count
  }

  /// The bytes as an array of their own.
  public var array: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

  /// The bytes as text, or nil when they are not valid UTF-8.
  public var utf8: String? {
    withUnsafeBytes { memory in
      memory.withMemoryRebound(to: UInt8.self) { String(validating: $0, as: UTF8.self) }
    }
  }
}

extension ByteSlice {
  /// The bytes as integers of the type's width; a rest that does not fill one is left out.
  @inlinable
  public func integers<Value: FixedWidthInteger>(
    _ type: Value.Type, bigEndian: Bool = false
  ) -> [Value] {
    let width = MemoryLayout<Value>.size
    return withUnsafeBytes { memory in
      (0..<(count / width)).map { index in
        let stored = memory.loadUnaligned(fromByteOffset: index * width, as: Value.self)
        return bigEndian ? Value(bigEndian: stored) : Value(littleEndian: stored)
      }
    }
  }
}
