import Bytes
import Engine
import Formats

/// Builds the engine's graph from a Keras model: Sequential or functional, with models in models.
///
/// The graph has one order of axes, the one that most layers of the model state. A layer that
/// states the other takes and gives its values through transpositions.
final class KerasGraphBuilder {
  /// Layers and calls of them that may be gone through, those in models that are called several
  /// times counted each time.
  private static let callLimit = EngineLimits.nodes
  /// Constants of all nodes: each call of a layer holds its own, packed for its place.
  private static let parameterLimit = 1 << 30

  private let topology: KerasTopology
  private let weights: KerasWeights
  /// The version of Keras that wrote the model; some functions changed their meaning.
  let kerasMajor: Int
  /// Whether the kernels were trained by a true convolution, which turns them.
  let turnsKernels: Bool
  private(set) var graph: Graph
  /// The masks of values that have one.
  private(set) var masks: [Graph.Value: KerasMask] = [:]
  private var callCount = 0
  private var parameterCount = 0

  /// A builder whose graph has the model's inputs; `rowShape` is the first input's shape for
  /// models that leave it open.
  init(
    _ file: KerasModelFile, weights: KerasWeights, rowShape: [Int]? = nil
  ) throws(EngineError) {
    let model = try KerasLayerConfig(file.config)
    topology = try KerasTopology(model)
    self.weights = weights
    let known = Set(topology.layers.map(\.name))
    if let unknown = weights.layerNames.first(where: { !known.contains($0) }) {
      throw EngineError("weights", expected: "weights of the model's layers", found: unknown)
    }
    kerasMajor =
      file.kerasVersion.flatMap { Int($0.prefix { $0 != "." }) } ?? (model.module == nil ? 2 : 3)
    turnsKernels = file.backend == "theano"
    var inputs: [Graph.Input] = []
    for (index, input) in topology.inputs.enumerated() {
      inputs.append(
        try topology.graphInput(input, of: model, rowShape: index == 0 ? rowShape : nil))
    }
    graph = try Graph(
      inputs: inputs, layout: try KerasGraphBuilder.layout(of: topology, depth: 0))
  }

  /// The model's graph.
  func build() throws(EngineError) -> Graph {
    let outputs = try outputs(
      of: topology, inputs: graph.inputValues, weights: .file(weights), depth: 0)
    try graph.setOutputs(outputs)
    return graph
  }

  /// Adds an operator to the graph.
  func append(
    _ operation: Operator, named name: String, to inputs: [Graph.Value]
  ) throws(EngineError) -> Graph.Value {
    parameterCount += operation.parameterCount
    guard parameterCount <= KerasGraphBuilder.parameterLimit else {
      throw EngineError(
        .limit, "weights", expected: "at most \(KerasGraphBuilder.parameterLimit) in all calls",
        found: "more")
    }
    return try graph.append(operation, named: name, to: inputs)
  }

  /// The outputs of a model for its inputs.
  private func outputs(
    of topology: KerasTopology, inputs: [Graph.Value], weights: KerasWeightScope, depth: Int
  ) throws(EngineError) -> [Graph.Value] {
    guard depth <= EngineLimits.graphDepth else {
      throw EngineError(
        .limit, "layers", expected: "models at most \(EngineLimits.graphDepth) deep",
        found: "more")
    }
    guard inputs.count == topology.inputs.count else {
      throw EngineError(
        "inbound_nodes", expected: "\(topology.inputs.count) inputs", found: "\(inputs.count)")
    }
    var values: [KerasReference: Graph.Value] = [:]
    for (input, value) in zip(topology.inputs, inputs) { values[input] = value }
    func value(_ reference: KerasReference, _ key: String) throws(EngineError) -> Graph.Value {
      guard let value = values[reference] else {
        throw EngineError(
          key, expected: "a value that a layer of the model gives",
          found: "output \(reference.tensor) of call \(reference.node) of '\(reference.layer)'")
      }
      return value
    }
    let models = Set(topology.layers.filter(\.isModel).map(\.name))
    for call in topology.calls {
      let layer = topology.layers[call.layer]
      do throws(EngineError) {
        let results = try apply(
          layer, weights: weights.group(of: layer, beside: models),
          to: call.arguments.map { (reference) throws(EngineError) in
            try value(reference, "inbound_nodes")
          }, depth: depth)
        for (tensor, result) in results.enumerated() {
          values[KerasReference(layer: layer.name, node: call.node, tensor: tensor)] = result
        }
      } catch {
        throw error.inside(layer: layer.name)
      }
    }
    return try topology.outputs.map { (output) throws(EngineError) in
      try value(output, "output_layers")
    }
  }

  /// What a layer gives for its arguments.
  func apply(
    _ layer: KerasLayerConfig, weights: KerasWeightGroup,
    to arguments: KerasArguments<Graph.Value>, depth: Int
  ) throws(EngineError) -> [Graph.Value] {
    try count(1)
    guard depth <= EngineLimits.graphDepth else {
      throw EngineError(
        .limit, "layers", expected: "layers at most \(EngineLimits.graphDepth) deep",
        found: "more")
    }
    if layer.isModel {
      let inner = try KerasTopology(layer)
      try count(inner.layers.count)
      return try outputs(
        of: inner, inputs: arguments.positional.flatMap(\.values), weights: .model(weights),
        depth: depth + 1)
    }
    let call = KerasCall(
      layer: layer, weights: weights, arguments: arguments, builder: self, depth: depth)
    let conversion = try KerasLayers.conversion(of: layer)
    guard !masks.isEmpty || arguments.named.contains(where: { $0.name == "mask" }) else {
      return try conversion(call)
    }
    try call.demandMasksHeeded()
    let results = try conversion(call)
    // A value that passed through unchanged would keep the mask that the layer may drop.
    let given = arguments.values
    return try results.map { (result) throws(EngineError) in
      let own =
        given.contains(result)
        ? try append(.identity(Identity()), named: layer.name, to: [result]) : result
      if masks[own] == nil, let mask = call.passedMask { masks[own] = mask }
      return own
    }
  }

  /// Gives a value a mask, before the layer's other rules for masks are looked at.
  func setMask(_ mask: KerasMask?, of value: Graph.Value) { masks[value] = mask }

  private func count(_ steps: Int) throws(EngineError) {
    callCount += steps
    guard callCount <= KerasGraphBuilder.callLimit else {
      throw EngineError(
        .limit, "layers", expected: "at most \(KerasGraphBuilder.callLimit) calls", found: "more")
    }
  }

  /// The order of axes that most layers state; Keras's default is channels last.
  private static func layout(
    of topology: KerasTopology, depth: Int
  ) throws(EngineError) -> Layout {
    let votes = try votes(in: topology, depth: depth)
    return votes.first > votes.last ? .channelsFirst : .channelsLast
  }

  private static func votes(
    in topology: KerasTopology, depth: Int
  ) throws(EngineError) -> (first: Int, last: Int) {
    var votes = (first: 0, last: 0)
    for layer in topology.layers {
      do throws(EngineError) {
        if layer.isModel, depth < EngineLimits.graphDepth {
          let inner = try self.votes(in: KerasTopology(layer), depth: depth + 1)
          votes.first += inner.first
          votes.last += inner.last
        } else if layer.className != "Flatten" {
          switch try layer.layout() {
          case .channelsFirst: votes.first += 1
          case .channelsLast: votes.last += 1
          default: break
          }
        }
      } catch {
        throw error.inside(layer: layer.name)
      }
    }
    return votes
  }
}

/// Where the weights of a model's layers are.
private enum KerasWeightScope {
  /// In the file, by layer.
  case file(KerasWeights)
  /// Among those of a model that is used as a layer.
  case model(KerasWeightGroup)

  func group(of layer: KerasLayerConfig, beside models: Set<String>) -> KerasWeightGroup {
    switch self {
    case .file(let weights): weights.layer(layer.name)
    case .model(let group):
      layer.isModel ? group.model(layer.name) : group.layer(layer.name, beside: models)
    }
  }
}

extension KerasTopology {
  /// An input of the graph: what the input layer says, or what the first layer was built for.
  fileprivate func graphInput(
    _ input: KerasReference, of model: KerasLayerConfig, rowShape: [Int]?
  ) throws(EngineError) -> Graph.Input {
    do throws(EngineError) {
      if let layer = inputLayer(input) {
        guard let shape = try layer.inputShape(rowShape: rowShape) else {
          throw EngineError("batch_shape", expected: "the input's shape", found: "none")
        }
        for key in ["sparse", "ragged"] where try layer.bool(key, default: false) {
          throw EngineError(.unsupported, key, expected: "dense inputs", found: "true")
        }
        return Graph.Input(
          name: layer.name, type: TensorType(shape, try layer.inputElement()))
      }
      let first = layers[0]
      if first.isModel {
        let inner = try KerasTopology(first)
        return try inner.graphInput(inner.inputs[0], of: first, rowShape: rowShape)
      }
      if let shape = try first.inputShape(rowShape: rowShape) {
        return Graph.Input(
          name: "input", type: TensorType(shape, try first.inputElement()))
      }
      for json in [
        model.attributes["build_input_shape"], model.buildConfig["input_shape"],
        first.buildConfig["input_shape"],
      ] {
        guard let json, json.array?.isEmpty == false else { continue }
        let shape = try first.shape(json, "build_input_shape", rowShape: rowShape)
        return Graph.Input(name: "input", type: TensorType(shape))
      }
      guard let rowShape else {
        throw EngineError("batch_shape", expected: "the input's shape", found: "none")
      }
      return Graph.Input(name: "input", type: TensorType(rowShape))
    } catch {
      throw error.inside(layer: input.layer.isEmpty ? layers[0].name : input.layer)
    }
  }
}

extension KerasLayerConfig {
  /// The type of an input's elements.
  fileprivate func inputElement() throws(EngineError) -> ElementType {
    let stated = ["dtype", "input_dtype"].first(where: has)
    guard let key = stated, let json = attributes[key] else { return .float32 }
    let name = json.string ?? json["config"]?["name"]?.string ?? json.compactText()
    switch ElementType(rawValue: name) {
    case .some(let element) where element == .float32 || !element.isFloat: return element
    default:
      throw EngineError(
        .unsupported, key, expected: "float32, integers or bool", found: name)
    }
  }
}
