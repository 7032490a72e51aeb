import Bytes
import Findings
import Formats

/// A text that a model carries besides its numbers: metadata, names, documentation.
struct MetadataText {
  /// What a text holds that no description of a model needs.
  enum Sign: Equatable {
    /// Code, commands, ways into an interpreter.
    case code(String)
    /// A way to other files of the maker's machine.
    case path(String)
  }

  private static let signs: [(bytes: [UInt8], sign: Sign)] =
    [
      "__import__", "__globals__", "__subclasses__", "__builtins__", "os.system(", "os.popen(",
      "subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check", "eval(", "exec(",
      "pickle.loads", "<script", "\"javascript:", "'javascript:", "=javascript:", "/etc/passwd",
      "/etc/shadow", "powershell -", "powershell.exe", "cmd.exe /", "cmd /c", "/bin/sh",
      "/bin/bash", "| sh", "|sh", "| bash", "|bash", "base64 -d", "<!ENTITY", "${jndi:",
      "&& wget ", "; wget ", "&& curl ", "; curl ", "rm -rf /", "rm -rf ~", "rm -rf *",
    ].map { (Array($0.utf8), .code($0)) }
    + ["file:///", "../../", "..\\..\\"].map { (Array($0.utf8), .path($0)) }

  /// The bytes as they stand in the file.
  let bytes: ByteSlice

  init(_ bytes: ByteSlice) {
    self.bytes = bytes
  }

  /// The first sign of code, else of a path to the host; nil without either.
  func sign(limits: Limits) -> Sign? {
    let text = bytes.prefix(limits.secretBytes).array
    let firsts = Set(Self.signs.compactMap(\.bytes.first))
    var path: Sign?
    for place in text.indices where firsts.contains(text[place]) {
      for (bytes, sign) in Self.signs where Self.isWord(bytes, in: text, at: place) {
        if case .code = sign { return sign }
        path = path ?? sign
      }
    }
    return path
  }

  /// Whether the sign stands here as words of its own: `model.eval()` and `| shape |` are none.
  private static func isWord(_ sign: [UInt8], in text: [UInt8], at place: Int) -> Bool {
    guard text[place...].starts(with: sign) else { return false }
    func isLetter(_ byte: UInt8) -> Bool {
      byte == 0x5f || (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
    }
    let end = place + sign.count
    if let last = sign.last, isLetter(last), sign[0] == UInt8(ascii: "|"), end < text.count,
      isLetter(text[end])
    {
      return false
    }
    guard sign.last == UInt8(ascii: "("), place > 0, sign.count == 5 else { return true }
    return !isLetter(text[place - 1]) && text[place - 1] != UInt8(ascii: ".")
  }

  /// Whether a reader of templates would find something to run.
  var isTemplate: Bool { bytes.contains("{%") || bytes.contains("{{") && bytes.contains("}}") }

  /// Has the scanners of templates and texts look at it: templates as such, and else what is long
  /// enough to hold a secret. What is JSON may be the configuration of a loader, too.
  func open(named name: String, at place: Place, _ context: inout ScanContext) {
    if isTemplate {
      context.open(bytes, named: name, at: place, as: .format(.jinja))
    } else if bytes.count >= 20 {
      context.open(bytes, named: name, at: place, as: .format(.text))
    }
    guard bytes.first == UInt8(ascii: "{") else { return }
    do throws(ParseError) {
      LoaderConfig.judge(try JSON(parsing: bytes), at: place.member(name), &context)
    } catch {
      return
    }
  }

  /// Reports signs of code, and has the text's own scanners look at it.
  func report(named name: String, at place: Place, _ context: inout ScanContext) {
    reportSign(named: name, at: place, &context)
    reportEncoded(named: name, at: place, &context)
    open(named: name, at: place, &context)
  }

  /// A program, an archive or a pickle in base64: somebody means to decode it.
  private func reportEncoded(named name: String, at place: Place, _ context: inout ScanContext) {
    guard bytes.count <= context.limits.secretBytes, let text = bytes.utf8,
      let decoded = Base64.decode(text).map(ByteSlice.init),
      let what = TensorContent.kind(of: decoded, at: place, limits: context.limits)
    else { return }
    context.report(
      Rule.modelText.at(
        place.detail(name).at(bytes.offset), "'\(name)' holds \(what) in base64",
        evidence: [safeText(bytes: bytes.prefix(80))]))
    context.open(decoded, named: "\(name) (base64)", at: place)
  }

  /// Reports signs of code and paths.
  func reportSign(
    named name: String, at place: Place, code: Rule = .modelText, path: Rule = .modelTextPath,
    _ context: inout ScanContext
  ) {
    let (rule, text): (Rule, String)
    switch sign(limits: context.limits) {
    case .code(let sign): (rule, text) = (code, sign)
    case .path(let sign): (rule, text) = (path, sign)
    case nil: return
    }
    context.report(
      rule.at(
        place.detail(name).at(bytes.offset), "'\(name)' holds '\(text)'",
        evidence: [safeText(bytes: bytes.prefix(200))]))
  }
}
