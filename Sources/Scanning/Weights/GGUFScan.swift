/// Judges GGUF files and the GGML files before them.
struct GGUFScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
