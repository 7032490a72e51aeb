import Bytes
import Engine

/// The layers of a Sequential or functional model and the order in which they are called.
struct KerasTopology {
  /// One call of a layer.
  struct Call {
    /// Its place in `layers`.
    let layer: Int
    /// Which of the layer's calls it is.
    let node: Int
    let arguments: KerasArguments<KerasReference>
  }

  let layers: [KerasLayerConfig]
  private let places: [String: Int]
  /// The calls, each after those it takes values from.
  let calls: [Call]
  let inputs: [KerasReference]
  let outputs: [KerasReference]

  /// Reads the configuration of a model.
  init(_ model: KerasLayerConfig) throws(EngineError) {
    switch model.className {
    case "Sequential": try self.init(sequential: model.attributes)
    case "Functional", "Model": try self.init(functional: model.attributes)
    case let other:
      throw EngineError(
        .unsupported, "class",
        expected: "a Sequential or functional model (the code of other models is not in the file)",
        found: other)
    }
  }

  /// The layer that gives an input; nil where a Sequential has none.
  func inputLayer(_ input: KerasReference) -> KerasLayerConfig? {
    places[input.layer].map { layers[$0] }
  }

  /// A list of layers; very old files have the list itself as config.
  private init(sequential config: JSON) throws(EngineError) {
    let list = config.array ?? config["layers"]?.array
    guard let list, !list.isEmpty else {
      throw EngineError("layers", expected: "a list of layers", found: "none")
    }
    layers = try list.map { (json) throws(EngineError) in try KerasLayerConfig(json) }
    places = try KerasTopology.places(of: layers)
    let hasInput = layers[0].className == "InputLayer"
    var value = KerasReference(layer: hasInput ? layers[0].name : KerasTopology.impliedInput)
    inputs = [value]
    var calls: [Call] = []
    for index in layers.indices.dropFirst(hasInput ? 1 : 0) {
      calls.append(
        Call(layer: index, node: 0, arguments: KerasArguments(positional: [.value(value)])))
      value = KerasReference(layer: layers[index].name)
    }
    self.calls = calls
    outputs = [value]
  }

  /// The name of an input that no layer stands for; no layer's name is empty.
  private static let impliedInput = ""

  /// Layers in any order, each with the places it takes its values from.
  private init(functional config: JSON) throws(EngineError) {
    guard let list = config["layers"]?.array, !list.isEmpty else {
      throw EngineError("layers", expected: "a list of layers", found: "none")
    }
    var layers: [KerasLayerConfig] = []
    var calls: [Call] = []
    for (index, json) in list.enumerated() {
      let layer = try KerasLayerConfig(json)
      layers.append(layer)
      guard layer.className != "InputLayer" else { continue }
      do throws(EngineError) {
        for (node, call) in (json["inbound_nodes"]?.array ?? []).enumerated() {
          calls.append(
            Call(layer: index, node: node, arguments: try KerasArguments(inboundNode: call)))
        }
      } catch {
        throw error.inside(layer: layer.name)
      }
    }
    let places = try KerasTopology.places(of: layers)
    inputs = try KerasTopology.references(config["input_layers"], "input_layers")
    outputs = try KerasTopology.references(config["output_layers"], "output_layers")
    for input in inputs {
      guard let place = places[input.layer], layers[place].className == "InputLayer" else {
        throw EngineError("input_layers", expected: "an input layer", found: input.layer)
      }
    }
    self.calls = try KerasTopology.inOrder(calls, of: layers)
    self.layers = layers
    self.places = places
  }

  /// `[name, 0, 0]`, a list of such, or an object of them, which Keras orders by its keys.
  private static func references(
    _ json: JSON?, _ key: String
  ) throws(EngineError) -> [KerasReference] {
    func flat(_ json: JSON) throws(EngineError) -> [KerasReference] {
      if let reference = KerasReference(json) { return [reference] }
      let list =
        json.array ?? json.object?.sorted { $0.name < $1.name }.map(\.value) ?? []
      guard !list.isEmpty else {
        throw EngineError(
          key, expected: "layers", found: String(json.compactText().prefix(80)))
      }
      return try list.map { (json) throws(EngineError) in try flat(json) }.flatMap { $0 }
    }
    return try flat(json ?? .null)
  }

  /// The place of each layer by its name.
  private static func places(of layers: [KerasLayerConfig]) throws(EngineError) -> [String: Int] {
    var places: [String: Int] = [:]
    for (index, layer) in layers.enumerated() {
      guard !layer.name.isEmpty, places.updateValue(index, forKey: layer.name) == nil else {
        throw EngineError(
          "name", expected: "a new name",
          found: layer.name.isEmpty ? "an empty one" : "the name of another layer"
        ).inside(layer: layer.name)
      }
    }
    return places
  }

  /// Each call after those it takes values from; an error when there is a cycle or an unknown
  /// layer. Kahn's algorithm, so that depth costs no stack.
  private static func inOrder(
    _ calls: [Call], of layers: [KerasLayerConfig]
  ) throws(EngineError) -> [Call] {
    struct Place: Hashable {
      let layer: String
      let node: Int
    }
    var places: [Place: Int] = [:]
    for (index, call) in calls.enumerated() {
      places[Place(layer: layers[call.layer].name, node: call.node)] = index
    }
    let inputs = Set(layers.filter { $0.className == "InputLayer" }.map(\.name))
    var waiting = [Int](repeating: 0, count: calls.count)
    var followers = [[Int]](repeating: [], count: calls.count)
    for (index, call) in calls.enumerated() {
      var sources: Set<Int> = []
      for reference in call.arguments.values where !inputs.contains(reference.layer) {
        guard let source = places[Place(layer: reference.layer, node: reference.node)] else {
          throw EngineError(
            "inbound_nodes", expected: "a call of a layer of the model",
            found: "call \(reference.node) of '\(reference.layer)'"
          ).inside(layer: layers[call.layer].name)
        }
        if sources.insert(source).inserted { followers[source].append(index) }
      }
      waiting[index] = sources.count
    }
    var ready = calls.indices.filter { waiting[$0] == 0 }
    var position = 0
    while position < ready.count {
      let index = ready[position]
      position += 1
      for follower in followers[index] {
        waiting[follower] -= 1
        if waiting[follower] == 0 { ready.append(follower) }
      }
    }
    guard ready.count == calls.count else {
      throw EngineError("inbound_nodes", expected: "a graph without a cycle", found: "a cycle")
    }
    return ready.map { calls[$0] }
  }
}
