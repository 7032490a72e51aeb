import Findings
import Formats

/// Judges programs for a processor or a virtual machine, and what is hung on to them.
struct ExecutableScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    context.report(
      Rule.executable.at(file.place, "'\(file.name.text)' is \(file.claim.format.article)"))
    if let end = ProgramEnd.end(of: file.claim.format, in: file.bytes) {
      TrailingContent.judge(after: end, in: file, &context)
    }
    return .whole
  }
}
