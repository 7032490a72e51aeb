import Bytes
import Engine
import Formats

/// The weights of a Keras model as tensors, by layer.
struct KerasWeights {
  private var groups: [String: KerasWeightGroup] = [:]
  /// The layers that have weights, in the order of the file.
  private(set) var layerNames: [String] = []

  init(_ file: KerasModelFile) throws(EngineError) {
    for layer in file.layers {
      var entries: [KerasWeightGroup.Entry] = []
      for weight in layer.weights {
        let tensor: Tensor
        do throws(EngineError) {
          tensor = try KerasWeights.tensor(of: weight)
        } catch {
          throw error.inside(layer: layer.name)
        }
        entries.append(
          KerasWeightGroup.Entry(
            path: weight.name.split(separator: "/").map(String.init), tensor: tensor))
      }
      if !entries.isEmpty { layerNames.append(layer.name) }
      groups[layer.name] = KerasWeightGroup(entries: entries, order: file.weightOrder)
    }
  }

  private static func tensor(of weight: KerasModelFile.Weight) throws(EngineError) -> Tensor {
    let stored = weight.tensor
    if stored.elementType == .float32, stored.byteOrder == .little {
      return try Tensor(shape: stored.shape, littleEndian: stored.bytes)
    }
    let values: [Float]
    do {
      values = try stored.floats()
    } catch {
      throw EngineError(weight.name, expected: "a tensor of numbers", found: "\(error)")
    }
    return try Tensor(shape: stored.shape, values: values)
  }

  /// The weights of a layer of the model; none where the file has none.
  func layer(_ name: String) -> KerasWeightGroup {
    groups[name] ?? KerasWeightGroup(entries: [], order: .byPart)
  }
}

/// The weights of a layer, of a part of one, or of a model used as a layer.
struct KerasWeightGroup {
  struct Entry {
    let path: [String]
    let tensor: Tensor

    /// The weight's own name, without TensorFlow's `:0`.
    var name: Substring { path.last.map { $0.prefix { $0 != ":" } } ?? "" }
  }

  let entries: [Entry]
  let order: KerasModelFile.WeightOrder

  /// The shapes of all weights, in their order.
  var shapes: [[Int]] { entries.map(\.tensor.shape) }

  /// The weights of a layer of the model that this is.
  ///
  /// In `.h5` the names of weights contain the names of their layers, and of models in models
  /// where these are built as a layer is; `models` are the names of those beside the layer.
  func layer(_ name: String, beside models: Set<String> = []) -> KerasWeightGroup {
    switch order {
    case .byPart: return part(name)
    case .trainedFirst:
      return KerasWeightGroup(
        entries: entries.filter {
          let place = $0.path.dropLast()
          return place.contains(name) && (models.contains(name) || models.isDisjoint(with: place))
        }, order: order)
    }
  }

  /// The weights of a model in the model that this is.
  func model(_ name: String) -> KerasWeightGroup {
    let named = layer(name)
    return order == .trainedFirst && named.entries.isEmpty ? self : named
  }

  /// The weights of a part of the layer: by its name, or in `.h5` those at the given places.
  func part(_ name: String, _ places: Range<Int>? = nil) -> KerasWeightGroup {
    switch order {
    case .byPart:
      return KerasWeightGroup(
        entries: entries.filter { $0.path.count > 1 && $0.path[0] == name }.map {
          Entry(path: Array($0.path.dropFirst()), tensor: $0.tensor)
        }, order: order)
    case .trainedFirst:
      guard let places else { return self }
      return KerasWeightGroup(
        entries: Array(entries[places.clamped(to: entries.indices)]), order: order)
    }
  }

  /// The weights; an error unless there are exactly those of the given names. Keras 3 calls a
  /// `depthwise_kernel` `kernel`.
  func tensors(named names: [String]) throws(EngineError) -> [Tensor] {
    guard entries.count == names.count else {
      throw EngineError(
        "weights", expected: "\(names.count) (\(names.joined(separator: ", ")))",
        found: "\(entries.count)")
    }
    for (entry, name) in zip(entries, names)
    where KerasWeightGroup.known.contains(String(entry.name)) && entry.name != name
      && !(entry.name == "kernel" && name == "depthwise_kernel")
    {
      throw EngineError("weights", expected: name, found: String(entry.name))
    }
    return entries.map(\.tensor)
  }

  /// Names that say what a weight is; Keras 1 had others.
  private static let known: Set<String> = [
    "kernel", "bias", "depthwise_kernel", "pointwise_kernel", "recurrent_kernel", "gamma", "beta",
    "moving_mean", "moving_variance", "embeddings", "alpha", "mean", "variance", "count", "scale",
  ]
}
