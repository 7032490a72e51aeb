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

  /// Multiply-accumulates for one input.
  public var multiplyAccumulates: Int { graph.multiplyAccumulates }

  /// The graph's output for each input. `inputs`: [N] + the graph's input shape.
  public func forward(_ inputs: Tensor, threads: Int = 1) throws(EngineError) -> Tensor {
    try run(inputs, target: .output, shape: graph.outputShape, threads: threads)
  }

  /// What the softmax at the end takes, or the output where there is none.
  public func logits(_ inputs: Tensor, threads: Int = 1) throws(EngineError) -> Tensor {
    try run(inputs, target: .logits, shape: graph.shape(of: graph.logits), threads: threads)
  }

  /// For each input the gradient of the cross-entropy of its logits with its label, with respect
  /// to the input; not divided by the batch. The logits come with it.
  public func lossGradient(
    _ inputs: Tensor, labels: [Int], threads: Int = 1
  ) throws(EngineError) -> LossGradient {
    let count = try rowCount(of: inputs)
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

  private func run(
    _ inputs: Tensor, target: Target, shape: [Int], threads: Int
  ) throws(EngineError) -> Tensor {
    let results = try Tensor(shape: [try rowCount(of: inputs)] + shape) { _ in }
    executor.run(inputs, target: target, into: results.storage, threads: threads)
    return results
  }

  private func rowCount(of inputs: Tensor) throws(EngineError) -> Int {
    guard let count = inputs.shape.first, inputs.shape.dropFirst() == graph.inputShape[...] else {
      let expected = (["N"] + graph.inputShape.map(String.init)).joined(separator: ", ")
      throw EngineError(
        .argument, "inputs", expected: "shape [\(expected)]", found: "\(inputs.shape)")
    }
    return count
  }

  private func classCount() throws(EngineError) -> Int {
    let shape = graph.shape(of: graph.logits)
    guard shape.count == 1 else {
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
