import Findings

/// Judges scripts that a shell or another interpreter runs, told by their name.
struct ShellScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    // With a first line that names its interpreter it was reported for that.
    if !TextScan.beginsAsScript(file.bytes) {
      context.report(Rule.script.at(file.place, "'\(file.name.text)' is a script by its name"))
    }
    return .whole
  }
}
