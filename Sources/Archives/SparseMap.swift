import Bytes

// Where the bytes of a sparse file lie (GNU tar manual, "Storing Sparse Files"):
//
//   old GNU   type S: four pairs of offset and length in the header at 386, a flag at 482, the full
//             size at 483; with the flag, blocks of 21 pairs and a flag at 504 follow, uncounted
//   pax 0.0   records GNU.sparse.size, and GNU.sparse.offset and .numbytes again and again
//   pax 0.1   records GNU.sparse.size and .map, its numbers divided by commas
//   pax 1.0   records GNU.sparse.major, .minor and .realsize; the number of pairs and the pairs in
//             lines before the data, filled up to a block
// Pairs stand in order, and one of length 0 may mark the end.

/// A file with holes, of which a tar archive stores the rest.
struct SparseMap {
  /// The ranges of the file that are stored, one after the other.
  private(set) var ranges: [Range<Int>] = []
  /// The size of the file with its holes.
  let fullSize: Int
  /// The number of bytes that the ranges take.
  private(set) var storedBytes = 0

  /// A file of nothing but a hole.
  init(fullSize: Int) {
    self.fullSize = fullSize
  }

  /// Adds a range after the others.
  ///
  /// - Throws: `ParseError` when it overlaps the others or passes the file's end.
  mutating func append(offset: Int, count: Int, at place: Int) throws(ParseError) {
    let end = try checkedSum(offset, count, at: place)
    guard offset >= ranges.last?.upperBound ?? 0, end <= fullSize else {
      throw ParseError(
        at: place, expected: "ranges of a sparse file in order and below \(fullSize)",
        found: "\(offset) to \(end)")
    }
    storedBytes += count
    if count > 0 { ranges.append(offset..<end) }
  }

  /// Adds pairs of offset and length, as many as there are.
  mutating func append(_ numbers: [Int], at place: Int) throws(ParseError) {
    guard numbers.count.isMultiple(of: 2) else {
      throw ParseError(
        at: place, expected: "pairs of offset and length", found: "\(numbers.count) numbers")
    }
    for index in stride(from: 0, to: numbers.count, by: 2) {
      try append(offset: numbers[index], count: numbers[index + 1], at: place)
    }
  }

  /// Adds the file, with its holes as zeros, to an empty store.
  ///
  /// - Throws: `ParseError` when `stored` is not what the ranges take, or there is no room.
  func expand(_ stored: ByteSlice, into store: inout MemberStore) throws(ParseError) {
    guard stored.count == storedBytes else {
      throw ParseError(
        at: stored.offset, expected: "\(storedBytes) bytes of a sparse file by its map",
        found: "\(stored.count)")
    }
    var rest = stored
    for range in ranges {
      try store.addZeros(range.lowerBound - store.count, at: stored.offset)
      try store.add(rest.prefix(range.count), at: rest.offset)
      rest = rest.suffix(rest.count - range.count)
    }
    try store.addZeros(fullSize - store.count, at: stored.offset)
  }
}

extension SparseMap {
  private static let headerPairs = 4
  private static let blockPairs = 21

  /// Whether blocks of further pairs follow the header.
  static func goesOn(after header: TarHeader) -> Bool { header.block[482] != 0 }

  /// Whether another block of pairs follows this one.
  static func goesOn(after block: ByteSlice) -> Bool { block[504] != 0 }

  /// Reads the pairs in the header of an old GNU sparse file.
  mutating func read(_ header: TarHeader) throws(ParseError) {
    try readPairs(header.block, at: 386, count: SparseMap.headerPairs)
  }

  /// Reads a block of further pairs.
  mutating func read(_ block: ByteSlice) throws(ParseError) {
    try readPairs(block, at: 0, count: SparseMap.blockPairs)
  }

  /// Reads pairs of numbers of twelve bytes; the first that is all zeros ends them.
  private mutating func readPairs(
    _ block: ByteSlice, at start: Int, count: Int
  ) throws(ParseError) {
    for index in 0..<count {
      let place = start + 24 * index
      guard block[place] != 0 else { return }
      try append(
        offset: try TarHeader.number(block, place, 12, "offset in a sparse file"),
        count: try TarHeader.number(block, place + 12, 12, "length in a sparse file"),
        at: block.offset + place)
    }
  }

  /// Reads the map that stands before the data in pax format 1.0.
  ///
  /// - Returns: the data.
  mutating func readLines(_ body: ByteSlice) throws(ParseError) -> ByteSlice {
    var reader = ByteReader(body)
    let count = try SparseMap.line(&reader)
    guard count <= body.count / 4 else {
      throw ParseError(
        at: body.offset, expected: "a sparse file's map within its bytes", found: "\(count) pairs")
    }
    for _ in 0..<count {
      let offset = try SparseMap.line(&reader)
      try append(offset: offset, count: try SparseMap.line(&reader), at: body.offset)
    }
    let end = reader.position + (-reader.position & (TarHeader.blockBytes - 1))
    return body.suffix(max(0, body.count - end))
  }
  private static func line(_ reader: inout ByteReader) throws(ParseError) -> Int {
    try PaxRecords.decimal(&reader, until: UInt8(ascii: "\n"), "number in a sparse file's map")
  }
}
