import Bytes
import Findings
import Formats

/// `Dockerfile` and `Containerfile`: base images by digest, what is installed while the image is
/// built, what is added from addresses, secrets that stay in the image, and who runs it.
enum DockerfileReader: DependencyReader {
  static let kind = "dockerfile"
  static let names = ["dockerfile*", "*.dockerfile", "containerfile*", "*.containerfile"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard content.fits(file, 128 << 10) else { return }
    do throws(ParseError) {
      let dockerfile = try Dockerfile(parsing: file.bytes.asFile())
      guard dockerfile.instructions.count <= 10_000 else {
        content.report(.unreadDependencyFile, file.place, "more than 10000 instructions")
        return
      }
      var build = DockerBuild(file: file)
      build.read(dockerfile, into: &content)
    } catch {
      content.refuse(file.place, error)
    }
  }
}

/// The reading of one file, stage by stage.
private struct DockerBuild {
  /// What the next instructions build on.
  struct Stage {
    var user: String?
    /// Whether the image that it builds on has an account of its own by its name.
    let isOfNonroot: Bool
  }

  let file: DependencyFile
  var place: Place { file.place }
  private var stages: [Stage] = []
  /// The stages that have a name, by it.
  private var stageNumbers: [String: Int] = [:]
  /// Arguments with their defaults, as far as the file gives them.
  private var arguments: [String: String] = [:]

  /// More have no value: each may be long.
  private static let argumentLimit = 2_000

  init(file: DependencyFile) { self.file = file }

  mutating func read(_ dockerfile: Dockerfile, into content: inout DependencyContent) {
    if let syntax = dockerfile.directives["syntax"], !syntax.hasPrefix("docker/dockerfile:"),
      !syntax.hasPrefix("docker.io/docker/dockerfile:")
    {
      judge(image: syntax, at: place.detail("line 1"), into: &content)
    }
    for instruction in dockerfile.instructions {
      let place = place.detail("line \(instruction.line)")
      switch instruction.keyword {
      case "FROM": readFrom(instruction, at: place, into: &content)
      case "ARG", "ENV": readVariables(instruction, at: place, into: &content)
      case "ADD", "COPY": readCopy(instruction, at: place, into: &content)
      case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
        readRun(instruction, at: place, into: &content)
      case "SHELL": readShell(instruction, at: place, into: &content)
      case "USER":
        if let last = stages.indices.last { stages[last].user = instruction.arguments }
      default: break
      }
    }
    guard let last = stages.last else {
      if content.isReadable { content.refuse(place, "expected an instruction FROM") }
      return
    }
    let user = expanded(last.user ?? "").text.split(separator: ":").first.map(String.init)
    if user == nil && !last.isOfNonroot || user == "root" || user == "0" {
      content.report(
        .rootUser, place,
        user.map { "the container runs as '\($0)'" } ?? "no instruction USER in the last stage")
    }
  }

  private mutating func readFrom(
    _ instruction: Dockerfile.Instruction, at place: Place, into content: inout DependencyContent
  ) {
    let words = instruction.arguments.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let written = words.first else {
      content.report(.malformedDependencyFile, place, "FROM without an image")
      return
    }
    let name = words.count > 2 && words[1].lowercased() == "as" ? words[2].lowercased() : ""
    let image = expanded(written).text
    defer { if !name.isEmpty { stageNumbers[name] = stages.count - 1 } }
    if let base = stageNumbers[image.lowercased()].map({ stages[$0] }) {
      stages.append(base)
      return
    }
    judge(image: written, at: place, into: &content)
    stages.append(Stage(user: nil, isOfNonroot: image.contains("nonroot")))
  }

  /// An image that is pulled: by digest, or by whatever its tag means on that day.
  private func judge(image written: String, at place: Place, into content: inout DependencyContent)
  {
    let (image, unknown) = expanded(written)
    if let unknown {
      content.report(
        .environmentDecides, place, "the build's argument '\(unknown)' decides the image",
        evidence: [written])
      return
    }
    if image == "scratch" { return }
    let parts = image.split(separator: "@", maxSplits: 1).map(String.init)
    guard parts.count == 2, let name = parts.first else {
      content.report(
        .unpinnedImage, place, "'\(image)' has no digest: its tag can be moved",
        evidence: [written])
      return
    }
    switch PackageHash(parts[1]) {
    case .strong(let digest):
      content.pin(
        PinnedPackage(
          Package(
            .image, name: DockerBuild.repository(name), version: digest, hashes: [digest]),
          at: place,
          source: DockerBuild.repository(name).split(separator: "/").first.map(String.init)))
    case .weak(let algorithm):
      content.report(.weakHash, place, "'\(algorithm)' is not accepted as a digest")
    case .malformed(let reason): content.report(.malformedDependencyFile, place, reason)
    }
  }

  /// The full name of an image's repository, without its tag.
  private static func repository(_ image: String) -> String {
    var parts = image.split(separator: "/").map(String.init)
    if let last = parts.popLast() {
      parts.append(String(last.prefix { $0 != ":" }))
    }
    let isHost =
      parts.count > 1
      && (parts[0].contains(where: { ".:".contains($0) }) || parts[0] == "localhost")
    if !isHost { parts = ["docker.io"] + (parts.count == 1 ? ["library"] : []) + parts }
    return parts.joined(separator: "/")
  }

  private mutating func readVariables(
    _ instruction: Dockerfile.Instruction, at place: Place, into content: inout DependencyContent
  ) {
    var words = ShellCommand.commands(in: instruction.arguments.replacing("|", with: " "))
      .flatMap(\.words)
    // `ENV NAME value`, the old form.
    if instruction.keyword == "ENV", let first = words.first, !first.has("=") {
      words = ["\(first)=\(words.dropFirst().joined(separator: " "))"]
    }
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      let name = parts[0]
      if parts.count == 2, arguments.count < DockerBuild.argumentLimit {
        arguments[name] = expanded(parts[1]).text
      }
      let value = parts.count == 2 ? expanded(parts[1]).text : ""
      if InstallerVariables.option(of: name) != nil {
        if parts.count == 1 {
          content.report(
            .environmentDecides, place, "the build's argument '\(name)' decides what is installed")
        }
        ShellInstallation(place: place, in: file).judgeVariable("\(name)=\(value)", into: &content)
      } else if let user = Address(firstIn: value[...])?.userInfo,
        user.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
          .contains(where: { !$0.isEmpty })
      {
        content.report(
          .buildSecret, place, "the address in '\(name)' holds a password", evidence: [name])
      }
      let isEmpty = parts.count == 2 && parts[1].isEmpty
      if SecretName.matches(name), !isEmpty {
        content.report(
          .buildSecret, place, "'\(name)' stays in the image's history", evidence: [name])
      }
    }
  }

  private func readCopy(
    _ instruction: Dockerfile.Instruction, at place: Place, into content: inout DependencyContent
  ) {
    if let from = instruction.flag("from") { judge(from: from, at: place, into: &content) }
    for document in instruction.hereDocuments {
      readWritten(document, of: instruction, at: place, into: &content)
    }
    let sources = DockerBuild.words(instruction.arguments).dropLast()
    for source in sources {
      let name = String(source.split(separator: "/").last ?? "").lowercased()
      if instruction.flag("from") == nil, SecretName.files.contains(name) {
        content.report(.buildSecret, place, "'\(source)' is copied into the image")
      }
      guard instruction.keyword == "ADD" else { continue }
      let lower = source.lowercased()
      let isGit =
        lower.hasPrefix("git@") || lower.hasPrefix("git://") || lower.has(".git#")
        || lower.hasSuffix(".git")
      guard isGit || lower.hasPrefix("http://") || lower.hasPrefix("https://") else { continue }
      content.judge(address: source, at: place)
      let checksum = instruction.flag("checksum").map { PackageHash($0) }
      switch checksum {
      case .strong?: break
      case .weak?, .malformed?:
        // BuildKit takes the hash of a commit here.
        if !isGit || bytes(lowerCaseHexadecimal: instruction.flag("checksum") ?? "")?.count != 20 {
          content.report(.weakHash, place, "the checksum of '\(source)' is not SHA-256")
        }
      case nil:
        content.report(
          .uncheckedDownload, place, "'\(redacted(source))' is added without --checksum")
      }
    }
  }

  /// A file that the Dockerfile itself holds.
  private func readWritten(
    _ document: Dockerfile.HereDocument, of instruction: Dockerfile.Instruction, at place: Place,
    into content: inout DependencyContent
  ) {
    let target = DockerBuild.words(instruction.arguments).last ?? ""
    let name = target.hasSuffix("/") ? document.name : target
    switch DependencyReaders.reader(of: name)?.kind {
    case RequirementsReader.kind?:
      content.add(RequirementsFile(line: document.text, at: place).content)
    case nil:
      if document.text.hasPrefix("#!") || name.hasSuffix(".sh") {
        ShellInstallation(place: place, in: file).judge(document.text, into: &content)
      }
    case let kind?:
      content.report(
        .unreadDependencyFile, place, "a file of kind '\(kind)' in a here-document is not read")
    }
  }

  /// `--from` of COPY and of a mount: a stage by name or number, or an image.
  private func judge(from: String, at place: Place, into content: inout DependencyContent) {
    let name = expanded(from).text.lowercased()
    if Int(name) != nil || stageNumbers[name] != nil { return }
    judge(image: from, at: place, into: &content)
  }

  private func readRun(
    _ instruction: Dockerfile.Instruction, at place: Place, into content: inout DependencyContent
  ) {
    for mount in instruction.flags where mount.name == "mount" {
      for field in mount.value.split(separator: ",") where field.hasPrefix("from=") {
        judge(from: String(field.dropFirst(5)), at: place, into: &content)
      }
    }
    let shell = ShellInstallation(place: place, in: file)
    var text = instruction.arguments
    if instruction.keyword == "HEALTHCHECK" {
      text = String(text.drop { !$0.isWhitespace }.drop(while: \.isWhitespace))
    }
    var commands: [ShellCommand]
    if let words = DockerBuild.array(text) {
      commands = [ShellCommand(words: words)]
    } else {
      commands = ShellCommand.commands(in: text)
    }
    shell.judge(commands, into: &content)
    let isCode = commands.contains {
      $0.program.map { ShellInstallation.isCodeRunner($0.name) } ?? false
    }
    for document in instruction.hereDocuments {
      shell.judge(document.text, into: &content)
      let firstLine = document.text.prefix { !$0.isNewline }
      if isCode || firstLine.hasPrefix("#!") && !firstLine.has("sh") {
        shell.judge(code: [document.text], into: &content)
      }
    }
  }

  /// The shell of the instructions that follow, as far as it is one.
  private func readShell(
    _ instruction: Dockerfile.Instruction, at place: Place, into content: inout DependencyContent
  ) {
    let shells = ["sh", "bash", "dash", "zsh", "ash", "ksh"]
    let names = DockerBuild.words(instruction.arguments).map {
      String($0.split(separator: "/").last ?? "")
    }
    guard !names.contains(where: shells.contains) else { return }
    content.report(
      .unreadDependencyFile, place, "commands of '\(names.first ?? "")' are not read")
  }

  /// The words of arguments, in the form of a JSON array or divided by spaces.
  private static func words(_ text: String) -> ArraySlice<String> {
    array(text)?[...] ?? text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
  }

  /// The texts of a JSON array; nil for what Docker takes for the other form.
  private static func array(_ text: String) -> [String]? {
    guard text.hasPrefix("[") else { return nil }
    do throws(ParseError) {
      let elements = try JSON(parsing: ByteSlice(utf8: text), depth: 4).array ?? []
      let texts = elements.compactMap(\.string)
      return texts.count == elements.count ? texts : nil
    } catch {
      return nil
    }
  }

  /// The text with `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` replaced, and the
  /// first name that has no value.
  private func expanded(_ text: String) -> (text: String, unknown: String?) {
    var result = ""
    var unknown: String?
    var rest = text[...]
    while let mark = rest.firstIndex(of: "$") {
      result += rest[..<mark]
      rest = rest[rest.index(after: mark)...]
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      rest = rest.dropFirst(name.count)
      var value = arguments[name]
      if isBraced {
        let end = rest.firstIndex(of: "}") ?? rest.endIndex
        let form = rest[..<end].drop { $0 == ":" }
        if form.hasPrefix("-"), value?.isEmpty ?? true { value = String(form.dropFirst()) }
        if form.hasPrefix("+") { value = value == nil ? "" : String(form.dropFirst()) }
        rest = rest[end...].dropFirst()
      }
      if value == nil { unknown = unknown ?? name }
      result += value ?? ""
      if result.utf8.count > 1_024 { return (text, unknown ?? name) }
    }
    return (result + rest, unknown)
  }
}

/// Names of variables and files that hold a secret.
enum SecretName {
  private static let words: Set<Substring> = [
    "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "SECRETS", "TOKEN", "APIKEY", "CREDENTIAL",
    "CREDENTIALS", "AUTHTOKEN",
  ]
  private static let pairs: Set<String> = [
    "API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "SECRET_KEY", "SIGNING_KEY", "ENCRYPTION_KEY",
    "SSH_KEY",
  ]
  /// What a secret's name ends with when the value is something about it.
  private static let harmless: Set<Substring> = [
    "FILE", "PATH", "DIR", "URL", "URI", "NAME", "ID", "TTL", "TYPE", "LENGTH", "SIZE", "LIMIT",
    "COUNT", "PUBLIC", "EXPIRY", "HEADER",
  ]
  /// Files that hold passwords, tokens or private keys, in lower case.
  static let files: Set<String> = [
    ".npmrc", ".pypirc", ".netrc", ".git-credentials", ".env", "id_rsa", "id_dsa", "id_ecdsa",
    "id_ed25519", ".ssh", ".aws", ".dockercfg",
  ]

  /// Whether a variable of the name holds a secret.
  static func matches(_ name: String) -> Bool {
    let parts = name.uppercased().split { "_-.".contains($0) }
    guard let last = parts.last, !harmless.contains(last) else { return false }
    if parts.contains(where: words.contains) { return true }
    return zip(parts, parts.dropFirst()).contains { pairs.contains("\($0)_\($1)") }
  }
}
