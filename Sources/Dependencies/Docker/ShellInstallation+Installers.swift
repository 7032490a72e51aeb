import Bytes
import Findings

/// What the programs that install packages are told.
extension ShellInstallation {
  /// Judges a program that installs packages.
  func judgeInstall(
    _ name: String, _ arguments: ArraySlice<String>, into content: inout DependencyContent
  ) {
    let words = Array(arguments)
    let verb = words.first { !$0.hasPrefix("-") } ?? ""
    switch name {
    case _ where ShellInstallation.isPip(name): judgePip(words, into: &content)
    case _ where name.hasPrefix("python") || name.hasPrefix("pypy"):
      judgePython(arguments, into: &content)
    case _ where name.hasPrefix("easy_install"): judgePip(["install"] + words, into: &content)
    case "uv": judgeUV(words, into: &content)
    case "uvx": judgeTool(words, into: &content)
    case "pipx":
      if verb == "run" {
        judgeTool(Array(words.drop { $0 != verb }.dropFirst()), into: &content)
      } else {
        judgePip(words, into: &content)
      }
    case "poetry", "pdm", "pipenv":
      // Without names, they install what the lock says.
      if verb == "add" || verb == "install" && name == "pipenv" {
        judgePip(["install"] + words.drop { $0 != verb }.dropFirst(), into: &content)
      }
    case "npx", "bunx", "pnpx": judgeNode(name, ["add"] + words, into: &content)
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
    case "npm", "pnpm", "yarn", "bun": judgeNode(name, words, into: &content)
    default:
      guard let verbs = ShellInstallation.others[name],
        verbs.contains(verb) || verbs.isEmpty && !verb.isEmpty
      else { return }
      content.report(
        .unreadDependencyFile, place, "packages of '\(name)' are not read",
        evidence: [([name] + words).joined(separator: " ")])
    }
  }

  /// `python [OPTION...] -m MODULE`, and `python setup.py install`.
  private func judgePython(
    _ arguments: ArraySlice<String>, into content: inout DependencyContent
  ) {
    var rest = arguments
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word.utf8.count > 1 else {
        if word.ends(in: "setup.py"), let verb = rest.first(where: { !$0.hasPrefix("-") }),
          ["install", "develop", "easy_install"].contains(verb)
        {
          judgeRequirement(".", false, into: &content)
        }
        return
      }
      if ["-W", "-X", "--check-hash-based-pycs"].contains(word) {
        rest = rest.dropFirst()
        continue
      }
      // What follows is no option of Python.
      if word.hasPrefix("--") { continue }
      if let code = word.firstIndex(of: "c"), code < (word.firstIndex(of: "m") ?? word.endIndex) {
        return
      }
      guard let mark = word.firstIndex(of: "m") else { continue }
      let attached = String(word[mark...].dropFirst())
      let module = attached.isEmpty ? rest.popFirst() ?? "" : attached
      judgeInstall(module, rest, into: &content)
      return
    }
  }

  private func judgeUV(_ words: [String], into content: inout DependencyContent) {
    // Options with values may stand before it.
    guard let verb = words.firstIndex(where: ["pip", "add", "tool", "run", "sync"].contains) else {
      return
    }
    let rest = Array(words[(verb + 1)...])
    switch words[verb] {
    case "pip": judgePip(rest, into: &content)
    case "add": judgePip(["install"] + rest, into: &content)
    case "tool":
      if rest.first == "run" {
        judgeTool(Array(rest.dropFirst()), into: &content)
      } else {
        judgePip(rest, into: &content)
      }
    case "run":
      for (option, value) in zip(rest, rest.dropFirst())
      where ["--with", "-w", "--with-editable"].contains(option) {
        judgeRequirement(value, false, into: &content)
      }
      for word in rest where word.hasPrefix("--with=") {
        judgeRequirement(String(word.dropFirst(7)), false, into: &content)
      }
    default: break
    }
  }

  /// `uvx [OPTION...] REQUIREMENT ARGUMENT...`: what is run is installed for it.
  private func judgeTool(_ words: [String], into content: inout DependencyContent) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if ["--from", "--with", "--spec", "-w"].contains(word) {
        judgeRequirement(rest.popFirst() ?? "", false, into: &content)
        if word == "--from" || word == "--spec" { return }
      } else if ["--python", "-p", "--index-url", "--index", "--pip-args"].contains(word) {
        rest = rest.dropFirst()
      } else if !word.hasPrefix("-") {
        judgeRequirement(word, false, into: &content)
        return
      }
    }
  }

  /// Options of pip's install that take a value as the next word and install nothing.
  private static let pipValued: Set<String> = [
    "-t", "--target", "--prefix", "--root", "--src", "--platform", "--python-version", "--abi",
    "--implementation", "--timeout", "--retries", "--cache-dir", "--progress-bar", "--log",
    "--upgrade-strategy", "--report", "--cert", "--client-cert", "--proxy", "--no-binary",
    "--only-binary", "--python", "-p",
    "--root-user-action", "--use-feature", "--exists-action", "--dest", "-d", "--wheel-dir", "-w",
  ]

  private func judgePip(_ words: [String], into content: inout DependencyContent) {
    guard let verb = ShellInstallation.verb(of: words),
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
    // Options of pip itself may stand before the verb.
    var rest = ShellCommand.withoutRedirections(words[..<verb] + words[(verb + 1)...])[...]
    let hasNoDependencies = rest.contains("--no-deps") || rest.contains("--require-hashes")
    while let word = rest.popFirst() {
      let (name, attached) = ShellInstallation.option(word)
      switch name {
      case "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "-e",
        "--editable":
        let value = attached ?? rest.popFirst() ?? ""
        // The project itself, which the release holds.
        if name == "-e" || name == "--editable", value.hasPrefix(".") {
          judgeRequirement(value, hasNoDependencies, into: &content)
          continue
        }
        content.add(RequirementsFile(line: "\(name) \(value)", at: place).content)
      case "-r", "--requirement", "-c", "--constraint":
        judge(
          file: attached ?? rest.popFirst() ?? "",
          isConstraints: name == "-c" || name == "--constraint", into: &content)
      case _ where ShellInstallation.pipValued.contains(name):
        if attached == nil { _ = rest.popFirst() }
      case _ where word.hasPrefix("-"): continue
      default: judgeRequirement(word, hasNoDependencies, into: &content)
      }
    }
  }

  /// Where the first word is that is neither an option nor its value.
  private static func verb(of words: [String]) -> Int? {
    var index = 0
    while index < words.count {
      let word = words[index]
      guard word.hasPrefix("-") else { return index }
      let takesNext =
        pipValued.contains(word)
        || ["-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host"]
          .contains(word)
      index += takesNext ? 2 : 1
    }
    return nil
  }

  /// The option that a word is, and the value in it: `--name=value`, `-Uxvalue`.
  private static func option(_ word: String) -> (name: String, value: String?) {
    if word.hasPrefix("--") {
      guard let mark = word.firstIndex(of: "=") else { return (word, nil) }
      return (String(word[..<mark]), String(word[mark...].dropFirst()))
    }
    guard word.hasPrefix("-") else { return (word, nil) }
    let letters = word.dropFirst().drop { "UIqvh".contains($0) }
    guard let letter = letters.first else { return (word, nil) }
    let value = letters.dropFirst()
    return (
      "-\(letter)", value.isEmpty ? nil : String(value.hasPrefix("=") ? value.dropFirst() : value)
    )
  }

  /// A list of packages that is fetched and installed.
  private func judge(listAt address: String, into content: inout DependencyContent) {
    content.report(
      .foreignInclude, place, "installs what a file at an address lists", evidence: [address])
    content.judge(address: address, at: place)
  }

  /// A list of packages that is installed: it is read here, unless its name tells what it is.
  private func judge(
    file path: String, isConstraints: Bool, into content: inout DependencyContent
  ) {
    if path.has("://") {
      judge(listAt: path, into: &content)
      return
    }
    if path.has("$") || path == "-" || path.hasPrefix("/dev/") || path.hasPrefix("/proc/") {
      content.report(.environmentDecides, place, "what '\(path)' lists is not known here")
      return
    }
    guard DependencyReaders.reader(of: path) == nil else { return }
    let name = ShellInstallation.base(path)
    guard let target = [path, name].first(where: { file.neighbour($0) != nil }) else {
      content.report(
        .foreignInclude, place, "the release has no file '\(name)', whose packages are installed")
      return
    }
    content.includes.append(
      DependencyContent.Include(target: target, isConstraints: isConstraints, place: place))
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
    var words = words
    // `conda env create -f FILE`
    if words.first == "env" { words.removeFirst() }
    guard let verb = words.firstIndex(where: { !$0.hasPrefix("-") }),
      ["install", "create", "update"].contains(words[verb])
    else { return }
    let valued: Set = [
      "-c", "--channel", "-n", "--name", "-p", "--prefix", "-f", "--file", "--solver",
    ]
    var rest = words[(verb + 1)...]
    while let word = rest.popFirst() {
      let isFile = ["-f", "--file"].contains(word)
      if isFile || word.hasPrefix("--file=") {
        judge(condaFile: isFile ? rest.popFirst() ?? "" : String(word.dropFirst(7)), into: &content)
      } else if valued.contains(word) {
        let value = rest.popFirst() ?? ""
        if value.has("://") { content.judge(address: value, at: place) }
      } else if word.has("$") {
        content.report(.environmentDecides, place, "a variable decides what conda installs")
      } else if !word.hasPrefix("-"), let spec = CondaSpec(word) {
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

  private func judge(condaFile path: String, into content: inout DependencyContent) {
    if path.has("://") {
      judge(listAt: path, into: &content)
    } else if DependencyReaders.reader(of: path) == nil {
      content.report(
        .unreadDependencyFile, place,
        "'\(path)' lists what is installed, and its name tells no kind of dependency file")
    }
  }

  private func judgeNode(
    _ manager: String, _ words: [String], into content: inout DependencyContent
  ) {
    let runners: Set = ["dlx", "x", "exec"]
    guard
      let verb = words.firstIndex(where: {
        ["install", "i", "add"].contains($0) || runners.contains($0)
      })
    else { return }
    var packages = words[(verb + 1)...]
    // What follows the program is its own.
    if ["npx", "bunx", "pnpx"].contains(manager) || runners.contains(words[verb]) {
      packages = packages.drop { $0.hasPrefix("-") }.prefix(1)
    }
    for word in packages where !word.hasPrefix("-") && !word.hasPrefix(".") {
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
