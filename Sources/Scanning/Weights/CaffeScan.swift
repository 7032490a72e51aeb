import Bytes
import Findings
import Formats

// Caffe's NetParameter (caffe.proto): 1 name, 2 layers of the first version, 100 layers.
//   layer  1 name, 2 type, 107 data (source 1), 115 images (source 1), 112 HDF5 (source 1),
//          129 windows (source 1), 130 Python (module 1, layer 2, text 3)

/// Judges Caffe's models: layers written in Python, which Caffe imports, and sources of data.
struct CaffeScan: ContentScanner {
  private static let sources: Set<Int> = [107, 112, 115, 129]

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      var fields = ProtobufReader(file.bytes)
      while let field = try fields.next() {
        guard field.number == 100, case .bytes(let layer) = field.value else { continue }
        try scan(layer: layer, file, &context)
      }
    } catch {
      return context.judge(error, at: file.place, as: .modelLie)
    }
    return .partly(
      Rule.boundedOnly.at(file.place, "a Caffe model: only its layers' names were judged"))
  }

  private static func scan(
    layer: ByteSlice, _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    var name = "layer"
    var fields = ProtobufReader(layer)
    while let field = try fields.next() {
      guard case .bytes(let part) = field.value else { continue }
      let place = file.place.at(field.offset).detail(name)
      let text = String(decoding: part.prefix(256), as: UTF8.self)
      switch field.number {
      case 1: name = text
      case 2 where text == "Python":
        context.report(Rule.modelPlugin.at(place, "a layer in Python", evidence: [text]))
      case 130:
        var inner = ProtobufReader(part)
        while let field = try inner.next() {
          guard field.number == 1, case .bytes(let name) = field.value else { continue }
          let module = String(decoding: name.prefix(256), as: UTF8.self)
          context.report(
            Rule.modelPlugin.at(place, "a layer of the module '\(module)'", evidence: [module]))
        }
      case let number where sources.contains(number):
        var inner = ProtobufReader(part)
        while let field = try inner.next() {
          guard field.number == 1, case .bytes(let path) = field.value else { continue }
          let source = String(decoding: path.prefix(1_024), as: UTF8.self)
          guard let reason = OutsidePath.reason(source) else { continue }
          context.report(
            Rule.modelPath.at(place, "'\(source)' leads outside: \(reason)", evidence: [source]))
        }
      default: continue
      }
    }
  }

  /// Reports layers in Python that the text form of a model names.
  static func judge(text bytes: ByteSlice, at place: Place, _ context: inout ScanContext) {
    guard let offset = bytes.firstPlace(of: Array("python_param".utf8)) else { return }
    let start = String(decoding: bytes.suffix(bytes.count - offset).prefix(256), as: UTF8.self)
    guard start.drop(while: { $0.isLetter || $0 == "_" || $0.isWhitespace }).hasPrefix("{"),
      start.contains("module:")
    else { return }
    context.report(
      Rule.modelPlugin.at(place.at(offset), "a layer in Python", evidence: [safeText(start)]))
  }
}
