import Bytes

/// The pieces of a chunked data set, found through a version 1 B-tree, and the filters that each
/// went through when it was written.
public struct HDF5Chunks: Sendable {
  /// Pieces of one data set.
  static let chunkCount = 1_000_000

  let chunkShape: [Int]
  let storedElementSize: Int
  private let index: Int?
  private let filters: [HDF5Filter]

  /// Numbers of filters that HDF5 loads as libraries: all but its own and h5py's.
  public var pluginFilters: [Int] {
    filters.compactMap { filter in
      guard case .plugin(let number) = filter else { return nil }
      return number
    }
  }
  private let fill: ByteSlice
  private let space: HDF5Space

  /// Reads the rest of a layout message of version 3 after its class.
  init(
    parsing reader: inout ByteReader, filters: ByteSlice?, fill: ByteSlice, space: HDF5Space,
    elementSize: Int
  ) throws(ParseError) {
    let start = reader.offset
    let rank = Int(try reader.readByte("the rank of a chunk")) - 1
    index = try reader.readAddress(space, "the chunks' B-tree")
    var sizes: [Int] = []
    for _ in 0..<max(rank, 0) {
      sizes.append(Int(try reader.readLittleEndian(UInt32.self, "the size of a chunk")))
    }
    storedElementSize = Int(try reader.readLittleEndian(UInt32.self, "the element size"))
    guard rank > 0, sizes.allSatisfy({ $0 > 0 }), storedElementSize == elementSize else {
      throw ParseError(
        at: start, expected: "a chunk of elements of \(elementSize) bytes",
        found: "\(sizes) of \(storedElementSize)")
    }
    chunkShape = sizes
    self.filters =
      try filters.map { (body) throws(ParseError) in
        try HDF5Filter.parse(pipeline: body)
      } ?? []
    self.fill = fill
    self.space = space
  }

  /// One piece: where it belongs, and where its bytes are.
  private struct Chunk {
    let origin: [Int]
    let bytes: ByteSlice
    /// Bit i: filter i was left out.
    let filterMask: UInt32
  }

  /// The elements of the whole data set, row-major.
  ///
  /// What all chunks unpack to is bounded by the member limits before any memory is reserved.
  func decode(
    shape: [Int], elementSize: Int, limits: Limits
  ) throws(ParseError) -> ByteSlice {
    let offset = space.bytes.offset
    guard shape.count == chunkShape.count else {
      throw ParseError(
        at: offset, expected: "chunks of \(shape.count) axes", found: "\(chunkShape.count)")
    }
    let size = try checkedByteCount(of: shape, elementSize: elementSize, at: offset)
    guard size > 0 else { return .empty }
    let chunkSize = try checkedByteCount(of: chunkShape, elementSize: elementSize, at: offset)
    try demandUnpackable(shape, chunkSize: chunkSize, limits: limits)
    var output = filled(size, elementSize: elementSize)
    for chunk in try findChunks(shape: shape) {
      let bytes = try unpack(chunk, size: chunkSize)
      place(bytes, at: chunk.origin, shape: shape, elementSize: elementSize, into: &output)
    }
    return ByteSlice(output)
  }

  private func demandUnpackable(
    _ shape: [Int], chunkSize: Int, limits: Limits
  ) throws(ParseError) {
    var padded = chunkSize
    for (length, piece) in zip(shape, chunkShape) {
      let pieces = length / piece + (length % piece == 0 ? 0 : 1)
      padded = try checkedProduct(padded, pieces, at: space.bytes.offset)
    }
    let allowed = limits.unpackedBytes(of: space.bytes.count)
    guard padded <= allowed else {
      throw ParseError(
        .limit, at: space.bytes.offset, expected: "chunks of at most \(allowed) bytes in all",
        found: "\(padded) bytes")
    }
  }

  private func filled(_ size: Int, elementSize: Int) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: size)
    if fill.count == elementSize {
      for index in 0..<size { output[index] = fill[index % elementSize] }
    }
    return output
  }

  private func findChunks(shape: [Int]) throws(ParseError) -> [Chunk] {
    guard let index else { return [] }
    var chunks: [Chunk] = []
    var visited: Set<Int> = []
    var origins: Set<[Int]> = []
    try walk(at: index, level: nil, visited: &visited) { (chunk) throws(ParseError) in
      let isInside = zip(zip(chunk.origin, shape), chunkShape).allSatisfy { pair, piece in
        pair.0 < pair.1 && pair.0 % piece == 0
      }
      guard isInside, origins.insert(chunk.origin).inserted, chunks.count < Self.chunkCount else {
        throw ParseError(
          at: chunk.bytes.offset, expected: "a new chunk inside \(shape)",
          found: "one at \(chunk.origin)")
      }
      chunks.append(chunk)
    }
    return chunks
  }

  /// Walks a version 1 B-tree of chunks.
  ///
  /// Layout: "TREE", node type 1, level 1, entries 2, siblings; then alternately a key (bytes 4,
  /// filter mask 4, origin 8 each, the last for the element) and a child, and a last key.
  private func walk(
    at address: Int, level expected: Int?, visited: inout Set<Int>,
    _ body: (Chunk) throws(ParseError) -> Void
  ) throws(ParseError) {
    guard visited.insert(address).inserted else {
      throw ParseError(
        at: space.bytes.offset + address, expected: "a new B-tree node", found: "one seen before")
    }
    var reader = try space.reader(at: address, "a B-tree node")
    try reader.expect(Array("TREE".utf8), "the signature TREE")
    let level = try reader.readTreeNodeHead(kind: 1, level: expected)
    let count = Int(try reader.readLittleEndian(UInt16.self, "the number of entries"))
    try reader.skip(2 * space.addressWidth, "the siblings")
    for _ in 0..<count {
      let size = Int(try reader.readLittleEndian(UInt32.self, "the bytes of a chunk"))
      let mask = try reader.readLittleEndian(UInt32.self, "a filter mask")
      var origin: [Int] = []
      for _ in chunkShape { origin.append(try reader.readSize(width: 8, "a chunk's origin")) }
      try reader.skip(8, "the element's origin")
      let child = try reader.readDefinedAddress(space, "a B-tree child")
      if level > 0 {
        try walk(at: child, level: level - 1, visited: &visited, body)
      } else {
        let bytes = try space.reader(at: child, length: size, "a chunk").bytes
        try body(Chunk(origin: origin, bytes: bytes, filterMask: mask))
      }
    }
  }

  /// The pieces as they are stored, by the order of the tree.
  func storedChunks() throws(ParseError) -> [ByteSlice] {
    guard let index else { return [] }
    var stored: [ByteSlice] = []
    var visited: Set<Int> = []
    try walk(at: index, level: nil, visited: &visited) { (chunk) throws(ParseError) in
      guard stored.count < Self.chunkCount else {
        throw ParseError(
          .limit, at: chunk.bytes.offset, expected: "at most \(Self.chunkCount) chunks",
          found: "more")
      }
      stored.append(chunk.bytes)
    }
    return stored
  }

  /// The first piece without its filters; empty for a large one, or when none is stored.
  func firstChunk() throws(ParseError) -> ByteSlice {
    guard let index else { return .empty }
    let size = try checkedByteCount(
      of: chunkShape, elementSize: storedElementSize, at: space.bytes.offset)
    guard size <= 1 << 20 else { return .empty }
    var first: Chunk?
    var visited: Set<Int> = []
    try walk(at: index, level: nil, visited: &visited) { (chunk) throws(ParseError) in
      first = first ?? chunk
    }
    guard let first else { return .empty }
    return try unpack(first, size: size)
  }

  private func unpack(_ chunk: Chunk, size: Int) throws(ParseError) -> ByteSlice {
    var bytes = chunk.bytes
    for (index, filter) in filters.enumerated().reversed() {
      if index < 32, chunk.filterMask >> UInt32(index) & 1 == 1 { continue }
      bytes = try filter.undo(bytes, size: size)
    }
    guard bytes.count == size else {
      throw ParseError(
        at: chunk.bytes.offset, expected: "a chunk of \(size) bytes", found: "\(bytes.count)")
    }
    return bytes
  }

  /// Copies a chunk's rows to their place; what leaves the data set is padding.
  private func place(
    _ chunk: ByteSlice, at origin: [Int], shape: [Int], elementSize: Int,
    into output: inout [UInt8]
  ) {
    let last = shape.count - 1
    let kept = (0...last).map { min(chunkShape[$0], shape[$0] - origin[$0]) }
    let rowBytes = kept[last] * elementSize
    var counter = [Int](repeating: 0, count: last)
    while true {
      var source = 0
      var target = 0
      for axis in 0...last {
        let step = axis == last ? 0 : counter[axis]
        source = source * chunkShape[axis] + step
        target = target * shape[axis] + origin[axis] + step
      }
      source *= elementSize
      target *= elementSize
      for index in 0..<rowBytes { output[target + index] = chunk[source + index] }
      var axis = last - 1
      while axis >= 0 {
        counter[axis] += 1
        if counter[axis] < kept[axis] { break }
        counter[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
