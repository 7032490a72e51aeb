import Glibc
import Synchronization

/// The memory behind one or more slices; freed with the last of them.
///
/// `@unchecked Sendable`: the bytes are written before the object is made and never after.
public final class ByteStorage: @unchecked Sendable {
  /// How the memory is given back.
  enum Release {
    case free
    case unmap
  }

  /// Sums over ranges of the bytes, which count from `start`.
  struct Sums {
    var digests: [Range<Int>: Digest] = [:]
    var checksums: [Range<Int>: CRC32] = [:]
    var endMarks: [Range<Int>: Int?] = [:]
  }

  @usableFromInline let start: UnsafeRawPointer
  @usableFromInline let count: Int
  private let release: Release
  /// What was computed once and need not be again.
  let sums = Mutex(Sums())

  /// Takes ownership of `count` bytes at `start`.
  init(owning start: UnsafeMutableRawPointer, count: Int, release: Release) {
    self.start = UnsafeRawPointer(start)
    self.count = count
    self.release = release
  }

  /// Gives back what a mapped file takes of the main memory in whole pages of the given range.
  /// The bytes stay: they are read again from the file when they are next looked at.
  func releasePages(_ range: Range<Int>) {
    guard case .unmap = release else { return }
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    // The last page of a file is rarely full.
    let end = range.upperBound == count ? count : range.upperBound / page * page
    guard first < end else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), end - first, MADV_DONTNEED)
  }

  /// Says whether a mapped file is about to be read from its beginning to its end, or anywhere.
  func expectSequentialReading(_ isSequential: Bool) {
    guard case .unmap = release else { return }
    let advice = isSequential ? MADV_SEQUENTIAL : MADV_NORMAL
    madvise(UnsafeMutableRawPointer(mutating: start), count, advice)
  }

  deinit {
    let memory = UnsafeMutableRawPointer(mutating: start)
    switch release {
    case .free: free(memory)
    case .unmap: munmap(memory, count)
    }
  }
}
