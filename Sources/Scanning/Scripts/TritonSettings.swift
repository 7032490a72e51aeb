import Bytes
import Findings
import Formats

/// Judges Triton's settings of a model: the server imports `model.py` for a backend of Python, and
/// unpacks and runs the environment that `EXECUTION_ENV_PATH` names.
enum TritonSettings {
  static func judge(_ file: ScannedFile, _ context: inout ScanContext) {
    let bytes = file.bytes
    guard bytes.contains("EXECUTION_ENV_PATH") || bytes.contains("backend"),
      bytes.count <= context.limits.secretBytes
    else { return }
    let isNamed = file.name.text == "config.pbtxt"
    guard isNamed || marks.contains(where: { bytes.contains($0) }) else { return }
    var findings: [Finding] = []
    var parameter = ""
    do throws(ParseError) {
      try ProtobufText.read(bytes) { field, text, offset in
        let text = String(decoding: text.prefix(4_096), as: UTF8.self)
        switch field {
        case "backend" where text == "python":
          findings.append(
            Rule.repositoryCode.at(file.place.at(offset), "Triton runs the model's own Python"))
        case "key": parameter = text
        case "string_value" where parameter == "EXECUTION_ENV_PATH":
          findings.append(
            Rule.repositoryCode.at(
              file.place.at(offset), "Triton runs the model in an environment of its own",
              evidence: [safeText(text)]))
        default: break
        }
      }
    } catch {
      // A text that only looks like settings; what was read of it counts.
    }
    context.report(findings)
  }

  /// Fields that no other text has.
  private static let marks = [
    "max_batch_size", "instance_group", "EXECUTION_ENV_PATH", "dynamic_batching",
  ]
}
