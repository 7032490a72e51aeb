import Archives
import Bytes
import Engine
import Evaluation
import Formats
import Judging
import Models

/// A model that `run` evaluates: as a network on the kernels, or where its shapes depend on
/// numbers, node by node.
struct Inference {
  /// What computes.
  private enum Evaluator {
    case network(Network, of: ONNXProgram?, shapes: GraphShapes?)
    case nodes(ONNXProgram)
  }

  /// A value that the model is given.
  private struct Input {
    let name: String
    let element: ElementType
    /// One row's shape; nil where the evaluation takes any.
    let row: [Int]?
  }

  /// The shapes of the values of an ONNX graph, which is for one row of a batch.
  private struct GraphShapes {
    let inputs: [[Int]]
    let outputs: [[Int]]

    init?(_ graph: Graph, of program: ONNXProgram?) {
      guard program != nil else { return nil }
      inputs = graph.inputs.map(\.type.shape)
      outputs = graph.outputs.map { graph.shape(of: $0) }
    }
  }

  private let evaluator: Evaluator
  private let inputs: [Input]
  /// The names of the outputs in their order.
  let outputNames: [String]
  /// What the user should know of how it runs.
  let notes: [String]

  /// The names of the inputs in their order.
  var inputNames: [String] { inputs.map(\.name) }

  /// Reads the model at the path. `rowShape` gives the first input's for the inputs' names, for
  /// files that leave it open.
  ///
  /// - Throws: `FileError`, `ModelError` and `EngineError`.
  init(
    model path: String, architecture: String?, variant: KernelVariant,
    rowShape: ([String]) throws -> [Int]?
  ) throws {
    let beside = FilesBeside(architecture ?? path)
    let file = try ModelFile(
      parsing: ByteSlice(path: path), architecture: architecture.map { try ByteSlice(path: $0) },
      limits: Limits(),
      externalFile: { (name) throws(ParseError) in try beside.content(of: name) })
    var notes = [file.mapping?.caution].compactMap { $0 }
    let graph: Graph
    let names = try file.valueNames()
    let rowShape = try rowShape(names.inputs)
    outputNames = names.outputs
    do throws(ModelError) {
      graph = try file.graph(rowShape: rowShape)
    } catch {
      // What is wrong for one row of a batch may be right for the arrays at hand.
      guard !error.isLimit, let program = file.program else { throw error }
      notes.append("no graph can be compiled (\(error)): the nodes are evaluated one by one")
      evaluator = .nodes(program)
      inputs = program.inputs.map {
        Input(name: $0.name, element: $0.element ?? .float32, row: nil)
      }
      self.notes = notes
      return
    }
    evaluator = .network(
      try Network(graph, variant: variant), of: file.program,
      shapes: GraphShapes(graph, of: file.program))
    inputs = zip(names.inputs, zip(graph.inputs, graph.inputValues)).map { name, input in
      Input(name: name, element: input.0.type.element, row: graph.rowShape(of: input.1))
    }
    self.notes = notes
  }

  /// The outputs for stored arrays in the order of the inputs, or the logits alone.
  ///
  /// Arrays have a batch axis in front of a row's shape. An array of exactly the shape that the
  /// model's graph has is one row; where all are, so are the outputs. Arrays that an ONNX file
  /// allows and that are no rows, such as states whose second axis is the batch's, are evaluated
  /// node by node.
  ///
  /// - Throws: `EvaluationError` and `CommandFailure` for arrays that do not fit, `ModelError` and
  ///   `EngineError` of the evaluation.
  func run(
    _ arrays: [StoredTensor], scale: InputScale, logits: Bool, threads: Int
  ) throws -> [AnyTensor] {
    switch evaluator {
    case .nodes(let program):
      return try nodes(of: program, arrays, scale, logits: logits)
    case .network(_, of: let program?, _) where areNoRows(arrays, of: program):
      return try nodes(of: program, arrays, scale, logits: logits)
    case .network(let network, _, let shapes):
      let isOneRow = zip(inputs, arrays).allSatisfy { $0.row == $1.shape }
      let tensors = try zip(inputs, arrays).map { input, array in
        let rows = input.row == array.shape ? try array.reshaped([1] + array.shape) : array
        return try tensor(rows, for: input, scale)
      }
      let outputs =
        logits
        ? [try network.logits(tensors, threads: threads)]
        : try network.run(tensors, threads: threads)
      if let shapes, zip(shapes.inputs, arrays).allSatisfy({ $0 == $1.shape }) {
        return zip(outputs, shapes.outputs).map { $0.reshaped($1) }
      }
      return isOneRow ? outputs.map { $0.reshaped(Array($0.shape.dropFirst())) } : outputs
    }
  }

  /// Whether some array is no batch of rows, though the file allows the shapes of all.
  private func areNoRows(_ arrays: [StoredTensor], of program: ONNXProgram) -> Bool {
    func significant(_ shape: some Sequence<Int>) -> [Int] { shape.filter { $0 != 1 } }
    let areRows = zip(inputs, arrays).allSatisfy { input, array in
      guard let row = input.row, array.shape != row else { return true }
      return significant(array.shape.dropFirst()) == significant(row)
    }
    return !areRows
      && zip(program.inputs, arrays).allSatisfy { input, array in
        guard let sizes = input.shape else { return true }
        return sizes.count == array.shape.count
          && zip(sizes, array.shape).allSatisfy { $0 == nil || $0 == $1 }
      }
  }

  /// The outputs of all rows together, node by node.
  private func nodes(
    of program: ONNXProgram, _ arrays: [StoredTensor], _ scale: InputScale, logits: Bool
  ) throws -> [AnyTensor] {
    guard !logits else {
      throw CommandFailure("--logits: the model does not run as a network", code: .usage)
    }
    var values: [String: AnyTensor] = [:]
    for (input, array) in zip(inputs, arrays) {
      let whole = Input(name: input.name, element: input.element, row: nil)
      values[input.name] = try tensor(array, for: whole, scale)
    }
    return try zip(outputNames, program.evaluate(values)).map { name, output in
      guard let output else {
        throw CommandFailure("output '\(name)' is no tensor", code: .incomplete)
      }
      return output
    }
  }

  /// The array as the input's numbers: floats scaled, integers as they are.
  private func tensor(
    _ array: StoredTensor, for input: Input, _ scale: InputScale
  ) throws -> AnyTensor {
    if input.element.isFloat {
      let row = input.row ?? Array(array.shape.dropFirst())
      if input.row == nil, scale == .identity, array.elementType == input.element {
        return try AnyTensor(array)
      }
      let rows = try AnyTensor(scale.inputs(from: array, sampleShape: row))
      return input.element == .float32 ? rows : rows.converted(to: input.element)
    }
    guard !array.elementType.isFloat else {
      throw EvaluationError(
        "expected \(input.element.rawValue) for the input '\(safeText(input.name))', found "
          + array.elementType.rawValue)
    }
    let given = try AnyTensor(array)
    let converted = given.converted(to: input.element)
    guard converted.integers == given.integers else {
      throw EvaluationError(
        "a number for the input '\(safeText(input.name))' is no \(input.element.rawValue)")
    }
    guard let row = input.row else { return converted }
    let fitting = Array(array.shape.dropFirst()).filter { $0 != 1 } == row.filter { $0 != 1 }
    guard let count = array.shape.first, fitting else {
      throw EvaluationError(
        "expected inputs of shape \(row), found \(Array(array.shape.dropFirst()))")
    }
    return converted.reshaped([count] + row)
  }
}
