import ArgumentParser
import Auditing
import Bytes
import Engine
import Evaluation
import Formats
import Judging
import Models

/// `proofmark run`: inference alone.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a model on inputs in a .npy or IDX file.",
    discussion: """
      The same model and inputs give the same bits on every machine (proofmark-numerics/1). Inputs \
      are taken as the network's own numbers unless --scale says otherwise.

      EXAMPLES
        proofmark run model.h5 --input x.npy --output y.npy
        proofmark run model.h5 --input images-idx3-ubyte --scale 1/255 --output logits.npy --logits
      """)

  @Argument(help: "The model's file.")
  var model: String

  @Option(help: ArgumentHelp("The inputs, one a row.", valueName: "file"))
  var input: String

  @Option(
    help: ArgumentHelp("The outputs as float32 .npy; - for standard output.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("What stored numbers are multiplied with.", valueName: "a/b"))
  var scale = "1/1"

  @Flag(help: "Give the input of a final softmax.")
  var logits = false

  @OptionGroup var compute: ComputeOptions

  func run() throws {
    guard let ratio = InputScale(ratio: scale) else {
      throw CommandFailure("--scale: expected a fraction as 1/255, found '\(scale)'", code: .usage)
    }
    if output != "-" { try OutputFile.check(output) }
    let compute = try compute.compute()
    let network: Network
    do {
      let model = try Model(parsing: ByteSlice(path: model), limits: Limits())
      network = try Network(model.graph, variant: compute.variant)
    } catch let error as ModelError {
      throw CommandFailure("\(model): \(error)", code: .incomplete)
    }
    let inputs: Tensor
    do {
      inputs = try ratio.inputs(
        from: readArray(ByteSlice(path: input)), sampleShape: network.graph.inputShape)
    } catch let error as EvaluationError {
      throw CommandFailure("\(input): \(error)", code: .incomplete)
    }
    let outputs =
      logits
      ? try network.logits(inputs, threads: compute.threads)
      : try network.forward(inputs, threads: compute.threads)
    let file = NumPyArray.file(shape: outputs.shape, littleEndianFloats: outputs.littleEndianBytes)
    if output == "-" {
      try Terminal.output(file)
    } else {
      try AtomicFile.write(file, to: output)
    }
    Terminal.note("\(outputs.shape[0]) rows, \(outputs.digest.prefixed)")
  }
}
