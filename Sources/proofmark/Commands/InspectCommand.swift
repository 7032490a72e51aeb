import StockPolicies
import Archives
import ArgumentParser
import Auditing
import Bytes
import Engine
import Findings
import Judging
import Models

/// `proofmark inspect`: what is in a release; no verdict.
struct InspectCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show members, formats, the network's layers and weights; no verdict.",
    discussion: """
      EXAMPLES
        proofmark inspect digits.tar.zst
        proofmark inspect model.h5 --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(help: "An archive, a folder or a file.")
  var release: String

  @Option(help: "The form of the output.")
  var format = Format.text

  @OptionGroup var compute: ComputeOptions

  func execute() throws -> Judging.ExitCode {
    let settings = try AuditSettings(
      policy: Policy(stock: .permissive), checks: [.unpack, .reproduce], trust: nil, at: nil,
      compute: compute.compute())
    let inspection = Inspection(try Subject(opening: release, settings))
    switch format {
    case .text: try Terminal.output(inspection.text)
    case .json: try Terminal.output(inspection.json.text())
    }
    return inspection.isComplete ? .pass : .incomplete
  }
}
