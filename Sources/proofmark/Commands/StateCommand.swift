import ArgumentParser
import Bytes
import Judging
import Trust

/// `proofmark state`: what a verifier remembers from one run to the next.
struct StateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state", _superCommandName: Tool.name,
    abstract: "Make a state file, show it, or take a new trust file into it.",
    discussion: """
      'audit' and 'verify' write it when a release passes, and refuse what is older than what it \
      remembers. A state file that is missing or damaged is exit 2, never a fresh start.

      EXAMPLES
        proofmark state init seen.toml
        proofmark verify digits.tar.zst --trust trust.toml --state seen.toml
        proofmark state show seen.toml
        proofmark state accept seen.toml --trust trust.toml
      """,
    subcommands: [StateInitCommand.self, StateShowCommand.self, StateAcceptCommand.self])
}

/// `proofmark state init`.
struct StateInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a state file that remembers nothing; an existing one is never replaced.",
    discussion: """
      EXAMPLES
        proofmark state init seen.toml
      """)

  @Argument(help: "The state file.")
  var file: String

  func run() throws {
    try StateFile.create(file)
    Terminal.note("made \(safeText(file)), which remembers nothing yet")
  }
}

/// `proofmark state show`.
struct StateShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what a state file remembers.",
    discussion: """
      EXAMPLES
        proofmark state show seen.toml
      """)

  @Argument(help: "The state file.")
  var file: String

  func run() throws {
    let state = try StateFile.read(file)
    var lines = ["latest time    " + (state.time.map { "\($0)" } ?? "none")]
    let trust = state.trust.map { trust in
      let root = trust.root.map { root in
        ", root role of \(root.threshold) among "
          + Set(root.keys.map(\.owner)).sorted().joined(separator: ", ")
      }
      return "version \(trust.version), \(trust.digest.prefixed)\(root ?? ", no root role")"
    }
    lines.append("trust file     " + safeText(trust ?? "none"))
    var table = TextTable(["model", "version", "judged at", "lock"])
    for (model, release) in state.releases.sorted(by: { $0.key < $1.key }) {
      table.add([model, release.version.text, "\(release.time)", release.lock.prefixed])
    }
    if !table.isEmpty { lines += table.lines }
    try Terminal.output(lines.joined(separator: "\n") + "\n")
  }
}

/// `proofmark state accept`.
struct StateAcceptCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Remember a trust file before any release is judged by it.",
    discussion: """
      Where the root role changed more than once, each version in between has to be accepted in \
      its turn. Exit 1 when the trust file may not follow the one that is remembered.

      EXAMPLES
        proofmark state accept seen.toml --trust trust.toml
      """)

  @Argument(help: "The state file.")
  var file: String

  @Option(help: ArgumentHelp("The trust file.", valueName: "file"))
  var trust: String

  func execute() throws -> Judging.ExitCode {
    let opened = try StateFile(opening: file)
    var state = opened.state
    let clock = Timestamp.systemClock()
    let trustFile = try TrustFileOption.load(trust, at: state.time.map { max($0, clock) } ?? clock)
    if let seen = state.trust,
      let objection = TrustSuccession(of: trustFile, after: seen)
        .objection(to: trustFile, after: seen)
    {
      Terminal.note("\(Tool.name): error: \(safeText("\(trust): \(objection)"))")
      return .fail
    }
    state.remember(trustFile)
    try opened.save(state)
    Terminal.note("\(safeText(file)) remembers version \(trustFile.version) of the trust file")
    return .pass
  }
}
