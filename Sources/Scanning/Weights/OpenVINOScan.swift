import Bytes
import Findings
import Formats

/// Judges OpenVINO's models: layers in XML, their constants in the `.bin` file beside.
struct OpenVINOScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let declarations = XMLDeclarations(file.bytes)
    XMLScan.reportDeclarations(declarations, file, &context)
    guard declarations.danger == nil else { return .whole }
    let stem = file.name.text.split(separator: ".").dropLast().joined(separator: ".")
    let weights = file.siblings.bytes(stem + ".bin")
    var layer: (name: String, type: String) = ("", "")
    var needsWeights = false
    var reader = XMLReader(declarations.text, limits: context.limits)
    do throws(ParseError) {
      while let event = try reader.next() {
        guard case .start(let name, let attributes, let offset) = event else { continue }
        var values: [String: String] = [:]
        for attribute in attributes { values[attribute.name] = attribute.value }
        let place = file.place.detail(layer.name).at(offset)
        if name == "layer" {
          layer = (values["name"] ?? "", values["type"] ?? "")
          judge(layer, version: values["version"] ?? "", at: place, &context)
        } else if name == "data", values["offset"] != nil || layer.type == "Const" {
          needsWeights = true
          judgeRange(values, of: weights?.count, layer.name, at: place, &context)
        }
        for attribute in attributes {
          let isPath = ["path", "library", "plugin", "file", "extension_path"]
            .contains(attribute.name)
          if isPath {
            context.report(
              Rule.modelPath.at(
                place, "'\(layer.name)' names the file '\(attribute.value)'",
                evidence: [attribute.value]))
          }
          MetadataText(ByteSlice(utf8: attribute.value)).reportSign(
            named: attribute.name, at: place, &context)
        }
      }
    } catch {
      return context.judge(error, at: file.place, as: .modelLie)
    }
    if let weights {
      // What layers leave between their constants is alignment or data that was shared.
      context.explain(file.siblings.path(stem + ".bin"), 0..<weights.count, by: file.place)
    } else if needsWeights {
      return .partly(Rule.unreadable.at(file.place, "the constants in '\(stem).bin' are not there"))
    }
    return .whole
  }

  private static func judge(
    _ layer: (name: String, type: String), version: String, at place: Place,
    _ context: inout ScanContext
  ) {
    let isKnown = version.hasPrefix("opset") && version.dropFirst(5).allSatisfy(\.isNumber)
    guard !(isKnown || version.isEmpty || version == "ie_internal_opset") || layer.type == "Custom"
    else { return }
    context.report(
      Rule.modelPlugin.at(
        place.detail(layer.name),
        "layer '\(layer.name)' of type '\(layer.type)' needs '\(version)'",
        evidence: ["\(layer.type) \(version)"]))
  }

  private static func judgeRange(
    _ values: [String: String], of count: Int?, _ layer: String, at place: Place,
    _ context: inout ScanContext
  ) {
    let offset = values["offset"].flatMap { Int($0) }
    let size = values["size"].flatMap { Int($0) }
    guard let offset, let size, offset >= 0, size >= 0 else {
      context.report(Rule.modelLie.at(place, "'\(layer)' has no honest offset and size"))
      return
    }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard overflow || end > count ?? .max else { return }
    context.report(
      Rule.modelLie.at(
        place, "'\(layer)' takes \(size) bytes at \(offset) of \(count ?? 0)",
        evidence: ["\(offset) \(size)"]))
  }
}
