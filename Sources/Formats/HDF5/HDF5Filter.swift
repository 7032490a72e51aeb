import Archives
import Bytes

/// A transformation that every chunk of a data set went through when it was written.
enum HDF5Filter: Sendable, Equatable {
  /// zlib's deflate.
  case deflate
  /// The bytes of all elements by significance: first all first bytes, then all second ones.
  case shuffle(elementSize: Int)
  /// A checksum of 4 bytes at the end.
  case fletcher32
  /// h5py's own compression.
  case lzf
  /// A filter that this reader does not know.
  case unsupported(String)
  /// A filter of a library that HDF5 loads by this number.
  case plugin(Int)

  /// Reads a filter pipeline message.
  ///
  /// Layout: version, number of filters (1 each), version 1: reserved 6; filters: id 2, [length
  /// of the name 2], flags 2, number of values 2, [name], values 4 each, version 1: padded to 8.
  /// Version 2 leaves the name out below id 256.
  static func parse(pipeline message: ByteSlice) throws(ParseError) -> [HDF5Filter] {
    var reader = ByteReader(message)
    let version = try reader.readVersion(1...2, of: "the filter pipeline")
    let count = Int(try reader.readByte("the number of filters"))
    guard count <= 32 else { throw reader.malformed(expected: "32 filters", found: "\(count)") }
    if version == 1 { try reader.skip(6, "reserved bytes") }
    var filters: [HDF5Filter] = []
    for _ in 0..<count {
      let id = try reader.readLittleEndian(UInt16.self, "a filter")
      var nameLength = 0
      if version == 1 || id >= 256 {
        nameLength = Int(try reader.readLittleEndian(UInt16.self, "the length of a name"))
      }
      try reader.skip(2, "the filter's flags")
      let valueCount = Int(try reader.readLittleEndian(UInt16.self, "the number of values"))
      try reader.skip(nameLength, "the filter's name")
      var values: [Int] = []
      for _ in 0..<valueCount {
        values.append(Int(try reader.readLittleEndian(UInt32.self, "a filter's value")))
      }
      if version == 1, valueCount % 2 == 1 { try reader.skip(4, "padding") }
      filters.append(HDF5Filter(id: id, values: values))
    }
    return filters
  }

  private init(id: UInt16, values: [Int]) {
    switch id {
    case 1: self = .deflate
    case 2: self = .shuffle(elementSize: values.first ?? 0)
    case 3: self = .fletcher32
    case 4: self = .unsupported("szip")
    case 5: self = .unsupported("n-bit")
    case 6: self = .unsupported("scale-offset")
    case 32_000: self = .lzf
    default: self = .plugin(Int(id))
    }
  }

  /// The bytes as they were before this filter; at most a little more than `size`.
  func undo(_ bytes: ByteSlice, size: Int) throws(ParseError) -> ByteSlice {
    switch self {
    case .deflate:
      // A checksum may have been added before.
      return try Deflate.inflate(bytes, .zlib, limit: size + 4)
    case .shuffle(let elementSize): return Self.unshuffle(bytes, elementSize: elementSize)
    case .fletcher32: return try Self.checkFletcher(bytes)
    case .lzf: return try Self.unpackLZF(bytes, limit: size + 4)
    case .unsupported(let name):
      throw ParseError(
        .unsupported, at: bytes.offset, expected: "deflate, LZF, shuffle or fletcher32", found: name
      )
    case .plugin(let number):
      throw ParseError(
        .unsupported, at: bytes.offset, expected: "deflate, LZF, shuffle or fletcher32",
        found: "filter \(number)")
    }
  }

  private static func unshuffle(_ bytes: ByteSlice, elementSize: Int) -> ByteSlice {
    guard elementSize > 1, bytes.count >= elementSize else { return bytes }
    let count = bytes.count / elementSize
    var output = bytes.array
    for index in 0..<(count * elementSize) {
      output[index % count * elementSize + index / count] = bytes[index]
    }
    return ByteSlice(output)
  }

  /// Fletcher's checksum over big-endian 16-bit words, as H5_checksum_fletcher32 computes it.
  private static func checkFletcher(_ bytes: ByteSlice) throws(ParseError) -> ByteSlice {
    guard bytes.count >= 4 else {
      throw ParseError(
        at: bytes.offset, expected: "a checksum of 4 bytes", found: "\(bytes.count) bytes")
    }
    let data = bytes.prefix(bytes.count - 4)
    var sums: (UInt32, UInt32) = (0, 0)
    func fold(_ sum: UInt32) -> UInt32 { (sum & 0xffff) + sum >> 16 }
    for index in stride(from: 0, to: data.count, by: 2) {
      let low = index + 1 < data.count ? UInt32(data[index + 1]) : 0
      sums.0 = fold(sums.0 + (UInt32(data[index]) << 8 | low))
      sums.1 = fold(sums.1 + sums.0)
    }
    let computed = fold(sums.1) << 16 | fold(sums.0)
    let stored = bytes.suffix(4).integers(UInt32.self)[0]
    guard stored == computed else {
      throw ParseError(
        at: bytes.offset + data.count, expected: "checksum \(computed)", found: "\(stored)")
    }
    return data
  }

  /// Unpacks LZF: a byte below 32 leads in that many bytes and one more; any other is the length
  /// (3 bits, or 7 and a further byte) and distance (13 bits) of earlier bytes that come again.
  private static func unpackLZF(_ bytes: ByteSlice, limit: Int) throws(ParseError) -> ByteSlice {
    var reader = ByteReader(bytes)
    var output: [UInt8] = []
    output.reserveCapacity(limit)
    while !reader.isAtEnd {
      let control = Int(try reader.readByte("an LZF control byte"))
      if control < 32 {
        output += try reader.read(control + 1, "literal bytes")
      } else {
        var length = control >> 5 + 2
        if length == 9 { length += Int(try reader.readByte("a length")) }
        let low = Int(try reader.readByte("a distance"))
        let start = output.count - (control & 31) << 8 - low - 1
        guard start >= 0 else {
          throw reader.malformed(expected: "a distance within the data", found: "a longer one")
        }
        for index in start..<start + length { output.append(output[index]) }
      }
      guard output.count <= limit else {
        throw ParseError(
          .limit, at: reader.offset, expected: "at most \(limit) bytes unpacked", found: "more")
      }
    }
    return ByteSlice(output)
  }
}
