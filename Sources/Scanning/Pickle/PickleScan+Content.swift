import Bytes
import Findings
import Formats

extension PickleScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    if ["npy", "npz"].contains(file.name.fileExtension) {
      context.report(
        Rule.unmarkedArray.at(file.place, "'\(file.name.text)' is a pickle to numpy.load"))
    }
    context.report(PickleScan(file.bytes, at: file.place, limits: context.limits).run())
    return .whole
  }

  /// Whether a reader of pickles would take bytes that carry no signature of one: an import for
  /// all bytes; data where nothing else is known or the name promises a pickle.
  static func trial(
    _ bytes: ByteSlice, named name: FileName, at place: Place, told: [Claim], limits: Limits
  ) -> Claim? {
    guard !bytes.isEmpty, !told.contains(where: { $0.format.family == .pickle }) else {
      return nil
    }
    switch PickleScan(bytes, at: place, limits: limits).disguise {
    case .imports: return Claim(.pickle, .trial)
    case .data:
      let isText = told.allSatisfy { $0.format == .text }
      return told.isEmpty || isText && name.isPickle ? Claim(.pickle, .trial) : nil
    // A loader opens what has the name, and says where it breaks.
    case .none: return told.isEmpty && name.isPickle ? Claim(.pickle, .name) : nil
    }
  }
}
