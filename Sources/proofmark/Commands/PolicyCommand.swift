import ArgumentParser
import Bytes
import Judging

/// `proofmark policy`: the stock policies, and whether a policy file can be used.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", _superCommandName: Tool.name,
    abstract: "Show a policy, or check a policy file.",
    subcommands: [PolicyShowCommand.self, PolicyCheckCommand.self])
}

/// `proofmark policy show`.
struct PolicyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a policy with its comments: a start for one of your own.",
    discussion: """
      EXAMPLES
        proofmark policy show release
        proofmark policy show ci-gate > our-policy.toml
      """)

  @Argument(help: "permissive, ci-gate, release, or a policy file.")
  var policy: String

  func run() throws {
    try Terminal.output(PolicyOption.source(policy))
  }
}

/// `proofmark policy check`.
struct PolicyCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Tell whether a policy file can be used; exit 2 when it cannot.",
    discussion: """
      EXAMPLES
        proofmark policy check our-policy.toml
      """)

  @Argument(help: "permissive, ci-gate, release, or a policy file.")
  var policy: String

  func run() throws {
    let policy = try PolicyOption.load(policy)
    try Terminal.output("policy \(safeText(policy.name)) is valid: \(policy.digest.prefixed)\n")
  }
}
