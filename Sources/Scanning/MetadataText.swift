import Bytes
import Findings
import Formats

/// A text that a model carries besides its numbers: metadata, names, documentation.
struct MetadataText {
  /// What no description of a model needs: code, commands, ways into an interpreter or the host.
  private static let signs: [[UInt8]] = [
    "__import__", "__globals__", "__subclasses__", "__builtins__", "os.system(", "os.popen(",
    "subprocess.", "eval(", "exec(", "pickle.loads", "<script", "javascript:", "file:///",
    "../../", "..\\..\\", "/etc/passwd", "/etc/shadow", "powershell", "cmd.exe", "/bin/sh",
    "/bin/bash", "| sh", "|sh", "| bash", "|bash", "base64 -d", "<!ENTITY", "${jndi:",
  ].map { Array($0.utf8) }

  /// The bytes as they stand in the file.
  let bytes: ByteSlice

  init(_ bytes: ByteSlice) {
    self.bytes = bytes
  }

  /// The first sign of code or of a path to the host; nil without one.
  func sign(limits: Limits) -> String? {
    let text = bytes.prefix(limits.secretBytes).array
    let firsts = Set(Self.signs.compactMap(\.first))
    for place in text.indices where firsts.contains(text[place]) {
      for sign in Self.signs where text[place...].starts(with: sign) {
        return String(decoding: sign, as: UTF8.self)
      }
    }
    return nil
  }

  /// Whether a reader of templates would find something to run.
  var isTemplate: Bool { bytes.contains("{%") || bytes.contains("{{") && bytes.contains("}}") }

  /// Has the scanners of templates and texts look at it: templates as such, and else what is long
  /// enough to hold a secret.
  func open(named name: String, at place: Place, _ context: inout ScanContext) {
    if isTemplate {
      context.open(bytes, named: name, at: place, as: .format(.jinja))
    } else if bytes.count >= 20 {
      context.open(bytes, named: name, at: place, as: .format(.text))
    }
  }

  /// Reports signs of code, and has the text's own scanners look at it.
  func report(named name: String, at place: Place, _ context: inout ScanContext) {
    reportSign(named: name, at: place, &context)
    open(named: name, at: place, &context)
  }

  /// Reports signs of code.
  func reportSign(named name: String, at place: Place, _ context: inout ScanContext) {
    if let sign = sign(limits: context.limits) {
      context.report(
        Rule.modelText.at(
          place.detail(name).at(bytes.offset), "'\(name)' holds '\(sign)'",
          evidence: [safeText(bytes: bytes.prefix(200))]))
    }
  }
}
