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
    commandName: "run", _superCommandName: Tool.name,
    abstract: "Run a model on inputs in .npy or IDX files.",
    discussion: """
      The same model and inputs give the same bits on every machine (proofmark-numerics/1). Models \
      are Keras .h5 and .keras, ONNX, and what torch.save writes or safetensors: a whole module of \
      torch's own layers, or weights with the graph in --architecture. What an ONNX model says \
      lies in other files is read from its own folder.

      Inputs are one a row and taken as the network's own numbers unless --scale says otherwise. \
      An array of exactly the shape that a model with a fixed batch declares runs as it is. A \
      network of several inputs or outputs takes NAME=FILE for each; files without a name go to \
      the others in order.

      EXAMPLES
        proofmark run model.h5 --input x.npy --output y.npy
        proofmark run model.h5 --input images-idx3-ubyte --scale 1/255 --output logits.npy --logits
        proofmark run weights.safetensors --architecture net.onnx --input x.npy --output y.npy
        proofmark run bert.onnx --input ids=i.npy --input mask=m.npy --output pooled=p.npy
      """)

  @Argument(help: "The model's file.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "The graph of weights: an ONNX model, its own weights ignored, or the JSON of a Keras "
        + "configuration.", valueName: "file"))
  var architecture: String?

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp("Inputs, one a row; repeatable.", valueName: "[name=]file"))
  var inputs: [NamedFile]

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "Where outputs go as .npy, float32 or their own integers; - for standard output; repeatable.",
      valueName: "[name=]file"))
  var outputs: [NamedFile]

  @Option(help: ArgumentHelp("What stored numbers are multiplied with.", valueName: "a/b"))
  var scale = "1/1"

  @Flag(help: "Give the input of a final softmax.")
  var logits = false

  @OptionGroup var compute: ComputeOptions

  func run() throws {
    guard let ratio = InputScale(ratio: scale) else {
      throw CommandFailure("--scale: expected a fraction as 1/255, found '\(scale)'", code: .usage)
    }
    for output in outputs where output.path != "-" { try OutputFile.check(output.path) }
    guard outputs.count(where: { $0.path == "-" }) <= 1 else {
      throw CommandFailure("--output: one output alone can go to standard output", code: .usage)
    }
    let compute = try compute.compute()
    let arrays = try inputs.map { try array($0.path) }
    let inference = try inference(arrays, compute)
    for note in inference.notes { Terminal.note("\(Tool.name): note: \(safeText(note))") }
    let targets = try outputs.assigned(
      to: logits ? Array(inference.outputNames.prefix(1)) : inference.outputNames,
      option: "--output")
    let results = try results(of: inference, arrays, ratio, compute)
    for (result, target) in zip(results, targets) {
      if let target { try write(result, to: target) }
    }
    let others = zip(inference.outputNames, targets).filter { $0.1 == nil }.map(\.0)
    if !others.isEmpty {
      Terminal.note("not written: \(others.map(safeText).joined(separator: ", "))")
    }
  }

  private func array(_ path: String) throws -> StoredTensor {
    do {
      return try readArray(ByteSlice(path: path))
    } catch let error as EvaluationError {
      throw CommandFailure("\(path): \(error)", code: .incomplete)
    }
  }

  private func inference(_ arrays: [StoredTensor], _ compute: Compute) throws -> Inference {
    do {
      return try Inference(
        model: model, architecture: architecture, variant: compute.variant
      ) { names in
        let first = try ordered(arrays, for: names).first
        return first.map { Array($0.shape.dropFirst()) }
      }
    } catch let error as ModelError {
      throw CommandFailure("\(model): \(error)", code: .incomplete)
    }
  }

  /// The arrays in the order of the inputs.
  private func ordered(
    _ arrays: [StoredTensor], for names: [String]
  ) throws -> [StoredTensor] {
    let assigned = try inputs.assigned(to: names, option: "--input")
    let byPath = Dictionary(
      zip(inputs.map(\.path), arrays), uniquingKeysWith: { first, _ in first })
    return try zip(names, assigned).map { name, file in
      guard let file, let array = byPath[file.path] else {
        throw CommandFailure(
          "--input: nothing for '\(name)'",
          help: "the network takes \(names.joined(separator: ", "))", code: .usage)
      }
      return array
    }
  }

  private func results(
    of inference: Inference, _ arrays: [StoredTensor], _ ratio: InputScale, _ compute: Compute
  ) throws -> [AnyTensor] {
    let ordered = try ordered(arrays, for: inference.inputNames)
    do {
      return try inference.run(ordered, scale: ratio, logits: logits, threads: compute.threads)
    } catch let error as EvaluationError {
      let names = inputs.map(\.path).joined(separator: ", ")
      throw CommandFailure("\(names): \(error)", code: .incomplete)
    } catch let error as ModelError {
      throw CommandFailure("\(model): \(error)", code: .incomplete)
    }
  }

  private func write(_ result: AnyTensor, to target: NamedFile) throws {
    let (type, bytes) = result.littleEndianBytes
    let file = NumPyArray.file(shape: result.shape, elementType: type, littleEndian: bytes)
    if target.path == "-" {
      try Terminal.output(file)
    } else {
      try AtomicFile.write(file, to: target.path)
    }
    let name = target.name.map { "\(safeText($0)): " } ?? ""
    let rows = "\(result.shape.first ?? 1) rows"
    guard type == .float32 else {
      Terminal.note("\(name)\(rows) of \(type.rawValue)")
      return
    }
    let tensor = try Tensor(shape: result.shape, littleEndian: bytes)
    Terminal.note("\(name)\(rows), \(tensor.digest.prefixed)")
  }
}
