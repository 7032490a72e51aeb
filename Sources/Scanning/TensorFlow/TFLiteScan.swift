import Bytes
import Findings
import Formats

/// Judges TFLite models.
struct TFLiteScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let model = TFLiteModel(file.bytes)
    for name in model.customOperators {
      let what = name.hasPrefix("Flex") ? "TensorFlow's operator" : "the custom operator"
      context.report(
        Rule.liteCustomOperator.at(
          file.place.detail(name), "\(what) '\(name)' needs a library", evidence: [name]))
    }
    for text in model.texts {
      MetadataText(text).report(named: "description", at: file.place, &context)
    }
    for (index, buffer) in model.buffers.enumerated() {
      TensorContent.judge(buffer, named: "buffer \(index)", at: file.place, &context)
    }
    if let error = model.error {
      guard error.kind == .malformed else { return .partly(Rule.unreadable.at(file.place, error)) }
      context.report(Rule.liteBounds.at(file.place, error))
    } else if let index = Circle.member(of: model.calls) {
      context.report(
        Rule.liteBounds.at(
          file.place.detail("subgraph \(index)"), "subgraph \(index) runs itself"))
    }
    return .whole
  }
}
