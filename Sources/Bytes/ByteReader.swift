/// Reads untrusted bytes in order; every read is checked against what is left.
///
/// Offsets in errors count from the start of the file or member the slice was cut from.
public struct ByteReader: Sendable {
  /// The bytes that are read.
  public let bytes: ByteSlice
  /// The next byte to read, counted from the start of `bytes`.
  public private(set) var position = 0

  /// Starts at the first byte.
  public init(_ bytes: ByteSlice) {
    self.bytes = bytes
  }

  /// The number of bytes not yet read.
  @inlinable public var remaining: Int { bytes.count - position }
  /// Whether all bytes are read.
  @inlinable public var isAtEnd: Bool { position == bytes.count }
  /// The place of the next byte in the file.
  @inlinable public var offset: Int { bytes.offset + position }

  /// An error at the next byte.
  public func malformed(expected: String, found: String) -> ParseError {
    ParseError(at: offset, expected: expected, found: found)
  }

  /// Throws unless `length` bytes are left.
  public func demand(_ length: Int, for what: String) throws(ParseError) {
    guard length >= 0, length <= remaining else {
      throw malformed(expected: "\(length) bytes of \(what)", found: "\(remaining) bytes")
    }
  }

  /// Goes to a place counted from the start of `bytes`.
  public mutating func seek(to place: Int) throws(ParseError) {
    guard place >= 0, place <= bytes.count else {
      throw malformed(expected: "a place within \(bytes.count) bytes", found: "\(place)")
    }
    position = place
  }

  /// Passes over `length` bytes.
  public mutating func skip(_ length: Int, _ what: String = "data") throws(ParseError) {
    try demand(length, for: what)
    position += length
  }

  /// The next `length` bytes, sharing the storage.
  public mutating func read(_ length: Int, _ what: String = "data") throws(ParseError) -> ByteSlice
  {
    try demand(length, for: what)
    let slice = try bytes.slice(position..<(position + length))
    position += length
    return slice
  }

  /// The next bytes as long as they are wanted, sharing the storage.
  public mutating func read(while isWanted: (UInt8) -> Bool) -> ByteSlice {
    let count = bytes.withUnsafeBytes { memory in
      var end = position
      while end < memory.count, isWanted(memory[end]) { end += 1 }
      return end - position
    }
    let wanted = bytes.suffix(remaining).prefix(count)
    position += count
    return wanted
  }

  /// All bytes that are left.
  public mutating func readRest() -> ByteSlice {
    let rest = bytes.suffix(remaining)
    position = bytes.count
    return rest
  }

  /// The next byte, without passing it.
  public func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  /// One byte.
  public mutating func readByte(_ what: String = "a byte") throws(ParseError) -> UInt8 {
    try demand(1, for: what)
    defer { position += 1 }
    return bytes[position]
  }

  /// A little-endian integer of the type's width.
  public mutating func readLittleEndian<Value: FixedWidthInteger>(
    _ type: Value.Type, _ what: String = "an integer"
  ) throws(ParseError) -> Value {
    Value(littleEndian: try load(type, what))
  }

  /// A big-endian integer of the type's width.
  public mutating func readBigEndian<Value: FixedWidthInteger>(
    _ type: Value.Type, _ what: String = "an integer"
  ) throws(ParseError) -> Value {
    Value(bigEndian: try load(type, what))
  }

  private mutating func load<Value: FixedWidthInteger>(
    _ type: Value.Type, _ what: String
  ) throws(ParseError) -> Value {
    let size = MemoryLayout<Value>.size
    try demand(size, for: what)
    let value = bytes.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: position, as: Value.self)
    }
    position += size
    return value
  }

  /// A little-endian unsigned integer of 1 to 8 bytes that must fit an `Int`: an offset, a
  /// length or a count.
  public mutating func readSize(width: Int, _ what: String) throws(ParseError) -> Int {
    precondition((1...8).contains(width))
    let start = offset
    var value: UInt64 = 0
    if width == 8 {
      value = try readLittleEndian(UInt64.self, what)
    } else {
      let field = try read(width, what)
      for index in (0..<width).reversed() { value = value << 8 | UInt64(field[index]) }
    }
    guard let size = Int(exactly: value) else {
      throw ParseError(at: start, expected: "\(what) below 2^63", found: "\(value)")
    }
    return size
  }

  /// Passes over exactly these bytes.
  public mutating func expect(_ magic: [UInt8], _ what: String) throws(ParseError) {
    let start = offset
    let found = try read(magic.count, what)
    guard found.elementsEqual(magic) else {
      throw ParseError(at: start, expected: what, found: hexadecimal(found))
    }
  }
}

/// Lower-case hexadecimal digits of the bytes.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
