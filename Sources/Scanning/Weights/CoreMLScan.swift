/// Judges Core ML models.
struct CoreMLScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
