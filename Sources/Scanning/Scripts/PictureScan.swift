/// Judges pictures: inert, but for what follows them.
struct PictureScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage { .whole }
}
