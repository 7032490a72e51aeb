/// Judges serialised objects of R, Java, .NET and Lua.
struct SerialisedObjectsScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
