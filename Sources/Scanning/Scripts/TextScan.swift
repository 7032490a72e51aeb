import Archives
import Bytes
import Findings
import Formats

/// Judges text of every kind: secrets, templates, and what another program would run.
struct TextScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    // Scanners of formats that are text come here for what is no such format after all.
    guard file.claim.format == .text else { return .whole }
    let encoding = TextEncoding(of: file.bytes)
    guard encoding == .utf8 else {
      guard file.bytes.count <= context.limits.textBytes else { return tooLong(file, context) }
      context.open(encoding.decoded(file.bytes), named: file.name.text, at: file.place)
      return .whole
    }
    let start = file.bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    let isJSON = start == UInt8(ascii: "{") || start == UInt8(ascii: "[")
    let limit = isJSON ? context.limits.headerBytes : context.limits.textBytes
    guard file.bytes.count <= limit else {
      for part in [file.bytes.prefix(limit / 4), file.bytes.suffix(limit / 4)] {
        SecretScan.report(in: part, at: file.place, &context)
      }
      return tooLong(file, context)
    }
    SecretScan.report(in: file.bytes, at: file.place, &context)
    if context.profile == .release, let what = StartupFile.what(file) {
      context.report(Rule.startupHook.at(file.place, what))
    }
    if isJSON {
      JSONStrings.judge(file.bytes, at: file.place, &context)
      // As a whole it is a text only when it merely begins like JSON.
      if file.name.fileExtension == "json" { return .whole }
    }
    return judgeSource(file, &context)
  }

  private static func tooLong(_ file: ScannedFile, _ context: ScanContext) -> Coverage {
    .partly(
      Rule.longText.at(
        file.place, "a text of \(file.bytes.count) bytes, of which a part was looked at"))
  }

  /// Judges the text as the program that its first line or its words make it.
  private static func judgeSource(
    _ file: ScannedFile, _ context: inout ScanContext
  ) -> Coverage {
    let kind = SourceKind(of: file)
    let isNamed = file.name.formats.contains { [.python, .shell, .dockerfile].contains($0) }
    if beginsAsScript(file.bytes) {
      let line = file.bytes.prefix { $0 != 0x0a }.prefix(120)
      context.report(
        Rule.script.at(
          file.place, "'\(file.name.text)' begins as a script", evidence: [safeText(bytes: line)]))
    }
    switch kind {
    case .python: return isNamed ? .whole : PythonScan.scan(file, &context)
    case .commands:
      if !isNamed { ShellScan.judge(file.bytes, at: file.place, &context) }
      return .whole
    case .launcher(let what):
      context.report(Rule.activeDocument.at(file.place, what))
      return .whole
    case .markup:
      MarkupSigns.judge(file.bytes, at: file.place, &context)
      XMLScan.judgeTransform(file.bytes, at: file.place, &context)
    case .prose:
      ShellScan.judge(prose: file.bytes, at: file.place, &context)
      TritonSettings.judge(file, &context)
      CaffeScan.judge(text: file.bytes, at: file.place, &context)
      SettingSigns.judge(file, &context)
    }
    guard !isNamed, !file.name.formats.contains(.jinja) else { return .whole }
    return TemplateScan.judge(file.bytes, at: file.place, isTemplate: false, &context)
  }

  /// Whether the first line names an interpreter.
  static func beginsAsScript(_ bytes: ByteSlice) -> Bool {
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.suffix(bytes.count - 3) : bytes
    return start.starts(with: "#!".utf8)
  }
}

/// What program reads a text, told from its name and first words.
private enum SourceKind {
  case python
  case commands
  case launcher(String)
  case markup
  case prose

  init(of file: ScannedFile) {
    let isPath = file.name.fileExtension == "pth"
    let start = String(decoding: file.bytes.prefix(isPath ? 1 << 20 : 8_192), as: UTF8.self)
      .replacing("\u{feff}", with: "")
    let lower = start.lowercased()
    let name = file.name.text.lowercased()
    if file.name.formats.contains(.python) {
      self = .python
    } else if lower.hasPrefix("#!") {
      let line = lower.prefix { !$0.isNewline }
      self = line.contains("python") ? .python : .commands
    } else if lower.hasPrefix("[desktop entry]") || lower.hasPrefix("[internetshortcut]")
      || lower.hasPrefix("[autorun]") || lower.hasPrefix("windows registry editor")
      || lower.hasPrefix("[.shellclassinfo]") || lower.hasPrefix("[shell]\ncommand=")
      || lower.contains("[service]") && lower.contains("execstart=")
    {
      self = .launcher("a launcher, which runs what it names when it is opened")
    } else if lower.hasPrefix("{\\rtf"), let sign = Self.activeRTF(file.bytes) {
      self = .launcher("rich text with '\(sign)', which opens what it holds")
    } else if ["makefile", "gnumakefile", "justfile", "procfile", "jenkinsfile"].contains(name)
      || name.hasSuffix(".mk") || lower.hasPrefix("@echo off") || Self.isDockerfile(lower)
      || Self.isPowerShell(lower) || Self.isMakefile(start)
    {
      self = .commands
    } else if lower.drop(while: \.isWhitespace).hasPrefix("<") {
      self = .markup
    } else if isPath ? Self.importsAsPath(start) : Self.isPython(start) {
      self = .python
    } else {
      self = .prose
    }
  }

  /// Objects and templates that a reader of rich text opens by itself.
  private static func activeRTF(_ bytes: ByteSlice) -> String? {
    ["\\objdata", "\\objupdate", "\\objautlink", "\\*\\template", "DDEAUTO"].first {
      bytes.contains($0)
    }
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(whereSeparator: \.isNewline).filter {
      let line = $0.drop(while: \.isWhitespace)
      return !line.isEmpty && !line.hasPrefix("#")
    }
  }

  private static func isDockerfile(_ text: String) -> Bool {
    guard let first = lines(text).first else { return false }
    return (first.hasPrefix("from ") || first.hasPrefix("arg ")) && !first.contains(" import ")
      && (text.contains("\nrun ") || text.contains("\nadd ") || text.contains("\nentrypoint ")
        || text.contains("\ncopy ") || text.contains("\ncmd "))
  }

  private static func isPowerShell(_ text: String) -> Bool {
    guard let first = lines(text).first else { return false }
    return ["iex ", "iex(", "powershell", "invoke-", "param(", "$"].contains {
      first.hasPrefix($0)
    } && (first.hasPrefix("$") ? first.contains(" = ") : true)
  }

  /// A rule with a recipe after it.
  private static func isMakefile(_ text: String) -> Bool {
    let all = lines(text)
    return all.indices.dropLast().contains {
      all[$0].hasSuffix(":") && !all[$0].contains(" ") && all[$0 + 1].hasPrefix("\t")
    }
  }

  /// Whether Python, which reads the file for folders at its start, runs a line of it.
  private static func importsAsPath(_ text: String) -> Bool {
    lines(text).contains { $0.hasPrefix("import ") || $0.hasPrefix("import\t") }
  }

  private static func isPython(_ text: String) -> Bool {
    guard let first = lines(text).first(where: { !$0.hasPrefix("\"\"\"") }) else { return false }
    let words = first.split(separator: " ")
    switch words.first {
    case "import":
      return words.count >= 2 && !words[1].hasPrefix("\"") && !first.hasSuffix(".")
    case "from": return words.count >= 4 && words[2] == "import"
    case "def", "class", "async": return first.hasSuffix(":")
    case let word?:
      return ["exec(", "eval(", "__import__(", "globals(", "getattr("].contains {
        word.hasPrefix($0)
      }
    case nil: return false
    }
  }
}

/// What a browser or viewer runs in HTML and SVG.
enum MarkupSigns {
  private static let signs = [
    "<script", "javascript:", "onload=", "onerror=", "onclick=", "onmouseover=", "<iframe",
    "<object", "<embed", "<foreignobject", "<hta:", "onbegin=", "vbscript:",
    "<meta http-equiv=\"refresh",
  ]

  static func judge(_ bytes: ByteSlice, at place: Place, _ context: inout ScanContext) {
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    guard
      text.contains("<svg") || text.contains("<html") || text.contains("<!doctype html")
        || text.contains("<hta:") || text.contains("<script") || text.contains("<body")
    else { return }
    guard let sign = signs.first(where: { text.contains($0) }) else { return }
    context.report(Rule.activeDocument.at(place, "the document runs '\(sign)' in its viewer"))
  }
}
