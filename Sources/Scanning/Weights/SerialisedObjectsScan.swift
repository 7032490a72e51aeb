import Findings
import Formats

/// Reports serialised objects of other languages: reading them runs what they name.
struct SerialisedObjectsScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    context.report(
      Rule.serialisedObjects.at(
        file.place, "'\(file.name.text)' holds \(file.claim.format.article)"))
    return .whole
  }
}
