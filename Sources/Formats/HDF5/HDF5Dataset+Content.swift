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

  /// Hands over the texts and bytes in the elements, row-major and without what fills texts up; of
  /// what several elements lead to, one. None of numbers.
  ///
  /// - Throws: `ParseError` where they cannot be read, or are together more than `limit` bytes.
  public func readContents(
    upTo limit: Int, limits: Limits, heaps: HDF5Heaps, _ body: (ByteSlice) -> Void
  ) throws(ParseError) {
    guard hasContent else { return }
    guard readingCost <= limit else {
      throw ParseError(
        .limit, at: space.bytes.offset, expected: "at most \(limit) bytes of text in '\(path)'",
        found: "more")
    }
    let bytes = try content(upTo: limit, limits: limits)
    var reader = HDF5ElementReader(space: space, limit: limit, heaps: heaps)
    try reader.read(bytes, of: type, body)
  }

  /// Whether texts or bytes stand in the elements, besides numbers.
  public var hasContent: Bool { type.hasContent }

  /// What `readContents` costs besides what the elements lead to, in bytes of the limit.
  public var readingCost: Int {
    let (cost, overflow) = claimedBytes.multipliedReportingOverflow(by: type.nesting)
    return overflow ? Int.max : cost
  }
}
