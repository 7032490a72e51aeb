import Bytes
import Findings
import Formats

/// Bounds ExecuTorch's programs: instructions for kernels and back ends outside of the file.
struct ExecuTorchScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      // Program: 1 execution plans, 2 constant buffers, 3 delegates' data, 4 segments.
      let program = try FlatBuffer(file.bytes).root()
      for field in 1...3 { _ = try program.tables(field) }
      let base = try segmentBase(of: file.bytes)
      for segment in try program.tables(4) {
        let offset = try segment.integer(0, UInt64.self) ?? 0
        let size = try segment.integer(1, UInt64.self) ?? 0
        let rest = UInt64(file.bytes.count - base)
        guard offset <= rest, size <= rest - offset else {
          throw ParseError(
            at: segment.offset, expected: "a segment within \(rest) bytes",
            found: "\(size) bytes at \(offset)")
        }
      }
    } catch {
      context.report(Rule.modelLie.at(file.place, error))
    }
    return .partly(
      Rule.boundedOnly.at(
        file.place, "an ExecuTorch program: its instructions and delegates are not judged"))
  }

  /// Where segments count from: after the signature may follow `eh00`, the header's length 4, the
  /// program's size 8 and this place 8.
  private static func segmentBase(of bytes: ByteSlice) throws(ParseError) -> Int {
    var reader = ByteReader(bytes)
    try reader.seek(to: min(8, bytes.count))
    guard bytes.suffix(reader.remaining).starts(with: "eh00".utf8) else { return 0 }
    try reader.skip(16, "the header")
    let base = try reader.readSize(width: 8, "the place of the segments")
    guard base <= bytes.count else {
      throw reader.malformed(expected: "segments in the file", found: "\(base)")
    }
    return base
  }
}
