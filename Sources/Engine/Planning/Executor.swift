/// A graph made ready for one kernel variant.
protocol Executor: Sendable {
  /// The memory that it works in and holds.
  var memory: MemoryPlan { get }

  /// What the target gives for each row of the inputs, one tensor for each output of the graph, or
  /// the logits alone; an error where a general operator finds numbers that have no result.
  func run(
    _ inputs: [AnyTensor], target: Target, threads: Int
  ) throws(EngineError) -> [AnyTensor]

  /// Writes the logits of each input, and the gradient of its cross-entropy with its label; an
  /// error where that would need too much memory, or an operator has no gradient.
  func runGradient(
    _ inputs: Tensor, labels: [Int], logits: TensorStorage, gradient: TensorStorage, threads: Int
  ) throws(EngineError)
}

/// What a run gives.
enum Target: Sendable, Hashable {
  /// The graph's outputs.
  case outputs
  /// What a softmax at the end takes, or the output where there is none.
  case logits
}

extension Graph {
  /// What a softmax at the graph's end takes, or the output where there is none.
  public var logits: Value { finalSoftmax?.inputs[0] ?? output }

  /// The softmax at the end of a graph of one output, possibly behind identities; nil where there
  /// is none.
  var finalSoftmax: Node? {
    guard outputs.count == 1 else { return nil }
    var value = output
    while let node = node(of: value) {
      switch node.operation {
      case .identity: value = node.inputs[0]
      case .softmax: return node
      default: return nil
      }
    }
    return nil
  }

  /// The values of a target.
  func values(of target: Target) -> [Value] { target == .logits ? [logits] : outputs }

  /// The indices of the nodes that values depend on, ascending.
  func ancestors(of values: [Value]) -> [Int] {
    var isNeeded = [Bool](repeating: false, count: valueCount)
    for value in values { isNeeded[value.index] = true }
    for index in nodes.indices.reversed() where isNeeded[valueIndex(ofNode: index)] {
      for input in nodes[index].inputs { isNeeded[input.index] = true }
    }
    return nodes.indices.filter { isNeeded[valueIndex(ofNode: $0)] }
  }
}
