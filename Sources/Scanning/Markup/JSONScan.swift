import Bytes
import Findings
import Formats

/// Judges JSON as what loaders act on: Keras's and other libraries' configurations.
struct JSONScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let hasMark = file.bytes.starts(with: [0xef, 0xbb, 0xbf])
    let bytes = hasMark ? file.bytes.suffix(file.bytes.count - 3) : file.bytes
    do throws(ParseError) {
      guard bytes.count <= context.limits.headerBytes else {
        throw ParseError(
          .limit, at: 0, expected: "JSON of at most \(context.limits.headerBytes) bytes",
          found: "\(bytes.count)")
      }
      LoaderConfig.judge(try JSON(parsing: bytes), at: file.place, &context)
      return .whole
    } catch {
      return scanLoosely(bytes, file, error, &context)
    }
  }

  /// Python reads more than JSON allows: names that stand twice, NaN, comments in some libraries.
  /// YAML allows these too, so what a loader may see is judged all the same.
  private static func scanLoosely(
    _ bytes: ByteSlice, _ file: ScannedFile, _ error: ParseError, _ context: inout ScanContext
  ) -> Coverage {
    if error.kind == .limit {
      context.report(Rule.configurationBomb.at(file.place, error))
      return .partly(Rule.unreadable.at(file.place, error))
    }
    let before = context.findings.count
    let stream = YAMLStream(parsing: bytes, limits: context.limits)
    for document in stream.documents { LoaderConfig.judge(document, at: file.place, &context) }
    YAMLScan.judgeTags(of: stream, file, &context)
    // What only begins like JSON is text.
    let mayBeConfiguration =
      bytes.contains("class_name") || bytes.contains("\\u")
      || context.findings.count > before
    guard file.name.fileExtension == "json" || mayBeConfiguration else {
      return TextScan.scan(file, &context)
    }
    return .partly(Rule.unreadable.at(file.place, error))
  }
}
