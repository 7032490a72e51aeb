// Hostile files: graphs and weights.
extension Corpus {
  static let models: [HostileFile] =
    onnxFiles + onnxExternalFiles + safetensorsFiles + ggufFiles + tfliteFiles + otherModels
    + markupModels
}
