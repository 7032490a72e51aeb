/// Judges a Keras 3 archive as a whole; its configuration and weights are judged as members.
struct KerasArchiveScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage { .whole }
}
