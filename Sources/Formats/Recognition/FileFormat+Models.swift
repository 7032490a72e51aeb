import Bytes

// Graphs and weights.
extension FileFormat {
  private static let modelSignatures: [Signature<FileFormat>] = [
    Signature(.ggml, "lmgg"), Signature(.ggml, "ggml"),
    Signature(.ggml, "tjgg"), Signature(.ggml, "ggjt"),
    Signature(.ggml, "algg"), Signature(.ggml, "ggla"),
    Signature(.ggml, "fmgg"), Signature(.ggml, "ggmf"),
    Signature(.mxnet, [0x12, 0x01, 0, 0, 0, 0, 0, 0]),
    Signature(.tensorRT, "ftrt"), Signature(.tensorRT, "ptrt"),
    Signature(.execuTorch, "ET12", at: 4),
    Signature(.catBoost, "CBM1"),
    Signature(.rknn, "RKNN"),
    Signature(.xgboost, "binf"), Signature(.xgboost, "{L"),
  ]

  static func addModels(of bytes: ByteSlice, to claims: inout [Claim]) {
    modelSignatures.add(of: bytes, to: &claims)
    if isGGUF(bytes) { claims.append(Claim(.gguf, .signature)) }
    if isSafetensors(bytes) { claims.append(Claim(.safetensors, .structure)) }
    if isTorch7(bytes) { claims.append(Claim(.torch7, .structure)) }
    if isIDX(bytes) { claims.append(Claim(.idx, .structure)) }
    if isONNX(bytes) { claims.append(Claim(.onnx, .structure)) }
  }

  /// `GGUF` and a version below 2^16, in either order of its bytes; else it is a word in a text.
  private static func isGGUF(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 8, bytes.starts(with: "GGUF".utf8) else { return false }
    return bytes[6] == 0 && bytes[7] == 0 || bytes[4] == 0 && bytes[5] == 0
  }

  /// An 8-byte little-endian header length that fits, then the `{` of the header.
  private static func isSafetensors(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 10, bytes[8] == UInt8(ascii: "{") else { return false }
    var length: UInt64 = 0
    for index in (0..<8).reversed() { length = length << 8 | UInt64(bytes[index]) }
    return length >= 2 && length <= UInt64(bytes.count - 8)
  }

  /// A table or an object of Torch 7, and soon the version that stands before each class: in
  /// binary, integers of 4 bytes; in text, each on its line.
  private static func isTorch7(_ bytes: ByteSlice) -> Bool {
    let start = bytes.prefix(512)
    if start.starts(with: [4, 0, 0, 0]) || start.starts(with: [3, 0, 0, 0]) {
      return start.firstPlace(of: [3, 0, 0, 0] + Array("V 1".utf8)) != nil
    }
    guard start.starts(with: "4\n".utf8) || start.starts(with: "3\n".utf8) else { return false }
    return start.contains("\n3\nV 1\n")
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
