import CKernels

/// Runs a graph as the definition reads: image by image, node by node, every value kept.
struct PlainExecutor: Executor {
  private let graph: Graph
  private let operators: [any PlainOperator]
  private let inputPositions: [Int]
  private let outputPositions: [Int]
  private let logitPositions: [Int]

  init(_ graph: Graph) {
    self.graph = graph
    operators = graph.nodes.map { $0.operation.definition.plain($0.place) }
    inputPositions = graph.layout.positions(ofShape: graph.inputShape)
    outputPositions = graph.layout.positions(ofShape: graph.outputShape)
    logitPositions = graph.layout.positions(ofShape: graph.shape(of: graph.logits))
  }

  func run(_ inputs: Tensor, target: Target, into results: TensorStorage, threads: Int) {
    let value = target == .output ? graph.output : graph.logits
    let positions = target == .output ? outputPositions : logitPositions
    let nodes = graph.ancestors(of: value)
    Workers.share(pieces: inputs.shape[0], threads: threads) { image in
      let maps = forward(nodes, image: image, of: inputs)
      ck_gather(
        maps[value.index].values, [0], 1, positions, positions.count,
        results.start + image * positions.count)
      ck_canonicalize(results.start + image * positions.count, positions.count)
    }
  }

  func runGradient(
    _ inputs: Tensor, labels: [Int], logits: TensorStorage, gradient: TensorStorage, threads: Int
  ) {
    let nodes = graph.ancestors(of: graph.logits)
    Workers.share(pieces: inputs.shape[0], threads: threads) { image in
      let maps = forward(nodes, image: image, of: inputs)
      let classes = maps[graph.logits.index]
      var loss = PlainMap(classes.features)
      ck_plain_loss_gradient(
        classes.values, classes.values.count, labels[image], &loss.values)
      let dx = backward(nodes, maps: maps, loss: loss)
      ck_copy(classes.values, classes.values.count, logits.start + image * classes.values.count)
      ck_canonicalize(logits.start + image * classes.values.count, classes.values.count)
      let place = gradient.start + image * inputPositions.count
      ck_gather(dx.values, [0], 1, inputPositions, inputPositions.count, place)
      ck_canonicalize(place, inputPositions.count)
    }
  }

  /// All values for one image, by value index; those not needed stay empty.
  private func forward(_ nodes: [Int], image: Int, of inputs: Tensor) -> [PlainMap] {
    let empty = PlainMap(Features(channels: 0, height: 0, width: 0))
    var maps = [PlainMap](repeating: empty, count: graph.nodes.count + 1)
    var input = PlainMap(graph.features(of: graph.input))
    ck_scatter(
      inputs.storage.start + image * inputPositions.count, inputPositions, inputPositions.count,
      &input.values)
    maps[0] = input
    for node in nodes {
      maps[node + 1] = operators[node].forward(graph.nodes[node].inputs.map { maps[$0.index] })
    }
    return maps
  }

  /// The gradient at the input. Contributions to one value are added in the order of the nodes
  /// that take it, the first as it is.
  private func backward(_ nodes: [Int], maps: [PlainMap], loss: PlainMap) -> PlainMap {
    var contributions = [[PlainMap]](repeating: [], count: graph.nodes.count + 1)
    contributions[graph.logits.index] = [loss]
    func total(_ value: Int) -> PlainMap {
      var sum = contributions[value][0]
      for further in contributions[value].dropFirst() {
        ck_plain_add(further.values, further.values.count, &sum.values)
      }
      return sum
    }
    for node in nodes.reversed() {
      let inputs = graph.nodes[node].inputs
      let parts = operators[node].gradient(
        total(node + 1), inputs: inputs.map { maps[$0.index] }, output: maps[node + 1])
      for (input, part) in zip(inputs, parts).reversed() {
        contributions[input.index].insert(part, at: 0)
      }
    }
    return total(0)
  }
}
