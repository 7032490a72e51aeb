import Findings
import ArgumentParser
import Judging

/// `proofmark verify`: signature and lock alone, the fast path at deployment.
struct VerifyCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the signature and the lock alone: the fast path at deployment.",
    discussion: """
      Demands both, whatever the policy says of them; the policy gives the role and the limits.

      EXAMPLES
        proofmark verify digits.tar.zst --trust trust.toml
        proofmark verify digits.tar.zst --trust trust.toml --state seen.toml
        proofmark verify /srv/models/digits --trust trust.toml --quiet
      """)

  @Argument(help: ArgumentHelp("What to verify.", valueName: "release"))
  var releases: [String]

  @OptionGroup var options: AuditOptions

  @OptionGroup var memory: MemoryOptions

  func validate() throws { try memory.check(releases) }

  func execute() throws -> Judging.ExitCode {
    try options.run(releases, demanding: [.unpack, .signature, .lock], memory: memory)
  }
}
