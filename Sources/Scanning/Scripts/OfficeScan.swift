/// Judges Office documents, PDF and shortcuts.
struct OfficeScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
