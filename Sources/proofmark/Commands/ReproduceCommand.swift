import ArgumentParser
import Bytes
import Findings
import Judging

/// `proofmark reproduce`: goldens and metrics alone.
struct ReproduceCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", _superCommandName: Tool.name,
    abstract: "Run the model again and compare with what its makers recorded.",
    discussion: """
      Goldens are compared with the training framework's outputs by tolerance and with the lock \
      bit for bit; the evaluation set is counted again.

      EXAMPLES
        proofmark reproduce digits.tar.zst
        proofmark reproduce digits/ --policy release --format json
      """)

  @Argument(help: ArgumentHelp("What to reproduce.", valueName: "release"))
  var releases: [String]

  @OptionGroup var options: AuditOptions

  func execute() throws -> Judging.ExitCode {
    try options.run(releases, demanding: [.unpack, .reproduce])
  }
}
