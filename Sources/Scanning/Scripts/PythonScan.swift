import Findings

/// Judges Python source, told by its name.
struct PythonScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    ShellScan.scan(file, &context)
  }
}
