/// Judges PMML models.
struct PMMLScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
