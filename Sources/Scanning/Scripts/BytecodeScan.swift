import Findings
import Formats

/// Judges compiled and marshalled Python: programs without their source.
struct BytecodeScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    context.report(
      Rule.compiledPython.at(file.place, "'\(file.name.text)' is \(file.claim.format.article)"))
    return .whole
  }
}
