import Bytes

/// The records of a pax extended header: `LENGTH KEY=VALUE\n`, the length in decimal digits and
/// of the whole record (POSIX.1-2017, pax, "pax Extended Header").
struct PaxRecords: Equatable {
  /// The path that replaces the header's.
  private(set) var path: [UInt8]?
  /// The size that replaces the header's.
  private(set) var size: Int?
  /// The target of a link.
  private(set) var linkPath: [UInt8]?
  /// The unpacked size of a sparse file; 0 when it is sparse and the records do not say.
  private(set) var sparseSize: Int?
  /// The name of a sparse file, whose path is another one for readers that know no holes.
  private(set) var sparseName: [UInt8]?
  /// Offset and length of each stored part of a sparse file, in turn.
  private(set) var sparseNumbers: [Int] = []
  /// Whether the map of a sparse file stands before its data.
  private(set) var hasSparseLines = false
  /// What the records give the file besides its bytes.
  private(set) var attributes: [ExtendedAttribute] = []
  /// Values that no reader of tar archives needs: attributes, comments, keys of nobody.
  private(set) var asides: [Aside] = []
  /// Keys that stand there twice: readers may take the first or the last.
  private(set) var repeated: [String] = []

  /// A record's value that only whoever looks for it finds.
  struct Aside: Equatable {
    let key: String
    let value: ByteSlice
  }

  /// Whether a record changes what a member is.
  var changesMembers: Bool {
    path != nil || size != nil || linkPath != nil || sparseSize != nil || !attributes.isEmpty
  }

  /// No records.
  init() {}

  /// Reads the records, which must fill the bytes.
  ///
  /// - Throws: `ParseError` when a record's length is not the one it has.
  init(parsing bytes: ByteSlice) throws(ParseError) {
    var reader = ByteReader(bytes)
    var seen: Set<[UInt8]> = []
    while !reader.isAtEnd {
      let start = reader
      let length = try PaxRecords.decimal(&reader, until: UInt8(ascii: " "), "length of a record")
      let digits = reader.position - start.position
      guard length > digits else {
        throw start.malformed(expected: "the length of a record", found: "\(length)")
      }
      let record = try reader.read(length - digits, "pax record")
      guard record.last == UInt8(ascii: "\n"),
        let equals = record.firstIndex(of: UInt8(ascii: "=")), equals > 0
      else { throw start.malformed(expected: "KEY=VALUE and a line's end", found: "none") }
      let key = record.prefix(equals).array
      let value = record.prefix(record.count - 1).suffix(record.count - equals - 2)
      let text = String(decoding: key, as: UTF8.self)
      if !seen.insert(key).inserted, !PaxRecords.isPairOfSparseFile(text) { repeated.append(text) }
      try take(text, value)
    }
  }

  private mutating func take(_ key: String, _ value: ByteSlice) throws(ParseError) {
    switch key {
    case "path": path = value.array
    case "linkpath": linkPath = value.array
    case "size": size = try PaxRecords.number(value, "size")
    case "GNU.sparse.realsize", "GNU.sparse.size":
      sparseSize = max(sparseSize ?? 0, try PaxRecords.number(value, "size of a sparse file"))
    case "GNU.sparse.name": sparseName = value.array
    case "GNU.sparse.offset", "GNU.sparse.numbytes":
      sparseNumbers.append(try PaxRecords.number(value, "part of a sparse file"))
    case "GNU.sparse.map":
      for part in value.split(separator: UInt8(ascii: ",")) {
        sparseNumbers.append(try PaxRecords.number(ByteSlice(part), "part of a sparse file"))
      }
    case "GNU.sparse.major":
      hasSparseLines = try PaxRecords.number(value, "version of a sparse file") > 0
    default:
      if let attribute = ExtendedAttribute(paxKey: key) { attributes.append(attribute) }
      if value.count >= PaxRecords.leastAside, !PaxRecords.plain.contains(key) {
        asides.append(Aside(key: key, value: PaxRecords.decoded(value, of: key)))
      }
    }
    if key.hasPrefix("GNU.sparse.") { sparseSize = sparseSize ?? 0 }
  }

  /// Shorter ones hold nothing that a loader would take.
  private static let leastAside = 16
  /// Times, owners and sizes (POSIX.1-2017, pax), and what star adds.
  private static let plain: Set<String> = [
    "atime", "ctime", "mtime", "gid", "gname", "uid", "uname", "hdrcharset", "charset",
    "LIBARCHIVE.creationtime", "SCHILY.realsize",
  ]

  /// bsdtar writes attributes in base64.
  private static func decoded(_ value: ByteSlice, of key: String) -> ByteSlice {
    guard key.hasPrefix("LIBARCHIVE.xattr."), let text = value.utf8 else { return value }
    let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Base64.decode(padded).map { ByteSlice($0) } ?? value
  }

  /// Format 0.0 of sparse files repeats two keys for each part.
  private static func isPairOfSparseFile(_ key: String) -> Bool {
    key == "GNU.sparse.offset" || key == "GNU.sparse.numbytes"
  }

  private static func number(_ value: ByteSlice, _ what: String) throws(ParseError) -> Int {
    var reader = ByteReader(value)
    return try decimal(&reader, until: nil, what)
  }

  /// A decimal number up to `end`, which is passed over, or up to the last byte.
  static func decimal(
    _ reader: inout ByteReader, until end: UInt8?, _ what: String
  ) throws(ParseError) -> Int {
    let start = reader
    var value = 0
    var digits = 0
    while !reader.isAtEnd {
      let byte = try reader.readByte(what)
      if byte == end, digits > 0 { return value }
      guard (0x30...0x39).contains(byte), digits < 18 else {
        throw start.malformed(expected: what, found: "other than decimal digits")
      }
      value = value * 10 + Int(byte - 0x30)
      digits += 1
    }
    guard end == nil, digits > 0 else {
      throw start.malformed(expected: what, found: "the end of the records")
    }
    return value
  }
}
