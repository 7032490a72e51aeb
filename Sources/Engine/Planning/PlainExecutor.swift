import CKernels
import Synchronization

/// Runs a graph as the definition reads: row by row, node by node, every value kept.
struct PlainExecutor: Executor {
  private let graph: Graph
  private let nodes: [PlainNode]

  init(_ graph: Graph) {
    self.graph = graph
    nodes = graph.nodes.map { PlainNode($0.operation, place: $0.place) }
  }

  /// Every value is kept, and nothing is packed.
  var memory: MemoryPlan {
    let types = graph.inputs.map(\.type) + graph.nodes.map(\.type)
    let bytes = types.reduce(0) { $0 + $1.byteCount }
    return MemoryPlan(
      perInputBytes: bytes, workspaceBytes: bytes,
      weightBytes: graph.parameterCount * MemoryLayout<Float>.stride)
  }

  func run(
    _ inputs: [AnyTensor], target: Target, threads: Int
  ) throws(EngineError) -> [AnyTensor] {
    let targets = graph.values(of: target)
    let needed = graph.ancestors(of: targets)
    let count = inputs[0].shape[0]
    let rows = RowResults(count)
    Workers.share(pieces: count, threads: threads) { row in
      rows.store(row) { () throws(EngineError) in
        let values = try forward(needed, row: row, of: inputs)
        return try targets.map { (target) throws(EngineError) in try value(target, of: values) }
      }
    }
    let results = try rows.all()
    return targets.indices.map { index in
      AnyTensor(
        stacking: results.map { $0[index] }, shape: [count] + graph.rowShape(of: targets[index]),
        element: graph.type(of: targets[index]).element
      ).canonicalized
    }
  }

  func runGradient(
    _ inputs: Tensor, labels: [Int], logits: TensorStorage, gradient: TensorStorage, threads: Int
  ) throws(EngineError) {
    let needed = graph.ancestors(of: [graph.logits])
    let rows = RowResults(labels.count)
    Workers.share(pieces: labels.count, threads: threads) { row in
      rows.store(row) { () throws(EngineError) in
        let values = try forward(needed, row: row, of: [AnyTensor(inputs)])
        let classes = try value(graph.logits, of: values).floats
        var loss = [Float](repeating: 0, count: classes.count)
        ck_plain_loss_gradient(classes, classes.count, labels[row], &loss)
        ck_copy(classes, classes.count, logits.start + row * classes.count)
        ck_canonicalize(logits.start + row * classes.count, classes.count)
        let dx = try backward(
          needed, values: values,
          loss: AnyTensor(graph.shape(of: graph.logits), floats: loss))
        ck_copy(dx, dx.count, gradient.start + row * dx.count)
        ck_canonicalize(gradient.start + row * dx.count, dx.count)
        return []
      }
    }
    _ = try rows.all()
  }

  private func value(
    _ value: Graph.Value, of values: [AnyTensor?]
  ) throws(EngineError) -> AnyTensor {
    guard let tensor = values[value.index] else {
      preconditionFailure("what a target depends on is computed before it")
    }
    return tensor
  }

  /// All values for one row, by value index; those not needed are nil.
  private func forward(
    _ needed: [Int], row: Int, of inputs: [AnyTensor]
  ) throws(EngineError) -> [AnyTensor?] {
    var values = [AnyTensor?](repeating: nil, count: graph.valueCount)
    for (index, input) in inputs.enumerated() {
      values[index] = input.rows(row..<row + 1).reshaped(graph.inputs[index].type.shape)
    }
    for node in needed {
      let inputs = try graph.nodes[node].inputs.map { (input) throws(EngineError) in
        try value(input, of: values)
      }
      do {
        values[graph.valueIndex(ofNode: node)] = try nodes[node].forward(inputs)
      } catch {
        throw error.inside(layer: graph.nodes[node].name)
      }
    }
    return values
  }

  /// The gradient at the first input. Contributions to one value are added in the order of the
  /// nodes that take it, the first as it is.
  private func backward(
    _ needed: [Int], values: [AnyTensor?], loss: AnyTensor
  ) throws(EngineError) -> [Float] {
    var contributions = [[AnyTensor]](repeating: [], count: graph.valueCount)
    contributions[graph.logits.index] = [loss]
    func total(_ value: Int) -> AnyTensor? {
      guard let first = contributions[value].first else { return nil }
      guard contributions[value].count > 1 else { return first }
      var sum = first.floats
      for further in contributions[value].dropFirst() {
        ck_plain_add(further.floats, sum.count, &sum)
      }
      return AnyTensor(first.shape, floats: sum)
    }
    let onPath = graph.dependents(ofInput: 0)
    for node in needed.reversed() where onPath[graph.valueIndex(ofNode: node)] {
      guard let dy = total(graph.valueIndex(ofNode: node)) else { continue }
      let inputs = graph.nodes[node].inputs
      let taken = try inputs.map { (input) throws(EngineError) in try value(input, of: values) }
      let parts: [AnyTensor?]
      do {
        parts = try nodes[node].gradient(
          dy, inputs: taken,
          output: try value(Graph.Value(index: graph.valueIndex(ofNode: node)), of: values))
      } catch {
        throw error.inside(layer: graph.nodes[node].name)
      }
      for (input, part) in zip(inputs, parts).reversed() where onPath[input.index] {
        if let part { contributions[input.index].insert(part, at: 0) }
      }
    }
    guard let dx = total(0) else { throw .withoutGradient }
    return dx.floats
  }
}

/// What each row of a batch gave, written by whichever thread had the row.
final class RowResults: Sendable {
  private let results: Mutex<[Result<[AnyTensor], EngineError>?]>

  init(_ count: Int) {
    results = Mutex(.init(repeating: nil, count: count))
  }

  func store(_ row: Int, _ body: () throws(EngineError) -> [AnyTensor]) {
    let result = Result(catching: body)
    results.withLock { $0[row] = result }
  }

  /// The results in the order of the rows; the first row's error where there is one.
  func all() throws(EngineError) -> [[AnyTensor]] {
    var all: [[AnyTensor]] = []
    for result in results.withLock({ $0 }) {
      guard let result else { preconditionFailure("every row is computed") }
      all.append(try result.get())
    }
    return all
  }
}

extension EngineError {
  /// No path with a gradient leads from the loss to the first input.
  static let withoutGradient = EngineError(
    .unsupported, "gradient", expected: "logits that depend smoothly on the input", found: "none")
}

extension Graph {
  /// For each value whether it depends on the given input.
  func dependents(ofInput input: Int) -> [Bool] {
    var depends = [Bool](repeating: false, count: valueCount)
    depends[input] = true
    for (index, node) in nodes.enumerated() where node.inputs.contains(where: { depends[$0.index] })
    {
      depends[valueIndex(ofNode: index)] = true
    }
    return depends
  }
}
