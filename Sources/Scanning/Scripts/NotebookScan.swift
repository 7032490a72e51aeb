import Bytes
import Findings
import Formats

/// Judges notebooks: their cells are programs, and nothing runs them at load.
struct NotebookScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard TextEncoding(of: file.bytes) == .utf8 else { return .whole }
    do throws(ParseError) {
      let notebook = try JSON(parsing: file.bytes, values: 2_000_000)
      for (index, cell) in (notebook["cells"]?.array ?? []).enumerated() {
        guard cell["cell_type"]?.string == "code" else { continue }
        let lines = cell["source"]?.array?.compactMap(\.string) ?? []
        let source = cell["source"]?.string ?? lines.joined()
        judge(source, at: file.place.detail("cell \(index)"), &context)
        for output in cell["outputs"]?.array ?? [] {
          guard output["data"]?["application/javascript"] != nil else { continue }
          context.report(
            Rule.activeDocument.at(file.place.detail("cell \(index)"), "an output is a program"))
        }
      }
      return .whole
    } catch {
      return .partly(Rule.unreadable.at(file.place, error))
    }
  }

  private static func judge(_ source: String, at place: Place, _ context: inout ScanContext) {
    var commands = ""
    var python = ""
    let isShell = ["%%bash", "%%sh", "%%script", "%%!"].contains { source.hasPrefix($0) }
    for line in source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let text = line.drop(while: \.isWhitespace)
      if isShell || text.hasPrefix("!") || text.hasPrefix("%") {
        commands += text.drop { $0 == "!" } + "\n"
      } else {
        python += line + "\n"
      }
    }
    ShellScan.judge(ByteSlice(utf8: commands), at: place, &context)
    PythonScan.judge(ByteSlice(utf8: python), at: place, name: "", inServer: false, &context)
  }
}
