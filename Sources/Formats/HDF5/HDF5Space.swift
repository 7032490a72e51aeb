import Bytes

/// The addressed bytes of an HDF5 file and the widths of its addresses and lengths.
struct HDF5Space: Sendable {
  /// From the base address to the end that the superblock states.
  let bytes: ByteSlice
  /// Bytes of an address ("size of offsets").
  let addressWidth: Int
  /// Bytes of a length.
  let lengthWidth: Int

  /// A reader of `length` bytes at the address.
  func reader(at address: Int, length: Int, _ what: String) throws(ParseError) -> ByteReader {
    var reader = try reader(at: address, what)
    return ByteReader(try reader.read(length, what))
  }

  /// A reader from the address to the end of the file.
  func reader(at address: Int, _ what: String) throws(ParseError) -> ByteReader {
    guard address >= 0, address <= bytes.count else {
      throw ParseError(
        at: bytes.offset, expected: "an address of \(what) within \(bytes.count) bytes",
        found: "\(address)")
    }
    return ByteReader(bytes.suffix(bytes.count - address))
  }
}

extension ByteReader {
  /// An address, nil when it is the undefined one (all bits set).
  mutating func readAddress(_ space: HDF5Space, _ what: String) throws(ParseError) -> Int? {
    let start = offset
    let address: UInt64
    if space.addressWidth == 4 {
      let narrow = try readLittleEndian(UInt32.self, what)
      address = narrow == .max ? .max : UInt64(narrow)
    } else {
      address = try readLittleEndian(UInt64.self, what)
    }
    guard address != .max else { return nil }
    guard let place = Int(exactly: address) else {
      throw ParseError(at: start, expected: "\(what) below 2^63", found: "\(address)")
    }
    return place
  }

  /// An address that must be defined.
  mutating func readDefinedAddress(_ space: HDF5Space, _ what: String) throws(ParseError) -> Int {
    let start = offset
    guard let address = try readAddress(space, what) else {
      throw ParseError(at: start, expected: "the address of \(what)", found: "an undefined one")
    }
    return address
  }

  /// A length of the file's own width.
  mutating func readLength(_ space: HDF5Space, _ what: String) throws(ParseError) -> Int {
    try readSize(width: space.lengthWidth, what)
  }

  /// A version byte that must be one of the given.
  mutating func readVersion(
    _ known: ClosedRange<UInt8>, of what: String
  ) throws(ParseError) -> UInt8 {
    let start = offset
    let version = try readByte("the version of \(what)")
    guard known.contains(version) else {
      throw ParseError(
        .unsupported, at: start,
        expected: "version \(known.lowerBound) to \(known.upperBound) of \(what)",
        found: "version \(version)")
    }
    return version
  }

  /// Text up to a zero byte, which is passed over.
  mutating func readTerminatedText(_ what: String) throws(ParseError) -> String {
    let longest = 4096
    let rest = bytes.suffix(remaining).prefix(longest + 1)
    guard let end = rest.firstIndex(of: 0) else {
      throw malformed(expected: "\(what) of at most \(longest) bytes", found: "no end of it")
    }
    let text = try readText(end, what)
    try skip(1)
    return text
  }

  /// `length` bytes of UTF-8 without a zero byte.
  mutating func readText(_ length: Int, _ what: String) throws(ParseError) -> String {
    let raw = try read(length, what)
    guard let text = raw.utf8, !raw.contains(0) else {
      throw ParseError(
        at: raw.offset, expected: "\(what) in UTF-8", found: safeText(bytes: raw.prefix(40)))
    }
    return text
  }
}

/// Bob Jenkins' lookup3 hash with initial value 0, the checksum of HDF5's newer structures.
func lookup3(_ bytes: ByteSlice) -> UInt32 {
  let count = bytes.count
  var a: UInt32 = 0xdead_beef &+ UInt32(truncatingIfNeeded: count)
  var b = a
  var c = a
  guard count > 0 else { return c }
  let words = bytes.integers(UInt32.self)
  // The last word of a length that is no multiple of four is filled up with zeros.
  let rest = bytes.suffix(count % 4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  func word(_ place: Int) -> UInt32 {
    place / 4 < words.count ? words[place / 4] : place < count ? rest : 0
  }
  func rotate(_ value: UInt32, _ bits: UInt32) -> UInt32 { value << bits | value >> (32 - bits) }
  var place = 0
  while count - place > 12 {
    a &+= word(place)
    b &+= word(place + 4)
    c &+= word(place + 8)
    a = (a &- c) ^ rotate(c, 4)
    c &+= b
    b = (b &- a) ^ rotate(a, 6)
    a &+= c
    c = (c &- b) ^ rotate(b, 8)
    b &+= a
    a = (a &- c) ^ rotate(c, 16)
    c &+= b
    b = (b &- a) ^ rotate(a, 19)
    a &+= c
    c = (c &- b) ^ rotate(b, 4)
    b &+= a
    place += 12
  }
  a &+= word(place)
  b &+= word(place + 4)
  c &+= word(place + 8)
  c = (c ^ b) &- rotate(b, 14)
  a = (a ^ c) &- rotate(c, 11)
  b = (b ^ a) &- rotate(a, 25)
  c = (c ^ b) &- rotate(b, 16)
  a = (a ^ c) &- rotate(c, 4)
  b = (b ^ a) &- rotate(a, 14)
  c = (c ^ b) &- rotate(b, 24)
  return c
}
