import Findings
import ArgumentParser
import Auditing
import Bytes
import Judging

/// `proofmark probe`: robustness alone.
struct ProbeCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", _superCommandName: Tool.name,
    abstract: "Attack the model and show how its accuracy holds.",
    discussion: """
      FGSM over the whole evaluation set at the policy's sizes, with 95 % intervals, and whether \
      the gradients can be believed.

      EXAMPLES
        proofmark probe digits.tar.zst --policy release
        proofmark probe digits/ -o html=probe.html
        proofmark probe digits/ --digests
      """)

  @Argument(help: ArgumentHelp("What to attack.", valueName: "release"))
  var releases: [String]

  @Flag(help: "Print the digests of logits, gradients and attacked inputs in place of a report.")
  var digests = false

  @OptionGroup var options: AuditOptions

  func execute() throws -> Judging.ExitCode {
    guard digests else { return try options.run(releases, demanding: [.unpack, .robustness]) }
    let settings = try options.settings(demanding: [.unpack, .robustness])
    for path in releases {
      let subject = try Subject(opening: path, settings)
      switch ProbeDigests.compute(subject, settings) {
      case .ready(let list):
        for (name, digest) in list { try Terminal.output("\(name): \(digest.prefixed)\n") }
      case .absent(let reason):
        throw CommandFailure("\(Place.subject): \(reason)", code: .incomplete)
      case .refused(let finding):
        throw CommandFailure("\(finding.place): \(finding.message)", code: .incomplete)
      }
    }
    return .pass
  }
}
