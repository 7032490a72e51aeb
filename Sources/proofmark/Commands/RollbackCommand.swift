import Archives
import ArgumentParser
import Auditing
import Bytes
import Findings
import Judging
import Releases
import Trust

/// `proofmark rollback`: where one could go back to. It changes nothing.
struct RollbackCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", _superCommandName: Tool.name,
    abstract: "Find the newest earlier release that the policy still passes; change nothing.",
    discussion: """
      Looks through a folder whose entries are releases, folders or archives, and audits those \
      below the version to leave, newest first, until one passes. The state file, which refuses \
      what is older than what passed, is only read: it says which version is to be left.

      EXAMPLES
        proofmark rollback releases/ --policy release --trust trust.toml
        proofmark rollback releases/ --from 1.4.0 --model handwritten-digits --trust trust.toml
        proofmark rollback releases/ --trust trust.toml --state seen.toml
      """)

  @Argument(help: ArgumentHelp("The folder of releases.", valueName: "folder"))
  var folder: String

  @Option(help: "The model, where the folder has releases of several.")
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The version to leave. Default: what the state remembers, else the newest in the folder.",
      valueName: "version"))
  var from: String?

  @Option(help: ArgumentHelp("The state file; only read.", valueName: "file"))
  var state: String?

  @OptionGroup var options: AuditOptions

  func execute() throws -> Judging.ExitCode {
    let state = try state.map { path throws(TrustError) in try StateFile.read(path) }
    let shelf = try ReleaseShelf(folder)
    for note in shelf.notes { Terminal.note("\(Tool.name): note: \(safeText(note))") }
    let model = try shelf.model(model)
    let left = try version(toLeave: model, shelf, state)
    var settings = try options.settings(state: state)
    // A plan to go back cannot be held against the memory that forbids it; a trust file can.
    settings.state = state?.withoutReleases()
    try Terminal.output("\(safeText(model)): leaving \(left)\n")
    for entry in shelf.releases(of: model).reversed() where entry.version < left {
      let report = try Audit(settings).run(entry.path)
      let reason = report.checks.filter { $0.verdict != .pass }.map(\.name.rawValue)
      let why = reason.isEmpty ? "" : ": " + reason.joined(separator: ", ")
      try Terminal.output(
        "  \(entry.version)  \(report.verdict.rawValue)\(why)  \(safeText(entry.path))\n")
      guard report.verdict == .pass else { continue }
      try Terminal.output("roll back to \(entry.version): \(safeText(entry.path))\n")
      if let seen = state?.releases[model], entry.version < seen.version {
        Terminal.note(
          "help: the state remembers \(seen.version) and refuses what is older: release the files "
            + "of \(entry.version) again under a version above it")
      }
      return .pass
    }
    try Terminal.output("no earlier release passes\n")
    return .fail
  }

  private func version(
    toLeave model: String, _ shelf: ReleaseShelf, _ state: VerifierState?
  ) throws -> ReleaseVersion {
    if let from {
      guard let version = ReleaseVersion(from) else {
        throw CommandFailure(
          "--from: expected a version such as 1.4.0, found '\(from)'", code: .usage)
      }
      return version
    }
    if let seen = state?.releases[model] { return seen.version }
    guard let newest = shelf.releases(of: model).last else {
      throw CommandFailure("\(folder): holds no release of \(model)", code: .usage)
    }
    return newest.version
  }
}
