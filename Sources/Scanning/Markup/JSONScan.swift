import Bytes
import Findings

/// Judges JSON: inert unless it is a Keras configuration.
struct JSONScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let bytes = file.bytes
    do throws(ParseError) {
      guard bytes.count <= context.limits.headerBytes else {
        throw ParseError(
          .limit, at: 0, expected: "JSON of at most \(context.limits.headerBytes) bytes",
          found: "\(bytes.count)")
      }
      let value = try JSON(parsing: bytes)
      guard value["class_name"] != nil else { return .whole }
      context.report(KerasConfigScan.findings(in: value, at: file.place))
      return .whole
    } catch {
      // Python reads more than JSON allows: names that stand twice, NaN. What only begins like
      // JSON is text.
      let mayBeConfiguration = contains("class_name", in: bytes) || contains("\\u", in: bytes)
      guard file.name.fileExtension == "json" || error.kind == .limit || mayBeConfiguration else {
        return TextScan.scan(file, &context)
      }
      return .partly(Rule.unreadable.at(file.place, error))
    }
  }

  /// Whether the text stands anywhere in the bytes.
  private static func contains(_ text: String, in bytes: ByteSlice) -> Bool {
    let wanted = Array(text.utf8)
    guard let first = wanted.first else { return true }
    var rest = bytes
    while let place = rest.firstIndex(of: first) {
      rest = rest.suffix(rest.count - place)
      if rest.starts(with: wanted) { return true }
      rest = rest.suffix(rest.count - 1)
    }
    return false
  }
}
