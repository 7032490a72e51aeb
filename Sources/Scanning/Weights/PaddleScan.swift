/// Judges PaddlePaddle's programs and parameters.
struct PaddleScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
