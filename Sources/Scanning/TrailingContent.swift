import Bytes
import Findings
import Formats

/// Judges bytes that the readers of a format pass over, as the file that they are to others.
enum TrailingContent {
  /// Has what follows the end of a file's format scanned as a file of its own.
  static func judge(after end: Int, in file: ScannedFile, _ context: inout ScanContext) {
    guard end < file.bytes.count else { return }
    let tail = file.bytes.suffix(file.bytes.count - end)
    guard tail.contains(where: { ![0, 0x0a, 0x0d, 0x20].contains($0) }) else { return }
    if let claim = FileFormat.claims(of: tail.asFile()).first {
      context.report(
        Rule.trailingFile.at(
          file.place.at(end), "\(tail.count) bytes follow the end: \(claim.format.article)"))
    }
    context.open(tail, named: "bytes after the end", at: file.place)
  }

  /// Pickles among bytes that stand behind where one breaks or ends: whoever seeks there loads them.
  static func pickles(in bytes: ByteSlice, at place: Place, limits: Limits) -> [Finding] {
    var rest = bytes.prefix(1 << 20)
    var trials = 0
    // The first may begin without a signature, as protocols 0 and 1 do.
    var isFirst = true
    while rest.count >= 4, trials < 64 {
      let isMarked = rest[0] == 0x80 && (2...5).contains(rest[1])
      if isMarked || isFirst {
        trials += 1
        let scan = PickleScan(rest, at: place, limits: limits)
        if scan.disguise == .imports {
          return [
            Rule.unaccountedBytes.at(
              place.at(rest.offset), "a pickle that imports stands where no reader of this one gets"
            )
          ] + scan.run()
        }
      }
      isFirst = false
      let after = rest.suffix(rest.count - 1)
      guard let next = after.firstIndex(of: 0x80) else { return [] }
      rest = after.suffix(after.count - next)
    }
    return []
  }
}
