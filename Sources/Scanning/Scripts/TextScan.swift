import Bytes
import Findings

/// Judges text of every kind.
struct TextScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard beginsAsScript(file.bytes) else { return .whole }
    let line = file.bytes.prefix { $0 != 0x0a }.prefix(120)
    context.report(
      Rule.script.at(
        file.place, "'\(file.name.text)' begins as a script", evidence: [safeText(bytes: line)]))
    return .whole
  }

  /// Whether the first line names an interpreter.
  static func beginsAsScript(_ bytes: ByteSlice) -> Bool { bytes.starts(with: "#!".utf8) }
}
