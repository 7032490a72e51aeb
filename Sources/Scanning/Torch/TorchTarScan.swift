/// Judges the tar archives of torch 0.1.
struct TorchTarScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
