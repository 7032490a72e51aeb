import Findings
import Foundation
import Testing

/// The corpus as files, for programs that are no test: the fuzz targets begin with them and the
/// benchmark shows them to other scanners.
@Suite struct CorpusFolder {
  private static let path = ProcessInfo.processInfo.environment["PROOFMARK_CORPUS"]

  /// Writes `hostile/ROW/FILE`, `clean/ROW/FILE` and `expected.tsv` into the folder that the
  /// environment names.
  @Test(.enabled(if: path != nil)) func `the corpus is written for other programs`() throws {
    let folder = URL(fileURLWithPath: try #require(Self.path))
    var lines = ["row\tfile\trule\tseverity\tsource"]
    for (number, row) in Corpus.all.enumerated() {
      let name = String(format: "%04d", number)
      lines.append(
        [name, row.file, row.rule.id, "\(row.severity)", row.source].joined(separator: "\t"))
      try write(row.bytes, to: folder.appending(path: "hostile/\(name)/\(row.file)"))
      if let clean = row.clean {
        try write(clean, to: folder.appending(path: "clean/\(name)/\(row.file)"))
      }
    }
    try write(
      Array(lines.joined(separator: "\n").utf8) + [0x0a], to: folder.appending(path: "expected.tsv")
    )
  }

  private func write(_ bytes: [UInt8], to file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}
