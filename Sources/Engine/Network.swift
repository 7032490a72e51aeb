import Bytes
import CKernels

/// A graph made ready to run: `proofmark-numerics/1` on one kernel variant.
///
/// The first axis of inputs and results is the batch. Each row is computed on its own by a fixed
/// sequence of operations, so no bit depends on the batch, the row's place in it, the number of
/// threads, the variant or the build. Every NaN in a result is 0x7fc00000.
public final class Network: Sendable {
  /// The name of the numerics contract, as locks and reports state it.
  public static let contract = "proofmark-numerics/1"

  /// The graph.
  public let graph: Graph
  /// The kernels that compute.
  public let variant: KernelVariant
  private let executor: any Executor

  /// Packs the weights for a variant; an error when one input would need more memory than
  /// `EngineLimits.workspaceBytes`.
  public init(_ graph: Graph, variant: KernelVariant = .best) throws(EngineError) {
    self.graph = graph
    self.variant = variant
    let graph = graph.withoutIdentities
    if variant == .plain {
      executor = PlainExecutor(graph)
    } else if let kernels = variant.kernels {
      executor = try FastExecutor(graph, kernels: kernels)
    } else {
      throw EngineError(
        .argument, "kernel variant", expected: "one that this CPU has", found: variant.rawValue)
    }
  }

  /// Whether the output is a softmax, so that `logits` are its input.
  public var outputIsSoftmax: Bool { graph.finalSoftmax != nil }

  /// The number of constants.
  public var parameterCount: Int { graph.parameterCount }

  /// The memory that a run needs.
  public var memory: MemoryPlan { executor.memory }

  /// Multiply-accumulates for one input.
  public var multiplyAccumulates: Int { graph.multiplyAccumulates }

  /// The graph's first output for each input. `inputs`: [N] + the graph's input shape.
  public func forward(_ inputs: Tensor, threads: Int = 1) throws(EngineError) -> Tensor {
    try run([given(inputs)], threads: threads)[0].single("output")
  }

  /// What the softmax at the end takes, or the output where there is none.
  public func logits(_ inputs: Tensor, threads: Int = 1) throws(EngineError) -> Tensor {
    try run([given(inputs)], target: .logits, threads: threads)[0].single("output")
  }

  /// The same for a graph of several inputs, or of others than binary32.
  public func logits(
    _ inputs: [AnyTensor], threads: Int = 1
  ) throws(EngineError) -> AnyTensor {
    try run(inputs, target: .logits, threads: threads)[0]
  }

  /// The graph's outputs for each row of its inputs, each [N] + the value's row shape.
  public func run(
    _ inputs: [AnyTensor], threads: Int = 1
  ) throws(EngineError) -> [AnyTensor] {
    try run(inputs, target: .outputs, threads: threads)
  }

  /// The value of each node of the graph, in order, for each row of the inputs: all that a run
  /// computes on its way. Constants are left out.
  public func intermediates(
    _ inputs: [AnyTensor], threads: Int = 1
  ) throws(EngineError) -> [(name: String, value: AnyTensor)] {
    var all = graph
    let nodes = graph.nodes.indices.filter { !graph.nodes[$0].inputs.isEmpty }
    guard !nodes.isEmpty else { return [] }
    try all.setOutputs(nodes.map(graph.value(ofNode:)))
    let values = try Network(all, variant: variant).run(inputs, threads: threads)
    return zip(nodes, values).map { (graph.nodes[$0].name, $1) }
  }

  /// For each input the gradient of the cross-entropy of its logits with its label, with respect
  /// to the input; not divided by the batch. The logits come with it.
  public func lossGradient(
    _ inputs: Tensor, labels: [Int], threads: Int = 1
  ) throws(EngineError) -> LossGradient {
    guard graph.inputs.count == 1 else {
      throw EngineError(
        .unsupported, "gradient", expected: "a network of one input",
        found: "\(graph.inputs.count) inputs")
    }
    guard graph.inputs[0].type.element == .float32 else {
      throw EngineError(
        .unsupported, "gradient", expected: "an input of float32",
        found: graph.inputs[0].type.element.rawValue)
    }
    let count = try rowCount(of: AnyTensor(inputs), for: 0)
    let classes = try classCount()
    guard labels.count == count else {
      throw EngineError(.argument, "labels", expected: "\(count)", found: "\(labels.count)")
    }
    for (row, label) in labels.enumerated() where !(0..<classes).contains(label) {
      throw EngineError(
        .argument, "label \(row)", expected: "a class from 0 to \(classes - 1)", found: "\(label)")
    }
    let logits = try Tensor(shape: [count, classes]) { _ in }
    let gradient = try Tensor(shape: inputs.shape) { _ in }
    try executor.runGradient(
      inputs, labels: labels, logits: logits.storage, gradient: gradient.storage,
      threads: threads)
    return LossGradient(logits: logits, gradient: gradient)
  }

  /// Numbers of binary32 as the graph's input takes them: where it takes integers, as those.
  func given(_ inputs: Tensor) throws(EngineError) -> AnyTensor {
    let given = AnyTensor(inputs)
    guard let element = graph.inputs.first?.type.element, element != .float32 else { return given }
    let converted = given.converted(to: element)
    guard element.isFloat || converted.converted(to: .float32) == given else {
      throw EngineError(
        .argument, "inputs", expected: "numbers of \(element)", found: "others")
    }
    return converted
  }

  private func run(
    _ inputs: [AnyTensor], target: Target, threads: Int
  ) throws(EngineError) -> [AnyTensor] {
    guard inputs.count == graph.inputs.count else {
      throw EngineError(
        .argument, "inputs", expected: "\(graph.inputs.count)", found: "\(inputs.count)")
    }
    var count: Int?
    for (number, input) in inputs.enumerated() {
      let rows = try rowCount(of: input, for: number)
      guard count == nil || count == rows else {
        throw EngineError(.argument, "inputs", expected: "as many rows each", found: "others")
      }
      count = rows
    }
    return try executor.run(inputs, target: target, threads: threads)
  }

  private func rowCount(of input: AnyTensor, for number: Int) throws(EngineError) -> Int {
    let row = TensorType(
      graph.rowShape(of: graph.inputValues[number]), graph.inputs[number].type.element)
    guard let count = input.shape.first, input.shape.dropFirst() == row.shape[...],
      input.element == row.element
    else {
      let expected = (["N"] + row.shape.map(String.init)).joined(separator: ", ")
      throw EngineError(
        .argument, graph.inputs.count == 1 ? "inputs" : "input \(graph.inputs[number].name)",
        expected: "\(row.element) of shape [\(expected)]",
        found: "\(input.element) of shape \(input.shape)")
    }
    return count
  }

  private func classCount() throws(EngineError) -> Int {
    let shape = graph.rowShape(of: graph.logits)
    guard shape.count == 1, graph.type(of: graph.logits).element == .float32 else {
      throw EngineError(
        .unsupported, "output", expected: "a vector of classes for a loss",
        found: "shape \(shape)")
    }
    return shape[0]
  }
}

/// The logits of a batch and the gradient of the loss at its inputs.
public struct LossGradient: Sendable {
  /// [N, classes].
  public let logits: Tensor
  /// The shape of the inputs.
  public let gradient: Tensor
}

extension Tensor {
  /// The fast gradient sign step: `x + step` where the gradient is positive, `x - step` where it
  /// is negative, `x` where it is 0 or NaN, in one rounding; then held within the range.
  public func signedStep(
    along gradient: Tensor, step: Float, within range: ClosedRange<Float>
  ) throws(EngineError) -> Tensor {
    guard gradient.shape == shape else {
      throw EngineError(
        .argument, "gradient", expected: "shape \(shape)", found: "\(gradient.shape)")
    }
    let result = try Tensor(shape: shape) { _ in }
    ck_signed_step(
      storage.start, gradient.storage.start, count, step, range.lowerBound, range.upperBound,
      result.storage.start)
    return result
  }
}
