import Bytes
import Findings

/// What the commands of a build install, and where they have it from.
struct ShellInstallation {
  let place: Place
  /// The file that the commands stand in.
  let file: DependencyFile
  private var depthLeft = 8

  init(place: Place, in file: DependencyFile) {
    self.place = place
    self.file = file
  }

  /// Judges a text of a shell.
  func judge(_ text: String, into content: inout DependencyContent) {
    judge(ShellCommand.commands(in: text), into: &content)
  }

  /// Judges a text of a shell that stands in a command.
  private func judge(
    inner text: String, isRun: Bool = true, into content: inout DependencyContent
  ) {
    guard depthLeft > 0 else {
      content.report(.unreadDependencyFile, place, "commands that nest deeper than is read")
      return
    }
    // What a variable holds nobody sees.
    if isRun, ShellInstallation.isVariable(text) {
      content.report(
        .environmentDecides, place, "a variable holds the commands that are run", evidence: [text])
    }
    var inner = self
    inner.depthLeft -= 1
    inner.judge(text, into: &content)
  }

  /// `$NAME` or `${NAME}`, and nothing else.
  private static func isVariable(_ text: String) -> Bool {
    var name = text.utf8[...]
    guard name.popFirst() == UInt8(ascii: "$") else { return false }
    if name.first == UInt8(ascii: "{"), name.last == UInt8(ascii: "}") {
      name = name.dropFirst().dropLast()
    }
    return name.first.map { !isDigit($0) } == true
      && name.allSatisfy { isDigit($0) || isLowerCaseLetter($0 | 0x20) || $0 == UInt8(ascii: "_") }
  }

  /// Judges commands that follow one another.
  func judge(_ commands: [ShellCommand], into content: inout DependencyContent) {
    var isDownload = false
    var pipeline: [String] = []
    var fetched = FetchedFiles()
    for (index, command) in commands.enumerated() {
      for text in command.substitutions { judge(inner: text, into: &content) }
      for word in command.words.prefix(while: ShellInstallation.isBeforeProgram) {
        judgeVariable(word, into: &content)
      }
      if !command.isPiped { (isDownload, pipeline) = (false, []) }
      pipeline.append(command.words.joined(separator: " "))
      guard let (name, arguments) = command.program else { continue }
      if command.isPiped, isDownload, ShellInstallation.isInterpreter(name) {
        content.report(
          .shellPayload, place, "runs what it downloads",
          evidence: [pipeline.suffix(4).joined(separator: " | ")])
      }
      if command.isPiped, isDownload, name == "tar" || name == "bsdtar" {
        content.report(
          .uncheckedDownload, place, "unpacks what it downloads, and nothing checks it",
          evidence: [pipeline.suffix(4).joined(separator: " | ")])
      }
      if let file = fetched.follow(
        name, arguments, isInterpreter: ShellInstallation.isInterpreter(name), of: command)
      {
        content.report(
          .uncheckedDownload, place, "'\(file)' was downloaded, and nothing checks it before use")
      }
      if ["curl", "wget", "fetch", "aria2c"].contains(name) {
        isDownload = true
        judgeDownload(arguments, into: &content)
      }
      if ["echo", "printf"].contains(name) {
        let next = index + 1 < commands.count ? commands[index + 1] : ShellCommand()
        judge(printed: arguments, to: next.isPiped ? next.program?.name : nil, into: &content)
      }
      judgeProgram(name, arguments, command, into: &content)
    }
  }

  /// Judges the text that a command prints, if a shell or a file gets it.
  private func judge(
    printed words: ArraySlice<String>, to reader: String?, into content: inout DependencyContent
  ) {
    let isRun = reader.map(ShellInstallation.isShell) ?? false
    let printed = ShellCommand.withoutRedirections(words)
    guard isRun || printed.count < words.count else { return }
    let text = printed.joined(separator: " ")
    judge(inner: text.replacing("\\n", with: "\n"), isRun: isRun, into: &content)
  }

  /// Programs whose arguments are texts and names, and never commands.
  private static let readers: Set = [
    "echo", "printf", "cat", "grep", "egrep", "fgrep", "sed", "awk", "git", "jq", "test", "[", "[[",
    "tee", "rm", "cp", "mv", "ln", "mkdir", "touch", "chmod", "chown", "ls", "which", "type",
    "hash", "man", "export", "set", "cd", "tar", "curl", "wget",
  ]

  /// How many programs may start one another in a command.
  private static let startLimit = 8

  /// Judges what a program installs, or what it does that it starts.
  private func judgeProgram(
    _ name: String, _ arguments: ArraySlice<String>, _ command: ShellCommand,
    startsLeft: Int = startLimit, into content: inout DependencyContent
  ) {
    guard startsLeft > 0 else {
      content.report(.unreadDependencyFile, place, "programs that start one another are not read")
      return
    }
    if ShellInstallation.isInterpreter(name) || ["eval", "source", "."].contains(name) {
      judgeEmbedded(name, arguments, command, into: &content)
      judgeInstall(name, arguments, into: &content)
      return
    }
    if name.has("$"), arguments.contains(where: ["install", "add", "download"].contains) {
      content.report(
        .environmentDecides, place, "a variable decides which program installs",
        evidence: [command.words.joined(separator: " ")])
      return
    }
    if ShellInstallation.readers.contains(name) { return }
    if ShellInstallation.isInstaller(name) {
      judgeInstall(name, arguments, into: &content)
      // `uv run`, `poetry run`, `conda run`.
      guard arguments.prefix(4).contains("run") else { return }
    }
    let started = { (word: String) in
      let name = ShellInstallation.base(word)
      // `node` may be the name of an account.
      return ShellInstallation.isInstaller(name) || ShellInstallation.isShell(name)
        || name.hasPrefix("python") || name.hasPrefix("pypy")
    }
    let start = arguments.firstIndex(where: started)
    // `su -c TEXT`. Each text is judged once: by the first of the programs, or by a shell.
    if startsLeft == ShellInstallation.startLimit,
      !(start.map { ShellInstallation.isShell(ShellInstallation.base(arguments[$0])) } ?? false)
    {
      let takesText = ["su", "runuser", "script", "flock", "watch"].contains(name)
      for text in arguments
      where text.has(" ") && (takesText || text.has("install") || text.has("add ")) {
        judge(inner: text, into: &content)
      }
    }
    guard let start else { return }
    // `find -exec` ends with a semicolon.
    let rest = arguments[(start + 1)...].prefix { $0 != ";" }
    if name == "xargs" || name == "parallel", rest.contains(where: ["install", "add"].contains) {
      content.report(
        .environmentDecides, place, "'\(name)' is told elsewhere what to install",
        evidence: [command.words.joined(separator: " ")])
    }
    judgeProgram(
      ShellInstallation.base(arguments[start]), rest, command, startsLeft: startsLeft - 1,
      into: &content)
  }

  static func base(_ path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[$0...].dropFirst()) } ?? path
  }

  private static let installers: Set = [
    "uv", "uvx", "pipx", "poetry", "pdm", "pipenv", "conda", "mamba", "micromamba", "npm", "npx",
    "pnpm", "pnpx", "yarn", "bun", "bunx", "apt-get", "apt", "aptitude", "apk", "yum", "dnf",
    "microdnf", "zypper",
  ]
  /// Installers of packages that are not read, and what they are told.
  static let others: [String: Set<String>] = [
    "gem": ["install"], "cargo": ["install"], "go": ["install", "get"], "luarocks": ["install"],
    "cpanm": [], "cpan": [], "composer": ["require", "install"], "brew": ["install"],
    "dotnet": ["add", "tool"], "opam": ["install"], "stack": ["install"], "cabal": ["install"],
  ]

  private static func isInstaller(_ name: String) -> Bool {
    installers.contains(name) || others[name] != nil || isPip(name)
      || name.hasPrefix("easy_install")
  }

  static func isPip(_ name: String) -> Bool {
    name.hasPrefix("pip") && name.utf8.dropFirst(3).allSatisfy { isDigit($0) || $0 == 0x2e }
  }

  /// Assignments, and the words that may stand before them.
  private static func isBeforeProgram(_ word: String) -> Bool {
    ["export", "env", "sudo", "exec"].contains(word)
      || word.contains("=") && !word.hasPrefix("-") && !word.hasPrefix("=")
  }

  /// `NAME=VALUE`, where pip or uv read the variable.
  func judgeVariable(_ word: String, into content: inout DependencyContent) {
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let option = InstallerVariables.option(of: parts[0]) else { return }
    judge(option, parts[1], into: &content)
  }

  /// Judges an option of an installer that the environment or its configuration sets.
  func judge(_ option: String, _ value: String, into content: inout DependencyContent) {
    for line in InstallerVariables.lines(option, value) {
      content.add(RequirementsFile(line: line, at: place).content)
    }
  }

  /// Whether the program runs a language other than a shell's.
  static func isCodeRunner(_ name: String) -> Bool { isInterpreter(name) && !isShell(name) }

  private static func isInterpreter(_ name: String) -> Bool {
    let base = name.prefix { !$0.isNumber && $0 != "." }
    return isShell(name)
      || ["python", "pypy", "perl", "ruby", "node", "php", "R", "Rscript", "julia"].contains(base)
  }

  private static func isShell(_ name: String) -> Bool {
    ["sh", "bash", "dash", "zsh", "ash", "ksh", "mksh", "fish"].contains(
      name.prefix { !$0.isNumber && $0 != "." })
  }

  private func judgeDownload(
    _ arguments: ArraySlice<String>, into content: inout DependencyContent
  ) {
    for word in arguments {
      let isFlags = word.hasPrefix("-") && !word.hasPrefix("--")
      if ["--insecure", "--no-check-certificate"].contains(word)
        || isFlags && word.has("k")
          && word.dropFirst().allSatisfy({ "fsSLkOvig".contains($0) })
      {
        content.report(.insecureSource, place, "a download without a check of the certificate")
      }
      if word.has("://") { content.judge(address: word, at: place) }
    }
  }

  /// `sh -c TEXT`, `bash <(curl ...)`, `eval "$(curl ...)"`.
  private func judgeEmbedded(
    _ name: String, _ arguments: ArraySlice<String>, _ command: ShellCommand,
    into content: inout DependencyContent
  ) {
    guard ShellInstallation.isInterpreter(name) || ["eval", "source", "."].contains(name) else {
      return
    }
    let text = arguments.joined(separator: " ")
    let downloads = ["$(curl", "$(wget", "`curl", "`wget", "<(curl", "<(wget"]
    if downloads.contains(where: text.contains) {
      content.report(
        .shellPayload, place, "runs what it downloads",
        evidence: [command.words.joined(separator: " ")])
    }
    guard ShellInstallation.isShell(name) else {
      if name == "eval" {
        judge(inner: text, into: &content)
      } else if name != "source", name != "." {
        // A word alone is the name of a file.
        judge(code: arguments.filter { $0.has("(") || $0.has(" ") }, into: &content)
      }
      return
    }
    // Options may stand between `-c` and its text.
    let flags = arguments.firstIndex { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.has("c") }
    if let flags,
      let text = arguments[(flags + 1)...].first(where: { !$0.hasPrefix("-") && !$0.hasPrefix("+") }
      )
    {
      judge(inner: text, into: &content)
    }
    // `sh <<< TEXT`
    if let mark = arguments.firstIndex(where: { $0.hasPrefix("<<<") }) {
      let attached = String(arguments[mark].dropFirst(3))
      judge(
        inner: attached.isEmpty ? arguments[(mark + 1)...].first ?? "" : attached, into: &content)
    }
  }

  /// Judges code of another language: that it installs is all that is seen.
  func judge(code texts: some Sequence<String>, into content: inout DependencyContent) {
    let installers = ["pip", "conda", "npm", "apt", "packages", "Pkg", "remotes", "devtools"]
    for text in texts
    where text.has("install") && installers.contains(where: text.has) || text.has("Pkg.add") {
      content.report(
        .computedDependencies, place, "code that is not read installs packages", evidence: [text])
    }
  }
}
