import ArgumentParser
import Bytes
import Findings
import Judging

/// `proofmark scan`: hostile content alone.
struct ScanCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", _superCommandName: Tool.name,
    abstract: "Look for hostile content alone.",
    discussion: """
      Opens archives, folders and files and looks for what a loader would run or misread: code in \
      Keras layers, pickles that import, external links, headers that lie. Nothing is executed.

      EXAMPLES
        proofmark scan model.h5
        proofmark scan downloads/ --format sarif > scan.sarif
      """)

  @Argument(help: ArgumentHelp("Files, folders or archives.", valueName: "path"))
  var paths: [String]

  @OptionGroup var options: AuditOptions

  func execute() throws -> Judging.ExitCode {
    try options.run(paths, demanding: [.unpack, .scan])
  }
}
