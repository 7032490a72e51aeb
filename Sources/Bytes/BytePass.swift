import Synchronization

/// One pass over bytes for everything that is asked of them: SHA-256, CRC-32 and end marks of
/// ranges, such as a whole archive and each member that is stored in it.
///
/// What it finds stays with the bytes: `Digest(of:)` and `CRC32(of:)` of the same ranges cost
/// nothing afterwards. Pages of a mapped file leave the main memory behind the pass.
public struct BytePass {
  private let bytes: ByteSlice
  private var digested: Set<Range<Int>> = []
  private var checked: Set<Range<Int>> = []
  private var searched: Set<Range<Int>> = []

  /// A pass over the bytes, of which nothing is asked yet.
  public init(over bytes: ByteSlice) {
    self.bytes = bytes
  }

  /// Asks for the SHA-256 of a range of the bytes.
  public mutating func askDigest(of range: Range<Int>) {
    if isWorthwhile(range, \.digests) { digested.insert(range) }
  }

  /// Asks for the CRC-32 of a range of the bytes.
  public mutating func askChecksum(of range: Range<Int>) {
    if isWorthwhile(range, \.checksums) { checked.insert(range) }
  }

  /// Asks for the first end mark in a range of the bytes.
  public mutating func askEndMark(of range: Range<Int>) {
    if isWorthwhile(range, \.endMarks) { searched.insert(range) }
  }

  private func isWorthwhile<Sum: Sendable>(
    _ range: Range<Int>, _ sums: KeyPath<ByteStorage.Sums, [Range<Int>: Sum]>
  ) -> Bool {
    range.lowerBound >= 0 && range.upperBound <= bytes.count && !range.isEmpty
      && bytes.remembered(sums, of: range) == nil
  }

  /// Reads the bytes once. Ranges that overlap more than one other are left for those who need
  /// them: hostile archives have thousands over the same bytes.
  public consuming func run() {
    // Second lanes are for members: their archive fills the first.
    var digests = BytePass.lanes(of: digested, atMost: 2) { DigestStream() }
    var checksums = BytePass.lanes(of: checked, atMost: 1) { CRC32() }
    var endMarks = BytePass.lanes(of: searched, atMost: 1) { EndMark() }
    for part in BytePass.parts(of: digested.union(checked).union(searched)) {
      bytes.forEachWindow(in: part) { window, start in
        for index in digests.indices {
          digests[index].add(window, at: start, adding: { $0.update($1) }) { range, stream in
            bytes.remember(stream.finish(), \.digests, of: range)
          }
        }
        for index in checksums.indices {
          checksums[index].add(window, at: start, adding: { $0.update($1) }) { range, checksum in
            bytes.remember(checksum, \.checksums, of: range)
          }
        }
        for index in endMarks.indices {
          endMarks[index].add(window, at: start, adding: { $0.update($1) }) { range, mark in
            bytes.remember(mark.finish(), \.endMarks, of: range)
          }
        }
      }
    }
  }

  /// The ranges in as few lanes as hold them side by side; what does not fit is left out.
  private static func lanes<Sum>(
    of ranges: Set<Range<Int>>, atMost most: Int, _ makeSum: @escaping () -> Sum
  ) -> [Lane<Sum>] {
    var lanes: [Lane<Sum>] = []
    // Of ranges that begin together the longest comes first.
    let sorted = ranges.sorted { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }
    for range in sorted {
      if let index = lanes.firstIndex(where: { $0.end <= range.lowerBound }) {
        lanes[index].append(range)
      } else if lanes.count < most {
        lanes.append(Lane(range, makeSum))
      }
    }
    return lanes
  }

  /// The bytes that must be read for the ranges, in order; short gaps are read, too.
  private static func parts(of ranges: Set<Range<Int>>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = parts.last, range.lowerBound <= last.upperBound + ByteSlice.windowBytes {
        let end = max(last.upperBound, range.upperBound)
        parts[parts.count - 1] = last.lowerBound..<end
      } else {
        parts.append(range)
      }
    }
    return parts
  }
}

/// Ranges one after the other, each with a sum of its own.
private struct Lane<Sum> {
  private var ranges: [Range<Int>]
  private var next = 0
  private var sum: Sum
  private let makeSum: () -> Sum

  init(_ range: Range<Int>, _ makeSum: @escaping () -> Sum) {
    ranges = [range]
    self.makeSum = makeSum
    sum = makeSum()
  }

  /// Where the last range ends.
  var end: Int { ranges.last?.upperBound ?? 0 }

  mutating func append(_ range: Range<Int>) { ranges.append(range) }

  /// Adds what belongs to the ranges of a window that begins at `start`, and hands over the sums
  /// that are complete.
  mutating func add(
    _ window: UnsafeRawBufferPointer, at start: Int,
    adding: (inout Sum, UnsafeRawBufferPointer) -> Void, finish: (Range<Int>, Sum) -> Void
  ) {
    let end = start + window.count
    while next < ranges.count, ranges[next].lowerBound < end {
      let range = ranges[next]
      let part = range.clamped(to: start..<end)
      adding(
        &sum,
        UnsafeRawBufferPointer(
          rebasing: window[part.lowerBound - start..<part.upperBound - start]))
      guard range.upperBound <= end else { return }
      finish(range, sum)
      sum = makeSum()
      next += 1
    }
  }
}

extension ByteSlice {
  /// Bytes that are looked at together: they fit the processor's cache.
  static let windowBytes = 256 << 10
  /// Bytes of a mapped file that may be in memory behind a pass.
  private static let releasedBytes = 8 << 20

  /// Calls `body` with the bytes of the range, window by window, and where each begins. Pages of a
  /// mapped file leave the main memory behind the windows.
  public func forEachWindow(in range: Range<Int>, _ body: (UnsafeRawBufferPointer, Int) -> Void) {
    storage?.expectSequentialReading(true)
    defer { storage?.expectSequentialReading(false) }
    withUnsafeBytes { memory in
      var released = range.lowerBound
      for start in stride(from: range.lowerBound, to: range.upperBound, by: ByteSlice.windowBytes) {
        let end = Swift.min(start + ByteSlice.windowBytes, range.upperBound)
        body(UnsafeRawBufferPointer(rebasing: memory[start..<end]), start)
        guard end - released >= ByteSlice.releasedBytes || end == range.upperBound else { continue }
        releasePages(released..<end)
        released = end
      }
    }
  }

  /// The sum over all bytes that was found before, or else is computed now.
  func remembering<Sum: Sendable>(
    _ sums: WritableKeyPath<ByteStorage.Sums, [Range<Int>: Sum]>, _ compute: () -> Sum
  ) -> Sum {
    if let known = remembered(sums, of: 0..<count) { return known }
    let sum = compute()
    remember(sum, sums, of: 0..<count)
    return sum
  }

  /// What was found of the range before.
  func remembered<Sum: Sendable>(
    _ sums: KeyPath<ByteStorage.Sums, [Range<Int>: Sum]>, of range: Range<Int>
  ) -> Sum? {
    storage?.sums.withLock { $0[keyPath: sums][range.shifted(by: lower)] }
  }

  func remember<Sum: Sendable>(
    _ sum: Sum, _ sums: WritableKeyPath<ByteStorage.Sums, [Range<Int>: Sum]>, of range: Range<Int>
  ) {
    storage?.sums.withLock { $0[keyPath: sums][range.shifted(by: lower)] = sum }
  }
}

extension Range<Int> {
  fileprivate func shifted(by distance: Int) -> Range<Int> {
    lowerBound + distance..<upperBound + distance
  }
}
