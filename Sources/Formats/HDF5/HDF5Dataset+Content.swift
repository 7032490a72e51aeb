public import Bytes

extension HDF5Dataset {
  /// Bytes of the texts of one data set that are read, and of its chunks that are unpacked.
  public static let textBytes = 32 << 20
  /// What a look at the beginning of a row costs, in bytes of the limit.
  public static let startCost = 1024

  /// The elements as bytes, unpacked; empty where the file has none.
  ///
  /// - Throws: `ParseError` where chunks cannot be read, or unpack to more than `limit` bytes.
  func content(upTo limit: Int, limits: Limits) throws(ParseError) -> ByteSlice {
    switch storage {
    case .contiguous(let bytes): return bytes
    case .chunked(let chunks):
      var limits = limits
      limits.memberBytes = min(limits.memberBytes, limit)
      return try chunks.decode(
        shape: shape, elementSize: chunks.storedElementSize, limits: limits)
    default: return .empty
    }
  }

  /// The bytes from where a program may begin to read: the first element, and of chunks and of
  /// numbers of one byte each row of the first axis; chunks of one axis count as rows.
  ///
  /// Of chunks that unpack to more than `limit` bytes, the first.
  public func starts(upTo limit: Int, limits: Limits) throws(ParseError) -> [ByteSlice] {
    var step = 1
    var isSmall = type.size(in: space) == 1 && shape.count > 1
    if case .chunked(let chunks) = storage {
      guard claimedBytes <= limit else { return [try chunks.firstChunk()] }
      isSmall = true
      if shape.count == 1 { step = chunks.chunkShape[0] }
    }
    let bytes = try content(upTo: limit, limits: limits)
    guard isSmall, let rows = shape.first, rows > 1, bytes.count >= rows else { return [bytes] }
    let further = stride(from: step, to: rows, by: step).prefix(min(limit / Self.startCost, 4096))
      .map {
        bytes.suffix(bytes.count - $0 * (bytes.count / rows))
      }
    return [bytes] + further
  }

  /// Hands over the texts, row-major and without what fills them up; none of other types.
  ///
  /// - Throws: `ParseError` where they cannot be read, or are together more than `limit` bytes.
  public func readTexts(
    upTo limit: Int, limits: Limits, _ body: (ByteSlice) -> Void
  ) throws(ParseError) {
    if isText { try demand(claimedBytes, upTo: limit) }
    switch type {
    case .fixedText(let length, let padding):
      let bytes = try content(upTo: limit, limits: limits)
      let filler: UInt8 = padding == .spaces ? 0x20 : 0
      for start in stride(from: 0, to: bytes.count, by: length) {
        let field = bytes.prefix(start + length).suffix(min(length, bytes.count - start))
        body(field.withoutFiller(filler))
      }
    case .variableText:
      try readReferences(in: try content(upTo: limit, limits: limits), upTo: limit, body)
    case .number, .unsupported: return
    }
  }

  /// Whether the elements are texts.
  public var isText: Bool {
    switch type {
    case .fixedText, .variableText: true
    case .number, .unsupported: false
    }
  }

  private func demand(_ count: Int, upTo limit: Int) throws(ParseError) {
    guard count > limit else { return }
    throw ParseError(
      .limit, at: space.bytes.offset, expected: "at most \(limit) bytes of text in '\(path)'",
      found: "more")
  }

  /// Texts of any length stand in heaps: references of length 4, address and index 4 lead there.
  /// One that several name is handed over once.
  private func readReferences(
    in references: ByteSlice, upTo limit: Int, _ body: (ByteSlice) -> Void
  ) throws(ParseError) {
    var heaps: [Int: HDF5GlobalHeap] = [:]
    var known: [Int: Set<UInt16>] = [:]
    var objectCount = 0
    var byteCount = 0
    var reader = ByteReader(references)
    while reader.remaining >= 8 + space.addressWidth {
      let length = Int(try reader.readLittleEndian(UInt32.self, "a text's length"))
      let address = try reader.readAddress(space, "a global heap collection")
      let index = try reader.readLittleEndian(UInt32.self, "a heap index")
      guard length > 0, let address, address != 0 else { continue }
      let heap: HDF5GlobalHeap
      if let read = heaps[address] {
        heap = read
      } else {
        heap = try HDF5GlobalHeap(parsing: address, in: space)
        heaps[address] = heap
        objectCount += heap.count
      }
      guard objectCount <= HDF5Parser.messageCount else {
        throw ParseError(
          .limit, at: space.bytes.offset + address,
          expected: "at most \(HDF5Parser.messageCount) heap objects", found: "more")
      }
      guard let key = UInt16(exactly: index), let object = heap.object(key) else {
        throw ParseError(
          at: space.bytes.offset + address, expected: "a heap object of index \(index)",
          found: "none")
      }
      guard known[address, default: []].insert(key).inserted else { continue }
      byteCount += object.count
      try demand(byteCount, upTo: limit)
      body(object)
    }
  }
}
