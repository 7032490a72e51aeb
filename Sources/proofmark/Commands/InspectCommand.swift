import Archives
import ArgumentParser
import Auditing
import Bytes
import Engine
import Findings
import Judging
import Models
import StockPolicies

/// `proofmark inspect`: what is in a release; no verdict.
struct InspectCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", _superCommandName: Tool.name,
    abstract: "Show members, formats, the network's layers, memory and weights; no verdict.",
    discussion: """
      Shows each member's kind, size and digest; of the network the inputs and outputs, its \
      parameters, multiply-accumulates and working memory; of each layer the operator, where it \
      takes its values from (# counts the layers), the output's shape, parameters, \
      multiply-accumulates (macs) and the rows x columns of the input that one pixel sees, with \
      the step to the next pixel's; of each weight the type, the shape and the bytes of the file \
      that hold it; and how weights were found that an architecture names otherwise.

      A bare file of weights shows its network with --architecture, a bare torch module with \
      --shape. --format json has the same in full (proofmark-inspection/1): network.layers, \
      network.memory, network.mapping, network.weights; weights without a network stand under \
      weights. Exit 3 when something could not be read.

      --pickle shows instead what the pickles in it do, line by line: imports, calls, states and \
      the result, each with the place and the number of its instruction. Nothing is run.

      EXAMPLES
        proofmark inspect --pickle model.pth
        proofmark inspect digits.tar.zst
        proofmark inspect model.h5 --format json
        proofmark inspect weights.pth --architecture net.onnx
        proofmark inspect module.pth --shape 1x28x28
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(help: "An archive, a folder or a file.")
  var release: String

  @Option(
    help: ArgumentHelp("The graph of a bare file of weights, as for run.", valueName: "file"))
  var architecture: String?

  @Option(
    help: ArgumentHelp("The shape of a bare model's input, without the batch.", valueName: "axb"))
  var shape: String?

  @Flag(help: "Show what pickles would do when they are loaded, as Python.")
  var pickle = false

  @Option(help: "The form of the output.")
  var format = Format.text

  @OptionGroup var compute: ComputeOptions

  func execute() throws -> Judging.ExitCode {
    if pickle { return try showPickles() }
    var bare = BareModel()
    bare.architecture = try architecture.map { try ByteSlice(path: $0) }
    bare.rowShape = try shape.map(InspectCommand.sizes)
    let beside = FilesBeside(architecture ?? release)
    bare.externalFile = { (name) throws(ParseError) in try beside.content(of: name) }
    let settings = try AuditSettings(
      policy: Policy(stock: .permissive), checks: [.unpack, .reproduce], trust: nil, at: nil,
      compute: compute.compute(), worker: .thisProgram)
    let inspection = Inspection(try Subject(opening: release, settings, bare: bare), bare: bare)
    switch format {
    case .text: try Terminal.output(inspection.text)
    case .json: try Terminal.output(inspection.json.text())
    }
    return inspection.isComplete ? .pass : .incomplete
  }

  /// Every pickle of the file, or among the members of the archive or folder.
  private func showPickles() throws -> Judging.ExitCode {
    guard format == .text, architecture == nil, shape == nil else {
      throw CommandFailure(
        "--pickle: expected no --format, --architecture or --shape beside it", code: .usage)
    }
    let pickles = PickleListing(of: try Inventory(opening: release, worker: .thisProgram))
    try Terminal.output(pickles.text)
    return pickles.isComplete ? .pass : .incomplete
  }

  /// Sizes with an `x` between them.
  private static func sizes(_ text: String) throws -> [Int] {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    let sizes = parts.compactMap { Int($0) }.filter { $0 > 0 }
    guard sizes.count == parts.count, sizes.count <= EngineLimits.rank - 1 else {
      throw CommandFailure(
        "--shape: expected sizes as 1x28x28, found '\(text)'", code: .usage)
    }
    return sizes
  }
}
