import Bytes
import Findings
import Formats

// MXNet's parameters: magic 0x112 8, reserved 8, count 8, arrays, count 8, names (length 8, bytes).
//   array    magic 4, storage 4 (version 2 on), rank 4, sizes 8 (version 1: 4), device 8, type 4, data

/// Judges MXNet's parameters and symbols.
struct MXNetScan: ContentScanner {
  private static let sizes: [Int: Int] = [
    0: 4, 1: 8, 2: 2, 3: 1, 4: 4, 5: 1, 6: 8, 7: 1, 8: 2, 9: 2, 10: 4, 11: 8, 12: 2,
  ]

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      if file.claim.format == .mxnetSymbol {
        try scanSymbol(file, &context)
        return .partly(
          Rule.boundedOnly.at(
            file.place, "an MXNet symbol: custom operators look like those of the framework"))
      }
      try scanParameters(file, &context)
      return .whole
    } catch {
      return context.judge(error, at: file.place, as: .modelLie)
    }
  }

  private static func scanSymbol(
    _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    guard file.bytes.count <= context.limits.headerBytes else {
      throw ParseError(.limit, at: 0, expected: "a shorter symbol", found: "\(file.bytes.count)")
    }
    let symbol = try JSON(parsing: file.bytes)
    let nodes = symbol["nodes"]?.array ?? []
    for (index, node) in nodes.enumerated() {
      let name = node["op"]?.string ?? ""
      let place = file.place.detail(node["name"]?.string ?? "node \(index)")
      let attributes = (node["attrs"] ?? node["attr"] ?? node["param"])?.object ?? []
      if name == "Custom" || name.hasPrefix("_Custom") || name == "_CachedOp" {
        let type = attributes.first { $0.name == "op_type" }?.value.string ?? ""
        context.report(
          Rule.modelPlugin.at(place, "a custom operator '\(type)'", evidence: [name, type]))
      }
      let isPlain = name.utf8.allSatisfy { byte in
        byte == 0x5f || byte == 0x2e || byte == 0x2d || byte == 0x3a
          || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
          || (0x61...0x7a).contains(byte)
      }
      if name.utf8.count > 128 || !isPlain {
        context.report(
          Rule.stallingName.at(
            place, "an operator's name of \(name.utf8.count) bytes",
            evidence: [String(name.prefix(120))]))
      }
      for attribute in attributes {
        guard let text = attribute.value.string else { continue }
        MetadataText(ByteSlice(utf8: text)).reportSign(
          named: attribute.name, at: place, &context)
        if ["lib", "library", "path", "file", "filename"].contains(attribute.name) {
          context.report(
            Rule.modelPath.at(place, "the operator names '\(text)'", evidence: [text]))
        }
      }
      for input in node["inputs"]?.array ?? [] {
        let source = input.array?.first?.integer ?? -1
        guard source >= 0, source < index else {
          throw ParseError(
            at: 0, expected: "an input of node \(index) that stands before it", found: "\(source)")
        }
      }
    }
  }

  private static func scanParameters(
    _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    var reader = ByteReader(file.bytes)
    try reader.skip(16, "the magic")
    let count = try reader.readSize(width: 8, "the count of arrays")
    guard count <= reader.remaining / 8 else {
      throw reader.malformed(expected: "arrays that fit", found: "\(count)")
    }
    for index in 0..<count {
      do throws(ParseError) {
        let bytes = try readArray(&reader)
        TensorContent.judge(bytes, named: "array \(index)", at: file.place, &context)
      } catch {
        throw error.inside("array \(index)")
      }
    }
    let names = try reader.readSize(width: 8, "the count of names")
    guard names == count || names == 0 else {
      throw reader.malformed(expected: "\(count) names", found: "\(names)")
    }
    for _ in 0..<names {
      _ = try reader.read(try reader.readSize(width: 8, "a name's length"), "a name")
    }
    guard reader.isAtEnd else {
      let rest = reader.readRest()
      context.report(
        Rule.strayBytes.at(
          file.place.at(rest.offset), "\(rest.count) bytes after the last name",
          evidence: [safeText(bytes: rest.prefix(60))]))
      return
    }
  }

  private static func readArray(_ reader: inout ByteReader) throws(ParseError) -> ByteSlice {
    let start = reader.offset
    let magic = try reader.readLittleEndian(UInt32.self, "an array's magic")
    let rank: Int
    let width: Int
    switch magic {
    case 0xf993_fac8:
      rank = try reader.readSize(width: 4, "a rank")
      width = 8
    case 0xf993_fac9, 0xf993_faca:
      guard try reader.readLittleEndian(UInt32.self, "a storage") == 0 else {
        throw ParseError(
          .unsupported, at: start, expected: "an array stored as a whole", found: "a sparse one")
      }
      rank = try reader.readSize(width: 4, "a rank")
      width = 8
    default:
      rank = Int(magic)
      width = 4
    }
    guard rank <= 32 else {
      throw ParseError(at: start, expected: "a rank of at most 32", found: "\(rank)")
    }
    var size = 1
    for _ in 0..<rank {
      size = try checkedProduct(size, try reader.readSize(width: width, "a size"), at: start)
    }
    guard rank > 0 else { return .empty }
    try reader.skip(8, "a device")
    let type = try reader.readSize(width: 4, "a type")
    guard let bytes = sizes[type] else {
      throw ParseError(at: start, expected: "a known type", found: "\(type)")
    }
    return try reader.read(try checkedProduct(size, bytes, at: start), "elements")
  }
}
