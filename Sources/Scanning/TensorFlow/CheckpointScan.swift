import Bytes
import Findings
import Formats

/// Judges the index of a TensorFlow checkpoint: every tensor lies in a data file beside it, and
/// no two share bytes.
struct CheckpointScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      let index = try CheckpointIndex(parsing: file.bytes, limits: context.limits)
      guard (0...100_000).contains(index.shardCount) else {
        throw ParseError(
          at: 0, expected: "at most 100000 data files", found: "\(index.shardCount)")
      }
      judge(index, file, &context)
      return .whole
    } catch {
      return .partly(Rule.unreadable.at(file.place, error))
    }
  }

  private static func judge(
    _ index: CheckpointIndex, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    let stem = file.name.text.hasSuffix(".index") ? String(file.name.text.dropLast(6)) : nil
    var ends: [Int: Int] = [:]
    context.report(
      index.entries.compactMap { TensorName.finding($0.name, at: file.place, isGraph: true) })
    let entries = index.entries.filter { !$0.isSliced }
    for entry in entries.sorted(by: {
      ($0.shard, $0.range.lowerBound, $0.range.upperBound)
        < ($1.shard, $1.range.lowerBound, $1.range.upperBound)
    }) {
      let inside = file.place.detail(entry.name)
      guard (0..<max(index.shardCount, 1)).contains(entry.shard) else {
        context.report(
          Rule.savedModelLayout.at(inside, "lies in data file \(entry.shard) of none"))
        continue
      }
      if entry.range.lowerBound < ends[entry.shard, default: 0], !entry.range.isEmpty {
        context.report(
          Rule.savedModelLayout.at(inside, "shares bytes with another tensor"))
      }
      ends[entry.shard] = max(ends[entry.shard, default: 0], entry.range.upperBound)
      guard let stem else { continue }
      let name = "\(stem).data-\(digits(entry.shard))-of-\(digits(index.shardCount))"
      guard let data = file.siblings.bytes(name) else { continue }
      if entry.range.upperBound > data.count {
        context.report(
          Rule.savedModelLayout.at(
            inside, "ends at byte \(entry.range.upperBound) of \(data.count)"))
      }
      context.explain(file.siblings.path(name), entry.range, by: file.place)
    }
  }

  /// Five digits, as in the names of data files.
  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 5 - text.count)) + text
  }
}
