import Bytes
import Findings
import Formats

/// Files that a shell, git, an editor or a package manager runs without being asked, told by their
/// place: a release needs none of them.
enum StartupFile {
  private static let shellFiles: Set<String> = [
    ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zshenv",
    ".zprofile", ".zlogin", ".envrc", ".inputrc", ".vimrc", ".pythonrc", ".pythonrc.py", ".pdbrc",
  ]
  /// Settings of git that name a program (git-config(1)).
  private static let gitPrograms = [
    "fsmonitor", "sshcommand", "hookspath", "gitproxy", "askpass", "pager =", "editor =",
    "textconv", "external =", "= !", "=!",
  ]
  private static let installHooks = ["preinstall", "install", "postinstall", "prepare"]
  private static let containerHooks = [
    "initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand",
    "postStartCommand", "postAttachCommand",
  ]

  /// What runs the file; nil when nothing does.
  static func what(_ file: ScannedFile) -> String? {
    let parts = (file.place.members.last ?? "").split(separator: "/")
    let name = file.name.text
    let folder = parts.dropLast().last ?? ""
    if shellFiles.contains(name) { return "a shell or editor runs '\(name)' when it starts" }
    if name == "authorized_keys" { return "lets the holders of its keys log in" }
    if name == "crontab" || folder.hasPrefix("cron.") { return "cron runs what it names" }
    if folder == "hooks", parts.contains(".git"), file.name.fileExtension != "sample" {
      return "git runs '\(name)'"
    }
    let text = String(decoding: file.bytes.prefix(256 << 10), as: UTF8.self)
    switch name {
    case "config" where folder == ".git", ".gitconfig":
      let lower = text.lowercased()
      return gitPrograms.first { lower.contains($0) }.map { "git runs what its '\($0)' names" }
    case ".gitmodules":
      let isOption = text.split(whereSeparator: \.isNewline).contains {
        let value = $0.split(separator: "=", maxSplits: 1).last?.drop { " \t\"".contains($0) }
        return $0.contains("=") && value?.hasPrefix("-") == true
      }
      return isOption ? "gives git an option in place of an address" : nil
    case "tasks.json" where folder == ".vscode":
      return text.contains("folderOpen") ? "an editor runs its task when it opens the folder" : nil
    case "devcontainer.json", ".devcontainer.json":
      return containerHooks.first { text.contains("\"\($0)\"") }.map {
        "an editor runs its '\($0)'"
      }
    case "package.json":
      return installHook(in: file.bytes).map { "npm runs its '\($0)' when it installs" }
    default: return nil
    }
  }

  private static func installHook(in bytes: ByteSlice) -> String? {
    do throws(ParseError) {
      let scripts = try JSON(parsing: bytes)["scripts"]
      return installHooks.first { scripts?[$0] != nil }
    } catch {
      return nil
    }
  }
}

/// What settings and tables make a program run that reads them.
enum SettingSigns {
  private static let settings: Set<String> = [
    "toml", "cfg", "ini", "conf", "env", "properties", "pbtxt", "prototxt",
  ]
  /// Formulas of a spreadsheet that start a program or reach an address.
  private static let formulas = [
    "=cmd|", "=dde(", "=webservice(", "=importxml(", "=importdata(", "=hyperlink(", "=rundll32|",
    "=msexcel|", "+cmd|", "-cmd|", "@cmd|",
  ]

  static func judge(_ file: ScannedFile, _ context: inout ScanContext) {
    if settings.contains(file.name.fileExtension) {
      for line in String(decoding: file.bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
        guard !line.drop(while: \.isWhitespace).hasPrefix("#"),
          let what = ShellSigns.command(in: String(line))
        else { continue }
        context.report(
          Rule.shellPayload.at(
            file.place, "a command \(what)", evidence: [safeText(String(line.prefix(160)))]))
      }
    } else if ["csv", "tsv"].contains(file.name.fileExtension), let formula = formula(file.bytes) {
      context.report(
        Rule.activeDocument.at(file.place, "a spreadsheet runs its formula '\(formula)'"))
    }
  }

  /// A formula stands at the start of a cell.
  private static func formula(_ bytes: ByteSlice) -> String? {
    let text = Array(String(decoding: bytes, as: UTF8.self).lowercased().utf8)
    for (index, byte) in text.enumerated() where "=+-@".utf8.contains(byte) {
      guard index == 0 || ",;\t\n\"".utf8.contains(text[index - 1]) else { continue }
      if let found = formulas.first(where: { text[index...].starts(with: $0.utf8) }) {
        return found
      }
    }
    return nil
  }
}
