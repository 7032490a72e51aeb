import Bytes
import Findings
import Formats

/// Judges GGUF files and the GGML files before them.
struct GGUFScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    if file.claim.format == .ggml {
      return .partly(
        Rule.boundedOnly.at(
          file.place, "GGML from before GGUF: its sizes depend on a program of that time"))
    }
    if file.claim.offset > 0 {
      context.report(
        Rule.modelExecutable.at(
          file.place.at(file.claim.offset), "'\(file.name.text)' is a program with a model in it"))
    }
    let model = GGUFFile(
      file.bytes.suffix(file.bytes.count - file.claim.offset), limits: context.limits)
    for error in model.ambiguities { context.report(Rule.ggufAmbiguous.at(file.place, error)) }
    reportTexts(of: model, file, &context)
    for tensor in model.tensors {
      if let finding = TensorName.finding(tensor.name, at: file.place) { context.report(finding) }
      TensorContent.judge(tensor.bytes, named: tensor.name, at: file.place, &context)
    }
    if !model.trailing.isEmpty, file.claim.offset == 0 {
      context.report(
        Rule.strayBytes.at(
          file.place.at(model.trailing.offset),
          "\(model.trailing.count) bytes after the last tensor",
          evidence: [safeText(bytes: model.trailing.prefix(60))]))
    }
    guard let error = model.error else { return .whole }
    return context.judge(error, at: file.place, as: .ggufBounds)
  }

  /// Chat templates are run by whoever talks to the model; other texts are shown.
  private static func reportTexts(
    of model: GGUFFile, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    for pair in model.metadata {
      let isTemplate = pair.key.contains("template")
      switch pair.value {
      case .text(let text) where isTemplate:
        context.open(text, named: pair.key, at: file.place, as: .format(.jinja))
      case .text(let text):
        MetadataText(text).report(named: pair.key, at: file.place, &context)
      case .texts(let texts) where isTemplate:
        for text in texts {
          let metadata = MetadataText(text)
          if metadata.isTemplate { metadata.open(named: pair.key, at: file.place, &context) }
        }
      default: break
      }
    }
  }
}
