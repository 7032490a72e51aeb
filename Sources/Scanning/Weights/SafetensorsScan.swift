import Bytes
import Findings
import Formats

/// Judges safetensors files.
struct SafetensorsScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      _ = try SafetensorsFile(parsing: file.bytes, limits: context.limits)
      return .whole
    } catch {
      guard error.kind == .malformed else { return .partly(Rule.unreadable.at(file.place, error)) }
      context.report(Rule.safetensorsLie.at(file.place, error))
      return .whole
    }
  }
}
