import Findings
import Formats

/// Formats of which no reader makes more than numbers, and archives, whose members are judged.
struct InertScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage { .whole }
}

/// Archives and compressions that are known and not opened.
struct UnopenedScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    .none(Rule.unknownKind.at(file.place, "\(file.claim.format.article) is not opened"))
  }
}
