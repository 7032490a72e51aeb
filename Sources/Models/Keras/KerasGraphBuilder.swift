import Bytes
import Engine
import Formats

/// Walks a Keras model, Sequential or functional, and builds its graph.
struct KerasGraphBuilder {
  private let model: JSON
  private let weights: KerasWeights

  init(_ file: KerasModelFile, weights: KerasWeights) {
    model = file.config
    self.weights = weights
  }

  func build() throws(EngineError) -> Graph {
    switch model["class_name"]?.string {
    case "Sequential": return try sequential()
    case "Functional", "Model": return try functional()
    case let other:
      throw EngineError(
        .unsupported, "class", expected: "a Sequential or functional model",
        found: other ?? "no class")
    }
  }

  /// A list of layers; very old files have the list itself as config.
  private func sequential() throws(EngineError) -> Graph {
    let list = model["config"]?.array ?? model["config"]?["layers"]?.array
    guard let list, !list.isEmpty else {
      throw EngineError("layers", expected: "a list of layers", found: "none")
    }
    let layers = try list.map { (json) throws(EngineError) in try KerasLayerConfig(json) }
    var shape = try layers[0].batchShape()
    if shape == nil, let built = model["config"]?["build_input_shape"]?.array {
      shape = built.dropFirst().compactMap(\.integer)
    }
    guard let shape else {
      throw EngineError("batch_shape", expected: "the input's shape", found: "none")
    }
    var graph = try Graph(inputShape: shape, layout: try layout(of: layers))
    var value = graph.input
    for layer in layers { value = try append(layer, to: [value], in: &graph) }
    return graph
  }

  /// Layers in any order, each with the places it takes its values from.
  private func functional() throws(EngineError) -> Graph {
    let config = model["config"] ?? .null
    guard let list = config["layers"]?.array, !list.isEmpty else {
      throw EngineError("layers", expected: "a list of layers", found: "none")
    }
    let nodes = try list.map { (json) throws(EngineError) in try KerasNode(json) }
    let input = try only(config["input_layers"], "input_layers")
    let output = try only(config["output_layers"], "output_layers")
    guard let first = nodes.first(where: { $0.layer.name == input }),
      let shape = try first.layer.batchShape()
    else { throw EngineError("input_layers", expected: "an input layer", found: input) }
    var graph = try Graph(inputShape: shape, layout: try layout(of: nodes.map(\.layer)))
    var values = [input: graph.input]
    for node in try inOrder(nodes, input: input) {
      let sources = try node.sources.map { (name) throws(EngineError) in
        guard let value = values[name] else {
          throw EngineError("inbound_nodes", expected: "a layer before this one", found: name)
            .inside(layer: node.layer.name)
        }
        return value
      }
      values[node.layer.name] = try append(node.layer, to: sources, in: &graph)
    }
    guard let result = values[output] else {
      throw EngineError("output_layers", expected: "a layer of the model", found: output)
    }
    try graph.setOutput(result)
    return graph
  }

  /// Adds a layer's operators and gives the last one's value.
  private func append(
    _ layer: KerasLayerConfig, to sources: [Graph.Value], in graph: inout Graph
  ) throws(EngineError) -> Graph.Value {
    do throws(EngineError) {
      if layer.className == "InputLayer", let only = sources.first { return only }
      guard let first = sources.first else {
        throw EngineError("inbound_nodes", expected: "an input", found: "none")
      }
      let operators = try KerasOperators(
        layer: layer, weights: weights, layout: graph.layout, input: graph.features(of: first)
      ).operators()
      var value = first
      for (index, operation) in operators.enumerated() {
        value = try graph.append(
          operation, named: layer.name, to: index == 0 ? sources : [value])
      }
      return value
    } catch {
      throw error.inside(layer: layer.name)
    }
  }

  /// One order of axes for the whole model; Keras's default is channels last.
  private func layout(of layers: [KerasLayerConfig]) throws(EngineError) -> Layout {
    var found: Layout?
    for layer in layers where layer.className != "Flatten" {
      do throws(EngineError) {
        guard let layout = try layer.layout() else { continue }
        guard found == nil || found == layout else {
          throw EngineError(
            .unsupported, "data_format", expected: "one order of axes in the model",
            found: "both")
        }
        found = layout
      } catch {
        throw error.inside(layer: layer.name)
      }
    }
    return found ?? .channelsLast
  }

  /// The one layer in `[name, 0, 0]` or `[[name, 0, 0]]`.
  private func only(_ json: JSON?, _ key: String) throws(EngineError) -> String {
    let list = json?.array ?? []
    if let name = list.first?.string { return name }
    guard list.count == 1, let name = list[0].array?.first?.string else {
      throw EngineError(
        .unsupported, key, expected: "one layer", found: "\(list.count) layers")
    }
    return name
  }

  /// Each node after those it takes values from; an error when there is a cycle or an unknown
  /// layer. Kahn's algorithm, so that depth costs no stack.
  private func inOrder(_ nodes: [KerasNode], input: String) throws(EngineError) -> [KerasNode] {
    var byName: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      guard byName.updateValue(index, forKey: node.layer.name) == nil else {
        throw EngineError("name", expected: "a new name", found: "the name of another layer")
          .inside(layer: node.layer.name)
      }
    }
    var waiting = nodes.map { Set($0.sources).count }
    var followers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for name in Set(node.sources).sorted() {
        guard let source = byName[name] else {
          throw EngineError("inbound_nodes", expected: "a layer of the model", found: name)
            .inside(layer: node.layer.name)
        }
        followers[source].append(index)
      }
    }
    var ready = nodes.indices.filter { waiting[$0] == 0 }
    var order: [KerasNode] = []
    var position = 0
    while position < ready.count {
      let index = ready[position]
      position += 1
      if nodes[index].layer.name != input { order.append(nodes[index]) }
      for follower in followers[index] {
        waiting[follower] -= 1
        if waiting[follower] == 0 { ready.append(follower) }
      }
    }
    guard ready.count == nodes.count else {
      throw EngineError("inbound_nodes", expected: "a graph without a cycle", found: "a cycle")
    }
    return order
  }
}

/// A layer of a functional model and the names of the layers it takes values from.
private struct KerasNode {
  let layer: KerasLayerConfig
  let sources: [String]

  init(_ json: JSON) throws(EngineError) {
    layer = try KerasLayerConfig(json)
    let calls = json["inbound_nodes"]?.array ?? []
    guard calls.count <= 1 else {
      throw EngineError(
        .unsupported, "inbound_nodes", expected: "a layer that is called once",
        found: "\(calls.count) calls"
      ).inside(layer: layer.name)
    }
    do throws(EngineError) {
      sources =
        try calls.first.map { (call) throws(EngineError) in
          try KerasNode.sources(of: call)
        } ?? []
    } catch {
      throw error.inside(layer: layer.name)
    }
  }

  /// Keras 3: `{args: [tensor or [tensor, ...]], kwargs}` with `keras_history` in each tensor.
  /// Before: `[[name, node, tensor, {...}], ...]`.
  private static func sources(of call: JSON) throws(EngineError) -> [String] {
    let tensors: [JSON]
    if let arguments = call["args"]?.array {
      tensors = arguments.flatMap { $0.array ?? [$0] }
    } else {
      tensors = call.array ?? []
    }
    var names: [String] = []
    for tensor in tensors {
      let history = tensor["config"]?["keras_history"]?.array ?? tensor.array ?? []
      guard history.count >= 3, let name = history[0].string else {
        throw EngineError(
          .unsupported, "inbound_nodes", expected: "values of other layers",
          found: String(tensor.compactText().prefix(80)))
      }
      guard history[1].integer == 0, history[2].integer == 0 else {
        throw EngineError(
          .unsupported, "inbound_nodes", expected: "the one value of '\(name)'",
          found: "another of its values")
      }
      names.append(name)
    }
    return names
  }
}
