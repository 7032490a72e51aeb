import Bytes
import Findings
import Formats

// Core ML's Model.proto: 1 version, 2 description, then one model: 200 to 202 pipelines (classifier
// and regressor with a pipeline in field 1; a pipeline's models in field 1), 303, 403 and 500 neural
// networks (layers in field 1; a layer's custom code in field 500), 502 a program, 555 a custom
// model, 556 a model in another file (path in field 1).

/// Judges Core ML's models and the manifest of their packages.
struct CoreMLScan: ContentScanner {
  private static let depthLimit = 16

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      if file.claim.strength == .trial {
        try scanManifest(file, &context)
      } else {
        try scan(model: file.bytes, depth: 0, file, &context)
        judgePaths(file, &context)
      }
      return .whole
    } catch {
      return context.judge(error, at: file.place, as: .modelLie)
    }
  }

  private static func scan(
    model: ByteSlice, depth: Int, _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    guard depth <= depthLimit else {
      throw ParseError(
        .limit, at: model.offset, expected: "at most \(depthLimit) models in models", found: "more")
    }
    var fields = ProtobufReader(model)
    while let field = try fields.next() {
      let place = file.place.at(field.offset)
      switch field.number {
      case 200, 201:
        var parts = ProtobufReader(try field.bytes("a pipeline"))
        while let part = try parts.next(1) {
          try scan(pipeline: part.bytes("a pipeline"), depth: depth, file, &context)
        }
      case 202: try scan(pipeline: field.bytes("a pipeline"), depth: depth, file, &context)
      case 303, 403, 500: try scan(network: field.bytes("a network"), file, &context)
      case 555:
        context.report(
          Rule.modelPlugin.at(
            place, "a custom model of the class '\(try text(1, of: field))'"))
      case 556:
        context.report(
          Rule.modelPath.at(place, "a model in another file", evidence: [try text(1, of: field)]))
      default: break
      }
    }
  }

  private static func text(_ number: Int, of field: ProtobufField) throws(ParseError) -> String {
    var fields = ProtobufReader(try field.bytes("a message"))
    guard case .bytes(let text)? = try fields.next(number)?.value else { return "" }
    return safeText(bytes: text.prefix(200))
  }

  private static func scan(
    pipeline: ByteSlice, depth: Int, _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    var fields = ProtobufReader(pipeline)
    while let field = try fields.next(1) {
      try scan(model: field.bytes("a model"), depth: depth + 1, file, &context)
    }
  }

  private static func scan(
    network: ByteSlice, _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    var layers = ProtobufReader(network)
    while let layer = try layers.next(1) {
      var fields = ProtobufReader(try layer.bytes("a layer"))
      while let field = try fields.next() {
        guard field.number == 500 else { continue }
        context.report(
          Rule.modelPlugin.at(
            file.place.at(field.offset), "a custom layer of the class '\(try text(10, of: field))'")
        )
      }
    }
  }

  /// Programs name their weights by paths that begin with `@model_path/`.
  private static func judgePaths(_ file: ScannedFile, _ context: inout ScanContext) {
    let sign = Array("@model_path/".utf8)
    var rest = file.bytes
    var seen: Set<String> = []
    while let place = rest.firstPlace(of: sign), seen.count < 1_000 {
      rest = rest.suffix(rest.count - place - sign.count)
      let path = String(
        decoding: rest.prefix { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "*") }.prefix(1_024),
        as: UTF8.self)
      guard seen.insert(path).inserted else { continue }
      if let reason = OutsidePath.reason(path) {
        context.report(
          Rule.modelPath.at(
            file.place.at(rest.offset), "weights at '\(path)': \(reason)", evidence: [path]))
      } else if let weights = file.siblings.bytes(path) {
        context.explain(file.siblings.path(path), 0..<weights.count, by: file.place)
      }
    }
  }

  /// `Manifest.json` of a package: each entry has a path below `Data`.
  private static func scanManifest(
    _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    guard file.bytes.count <= context.limits.headerBytes else {
      throw ParseError(.limit, at: 0, expected: "a shorter manifest", found: "\(file.bytes.count)")
    }
    let manifest = try JSON(parsing: file.bytes)
    for entry in manifest["itemInfoEntries"]?.object ?? [] {
      guard let path = entry.value["path"]?.string, let reason = OutsidePath.reason(path) else {
        continue
      }
      context.report(
        Rule.modelPath.at(
          file.place.detail(entry.name), "the package names '\(path)': \(reason)",
          evidence: [path]))
    }
  }
}
