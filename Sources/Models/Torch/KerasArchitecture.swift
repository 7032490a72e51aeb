import Bytes
import Engine
import Formats

/// A Keras configuration as the architecture of weights in another file.
struct KerasArchitecture {
  private let config: JSON

  /// The configuration of a model: the JSON of `to_json()`, or `config.json` of a `.keras` file.
  init(_ config: JSON) {
    self.config = config
  }

  /// The model with the stored weights, in Keras's order of axes.
  ///
  /// Layers and modules are paired first; whether a weight has the sizes that its layer states
  /// shows when the graph is built. A first graph tells what a Flatten takes, for torch flattens
  /// in another order, and the rows of the Dense behind it are put right for the second.
  ///
  /// - Throws: `ModelError` for a layer whose weights torch has not, for one that cannot be built,
  ///   when a weight is left over on either side, and when one does not fit.
  func filled(
    with names: TorchNames
  ) throws(ModelError) -> (KerasModelFile, WeightMapping) {
    let layers: [KerasWantedLayer]
    do {
      layers = names.shaped(try wantedLayers())
    } catch {
      throw .layer(error)
    }
    let first = try file(layers, try match(layers, names))
    let flattened: [String: [Int]]
    do {
      let graph = try KerasGraphBuilder(first, weights: KerasWeights(first)).build()
      flattened = try KerasArchitecture.flattenedMaps(in: graph)
    } catch {
      throw .layer(error)
    }
    let ordered = layers.map {
      KerasWantedLayer(name: $0.name, weights: $0.weights, flattened: flattened[$0.name])
    }
    let mapping = try match(ordered, names)
    return (try file(ordered, mapping), mapping)
  }

  private func match(
    _ layers: [KerasWantedLayer], _ names: TorchNames
  ) throws(ModelError) -> WeightMapping {
    do {
      return try names.match(layers)
    } catch {
      throw .weights(error)
    }
  }

  // Layers.

  /// The layers with weights, in the order of the configuration; shapes are open.
  private func wantedLayers() throws(EngineError) -> [KerasWantedLayer] {
    let list = config["config"]?.array ?? config["config"]?["layers"]?.array
    guard let list, !list.isEmpty else {
      throw EngineError("layers", expected: "a list of layers", found: "none")
    }
    var layers: [KerasWantedLayer] = []
    for json in list {
      let layer = try KerasLayerConfig(json)
      do throws(EngineError) {
        let names = try KerasArchitecture.weights(of: layer)
        guard !names.isEmpty else { continue }
        layers.append(
          KerasWantedLayer(
            name: layer.name, weights: names.map { WantedWeight(name: $0, shape: []) },
            multiplier: try layer.integer("depth_multiplier", default: 1)))
      } catch {
        throw error.inside(layer: layer.name)
      }
    }
    return layers
  }

  /// The names of a layer's weights in Keras's order; empty for layers without.
  private static func weights(of layer: KerasLayerConfig) throws(EngineError) -> [String] {
    func named(_ kernels: String...) throws(EngineError) -> [String] {
      kernels + (try layer.bool("use_bias", default: true) ? ["bias"] : [])
    }
    switch layer.className {
    case "Conv1D", "Convolution1D", "Conv2D", "Convolution2D", "Dense": return try named("kernel")
    case "DepthwiseConv2D": return try named("depthwise_kernel")
    case "SeparableConv2D", "SeparableConvolution2D":
      return try named("depthwise_kernel", "pointwise_kernel")
    case "BatchNormalization":
      return (try layer.bool("scale", default: true) ? ["gamma"] : [])
        + (try layer.bool("center", default: true) ? ["beta"] : [])
        + ["moving_mean", "moving_variance"]
    case let name where withoutWeights.contains(name): return []
    case let other:
      throw EngineError(
        .unsupported, "class", expected: "a layer whose weights torch has under known names",
        found: other)
    }
  }

  private static let withoutWeights: Set<String> = [
    "InputLayer", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Add", "Multiply",
    "Subtract", "Average", "Maximum", "Minimum", "Concatenate", "Flatten", "Reshape", "Permute",
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianDropout", "GaussianNoise",
    "AlphaDropout", "ActivityRegularization", "MaxPooling1D", "MaxPool1D", "MaxPooling2D",
    "MaxPool2D", "AveragePooling1D", "AvgPool1D", "AveragePooling2D", "AvgPool2D",
    "GlobalAveragePooling1D", "GlobalAvgPool1D", "GlobalAveragePooling2D", "GlobalAvgPool2D",
    "GlobalMaxPooling1D", "GlobalMaxPool1D", "GlobalMaxPooling2D", "GlobalMaxPool2D",
    "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D", "UpSampling1D", "UpSampling2D",
    "Rescaling",
  ]

  // Weights.

  /// The configuration with the weights that were found.
  private func file(
    _ layers: [KerasWantedLayer], _ mapping: WeightMapping
  ) throws(ModelError) -> KerasModelFile {
    let matches = Dictionary(
      mapping.matches.map { ($0.wanted, $0) }, uniquingKeysWith: { first, _ in first })
    var filled: [KerasModelFile.Layer] = []
    for layer in layers {
      var weights: [(name: String, tensor: StoredTensor)] = []
      for weight in layer.weights {
        guard let match = matches["\(layer.name)/\(weight.name)"] else { continue }
        // Keras computes in binary32; what does not widen to it would be another function.
        guard [.float32, .float16, .bfloat16].contains(match.tensor.elementType) else {
          throw .file(
            ParseError(
              .unsupported, at: match.tensor.bytes.offset, expected: "float32 or a half float",
              found: match.tensor.elementType.rawValue
            ).inside("'\(safeText(match.stored))'"))
        }
        weights.append((weight.name, match.tensor))
      }
      filled.append(KerasModelFile.Layer(named: layer.name, weights: weights))
    }
    return KerasModelFile(config: config, layers: filled)
  }

  // Orders.

  /// For each Dense behind a Flatten of a map the map's height, width and channels.
  private static func flattenedMaps(in graph: Graph) throws(EngineError) -> [String: [Int]] {
    var maps: [String: [Int]] = [:]
    for node in graph.nodes {
      guard let first = node.inputs.first else { continue }
      if case .reshape = node.operation, graph.layout.isMap(node.shape),
        !graph.layout.isMap(graph.shape(of: first))
      {
        throw EngineError(
          .unsupported, "target_shape", expected: "a vector, since torch orders maps otherwise",
          found: "\(node.shape)"
        ).inside(layer: node.name)
      }
      guard node.operation.parameterCount > 0,
        let map = try flattenedMap(before: first, in: graph)
      else { continue }
      guard case .dense = node.operation else {
        throw EngineError(
          .unsupported, "input",
          expected: "a Dense behind a Flatten, since torch flattens in another order",
          found: node.operation.name
        ).inside(layer: node.name)
      }
      maps[node.name] = map
    }
    return maps
  }

  /// The map that a vector was flattened from in Keras's order; nil where no order of several
  /// pixels and channels is in it.
  private static func flattenedMap(
    before value: Graph.Value, in graph: Graph
  ) throws(EngineError) -> [Int]? {
    var value = value
    while let node = graph.node(of: value), let first = node.inputs.first {
      let features = graph.features(of: first)
      let isOrdered =
        graph.layout.isMap(graph.shape(of: first)) && features.pixels > 1 && features.channels > 1
      let map = [features.height, features.width, features.channels]
      switch node.operation {
      case .flatten(let flatten):
        return isOrdered && flatten.order == .channelsLast ? map : nil
      case .reshape where !graph.layout.isMap(node.shape):
        return isOrdered && graph.layout == .channelsLast ? map : nil
      case .identity, .relu, .leakyReLU, .clip, .elementwise: value = first
      case .general where isOrdered && !graph.layout.isMap(node.shape):
        throw EngineError(
          .unsupported, "input", expected: "a Flatten, since torch orders elements otherwise",
          found: node.operation.name
        ).inside(layer: node.name)
      default: return nil
      }
    }
    return nil
  }
}
