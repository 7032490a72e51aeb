import Bytes

// Graphs and weights that no signature tells.
extension FileFormat {
  static func addGraphs(of bytes: ByteSlice, to claims: inout [Claim]) {
    func claim(_ format: FileFormat, _ strength: Claim.Strength, at offset: Int = 0) {
      guard !claims.contains(where: { $0.format == format }) else { return }
      claims.append(Claim(format, strength, at: offset))
    }
    if isLyingSafetensors(bytes) { claim(.safetensors, .structure) }
    if isMsgpack(bytes) { claim(.msgpack, .structure) }
    if isPaddleParameters(bytes) { claim(.paddle, .structure) }
    if bytes.starts(with: [0x1b, 0x4c, 0x4a]) { claim(.luaBytecode, .signature) }
    if bytes.starts(with: [0x58, 0x0a, 0, 0, 0]) || bytes.starts(with: "RDA2\nA\n".utf8)
      || bytes.starts(with: "RDX2\nX\n".utf8) || bytes.starts(with: "A\n3\n".utf8)
    {
      claim(.rData, .signature)
    }
    if isMarkupOfTwoBytes(bytes) { claim(.xml, .structure) }
    if let place = embeddedGGUF(bytes) { claim(.gguf, .tail, at: place) }
    guard claims.isEmpty, let first = bytes.first, first & 7 != 6, first & 7 != 7 else { return }
    if let format = protobufModel(bytes) { claim(format, .structure) }
  }

  /// Formats that are JSON. They are claimed besides it: as trials, so that JSON comes first.
  static func addJSONModels(of bytes: ByteSlice, to claims: inout [Claim]) {
    let start = bytes.prefix(1 << 20)
    if start.contains("\"weight_map\"") { claims.append(Claim(.safetensors, .trial)) }
    if start.contains("\"itemInfoEntries\"") { claims.append(Claim(.coreML, .trial)) }
    if start.contains("\"nodes\""), start.contains("\"op\""),
      bytes.suffix(1 << 20).contains("\"heads\"") || bytes.suffix(1 << 20).contains("arg_nodes")
    {
      claims.append(Claim(.mxnetSymbol, .trial))
    }
    if start.contains("\"learner\""), start.contains("\"gradient_booster\"") {
      claims.append(Claim(.xgboost, .trial))
    }
  }

  /// A header whose length leaves the file, or that does not begin where it should.
  private static func isLyingSafetensors(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 10 else { return false }
    // Eight blanks before a JSON text are no length.
    guard bytes.prefix(8).contains(where: { $0 < 0x09 || $0 >= 0x7f }) else { return false }
    if bytes[8] == UInt8(ascii: "{"), [0x22, 0x7d, 0x20, 0x0a].contains(bytes[9]) { return true }
    return bytes.prefix(4_096).contains("\"data_offsets\"")
  }

  /// A map with a first key of printable text, and items of the format behind it; or arrays in
  /// arrays, deeper than anything is.
  private static func isMsgpack(_ bytes: ByteSlice) -> Bool {
    guard let first = bytes.first, bytes.count >= 4 else { return false }
    if first == 0x91 { return bytes.count >= 64 && bytes.prefix(64).allSatisfy { $0 == 0x91 } }
    guard (0x81...0x8f).contains(first) || first == 0xde || first == 0xdf else { return false }
    var reader = MsgpackReader(bytes)
    do throws(ParseError) {
      guard case .map(let count) = try reader.next(), count > 0 else { return false }
      switch try reader.next() {
      case .text(let key), .bytes(let key):
        guard !key.isEmpty, key.prefix(256).allSatisfy({ (0x20..<0x7f).contains($0) }) else {
          return false
        }
      default: return false
      }
    } catch {
      return false
    }
    for index in 0..<1_000 where !reader.isAtEnd {
      do throws(ParseError) {
        _ = try reader.next()
      } catch {
        // A first value that is cut off or lies is one all the same.
        return index > 1 || error.expected != "a kind of item"
      }
    }
    return true
  }

  /// Version 0, at most 8 levels of which none has data, version 0, and a short description that
  /// begins with a type.
  private static func isPaddleParameters(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 26, bytes.prefix(16).allSatisfy({ $0 == 0 }) else { return false }
    return bytes[16] >= 2 && bytes[16] <= 128 && bytes[17] == 0 && bytes[18] == 0 && bytes[19] == 0
      && bytes[20] == 0x08 && bytes[22] & 7 != 1 && (bytes[22] == 0x10 || bytes[22] == 0x12)
  }

  /// `<` in UTF-16, with or without its mark.
  private static func isMarkupOfTwoBytes(_ bytes: ByteSlice) -> Bool {
    [
      [0xff, 0xfe, 0x3c, 0], [0xfe, 0xff, 0, 0x3c], [0x3c, 0, 0x3f, 0], [0, 0x3c, 0, 0x3f],
      [0x3c, 0, 0x21, 0], [0, 0x3c, 0, 0x21],
    ]
    .contains { bytes.starts(with: $0) }
  }

  /// Where a GGUF file begins inside a program.
  private static func embeddedGGUF(_ bytes: ByteSlice) -> Int? {
    guard
      bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) || bytes.starts(with: [0x4d, 0x5a])
        || bytes.starts(with: [0xcf, 0xfa, 0xed, 0xfe]) || bytes.starts(with: "#!".utf8)
    else { return nil }
    for version in UInt8(2)...3 {
      let sign = Array("GGUF".utf8) + [version, 0, 0, 0]
      if let place = bytes.firstPlace(of: sign) { return place }
    }
    return nil
  }

  /// Models in Protocol Buffers, whatever the order of their fields.
  private static func protobufModel(_ bytes: ByteSlice) -> FileFormat? {
    var numbers: Set<Int> = []
    var graph: ByteSlice?
    var firstBlock: ByteSlice?
    var layer: ByteSlice?
    var fields = ProtobufReader(bytes)
    do throws(ParseError) {
      for _ in 0..<10_000 {
        guard let field = try fields.next() else { break }
        switch (field.number, field.value) {
        case (1, .varint(let version)):
          guard version < 1_000 else { return nil }
          numbers.insert(1)
        case (1, .bytes(let part)): firstBlock = firstBlock ?? part
        case (7, .bytes(let part)): graph = part
        case (100, .bytes(let part)), (2, .bytes(let part)):
          numbers.insert(field.number)
          if field.number == 100 || layer == nil { layer = part }
        case (let number, .bytes): numbers.insert(number)
        default: break
        }
      }
      if let graph, try isGraph(graph) { return .onnx }
      let isModel = numbers.contains { (200...3_000).contains($0) }
      if numbers.contains(1), numbers.contains(2), isModel { return .coreML }
      if let layer, isLayer(layer) { return .caffe }
      if let firstBlock, try isBlock(firstBlock) { return .paddle }
    } catch {
      return nil
    }
    return nil
  }

  /// A graph of ONNX has nodes with an operator, or tensors, or typed values.
  private static func isGraph(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    for _ in 0..<64 {
      guard let field = try fields.next() else { return false }
      guard case .bytes(let part) = field.value, [1, 5, 11, 12].contains(field.number) else {
        continue
      }
      var inner = ProtobufReader(part)
      while let field = try inner.next() {
        if case .bytes(let text) = field.value, text.utf8 != nil { return true }
      }
    }
    return false
  }

  /// A layer of Caffe: a name and a type in letters; of its first version with a number as type.
  private static func isLayer(_ bytes: ByteSlice) -> Bool {
    var fields = ProtobufReader(bytes)
    var texts: [Int: String] = [:]
    var isOld = false
    do throws(ParseError) {
      for _ in 0..<64 {
        guard let field = try fields.next() else { break }
        switch field.value {
        case .bytes(let part) where [1, 2, 4].contains(field.number) && texts[field.number] == nil:
          texts[field.number] = part.prefix(256).utf8
        case .varint(let type) where field.number == 5: isOld = type < 64
        default: continue
        }
      }
    } catch {
      return false
    }
    func isName(_ text: String?) -> Bool {
      guard let text, !text.isEmpty else { return false }
      return text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
    }
    let isType = texts[2]?.utf8.allSatisfy { (0x61...0x7a).contains($0 | 0x20) } ?? false
    return isName(texts[1]) && isName(texts[2]) && isType || isOld && isName(texts[4])
  }

  /// A block of Paddle: its number, that of its parent, then variables and operators.
  private static func isBlock(_ bytes: ByteSlice) throws(ParseError) -> Bool {
    var fields = ProtobufReader(bytes)
    guard let index = try fields.next(), index.number == 1, case .varint(0) = index.value,
      let parent = try fields.next(), parent.number == 2, case .varint = parent.value,
      let next = try fields.next(), next.number == 3 || next.number == 4, case .bytes = next.value
    else { return false }
    return true
  }
}
