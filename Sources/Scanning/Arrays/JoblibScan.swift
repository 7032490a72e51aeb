/// Judges what joblib wrote in its old compressed form.
struct JoblibScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
