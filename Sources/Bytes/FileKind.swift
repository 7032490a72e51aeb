/// What a file is, told from its bytes. The extension is never asked here; it is only compared.
public enum FileKind: String, Sendable, CaseIterable {
  case empty
  case hdf5
  case zip
  case gzip
  case zstd
  case xz
  case bzip2
  case lz4
  case sevenZip = "7z"
  case tar
  case npy
  case safetensors
  case onnx
  case pickle
  case elf
  case pe
  case machO = "mach-o"
  case png
  case jpeg
  case idx
  case json
  case text
  case unknown

  /// The kind whose signature the bytes carry.
  ///
  /// HDF5 may begin after a user block, so its signature is also sought at 512, 1024, ...
  public init(of bytes: ByteSlice) {
    self =
      FileKind.signatures.first { $0.matches(bytes) }?.kind
      ?? (bytes.isEmpty ? .empty : FileKind.structural(bytes))
  }

  private struct Signature {
    let kind: FileKind
    let magic: [UInt8]
    var offset = 0

    func matches(_ bytes: ByteSlice) -> Bool {
      bytes.count >= offset + magic.count
        && magic.indices.allSatisfy { bytes[offset + $0] == magic[$0] }
    }
  }

  private static let signatures: [Signature] = [
    Signature(kind: .hdf5, magic: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
    Signature(kind: .zip, magic: [0x50, 0x4b, 0x03, 0x04]),
    Signature(kind: .zip, magic: [0x50, 0x4b, 0x05, 0x06]),
    Signature(kind: .gzip, magic: [0x1f, 0x8b]),
    Signature(kind: .zstd, magic: [0x28, 0xb5, 0x2f, 0xfd]),
    Signature(kind: .xz, magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
    Signature(kind: .bzip2, magic: [0x42, 0x5a, 0x68]),
    Signature(kind: .lz4, magic: [0x04, 0x22, 0x4d, 0x18]),
    Signature(kind: .sevenZip, magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
    Signature(kind: .tar, magic: Array("ustar".utf8), offset: 257),
    Signature(kind: .npy, magic: [0x93] + Array("NUMPY".utf8)),
    Signature(kind: .png, magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    Signature(kind: .jpeg, magic: [0xff, 0xd8, 0xff]),
    Signature(kind: .elf, magic: [0x7f, 0x45, 0x4c, 0x46]),
    Signature(kind: .machO, magic: [0xfe, 0xed, 0xfa, 0xce]),
    Signature(kind: .machO, magic: [0xfe, 0xed, 0xfa, 0xcf]),
    Signature(kind: .machO, magic: [0xce, 0xfa, 0xed, 0xfe]),
    Signature(kind: .machO, magic: [0xcf, 0xfa, 0xed, 0xfe]),
    Signature(kind: .machO, magic: [0xca, 0xfe, 0xba, 0xbe]),
    Signature(kind: .pickle, magic: [0x80, 0x00]),
    Signature(kind: .pickle, magic: [0x80, 0x01]),
    Signature(kind: .pickle, magic: [0x80, 0x02]),
    Signature(kind: .pickle, magic: [0x80, 0x03]),
    Signature(kind: .pickle, magic: [0x80, 0x04]),
    Signature(kind: .pickle, magic: [0x80, 0x05]),
  ]

  /// Kinds without a signature at a fixed place.
  private static func structural(_ bytes: ByteSlice) -> FileKind {
    if hasHDF5UserBlock(bytes) { return .hdf5 }
    if isPE(bytes) { return .pe }
    if isSafetensors(bytes) { return .safetensors }
    if isIDX(bytes) { return .idx }
    if isONNX(bytes) { return .onnx }
    guard let text = bytes.utf8, !text.unicodeScalars.contains(where: isBinary) else {
      return .unknown
    }
    let first = text.unicodeScalars.first { !$0.properties.isWhitespace }
    return first == "{" || first == "[" ? .json : .text
  }

  private static func isBinary(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 && scalar != "\t" && scalar != "\n" && scalar != "\r"
      && scalar != "\u{c}" || scalar.value == 0x7f
  }

  private static func hasHDF5UserBlock(_ bytes: ByteSlice) -> Bool {
    let magic = signatures[0].magic
    var place = 512
    while place <= bytes.count - magic.count {
      if magic.indices.allSatisfy({ bytes[place + $0] == magic[$0] }) { return true }
      place *= 2
    }
    return false
  }

  /// `MZ`, and at the place that byte 60 names, `PE`.
  private static func isPE(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 64, bytes[0] == 0x4d, bytes[1] == 0x5a else { return false }
    let place = (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[60 + $1]) }
    return place <= bytes.count - 4 && bytes[place] == 0x50 && bytes[place + 1] == 0x45
      && bytes[place + 2] == 0 && bytes[place + 3] == 0
  }

  /// An 8-byte little-endian header length that fits, then the `{` of the header.
  private static func isSafetensors(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 10, bytes[8] == UInt8(ascii: "{") else { return false }
    var length: UInt64 = 0
    for index in (0..<8).reversed() { length = length << 8 | UInt64(bytes[index]) }
    return length >= 2 && length <= UInt64(bytes.count - 8)
  }

  /// Two zero bytes, a type code, a rank, then the sizes, whose product fills the file.
  private static func isIDX(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 8, bytes[0] == 0, bytes[1] == 0, bytes[3] >= 1, bytes[3] <= 8,
      let width = [0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8][Int(bytes[2])]
    else { return false }
    let header = 4 + 4 * Int(bytes[3])
    guard bytes.count >= header else { return false }
    var size = width
    for axis in 0..<Int(bytes[3]) {
      var length = 0
      for index in 0..<4 { length = length << 8 | Int(bytes[4 + 4 * axis + index]) }
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { return false }
      size = product
    }
    return size == bytes.count - header
  }

  /// The fields of a model in the order that writers give them: the small version of the format
  /// first, then texts, then a graph that begins with one of its own fields.
  private static func isONNX(_ bytes: ByteSlice) -> Bool {
    guard bytes.first == 0x08 else { return false }
    var fields = ProtobufReader(bytes)
    do throws(ParseError) {
      guard case .varint(1...255)? = try fields.next()?.value else { return false }
      // Twelve fields are known; only those of the standard's sets and metadata repeat.
      for _ in 0..<1000 {
        guard let field = try fields.next() else { return false }
        switch (field.number, field.value) {
        case (7, .bytes(let graph)): return try beginsGraph(graph)
        case (2, .bytes), (3, .bytes), (4, .bytes), (5, .varint), (6, .bytes), (8, .bytes),
          (14, .bytes), (20, .bytes), (25, .bytes), (26, .bytes):
          continue
        default: return false
        }
      }
    } catch {
      return false
    }
    return false
  }

  private static func beginsGraph(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    guard let field = try fields.next(), case .bytes = field.value else { return false }
    return [1, 2, 5].contains(field.number) || (10...16).contains(field.number)
  }
}
