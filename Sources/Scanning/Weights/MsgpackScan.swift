/// Judges msgpack files, as Flax writes them.
struct MsgpackScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
