import ArgumentParser
import Bytes
import Findings
import Judging
import Reporting

/// `proofmark explain`: what a rule means.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tell what a rule means, why it matters and how to mend it.",
    discussion: """
      EXAMPLES
        proofmark explain ROB001
        proofmark explain --all
      """)

  @Argument(help: "The rule's id.")
  var rule: String?

  @Flag(help: "Every rule.")
  var all = false

  func validate() throws {
    guard (rule == nil) == all else { throw ValidationError("give a rule's id or --all") }
  }

  func run() throws {
    guard let rule else {
      try Terminal.output(RuleExplanation.list())
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
