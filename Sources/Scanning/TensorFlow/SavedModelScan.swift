/// Judges TensorFlow's SavedModels and frozen graphs.
struct SavedModelScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
