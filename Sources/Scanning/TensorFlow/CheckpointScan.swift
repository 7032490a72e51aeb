/// Judges the index of a TensorFlow checkpoint.
struct CheckpointScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
