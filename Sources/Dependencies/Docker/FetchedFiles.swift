/// The files that the commands of one build step have fetched, until something checks them.
struct FetchedFiles {
  private var names: Set<String> = []

  private static let checks: Set = [
    "sha256sum", "sha384sum", "sha512sum", "b2sum", "shasum", "gpg", "gpgv", "cosign", "minisign",
    "signify", "openssl", "rhash",
  ]
  /// Programs that run, unpack or install the file that they are given.
  private static let users: Set = [
    "chmod", "tar", "bsdtar", "unzip", "dpkg", "rpm", "source", ".",
  ]

  /// Takes note of what the command fetches, checks or uses.
  ///
  /// - Returns: the file that it uses though nothing has checked it; nil for none.
  mutating func follow(
    _ name: String, _ arguments: ArraySlice<String>, isInterpreter: Bool, of command: ShellCommand
  ) -> String? {
    if FetchedFiles.checks.contains(name) {
      names = []
      return nil
    }
    if name == "curl" || name == "wget" {
      if let file = FetchedFiles.target(of: name, arguments) { names.insert(file) }
      return nil
    }
    guard !names.isEmpty else { return nil }
    let words = isInterpreter || FetchedFiles.users.contains(name) ? Array(arguments) : []
    let used = ([command.words.first { $0.hasSuffix(name) } ?? ""] + words)
      .map(FetchedFiles.normalised).first(where: names.contains)
    if let used { names.remove(used) }
    return used
  }

  /// Where `curl` and `wget` write to; nil when that is the output.
  private static func target(of name: String, _ arguments: ArraySlice<String>) -> String? {
    let words = Array(arguments)
    let options = name == "curl" ? ["-o", "--output"] : ["-O", "--output-document"]
    for (index, word) in words.enumerated() {
      let next = index + 1 < words.count ? words[index + 1] : ""
      if word == ">" || options.contains(word) { return file(next) }
      if word.hasPrefix(">") { return file(String(word.dropFirst())) }
      if let option = options.last, word.hasPrefix(option + "=") {
        return file(String(word.dropFirst(option.count + 1)))
      }
      // `curl -fsSLo FILE`, `wget -qO FILE`.
      let short = options[0].dropFirst()
      if word.hasPrefix("-"), !word.hasPrefix("--"), word.hasSuffix(short),
        word.dropFirst().allSatisfy(\.isLetter)
      {
        return file(next)
      }
    }
    let keepsName = words.contains { word in
      word == "--remote-name"
        || word.hasPrefix("-") && !word.hasPrefix("--") && word.contains("O")
    }
    guard name == "wget" || keepsName else { return nil }
    return words.first { $0.contains("://") }.flatMap { address in
      file(String(address.prefix { $0 != "?" && $0 != "#" }.split(separator: "/").last ?? ""))
    }
  }

  private static func file(_ name: String) -> String? {
    name.isEmpty || name == "-" || name.hasPrefix("/dev/") ? nil : normalised(name)
  }

  private static func normalised(_ name: String) -> String {
    name.hasPrefix("./") ? String(name.dropFirst(2)) : name
  }
}
