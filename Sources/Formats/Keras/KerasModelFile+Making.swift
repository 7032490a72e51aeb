public import Bytes

extension KerasModelFile {
  /// A model whose weights were found elsewhere: in Keras's order and shapes, layer by layer.
  public init(config: JSON, layers: [Layer]) {
    self.init(
      config: config, kerasVersion: config["keras_version"]?.string,
      backend: config["backend"]?.string, layers: layers, weightOrder: .trainedFirst)
  }
}

extension KerasModelFile.Layer {
  /// A layer with its weights in Keras's order.
  public init(named name: String, weights: [(name: String, tensor: StoredTensor)]) {
    self.init(
      name: name, weights: weights.map { KerasModelFile.Weight(name: $0.name, tensor: $0.tensor) })
  }
}
