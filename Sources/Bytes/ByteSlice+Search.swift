import Glibc

extension ByteSlice {
  /// Whether the text stands anywhere in the bytes.
  public func contains(_ text: String) -> Bool { firstPlace(of: Array(text.utf8)) != nil }

  /// Bytes of a mapped file that a search keeps in memory behind it.
  private static let searchedBytes = 8 << 20

  /// Where the bytes stand first.
  public func firstPlace(of wanted: [UInt8]) -> Int? {
    guard !wanted.isEmpty else { return 0 }
    var start = 0
    while count - start >= wanted.count {
      let end = Swift.min(count, start + ByteSlice.searchedBytes + wanted.count)
      if let place = firstPlace(of: wanted, in: start..<end) { return place }
      if count > ByteSlice.searchedBytes { releasePages(start..<end) }
      start = end - wanted.count + 1
    }
    return nil
  }

  private func firstPlace(of wanted: [UInt8], in range: Range<Int>) -> Int? {
    withUnsafeBytes { memory in
      let last = range.upperBound - wanted.count
      var place = range.lowerBound
      while place <= last, let start = memory.baseAddress,
        let found = memchr(start + place, CInt(wanted[0]), last + 1 - place)
      {
        place = start.distance(to: UnsafeRawPointer(found))
        if memcmp(start + place, wanted, wanted.count) == 0 { return place }
        place += 1
      }
      return nil
    }
  }
}
