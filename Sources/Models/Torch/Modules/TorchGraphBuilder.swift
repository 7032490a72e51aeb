import Bytes
import Engine
import Formats

/// Builds the graph of a module that was saved whole, where it is made of torch's own modules in
/// Sequentials. What a module of another class computes stands in its code, which is not in the
/// file: it is refused by name, never guessed.
///
/// Each module becomes the operators that its export to ONNX has where that has them as they are, so
/// that both files of one network give the same bits.
struct TorchGraphBuilder {
  /// The version of ONNX' operators that modules are built from.
  static let opset = 20

  private let context: ONNXContext

  /// The graph for one row; `rowShape` is the shape of an input without the batch axis.
  static func graph(
    of module: TorchModule, rowShape: [Int]?
  ) throws(EngineError) -> Graph {
    guard let rowShape else {
      throw EngineError(
        .unsupported, "input", expected: "a shape, such as the manifest's input.shape",
        found: "a module, which does not say its own")
    }
    let input = Graph.Input(name: "input", type: TensorType([1] + rowShape))
    let model = ONNXModel(standardOperators: opset)
    let builder = try ONNXBuilder(model, inputs: [input]) { (place) throws(ParseError) in
      try ONNXProgram.none(place.location)
    }
    let torch = TorchGraphBuilder(
      context: ONNXContext(
        builder: builder, opsets: model.opsets, scope: ONNXScope([:]), depth: 0))
    let output = try torch.append(
      module, at: "", to: .computed(builder.graph.input, input.type), depth: 0)
    guard case .computed(let value, _) = output else {
      throw EngineError("output", expected: "a value that depends on the input", found: "none")
    }
    try builder.setOutputs([value])
    return builder.graph
  }

  /// The output of a module and of all modules in it.
  private func append(
    _ module: TorchModule, at path: String, to input: ONNXValue, depth: Int
  ) throws(EngineError) -> ONNXValue {
    do throws(EngineError) {
      try check(module, depth: depth)
      if let layer = TorchLayers.table[module.className] {
        try layer.check(module)
        return try layer.build(TorchCall(module: module, path: path, context: context), input)
      }
    } catch {
      throw error.inside(layer: path.isEmpty ? module.className : path)
    }
    var value = input
    for child in module.children {
      let name = path.isEmpty ? child.name : "\(path).\(child.name)"
      value = try append(child.module, at: name, to: value, depth: depth + 1)
    }
    return value
  }

  /// Throws unless the module is one of torch's layers or a container that passes values on.
  private func check(_ module: TorchModule, depth: Int) throws(EngineError) {
    guard depth <= EngineLimits.graphDepth else {
      throw EngineError(
        .limit, "modules", expected: "at most \(EngineLimits.graphDepth) inside one another",
        found: "more")
    }
    guard !module.hasHooks, module.attribute("forward") == nil else {
      throw EngineError(
        .unsupported, "module", expected: "a module that computes what its class says",
        found: "hooks or a function of its own")
    }
    if TorchLayers.table[module.className] != nil { return }
    let isContainer = TorchLayers.containers.contains(module.className)
    guard isContainer else {
      throw EngineError(
        .unsupported, "class", expected: "torch's own layers in a Sequential",
        found: "\(module.className), whose code is not in the file")
    }
    guard module.parameters.isEmpty, module.buffers.isEmpty else {
      throw EngineError(
        .unsupported, "module", expected: "a container without weights of its own",
        found: (module.parameters + module.buffers).map(\.name).joined(separator: ", "))
    }
  }
}

/// One of torch's modules: the weights it may hold, and what it becomes.
struct TorchLayer: Sendable {
  typealias Build = @Sendable (TorchCall, ONNXValue) throws(EngineError) -> ONNXValue

  /// Parameters and buffers by name; others would take part in a way that is not known.
  var weights: Set<String> = []
  let build: Build

  init(_ weights: Set<String> = [], _ build: @escaping Build) {
    self.weights = weights
    self.build = build
  }

  func check(_ module: TorchModule) throws(EngineError) {
    let unknown =
      (module.parameters + module.buffers).map(\.name).filter { !weights.contains($0) }
      + module.children.map(\.name)
    guard unknown.isEmpty else {
      throw EngineError(
        .unsupported, "module",
        expected: weights.isEmpty ? "no weights" : weights.sorted().joined(separator: ", "),
        found: unknown.joined(separator: ", "))
    }
  }
}

/// Every module of torch that can be built, by its full class name.
enum TorchLayers {
  static let table: [String: TorchLayer] = {
    var table: [String: TorchLayer] = [:]
    for (module, layers) in [
      ("conv", convolutions), ("linear", linear), ("batchnorm", normalizations),
      ("activation", activations), ("pooling", pools), ("flatten", shapes), ("dropout", dropouts),
      ("padding", paddings), ("upsampling", upsamplings), ("instancenorm", instanceNorms),
      ("normalization", rowNorms), ("pixelshuffle", shuffles),
      ("channelshuffle", channelShuffles), ("sparse", embeddings),
    ] {
      for (name, layer) in layers { table["torch.nn.modules.\(module).\(name)"] = layer }
    }
    return table
  }()

  /// Modules that hand a value from each of their modules to the next.
  static let containers: Set<String> = [
    "torch.nn.modules.container.Sequential", "torch.nn.parallel.data_parallel.DataParallel",
  ]
}
