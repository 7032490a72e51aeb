import Bytes
import Findings

/// `environment.yml` of conda: `channels`, and `dependencies` of match specifications, with one
/// mapping `pip:` of lines as in a requirements file. MLflow's `conda.yaml` is one.
enum CondaEnvironmentReader: DependencyReader {
  static let kind = "environment"
  static let names = [
    "environment.yml", "environment.yaml", "environment-*.yml", "environment-*.yaml",
    "environment_*.yml", "environment_*.yaml", "environment.*.yml", "environment.*.yaml",
    "*-environment.yml", "*-environment.yaml", "*_environment.yml", "*_environment.yaml",
    "conda.yml", "conda.yaml", "conda_env.yml", "conda_env.yaml", "conda-env.yml",
    "conda-env.yaml",
  ]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard content.fits(file, 1 << 20), let document = content.yaml(file) else { return }
    // Without the key, nothing is installed.
    if document.object != nil, document["dependencies"] == nil { return }
    guard let dependencies = document["dependencies"]?.array else {
      content.refuse(file.place, "expected a list 'dependencies'")
      return
    }
    for channel in document["channels"]?.texts ?? [] {
      content.judge(address: channel, at: file.place.detail("channel \(redacted(channel))"))
    }
    for dependency in dependencies where !content.isFull {
      if let text = dependency.text {
        guard content.isShort(text, file.place) else { continue }
        let place = file.place.detail("dependencies: \(text.clipped(to: 80))")
        declare(text, at: place, into: &content)
      } else if let lines = dependency["pip"]?.array {
        readPip(lines, file, into: &content)
      } else {
        content.report(
          .malformedDependencyFile, file.place, "a dependency that is neither a text nor 'pip'")
      }
    }
  }

  private static func readPip(
    _ lines: [JSON], _ file: DependencyFile, into content: inout DependencyContent
  ) {
    for line in lines where !content.isFull {
      guard let text = line.text else {
        content.report(.malformedDependencyFile, file.place, "a line of 'pip' that is no text")
        continue
      }
      guard content.isShort(text, file.place) else { continue }
      content.add(
        RequirementsFile(line: text, at: file.place.detail("pip: \(text.clipped(to: 80))")).content)
    }
  }

  private static func declare(
    _ text: String, at place: Place, into content: inout DependencyContent
  ) {
    guard let spec = CondaSpec(text) else {
      content.report(
        .malformedDependencyFile, place, "no match specification", evidence: [text])
      return
    }
    if let channel = spec.channel { content.judge(address: channel, at: place) }
    if spec.isFile {
      content.reportDirect(.url, spec.name, from: text, at: place)
      return
    }
    content.declare(
      DeclaredPackage(
        .conda, name: spec.name, specifier: spec.specifier, version: spec.version, at: place))
  }
}

/// A match specification of conda: `[CHANNEL::]NAME[=VERSION[=BUILD]]`, `NAME VERSION BUILD`,
/// `NAME>=1,<2`, `NAME[version='1.2', build=x]`, or the address of a file.
struct CondaSpec: Equatable {
  let channel: String?
  let name: String
  let specifier: String
  /// The one version that it names; `=1.2` stands for `1.2` and all that begins with `1.2.`.
  let version: String?
  let isFile: Bool

  init?(_ text: String) {
    var rest = trimmingSpace(text)
    if rest.has("://") || rest.ends(in: ".conda") || rest.ends(in: ".tar.bz2") {
      let address = rest.split(separator: "#").first.map(String.init) ?? ""
      self.init(
        channel: nil, name: CondaFile(address: address)?.name ?? String(rest), specifier: "",
        version: nil, isFile: true)
      return
    }
    var channel: String?
    if let mark = rest.utf8.firstRange(of: "::") {
      channel = String(rest[..<mark.lowerBound])
      rest = rest[mark.upperBound...]
    }
    let written = Substring(rest.utf8.prefix { !" =<>!~[,|".utf8.contains($0) })
    let name = written.lowercased()
    let isName = name.utf8.allSatisfy {
      isDigit($0) || isLowerCaseLetter($0) || $0 == 0x2d || $0 == 0x2e || $0 == 0x5f
    }
    guard isName, !name.isEmpty else { return nil }
    let conditions = trimmingSpace(rest[written.endIndex...])
    self.init(
      channel: channel, name: name, specifier: String(conditions),
      version: CondaSpec.version(in: conditions), isFile: false)
  }

  private init(
    channel: String?, name: String, specifier: String, version: String?, isFile: Bool
  ) {
    self.channel = channel
    self.name = name
    self.specifier = specifier
    self.version = version
    self.isFile = isFile
  }

  private static func version(in conditions: Substring) -> String? {
    if conditions.isEmpty { return nil }
    if conditions.hasPrefix("[") {
      for field in conditions.dropFirst().split(whereSeparator: { ",]".contains($0) }) {
        let parts = field.split(separator: "=", maxSplits: 1).map(trimmingSpace)
        guard parts.count == 2, parts[0] == "version" else { continue }
        let value = parts[1].filter { $0 != "'" && $0 != "\"" }
        return exact(value[...]) ?? (value.hasPrefix("==") ? exact(value.dropFirst(2)) : nil)
      }
      return nil
    }
    if conditions.hasPrefix("==") { return exact(trimmingSpace(conditions.dropFirst(2))) }
    // With a build it is exact, by `=` and by spaces.
    let isSpaced = !conditions.hasPrefix("=")
    let words =
      isSpaced
      ? conditions.split(separator: " ") : conditions.dropFirst().split(separator: "=")
    guard words.count == 2, let version = words.first, exact(words[1]) != nil else { return nil }
    return exact(version)
  }

  private static func exact(_ text: Substring) -> String? {
    text.isEmpty || text.utf8.contains(where: "<>=!~*,| ".utf8.contains) ? nil : String(text)
  }
}
