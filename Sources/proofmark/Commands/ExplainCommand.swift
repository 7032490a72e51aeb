import ArgumentParser
import Bytes
import Findings
import Judging
import Reporting

/// `proofmark explain`: what a rule means.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", _superCommandName: Tool.name,
    abstract: "Tell what a rule means, why it matters and how to mend it.",
    discussion: """
      EXAMPLES
        proofmark explain ROB001
        proofmark explain --all
        proofmark explain --all --format json
      """)

  @Argument(help: "The rule's id.")
  var rule: String?

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Flag(help: "Every rule.")
  var all = false

  @Option(help: "The form of --all.")
  var format = Format.text

  func validate() throws {
    guard (rule == nil) == all else { throw ValidationError("give a rule's id or --all") }
    guard all || format == .text else { throw ValidationError("--format json goes with --all") }
  }

  func run() throws {
    guard let rule else {
      try Terminal.output(format == .json ? RuleExplanation.json() : RuleExplanation.list())
      return
    }
    guard let found = Rule.named(rule.uppercased()) else {
      let nearest = nearestName(to: rule.uppercased(), among: Rule.all.map(\.id))
      throw CommandFailure(
        "there is no rule '\(rule)'",
        help: nearest.map { "did you mean \($0)? 'proofmark explain --all' lists every rule" },
        code: .usage)
    }
    try Terminal.output(RuleExplanation.text(for: found))
  }
}
