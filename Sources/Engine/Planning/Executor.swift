/// A graph made ready for one kernel variant.
protocol Executor: Sendable {
  /// Writes the target of each input to `results`.
  func run(_ inputs: Tensor, target: Target, into results: TensorStorage, threads: Int)

  /// Writes the logits of each input, and the gradient of its cross-entropy with its label; an
  /// error where that would need too much memory.
  func runGradient(
    _ inputs: Tensor, labels: [Int], logits: TensorStorage, gradient: TensorStorage, threads: Int
  ) throws(EngineError)
}

/// What a run gives.
enum Target: Sendable, Hashable {
  /// The graph's output.
  case output
  /// What a softmax at the end takes, or the output where there is none.
  case logits
}

extension Graph {
  /// What a softmax at the graph's end takes, or the output where there is none.
  public var logits: Value { finalSoftmax?.inputs[0] ?? output }

  /// The softmax at the graph's end, possibly behind identities; nil where there is none.
  var finalSoftmax: Node? {
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

  /// The indices of the nodes that a value depends on, ascending.
  func ancestors(of value: Value) -> [Int] {
    var isNeeded = [Bool](repeating: false, count: nodes.count + 1)
    isNeeded[value.index] = true
    for index in nodes.indices.reversed() where isNeeded[index + 1] {
      for input in nodes[index].inputs { isNeeded[input.index] = true }
    }
    return nodes.indices.filter { isNeeded[$0 + 1] }
  }
}
