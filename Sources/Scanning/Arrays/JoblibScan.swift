import Archives
import Bytes
import Findings
import Formats

// joblib before 0.10 wrote `ZF`, the unpacked size as `0x...` padded to 19 characters (one less in
// the first releases), then a zlib stream with a pickle in it.

/// Judges what joblib wrote in its old compressed form.
struct JoblibScan: ContentScanner {
  private static let mark = 2
  private static let sizes = [19, 18]

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let limit = min(
      context.limits.unpackedBytes(of: file.bytes.count), context.limits.graphBytes)
    var failure: ParseError?
    for size in sizes {
      let packed = file.bytes.suffix(file.bytes.count - mark - size)
      do throws(ParseError) {
        let pickle = try Deflate.inflate(packed, .zlib, limit: limit)
        context.open(pickle, named: "pickle", at: file.place, as: .format(.pickle))
        return .whole
      } catch {
        failure = failure ?? error
      }
    }
    guard let failure else { return .whole }
    return .none(Rule.unreadable.at(file.place, failure))
  }
}
