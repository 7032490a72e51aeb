import Bytes
import Findings
import Formats

/// Bounds models of which only the writer's own library reads more than the beginning.
struct BoundedModelScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    // Torch 7 stores functions as compiled Lua, which runs when the object is used.
    if file.claim.format == .torch7,
      let place = ["\u{1b}Lua", "\u{1b}LJ"].lazy.compactMap({
        file.bytes.firstPlace(of: Array($0.utf8))
      }).first
    {
      context.report(Rule.serialisedObjects.at(file.place.at(place), "a function in compiled Lua"))
    }
    return .partly(
      Rule.boundedOnly.at(file.place, "\(file.claim.format.article): what it holds is not judged"))
  }
}
