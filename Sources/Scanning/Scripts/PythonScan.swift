import Archives
import Bytes
import Findings
import Formats

/// Judges Python source: what runs when it is loaded, and what handlers and hooks run besides.
struct PythonScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard TextEncoding(of: file.bytes) == .utf8 else {
      judgeCookie(file.bytes, at: file.place, &context)
      return .whole
    }
    // A text that only reads like Python is reported for what it does, not for what it is.
    if file.name.formats.contains(.python), !TextScan.beginsAsScript(file.bytes) {
      context.report(Rule.pythonBeside.at(file.place, "'\(file.name.text)' is Python"))
    }
    judgeCookie(file.bytes, at: file.place, &context)
    let inServer = file.siblings.paths.contains { $0.hasSuffix("MAR-INF/MANIFEST.json") }
    if let obstacle = judge(
      file.bytes, at: file.place, name: file.name.text.lowercased(), inServer: inServer, &context)
    {
      return .partly(obstacle)
    }
    return .whole
  }

  /// Judges the source of a file of the given name; an obstacle when it cannot be read.
  @discardableResult
  static func judge(
    _ bytes: ByteSlice, at place: Place, name: String, inServer: Bool,
    _ context: inout ScanContext
  ) -> Finding? {
    // In an image, what setuptools and distributions install is usual.
    if context.profile != .release, KnownStartupFile.contains(bytes) { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    let isHidden = text.unicodeScalars.contains {
      (0x202a...0x202e).contains($0.value) || (0x2066...0x2069).contains($0.value)
        || (0x1d400...0x1d7ff).contains($0.value) || (0xff21...0xff5a).contains($0.value)
    }
    if isHidden {
      context.report(Rule.obscuredSource.at(place, "characters that reorder or imitate others"))
    }
    if ["sitecustomize.py", "usercustomize.py"].contains(name) {
      context.report(Rule.startupHook.at(place, "Python runs '\(name)' whenever it starts"))
    }
    if name.hasSuffix(".pth"),
      text.split(whereSeparator: \.isNewline).contains(where: { $0.hasPrefix("import") })
    {
      context.report(
        Rule.startupHook.at(place, "Python runs the imports of '\(name)' at its start"))
    }
    let isHook =
      inServer || name.contains("handler") || name.hasPrefix("modeling_")
      || ["setup.py", "conftest.py", "__init__.py", "model.py", "service.py"].contains(name)
    do throws(ParseError) {
      var judge = PythonJudge(place: place, isHook: isHook)
      judge.judge(try PythonSource(parsing: bytes).statements)
      context.report(judge.findings)
      return nil
    } catch {
      return Rule.unreadable.at(place, error)
    }
  }

  /// An encoding in which the program is another than its text (PEP 263).
  private static func judgeCookie(
    _ bytes: ByteSlice, at place: Place, _ context: inout ScanContext
  ) {
    let start = String(decoding: bytes.prefix(512), as: UTF8.self).lowercased()
    for line in start.split(whereSeparator: \.isNewline).prefix(2) where line.hasPrefix("#") {
      guard let range = line.firstRange(of: "coding") else { continue }
      let name = line[range.upperBound...].drop { ":= \t".contains($0) }
        .prefix { $0.isLetter || $0.isNumber || "-_".contains($0) }
      let isOdd = ["utf-7", "utf7", "utf_7", "rot", "escape", "punycode", "idna", "hex", "base64"]
        .contains { name.contains($0) }
      if isOdd {
        context.report(Rule.obscuredSource.at(place, "the encoding '\(name)' hides the program"))
      }
    }
  }
}

/// The rules over the statements of one file, with the names that stand for others.
private struct PythonJudge {
  let place: Place
  let isHook: Bool
  var findings: [Finding] = []
  private var aliases: [String: String] = [:]
  private var functions: [(indentation: Int, name: String)] = []

  init(place: Place, isHook: Bool) {
    self.place = place
    self.isHook = isHook
  }

  mutating func judge(_ statements: [PythonStatement]) {
    let called = calledAtLoad(statements)
    for statement in statements {
      functions.removeAll { $0.indentation >= statement.indentation }
      let tokens = statement.tokens
      learn(tokens)
      let isMain = tokens.first?.text == "if" && tokens.contains { $0.text == "__main__" }
      if let place = tokens.firstIndex(where: { $0.text == "def" }), place < 2,
        tokens.count > place + 1
      {
        // Defaults and annotations run where the function is made.
        let head = Self.headCount(of: tokens)
        judge(Array(tokens[..<head]), atLoad: isAtLoad(called))
        functions.append((statement.indentation, tokens[place + 1].text))
        if head < tokens.count { judge(Array(tokens[head...]), atLoad: isAtLoad(called)) }
        continue
      } else if isMain {
        functions.append((statement.indentation, "__main__"))
      }
      judge(tokens, atLoad: isAtLoad(called))
    }
  }

  /// Whether statements of the innermost function run when the file is loaded.
  private func isAtLoad(_ called: Set<String>) -> Bool {
    functions.allSatisfy {
      called.contains($0.name)
        || ["__reduce__", "__reduce_ex__", "__setstate__", "__del__"].contains($0.name)
    }
  }

  /// The tokens of a compound statement up to the colon outside of brackets.
  private static func headCount(of tokens: [SourceToken]) -> Int {
    var depth = 0
    for (index, token) in tokens.enumerated() where token.kind == .symbol {
      switch token.text {
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth -= 1
      case ":" where depth == 0: return index + 1
      default: continue
      }
    }
    return tokens.count
  }

  /// Functions that statements outside of all functions call.
  private func calledAtLoad(_ statements: [PythonStatement]) -> Set<String> {
    var called: Set<String> = []
    // The column of the function, or of the part for programs alone, that the statement is in.
    var inner: Int?
    for statement in statements {
      let tokens = statement.tokens
      if let column = inner, statement.indentation > column { continue }
      let isFunction = tokens.prefix(2).contains { $0.text == "def" }
      let isMain = tokens[0].text == "if" && tokens.contains { $0.text == "__main__" }
      inner = isFunction || isMain ? statement.indentation : nil
      guard !isFunction, tokens[0].text != "class" else { continue }
      for index in tokens.indices.dropLast() where tokens[index + 1].text == "(" {
        called.insert(tokens[index].text)
      }
    }
    return called
  }

  /// Remembers what names stand for.
  private mutating func learn(_ tokens: [SourceToken]) {
    if tokens[0].text == "import" {
      for part in tokens.dropFirst().split(whereSeparator: { $0.text == "," }) {
        let words = part.split { $0.text == "as" }
        guard words.count == 2, let name = words[1].first else { continue }
        aliases[name.text] = words[0].map(\.text).joined()
      }
    } else if tokens[0].text == "from", let mark = tokens.firstIndex(where: { $0.text == "import" })
    {
      let module = tokens[1..<mark].map(\.text).joined()
      for part in tokens[(mark + 1)...].split(whereSeparator: { ",()".contains($0.text) }) {
        guard let name = part.first, let last = part.last else { continue }
        if name.text == "*" {
          for own in PythonDangers.names(in: module) { aliases[own] = module + "." + own }
        } else {
          aliases[last.text] = module + "." + name.text
        }
      }
    } else if tokens.count >= 3, tokens[0].kind == .name, tokens[1].text == "=" {
      let value = path(tokens, at: 2).path
      if value.contains(".") || value == "exec" || value == "eval" {
        aliases[tokens[0].text] = value
      }
    }
  }

  /// The dotted path that begins at a token, and the token behind it. `__import__("os").x`,
  /// `import_module("os").x`, `getattr(os, "x")` and `sys.modules["os"].x` are paths as well.
  private func path(_ tokens: [SourceToken], at start: Int) -> (path: String, end: Int) {
    guard tokens[start].kind == .name else { return ("", start + 1) }
    var parts = aliases[tokens[start].text] ?? tokens[start].text
    var index = start + 1
    while index < tokens.count {
      let isMember = tokens[index].text == "." && index + 1 < tokens.count
      let next = index + 1 < tokens.count ? tokens[index + 1] : nil
      if isMember, let next, next.kind == .name {
        parts += "." + next.text
        index += 2
      } else if ["__import__", "importlib.import_module", "builtins.__import__", "sys.modules"]
        .contains(parts), let next, next.kind == .string
      {
        parts = next.text
        index += 3
        while index <= tokens.count, index > 0, tokens[index - 1].text != ")",
          tokens[index - 1].text != "]", index < tokens.count
        { index += 1 }
      } else if parts == "getattr", next?.kind == .name {
        let inner = path(tokens, at: index + 1)
        var name = ""
        var end = inner.end
        while end < tokens.count, tokens[end].text != ")" {
          if tokens[end].kind == .string { name += tokens[end].text }
          end += 1
        }
        parts = inner.path + "." + name
        index = end + 1
      } else {
        break
      }
    }
    return (parts, index)
  }

  private mutating func judge(_ tokens: [SourceToken], atLoad: Bool) {
    let isImport = tokens[0].text == "import" || tokens[0].text == "from"
    guard !isImport else { return }
    for index in tokens.indices where tokens[index].kind == .name {
      guard index == 0 || tokens[index - 1].text != "." && tokens[index - 1].text != "def" else {
        continue
      }
      let (name, end) = path(tokens, at: index)
      guard let what = PythonDangers.match(name) else { continue }
      let isCall = end < tokens.count && tokens[end].text == "("
      // A decorator is called with what it stands before.
      let isDecorator = index == 1 && tokens[0].text == "@"
      // So is what makes a class.
      let isMetaclass =
        index > 1 && tokens[index - 1].text == "=" && tokens[index - 2].text == "metaclass"
      guard
        isCall || isDecorator || isMetaclass || name.hasPrefix("ctypes.")
          || name.hasPrefix("__builtins__")
      else { continue }
      report(name, what, tokens[index], in: tokens, atLoad: atLoad)
    }
    for token in tokens where token.kind == .string {
      guard let sign = PythonDangers.targets.first(where: { token.text.contains($0) }) else {
        continue
      }
      findings.append(
        Rule.pythonAtLoad.at(place.at(token.offset), "reaches for '\(sign)'"))
    }
  }

  private mutating func report(
    _ name: String, _ what: String, _ token: SourceToken, in tokens: [SourceToken], atLoad: Bool
  ) {
    let message = "'\(name)' \(what)" + (functions.last.map { " in '\($0.name)'" } ?? "")
    let decodes = tokens.contains {
      ["b64decode", "decompress", "fromhex", "urlopen", "a85decode", "b85decode", "b32decode"]
        .contains($0.text)
    }
    let runsText = tokens.contains {
      $0.kind == .string && ShellSigns.match($0.text.lowercased()) != nil
    }
    if atLoad || decodes && what == PythonDangers.code || runsText {
      findings.append(Rule.pythonAtLoad.at(place.at(token.offset), message))
    } else if isHook {
      findings.append(Rule.startupHook.at(place.at(token.offset), message))
    } else if functions.last?.name != "__main__", PythonDangers.isGrave(name) {
      findings.append(Rule.pythonRunsPrograms.at(place.at(token.offset), message))
    } else {
      findings.append(Rule.pythonBeside.at(place.at(token.offset), message))
    }
  }
}

/// Names that run programs or code, or open connections.
private enum PythonDangers {
  static let code = "runs code that is made at run time"
  static let targets = [
    "/dev/tcp/", ".ssh/id_", ".ssh/authorized_keys", ".aws/credentials", "/etc/shadow", ".bashrc",
    "/etc/cron",
  ]

  /// What code for a model calls for nothing: programs of the system, and texts made code. Others,
  /// such as a connection in a client, are usual beside a model.
  static func isGrave(_ path: String) -> Bool {
    [
      "os.system", "os.popen", "os.startfile", "os.exec", "os.spawn", "os.posix_spawn", "pty.",
      "posix.system", "nt.system", "_posixsubprocess", "marshal.loads", "types.FunctionType",
      "types.CodeType", "builtins.exec", "builtins.eval", "subprocess.getoutput",
      "platform.popen", "asyncio.create_subprocess_shell", "pip.main", "pip._internal",
    ].contains { path.hasPrefix($0) } || path == "exec" || path == "eval"
  }

  /// The dangerous names of a module, which `import *` brings.
  static func names(in module: String) -> [String] {
    switch module {
    case "os", "posix": ["system", "popen", "execv", "execve", "execvp", "spawnv", "fork"]
    case "subprocess": ["run", "Popen", "call", "check_call", "check_output", "getoutput"]
    case "pty": ["spawn"]
    default: []
    }
  }

  static func match(_ path: String) -> String? {
    for entry in entries {
      for name in entry.names where path == name || path.hasPrefix(name + ".") {
        return entry.what
      }
      if entry.prefixes.contains(where: { path.hasPrefix($0) }) { return entry.what }
    }
    return nil
  }

  private static let entries: [(what: String, names: Set<String>, prefixes: [String])] = [
    (
      "runs programs",
      [
        "os.system", "os.popen", "os.startfile", "subprocess", "pty", "commands", "popen2",
        "platform.popen", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell",
        "posix.system", "nt.system", "_posixsubprocess", "pexpect", "pip.main", "pip._internal",
        "ensurepip", "multiprocessing.popen_fork", "shutil.rmtree", "webbrowser", "os.fork",
        "os.dup2", "os.kill",
      ], ["os.exec", "os.spawn", "os.posix_spawn"]
    ),
    (
      code,
      [
        "exec", "eval", "compile", "__import__", "builtins.exec", "builtins.eval",
        "builtins.compile", "marshal", "types.FunctionType", "types.CodeType", "runpy", "code",
        "imp", "zipimport", "importlib.import_module", "importlib.util", "__builtins__", "ctypes",
        "cffi", "globals", "torch.utils.cpp_extension", "pickle.loads", "dill.loads",
        "cloudpickle.loads", "sys.settrace", "torch.hub", "pickle.load", "dill.load",
        "cloudpickle.load",
      ], []
    ),
    (
      "opens a connection",
      [
        "socket", "urllib.request", "urllib2", "requests", "httpx", "http.client", "ftplib",
        "smtplib", "telnetlib", "paramiko", "aiohttp", "websocket", "websockets", "wget",
        "xmlrpc.client", "urllib3", "socketserver",
      ], []
    ),
  ]
}
