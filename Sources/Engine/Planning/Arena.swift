/// Memory given out piece by piece: what is given back serves pieces of any size.
struct Arena {
  /// Gaps beyond these are forgotten, the smallest first, so that planning takes linear time.
  private static let gapLimit = 256

  /// The bytes given out at most at a time, gaps among them.
  private(set) var bytes = 0
  /// What was given back, ascending; neighbours are one gap.
  private var gaps: [Range<Int>] = []

  /// The start of so many bytes: of the smallest gap that holds them, else behind all.
  mutating func take(_ count: Int) -> Int {
    let fitting = gaps.indices.filter { gaps[$0].count >= count }
    if let index = fitting.min(by: { gaps[$0].count < gaps[$1].count }) {
      let start = gaps[index].lowerBound
      let rest = start + count..<gaps[index].upperBound
      if rest.isEmpty { gaps.remove(at: index) } else { gaps[index] = rest }
      return start
    }
    var start = bytes
    if let last = gaps.last, last.upperBound == bytes {
      start = last.lowerBound
      gaps.removeLast()
    }
    bytes = start + count
    return start
  }

  /// The start of so many bytes that nobody had before. Not given back, they are nobody else's.
  mutating func takeUnused(_ count: Int) -> Int {
    defer { bytes += count }
    return bytes
  }

  /// Gives bytes back.
  mutating func give(_ piece: Range<Int>) {
    guard !piece.isEmpty else { return }
    var gap = piece
    var index = gaps.firstIndex { $0.lowerBound >= piece.upperBound } ?? gaps.count
    if index < gaps.count, gaps[index].lowerBound == gap.upperBound {
      gap = gap.lowerBound..<gaps.remove(at: index).upperBound
    }
    if index > 0, gaps[index - 1].upperBound == gap.lowerBound {
      index -= 1
      gap = gaps.remove(at: index).lowerBound..<gap.upperBound
    }
    gaps.insert(gap, at: index)
    guard gaps.count > Arena.gapLimit,
      let smallest = gaps.indices.min(by: { gaps[$0].count < gaps[$1].count })
    else { return }
    gaps.remove(at: smallest)
  }
}
