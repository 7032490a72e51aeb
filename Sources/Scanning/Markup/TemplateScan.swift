/// Judges templates of Jinja.
struct TemplateScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
