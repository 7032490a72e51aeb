import Findings
import Formats

/// Judges programs for a processor or a virtual machine.
struct ExecutableScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    context.report(
      Rule.executable.at(file.place, "'\(file.name.text)' is \(file.claim.format.article)"))
    return .whole
  }
}
