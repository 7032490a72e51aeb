import Bytes
import Findings

/// What the commands of a build install, and where they have it from.
struct ShellInstallation {
  let place: Place
  private var depthLeft = 3

  init(place: Place) { self.place = place }

  /// Judges a text of a shell.
  func judge(_ text: String, into content: inout DependencyContent) {
    judge(ShellCommand.commands(in: text), into: &content)
  }

  /// Judges commands that follow one another.
  func judge(_ commands: [ShellCommand], into content: inout DependencyContent) {
    var isDownload = false
    var pipeline: [String] = []
    var fetched = FetchedFiles()
    for command in commands {
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
      judgeEmbedded(name, arguments, command, into: &content)
      judgeInstall(name, arguments, into: &content)
    }
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

  private func judge(_ option: String, _ value: String, into content: inout DependencyContent) {
    for line in InstallerVariables.lines(option, value) {
      content.add(RequirementsFile(line: line, at: place).content)
    }
  }

  private static func isInterpreter(_ name: String) -> Bool {
    let base = name.prefix { !$0.isNumber && $0 != "." }
    return [
      "sh", "bash", "dash", "zsh", "ash", "ksh", "fish", "python", "perl", "ruby", "node", "php",
    ]
    .contains(base)
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
    if let index = arguments.firstIndex(where: {
      $0.hasPrefix("-") && $0.hasSuffix("c") && !$0.hasPrefix("--")
    }), index + 1 < arguments.endIndex, depthLeft > 0, name.hasSuffix("sh") {
      var inner = self
      inner.depthLeft -= 1
      inner.judge(arguments[index + 1], into: &content)
    }
  }

  private func judgeInstall(
    _ name: String, _ arguments: ArraySlice<String>, into content: inout DependencyContent
  ) {
    let words = Array(arguments)
    switch name {
    case _ where name.hasPrefix("pip") && name.dropFirst(3).allSatisfy { $0.isNumber || $0 == "." }:
      judgePip(words, into: &content)
    case _ where name.hasPrefix("python") || name.hasPrefix("pypy"):
      if words.first == "-m", words.count > 1, words[1] == "pip" {
        judgePip(Array(words.dropFirst(2)), into: &content)
      }
    case "uv":
      if words.first == "pip" { judgePip(Array(words.dropFirst()), into: &content) }
      if words.starts(with: ["tool", "install"]) {
        judgePip(Array(words.dropFirst()), into: &content)
      }
    case "pipx": judgePip(words, into: &content)
    case "apt-get", "apt", "aptitude":
      judgeSystem(
        name, words, verbs: ["install"],
        valued: ["-t", "-o", "-c", "--target-release", "--option"],
        unsafe: ["--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"],
        into: &content)
    case "apk":
      judgeSystem(
        name, words, verbs: ["add"],
        valued: ["-t", "--virtual", "-X", "--repository", "-p", "--root"],
        unsafe: ["--allow-untrusted"], into: &content)
    case "yum", "dnf", "microdnf", "zypper":
      judgeSystem(
        name, words, verbs: ["install", "in"], valued: ["-c", "--enablerepo", "--repo"],
        unsafe: ["--nogpgcheck", "--no-gpg-checks"], into: &content)
    case "conda", "mamba", "micromamba": judgeConda(words, into: &content)
    case "npm", "pnpm", "yarn": judgeNode(name, words, into: &content)
    default: break
    }
  }

  /// Options of pip's install that take a value as the next word and install nothing.
  private static let pipValued: Set<String> = [
    "-t", "--target", "--prefix", "--root", "--src", "--platform", "--python-version", "--abi",
    "--implementation", "--timeout", "--retries", "--cache-dir", "--progress-bar", "--log",
    "--upgrade-strategy", "--report", "--cert", "--client-cert", "--proxy", "--no-binary",
    "--only-binary", "-c", "--constraint", "-r", "--requirement", "--python", "-p",
    "--root-user-action", "--use-feature", "--exists-action", "--dest", "-d", "--wheel-dir", "-w",
  ]

  private func judgePip(_ words: [String], into content: inout DependencyContent) {
    guard let verb = words.firstIndex(where: { !$0.hasPrefix("-") }),
      ["install", "download", "wheel", "config"].contains(words[verb])
    else { return }
    if words[verb] == "config" {
      let setting = words[(verb + 1)...].filter { !$0.hasPrefix("-") }
      if setting.first == "set", setting.count > 2,
        let option = InstallerVariables.option(ofSetting: setting[1])
      {
        judge(option, setting[2], into: &content)
      }
      return
    }
    var rest = words[(verb + 1)...]
    let hasNoDependencies = rest.contains("--no-deps") || rest.contains("--require-hashes")
    while let word = rest.popFirst() {
      let name = String(word.prefix { $0 != "=" })
      let attached = word.has("=") ? String(word.dropFirst(name.count + 1)) : nil
      switch name {
      case "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "-e",
        "--editable":
        let value = attached ?? rest.popFirst() ?? ""
        // The project itself, which the release holds.
        if name == "-e" || name == "--editable", value.hasPrefix(".") { continue }
        content.add(RequirementsFile(line: "\(name) \(value)", at: place).content)
      case _ where ShellInstallation.pipValued.contains(name):
        if attached == nil { _ = rest.popFirst() }
      case _ where word.hasPrefix("-") || word.hasPrefix(">") || word.hasPrefix("2>"): continue
      default: judgeRequirement(word, hasNoDependencies, into: &content)
      }
    }
  }

  private func judgeRequirement(
    _ word: String, _ hasNoDependencies: Bool, into content: inout DependencyContent
  ) {
    if word.hasPrefix("."), !word.has("://") {
      if !hasNoDependencies {
        content.report(
          .unpinnedDependency, place,
          "the dependencies of '\(word)' are solved when the image is built")
      }
      return
    }
    if word.has("$") {
      content.report(.environmentDecides, place, "a variable decides what pip installs")
      return
    }
    switch Requirement(word) {
    case .malformed(let reason):
      content.report(.malformedDependencyFile, place, reason, evidence: [word])
    case .direct(let what):
      content.report(.directReference, place, "the requirement is \(what)", evidence: [word])
      content.judge(address: word, at: place)
    case .open(let name, let reason):
      content.report(.unpinnedDependency, place, "'\(name)' is not pinned: \(reason)")
    case .pinned(let name, let version):
      content.report(.unhashedDependency, place, "'\(name)' is installed without a hash")
      content.pin(PinnedPackage(Package(.pypi, name: name, version: version), at: place))
    }
  }

  private func judgeSystem(
    _ manager: String, _ words: [String], verbs: Set<String>, valued: Set<String>,
    unsafe: Set<String>, into content: inout DependencyContent
  ) {
    guard words.contains(where: verbs.contains) else { return }
    var open: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if unsafe.contains(word) {
        content.report(
          .insecureSource, place, "'\(word)' switches off the check of signatures")
      } else if valued.contains(word) {
        let value = rest.popFirst() ?? ""
        if value.has("://") { content.judge(address: value, at: place) }
      } else if !word.hasPrefix("-"), !verbs.contains(word), !word.has(">") {
        if word.has("://") {
          content.reportDirect(.url, manager, from: word, at: place)
        } else if !word.hasPrefix("."), !word.hasPrefix("/"),
          !ShellInstallation.hasVersion(word, of: manager)
        {
          open.append(word)
        }
      }
    }
    guard !open.isEmpty else { return }
    content.report(
      .unpinnedSystemPackage, place,
      "\(manager) installs \(open.count) package\(open.count == 1 ? "" : "s") without a version",
      evidence: [open.joined(separator: " ")])
  }

  private static func hasVersion(_ word: String, of manager: String) -> Bool {
    switch manager {
    case "apk", "apt-get", "apt", "aptitude", "zypper": word.has("=")
    default:
      // NAME-VERSION-RELEASE
      zip(word, word.dropFirst()).contains { $0 == "-" && $1.isNumber }
    }
  }

  private func judgeConda(_ words: [String], into content: inout DependencyContent) {
    guard let verb = words.firstIndex(where: { !$0.hasPrefix("-") }),
      ["install", "create", "update"].contains(words[verb])
    else { return }
    let valued: Set = [
      "-c", "--channel", "-n", "--name", "-p", "--prefix", "-f", "--file", "--solver",
    ]
    var rest = words[(verb + 1)...]
    while let word = rest.popFirst() {
      if valued.contains(word) {
        let value = rest.popFirst() ?? ""
        if value.has("://") { content.judge(address: value, at: place) }
      } else if !word.hasPrefix("-"), !word.has("$"), let spec = CondaSpec(word) {
        if spec.isFile {
          content.reportDirect(.url, spec.name, from: word, at: place)
        } else if let version = spec.version {
          content.report(
            .unhashedDependency, place, "'\(spec.name)' is installed without a hash")
          content.pin(
            PinnedPackage(Package(.conda, name: spec.name, version: version), at: place))
        } else {
          content.report(.unpinnedDependency, place, "'\(word)' is not pinned")
        }
      }
    }
  }

  private func judgeNode(
    _ manager: String, _ words: [String], into content: inout DependencyContent
  ) {
    guard let verb = words.firstIndex(where: { !$0.hasPrefix("-") }),
      ["install", "i", "add"].contains(words[verb])
    else { return }
    for word in words[(verb + 1)...] where !word.hasPrefix("-") && !word.hasPrefix(".") {
      let at = word.dropFirst().lastIndex(of: "@")
      let version = at.map { String(word[word.index(after: $0)...]) } ?? ""
      if !PackageLockReader.isVersion(version) {
        content.report(.unpinnedDependency, place, "'\(word)' is not pinned")
      } else if let at {
        content.report(.unhashedDependency, place, "'\(word)' is installed without a hash")
        content.pin(
          PinnedPackage(
            Package(.npm, name: String(word[..<at]), version: version), at: place))
      }
    }
  }
}
