import Bytes

// Many links or attributes of one object lie in a fractal heap, and a version 2 B-tree lists their
// heap ids by the hash of the name (HDF5 file format 3.0, III.A.2):
//   header:   "BTHD", version 0, type, node size 4, record size 2, depth 2, split, merge (1 each),
//             root A, records in the root 2, records in all L, checksum 4
//   leaf:     "BTLF", version 0, type, records, checksum 4
//   internal: "BTIN", version 0, type, records, children (A, records, [records below]), checksum
// Records: links (type 5): hash 4, id 7; attributes (type 8): id 8, flags 1, order 4, hash 4; objects
// too large for a heap's blocks (type 1): address, length, id.

extension HDF5Parser {
  /// The attribute messages that an attribute info message leads to.
  ///
  /// Layout: version 0, flags 1, [largest creation index 2], heap A, name index A, [order index A].
  mutating func denseAttributes(_ message: ByteSlice) throws(ParseError) -> [ByteSlice] {
    var reader = ByteReader(message)
    _ = try reader.readVersion(0...0, of: "the attribute information")
    let flags = try reader.readByte("the attribute information's flags")
    if flags & 1 != 0 { try reader.skip(2, "the largest creation index") }
    guard let heapAddress = try reader.readAddress(space, "a fractal heap") else { return [] }
    let index = try reader.readDefinedAddress(space, "the index of attributes")
    let heap = try HDF5FractalHeap(parsing: heapAddress, in: &self)
    var messages: [ByteSlice] = []
    for record in try records(at: index, type: 8) {
      try countMessages(at: record.offset)
      guard record.count >= 9, record[8] & 2 == 0 else {
        throw ParseError(
          .unsupported, at: record.offset, expected: "an attribute in its object",
          found: "a shared one")
      }
      messages.append(try heap.object(record.prefix(8)))
    }
    return messages
  }

  /// The links that a link info message leads to.
  ///
  /// Layout: version 0, flags 1, [largest creation index 8], heap A, name index A, [order index A].
  mutating func denseLinks(
    _ message: ByteSlice
  ) throws(ParseError) -> [(name: String, link: HDF5RawLink)] {
    var reader = ByteReader(message)
    _ = try reader.readVersion(0...0, of: "the link information")
    let flags = try reader.readByte("the link information's flags")
    if flags & 1 != 0 { try reader.skip(8, "the largest creation index") }
    guard let heapAddress = try reader.readAddress(space, "a fractal heap") else { return [] }
    let index = try reader.readDefinedAddress(space, "the index of links")
    let heap = try HDF5FractalHeap(parsing: heapAddress, in: &self)
    var links: [(name: String, link: HDF5RawLink)] = []
    for record in try records(at: index, type: 5) {
      try countMessages(at: record.offset)
      guard record.count >= 11 else {
        throw ParseError(
          at: record.offset, expected: "a record of 11 bytes", found: "\(record.count)")
      }
      links.append(try parseLinkMessage(heap.object(record.suffix(record.count - 4))))
    }
    // The index is ordered by hash; old files order links by the bytes of their names.
    return links.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// All records of a version 2 B-tree.
  mutating func records(at address: Int, type: UInt8) throws(ParseError) -> [ByteSlice] {
    try visit(address, "a B-tree")
    var reader = try space.reader(at: address, "a B-tree")
    try reader.expect(Array("BTHD".utf8), "the signature BTHD")
    _ = try reader.readVersion(0...0, of: "the B-tree")
    let start = reader.offset
    let found = try reader.readByte("the B-tree's type")
    let nodeSize = Int(try reader.readLittleEndian(UInt32.self, "the node size"))
    let recordSize = Int(try reader.readLittleEndian(UInt16.self, "the record size"))
    let depth = Int(try reader.readLittleEndian(UInt16.self, "the depth"))
    try reader.skip(2, "split and merge")
    let root = try reader.readAddress(space, "the B-tree's root")
    let count = Int(try reader.readLittleEndian(UInt16.self, "the records of the root"))
    _ = try reader.readLength(space, "the records in all")
    try reader.expectChecksum(from: 0, of: "the B-tree")
    guard found == type, recordSize > 0, nodeSize > 10, depth < Self.depth else {
      throw ParseError(
        at: start, expected: "a B-tree of type \(type)", found: "type \(found), depth \(depth)")
    }
    guard let root, count > 0 else { return [] }
    let shape = HDF5TreeShape(
      type: type, nodeSize: nodeSize, recordSize: recordSize, addressWidth: space.addressWidth,
      depth: depth)
    var records: [ByteSlice] = []
    try walk(root, count: count, depth: depth, shape: shape, into: &records)
    return records
  }

  private mutating func walk(
    _ address: Int, count: Int, depth: Int, shape: HDF5TreeShape, into records: inout [ByteSlice]
  ) throws(ParseError) {
    try visit(address, "a B-tree node")
    var reader = try space.reader(at: address, length: shape.nodeSize, "a B-tree node")
    try reader.expect(Array((depth > 0 ? "BTIN" : "BTLF").utf8), "a B-tree node")
    _ = try reader.readVersion(0...0, of: "the B-tree node")
    try reader.expect([shape.type], "type \(shape.type) of a B-tree node")
    for _ in 0..<count { records.append(try reader.read(shape.recordSize, "a record")) }
    var children: [(address: Int, count: Int)] = []
    if depth > 0 {
      for _ in 0...count {
        let child = try reader.readDefinedAddress(space, "a B-tree child")
        let inside = try reader.readSize(width: shape.countWidths[depth - 1], "records of a child")
        if depth > 1 { try reader.skip(shape.totalWidths[depth - 1], "records below a child") }
        children.append((child, inside))
      }
    }
    try reader.expectChecksum(from: 0, of: "the B-tree node")
    for child in children {
      try walk(child.address, count: child.count, depth: depth - 1, shape: shape, into: &records)
    }
  }
}

/// How many bytes the counts in a version 2 B-tree take: just enough for the most records that a
/// node of each level can hold.
private struct HDF5TreeShape {
  let type: UInt8
  let nodeSize: Int
  let recordSize: Int
  /// By level, leaves first: bytes of the number of records in a node, and below it.
  private(set) var countWidths: [Int] = []
  private(set) var totalWidths: [Int] = []

  init(type: UInt8, nodeSize: Int, recordSize: Int, addressWidth: Int, depth: Int) {
    self.type = type
    self.nodeSize = nodeSize
    self.recordSize = recordSize
    // Signature, version, type, checksum.
    let overhead = 10
    var most = max((nodeSize - overhead) / recordSize, 1)
    let leafWidth = byteWidth(of: most)
    var total = most
    countWidths = [leafWidth]
    totalWidths = [0]
    for level in 1..<max(depth, 1) {
      let pointer = addressWidth + leafWidth + (level > 1 ? totalWidths[level - 1] : 0)
      most = max((nodeSize - overhead - pointer) / (recordSize + pointer), 1)
      let (below, isTooMany) = total.multipliedReportingOverflow(by: most + 1)
      let (sum, isTooLarge) = below.addingReportingOverflow(most)
      total = isTooMany || isTooLarge ? Int.max : sum
      countWidths.append(leafWidth)
      totalWidths.append(byteWidth(of: total))
    }
  }
}

/// The bytes that an unsigned integer up to `largest` takes (H5VM_limit_enc_size).
func byteWidth(of largest: Int) -> Int {
  max(1, (Int.bitWidth - largest.leadingZeroBitCount + 7) / 8)
}
