import Formats

extension Array where Element == ONNXNode {
  /// The nodes so that each stands behind those whose values it takes, else in their own order.
  ///
  /// The standard demands this order of a file; onnxruntime does not, and its converter to float16
  /// appends the casts of inputs at the end. Where there is a cycle all nodes stay where they are.
  func orderedByUse() -> [ONNXNode] {
    var producers: [String: Int] = [:]
    for (index, node) in enumerated() {
      for name in node.outputs where !name.isEmpty && producers[name] == nil {
        producers[name] = index
      }
    }
    var ordered: [ONNXNode] = []
    ordered.reserveCapacity(count)
    var isEntered = [Bool](repeating: false, count: count)
    var isPlaced = isEntered
    var isCyclic = false
    // Nodes that wait for others, each with those that it has not asked for yet.
    var waiting: [(node: Int, producers: [Int])] = []
    func enter(_ index: Int) {
      guard !isEntered[index] else {
        isCyclic = isCyclic || !isPlaced[index]
        return
      }
      isEntered[index] = true
      waiting.append((index, self[index].takenNames.compactMap { producers[$0] }.reversed()))
    }
    for start in indices {
      enter(start)
      while let last = waiting.indices.last {
        if let next = waiting[last].producers.popLast() {
          enter(next)
        } else {
          let node = waiting.removeLast().node
          isPlaced[node] = true
          ordered.append(self[node])
        }
      }
    }
    return isCyclic ? self : ordered
  }
}

extension ONNXNode {
  /// The names of the values that the node takes, and of those that the graphs inside of it may.
  fileprivate var takenNames: [String] {
    var names = inputs
    var graphs: [ONNXGraph] = []
    func add(_ attributes: [String: ONNXAttribute]) {
      for attribute in attributes.values {
        if case .graph(let graph) = attribute.value { graphs.append(graph) }
      }
    }
    add(attributes)
    while let graph = graphs.popLast() {
      for node in graph.nodes {
        names += node.inputs
        add(node.attributes)
      }
      names += graph.outputs.map(\.name)
    }
    return names
  }
}
