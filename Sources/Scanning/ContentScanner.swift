import Archives
import Bytes
import Findings
import Formats

/// Judges the files that the loaders of some formats would take.
protocol ContentScanner {
  /// Looks at a file that the loader of `file.claim.format` would take.
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage
}

/// A file as its scanners see it.
struct ScannedFile: Sendable {
  /// The whole content; its offsets count from 0. Empty for an archive or folder that is the
  /// subject itself.
  let bytes: ByteSlice
  /// Where the file stands.
  let place: Place
  /// What its name promises.
  let name: FileName
  /// The claim that the scanner answers.
  let claim: Claim
  /// The other files of its container.
  let siblings: Siblings
  /// The opened archive, when the file is one.
  let inventory: Inventory?

  /// That the format has no scanner yet.
  var unscanned: Coverage {
    .none(
      Rule.unknownKind.at(
        place, "\(claim.format.article) is not scanned: there are no rules for it yet"))
  }
}
