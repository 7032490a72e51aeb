import Bytes

/// A fractal heap: the store of many links or attributes in newer files.
///
/// ```
/// header: "FRHP", version 0, length of an id 2, length of the filters 2, flags 1, largest managed
///         object 4, next huge id L, huge B-tree A, free space L, free space manager A, managed
///         space L, allocated L, iterator L, managed objects L, huge size L, huge objects L, tiny
///         size L, tiny objects L, table width 2, first block size L, largest direct block L, heap
///         bits 2, first rows 2, root block A, rows of the root 2, [filters], checksum 4
/// direct block:   "FHDB", version 0, header A, place in the heap, [checksum 4], objects
/// indirect block: "FHIB", version 0, header A, place in the heap, addresses of children, checksum
/// ```
/// A is an address, L a length (HDF5 file format 3.0, III.G). The heap's blocks double in size
/// from the third row of a table on.
struct HDF5FractalHeap {
  /// A range of the heap's own address space and the block that holds it.
  private struct Block {
    let start: Int
    let bytes: ByteSlice
  }

  private let space: HDF5Space
  private let idLength: Int
  private let placeWidth: Int
  private let lengthWidth: Int
  private let hasBlockChecksums: Bool
  private let tableWidth: Int
  private let firstBlockSize: Int
  private let largestBlockSize: Int
  private var blocks: [Block] = []
  private var huge: [Int: ByteSlice] = [:]

  init(parsing address: Int, in parser: inout HDF5Parser) throws(ParseError) {
    space = parser.space
    try parser.visit(address, "a fractal heap")
    var reader = try space.reader(at: address, "a fractal heap")
    try reader.expect(Array("FRHP".utf8), "the signature FRHP")
    _ = try reader.readVersion(0...0, of: "the fractal heap")
    idLength = Int(try reader.readLittleEndian(UInt16.self, "the length of an id"))
    let filterLength = try reader.readLittleEndian(UInt16.self, "the length of the filters")
    guard filterLength == 0 else {
      throw reader.unsupported("a plain fractal heap", found: "a filtered one")
    }
    hasBlockChecksums = try reader.readByte("the heap's flags") & 2 != 0
    let largestObject = Int(try reader.readLittleEndian(UInt32.self, "the largest object"))
    try reader.skip(space.lengthWidth, "the next id of a huge object")
    let hugeIndex = try reader.readAddress(space, "the index of huge objects")
    try reader.skip(9 * space.lengthWidth + space.addressWidth, "the heap's counts")
    let place = reader.offset
    tableWidth = Int(try reader.readLittleEndian(UInt16.self, "the table width"))
    firstBlockSize = try reader.readLength(space, "the first block's size")
    largestBlockSize = try reader.readLength(space, "the largest block's size")
    let bits = Int(try reader.readLittleEndian(UInt16.self, "the heap's bits"))
    try reader.skip(2, "the rows at first")
    let root = try reader.readAddress(space, "the root block")
    let rows = Int(try reader.readLittleEndian(UInt16.self, "the rows of the root"))
    try reader.expectChecksum(from: 0, of: "the fractal heap")
    guard (1...64).contains(bits), (1...1024).contains(tableWidth), rows <= 64,
      (1...(1 << 40)).contains(firstBlockSize),
      (firstBlockSize...(1 << 40)).contains(largestBlockSize)
    else {
      throw ParseError(
        at: place, expected: "a doubling table of sane sizes",
        found: "width \(tableWidth), sizes \(firstBlockSize) to \(largestBlockSize)")
    }
    placeWidth = (bits + 7) / 8
    lengthWidth = min(byteWidth(of: largestBlockSize - 1), byteWidth(of: largestObject))
    if let hugeIndex { try readHuge(at: hugeIndex, parser: &parser) }
    guard let root else { return }
    if rows == 0 {
      try readDirect(at: root, start: 0, size: firstBlockSize, parser: &parser)
    } else {
      try readIndirect(at: root, start: 0, rows: rows, parser: &parser)
    }
  }

  /// Objects too large for the blocks: records of address, length and id.
  private mutating func readHuge(
    at address: Int, parser: inout HDF5Parser
  ) throws(ParseError) {
    for record in try parser.records(at: address, type: 1) {
      try parser.countMessages(at: record.offset)
      var reader = ByteReader(record)
      let place = try reader.readDefinedAddress(space, "a huge object")
      let length = try reader.readLength(space, "the length of a huge object")
      let id = try reader.readLength(space, "the id of a huge object")
      huge[id] = try space.reader(at: place, length: length, "a huge object").bytes
    }
  }

  private func blockSize(row: Int) throws(ParseError) -> Int {
    var size = firstBlockSize
    for _ in 0..<max(row - 1, 0) { size = try checkedProduct(size, 2, at: space.bytes.offset) }
    return size
  }

  private mutating func readDirect(
    at address: Int, start: Int, size: Int, parser: inout HDF5Parser
  ) throws(ParseError) {
    try parser.visit(address, "a heap block")
    var reader = try space.reader(at: address, length: size, "a heap block")
    try reader.expect(Array("FHDB".utf8), "the signature FHDB")
    _ = try reader.readVersion(0...0, of: "the heap block")
    try reader.skip(space.addressWidth + placeWidth, "the block's place")
    if hasBlockChecksums { try reader.skip(4, "the block's checksum") }
    blocks.append(Block(start: start, bytes: reader.bytes))
  }

  private mutating func readIndirect(
    at address: Int, start: Int, rows: Int, parser: inout HDF5Parser
  ) throws(ParseError) {
    try parser.visit(address, "an indirect heap block")
    var reader = try space.reader(at: address, "an indirect heap block")
    try reader.expect(Array("FHIB".utf8), "the signature FHIB")
    _ = try reader.readVersion(0...0, of: "the indirect heap block")
    try reader.skip(space.addressWidth + placeWidth, "the block's place")
    var place = start
    for row in 0..<rows {
      let size = try blockSize(row: row)
      for _ in 0..<tableWidth {
        if let child = try reader.readAddress(space, "a child block") {
          if size <= largestBlockSize {
            try readDirect(at: child, start: place, size: size, parser: &parser)
          } else {
            // An indirect child covers `size` bytes: so many rows of its own table.
            try readIndirect(
              at: child, start: place, rows: try rowCount(covering: size), parser: &parser)
          }
        }
        place = try checkedSum(place, size, at: reader.offset)
      }
    }
    try reader.expectChecksum(from: 0, of: "the indirect heap block")
  }

  private func rowCount(covering size: Int) throws(ParseError) -> Int {
    var covered = 0
    var rows = 0
    while covered < size {
      let row = try checkedProduct(blockSize(row: rows), tableWidth, at: space.bytes.offset)
      covered = try checkedSum(covered, row, at: space.bytes.offset)
      rows += 1
    }
    return rows
  }

  /// The block that covers the place: the last that begins at it or before.
  private func block(at place: Int) -> Block? {
    var low = 0
    var high = blocks.count
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].start <= place { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? blocks[low - 1] : nil
  }

  /// The object with the id: in a block, in the id itself, or far from the heap.
  func object(_ id: ByteSlice) throws(ParseError) -> ByteSlice {
    var reader = ByteReader(id)
    let head = try reader.readByte("a heap id")
    switch head >> 4 & 3 {
    case 0 where head >> 6 == 0:
      let place = try reader.readSize(width: placeWidth, "a place in the heap")
      let length = try reader.readSize(width: min(lengthWidth, 8), "the length of an object")
      guard let block = block(at: place) else { break }
      var content = ByteReader(block.bytes)
      try content.seek(to: place - block.start)
      return try content.read(length, "a heap object")
    case 1 where head >> 6 == 0:
      guard idLength > 1,
        let object = huge[try reader.readSize(width: min(idLength - 1, 8), "an id")]
      else { break }
      return object
    case 2 where head >> 6 == 0:
      // Tiny: the object stands in the id itself.
      let extended = idLength > 18
      let length =
        extended
        ? (Int(head & 15) << 8 | Int(try reader.readByte("a length"))) + 1 : Int(head & 15) + 1
      return try reader.read(length, "a tiny heap object")
    default: break
    }
    throw ParseError(
      .unsupported, at: id.offset, expected: "an object inside the heap",
      found: "heap id \(hexadecimal(id))")
  }
}
