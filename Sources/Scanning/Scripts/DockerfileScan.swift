import Bytes
import Findings
import Formats

/// Judges Dockerfiles by the commands that they run. What they build on and install is for the
/// dependencies check.
struct DockerfileScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let bytes = file.bytes.prefix(context.limits.textBytes)
    do throws(ParseError) {
      let instructions = try Dockerfile(parsing: bytes.asFile()).instructions
      let lines = instructions.flatMap { instruction in
        let place = file.place.detail("line \(instruction.line)")
        let texts =
          ["\(instruction.keyword) \(instruction.arguments)"]
          + instruction.hereDocuments.map(\.text)
        return texts.flatMap { $0.split(whereSeparator: \.isNewline) }.map { ($0, place) }
      }
      ShellScan.judge(lines, &context)
    } catch {
      // Docker refuses it; a person may still run its lines.
      ShellScan.judge(bytes, at: file.place, &context)
    }
    return .whole
  }
}
