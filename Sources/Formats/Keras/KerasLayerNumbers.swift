import Bytes

/// The layers of a file of weights under the names of a configuration.
///
/// Keras names a layer that its maker did not name by its kind and by how many of that kind the
/// process had made before: `conv1d`, `conv1d_1`. The same network made a second time has other
/// numbers, and Keras loads weights by the order of the layers alone. Here layers are paired by
/// their order within a kind, where file and configuration have as many of it.
struct KerasLayerNumbers {
  private let layers: [KerasModelFile.Layer]

  init(of layers: [KerasModelFile.Layer]) {
    self.layers = layers
  }

  /// The layers, renamed where the configuration has other numbers.
  func matched(with config: JSON) -> [KerasModelFile.Layer] {
    let wanted = KerasLayerNumbers.byKind(KerasLayerNumbers.names(in: config))
    let stored = KerasLayerNumbers.byKind(layers.map(\.name))
    var names: [String: String] = [:]
    for (kind, numbered) in stored {
      guard let others = wanted[kind], others.count == numbered.count,
        Set(others) != Set(numbered)
      else { continue }
      for (name, other) in zip(numbered, others) { names[name] = other }
    }
    return layers.map {
      KerasModelFile.Layer(name: names[$0.name] ?? $0.name, weights: $0.weights)
    }
  }

  /// The names of the layers of a model, not of models in it. Keras 1 had the layers of a sequential
  /// model in the place of its configuration.
  private static func names(in config: JSON) -> [String] {
    let inner = config["config"]
    return (inner?.array ?? inner?["layers"]?.array ?? []).compactMap {
      $0["config"]?["name"]?.string ?? $0["name"]?.string
    }
  }

  /// The names of each kind, in their order; the kind is the name without its number.
  private static func byKind(_ names: [String]) -> [Substring: [String]] {
    Dictionary(grouping: names) { name in
      guard let mark = name.lastIndex(of: "_"), case let number = name[name.index(after: mark)...],
        !number.isEmpty, number.utf8.allSatisfy(isDigit)
      else { return name[...] }
      return name[..<mark]
    }
  }
}
