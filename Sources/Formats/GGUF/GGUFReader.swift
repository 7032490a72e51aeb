import Bytes

/// Reads the numbers, texts and values of a GGUF file in its byte order.
struct GGUFReader {
  private var reader: ByteReader
  private let isBigEndian: Bool
  /// Bytes of counts and lengths.
  private let width: Int

  /// Reads magic and version.
  init(_ bytes: ByteSlice) throws(ParseError) {
    var reader = ByteReader(bytes)
    try reader.expect(Array("GGUF".utf8), "GGUF")
    let version = try reader.readLittleEndian(UInt32.self, "the version")
    isBigEndian = version.byteSwapped < version
    let number = min(version, version.byteSwapped)
    guard (1...3).contains(number) else {
      throw ParseError(.unsupported, at: 4, expected: "GGUF version 1 to 3", found: "\(number)")
    }
    width = number == 1 ? 4 : 8
    self.reader = reader
  }

  var offset: Int { reader.offset }
  var position: Int { reader.position }

  private mutating func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, _ what: String
  ) throws(ParseError) -> Value {
    if isBigEndian { return try reader.readBigEndian(type, what) }
    return try reader.readLittleEndian(type, what)
  }

  private mutating func size(_ width: Int, _ what: String) throws(ParseError) -> Int {
    let start = offset
    guard width == 8 else { return Int(try integer(UInt32.self, what)) }
    let value = try integer(UInt64.self, what)
    guard let size = Int(exactly: value) else {
      throw ParseError(at: start, expected: "\(what) below 2^63", found: "\(value)")
    }
    return size
  }

  /// A count of things that take at least `smallest` bytes each.
  mutating func count(_ what: String, smallest: Int) throws(ParseError) -> Int {
    let start = offset
    let count = try size(width, "the count of \(what)")
    guard count <= reader.remaining / smallest else {
      throw ParseError(
        at: start, expected: "at most \(reader.remaining / smallest) \(what)", found: "\(count)")
    }
    return count
  }

  /// Text after its length.
  mutating func text(_ what: String) throws(ParseError) -> ByteSlice {
    try reader.read(try size(width, "the length of \(what)"), what)
  }

  /// A value after its type.
  mutating func value(keepsTexts: Bool) throws(ParseError) -> GGUFFile.Value {
    let start = offset
    let type = try integer(UInt32.self, "a type")
    switch type {
    case 0: return .integer(Int(try reader.readByte("a number")))
    case 2: return .integer(Int(try integer(UInt16.self, "a number")))
    case 4: return .integer(Int(try integer(UInt32.self, "a number")))
    case 10: return .integer(try size(8, "a number"))
    case 8: return .text(try text("a text"))
    case 9: return try array(keepsTexts: keepsTexts)
    default:
      try skip(1, of: type, at: start)
      return .other
    }
  }

  private mutating func array(keepsTexts: Bool) throws(ParseError) -> GGUFFile.Value {
    let start = offset
    let type = try integer(UInt32.self, "a type")
    guard type == 8 else {
      let count = try self.count("elements", smallest: 1)
      try skip(count, of: type, at: start)
      return .other
    }
    var texts: [ByteSlice] = []
    for _ in 0..<(try count("texts", smallest: width)) {
      let text = try self.text("a text")
      if keepsTexts, texts.count < 64 { texts.append(text) }
    }
    return .texts(texts)
  }

  private mutating func skip(
    _ count: Int, of type: UInt32, at start: Int
  ) throws(ParseError) {
    guard let size = [0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8][type]
    else {
      throw ParseError(
        at: start, expected: type == 9 ? "no array in an array" : "a type from 0 to 12",
        found: "\(type)")
    }
    let bytes = try reader.read(try checkedProduct(count, size, at: start), "values")
    guard type != 7 || bytes.allSatisfy({ $0 <= 1 }) else {
      throw ParseError(at: start, expected: "flags of 0 or 1", found: "another value")
    }
  }

  /// A tensor's description after its name: sizes, bytes and place of its data.
  mutating func tensor() throws(ParseError) -> (shape: [Int], size: Int, place: Int) {
    let start = offset
    let rank = try integer(UInt32.self, "a rank")
    guard rank <= 4 else {
      throw ParseError(at: start, expected: "a rank of at most 4", found: "\(rank)")
    }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try size(width, "the size of an axis")) }
    let type = try integer(UInt32.self, "a type")
    let place = try size(8, "an offset")
    guard let block = Self.blocks[type] else {
      throw ParseError(at: start, expected: "a known type of tensor", found: "\(type)")
    }
    let inner = shape.first ?? 1
    guard inner % block.elements == 0 else {
      throw ParseError(
        at: start, expected: "an axis of whole blocks of \(block.elements)", found: "\(inner)")
    }
    var count = 1
    for axis in shape { count = try checkedProduct(count, axis, at: start) }
    return (shape, try checkedProduct(count / block.elements, block.bytes, at: start), place)
  }

  /// Elements and bytes of a block by the type's number (`GGML_QUANT_SIZES` of gguf 0.19).
  private static let blocks: [UInt32: (elements: Int, bytes: Int)] = [
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 40), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
    40: (64, 36), 41: (128, 18),
  ]
}
