/// Judges Dockerfiles by the commands that they run.
struct DockerfileScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    ShellScan.judge(file.bytes, at: file.place, &context)
    return .whole
  }
}
