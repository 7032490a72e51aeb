import Engine

/// Which steps of a sequence count, as Keras hands it on beside a value.
enum KerasMask {
  /// Truth values, one for each step.
  case steps(Graph.Value)
  /// A mask that only Keras could tell; no layer that heeds masks may take it.
  case unknown(layer: String)
}

extension KerasCall {
  /// Whether the argument is a mask that the layer's conversion looks at.
  func takesMask(_ argument: String) -> Bool {
    argument == "mask" && !layer.isOperation
      && (KerasMaskRules.own.contains(layer.className)
        || KerasMaskRules.passing.contains(layer.className))
  }

  /// The mask that the call names, as functional models of late Keras do.
  private var namedMask: Graph.Value? {
    arguments.named.first { takesMask($0.name) }?.argument.values.first
  }

  /// The mask of the layer's value: the one that the call names, else the value's own; nil where all
  /// steps count.
  ///
  /// - Throws: `EngineError` for one that is not known.
  func mask(of value: Graph.Value) throws(EngineError) -> Graph.Value? {
    if let namedMask { return namedMask }
    switch builder.masks[value] {
    case nil: return nil
    case .steps(let steps): return steps
    case .unknown(let other):
      throw layer.unsupported("mask", "one that comes straight from its layer", "that of \(other)")
    }
  }

  /// Throws where the layer would heed the mask of an argument in a way that the engine has not.
  func demandMasksHeeded() throws(EngineError) {
    guard KerasMaskRules.heeding.contains(layer.className) else { return }
    for value in arguments.values where builder.masks[value] != nil {
      throw layer.unsupported("mask", "no masked steps", "those of an Embedding or Masking layer")
    }
  }

  /// The mask that the layer's values have where its conversion gave them none.
  var passedMask: KerasMask? {
    let values = inputs
    guard !layer.isOperation || builder.kerasMajor < 3,
      !KerasMaskRules.own.contains(layer.className)
    else { return nil }
    if KerasMaskRules.passing.contains(layer.className), values.count == 1 {
      return namedMask.map { .steps($0) } ?? builder.masks[values[0]]
    }
    guard arguments.values.contains(where: { builder.masks[$0] != nil }) else { return nil }
    // What Keras 3 drops, Keras 2 did not always.
    let isDropped = builder.kerasMajor > 2 && !KerasMaskRules.combining.contains(layer.className)
    return isDropped ? nil : .unknown(layer: layer.name)
  }
}

/// What layers do with masks (`supports_masking` and `compute_mask` in Keras' source).
private enum KerasMaskRules {
  /// Layers that hand the mask of their one value on.
  static let passing: Set<String> = [
    "Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dense",
    "Dropout",
    "ELU", "GaussianDropout", "GaussianNoise", "GroupNormalization", "Identity",
    "LayerNormalization", "LeakyReLU", "Normalization", "PReLU", "ReLU", "Rescaling",
    "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "ThresholdedReLU",
    "UnitNormalization",
  ]

  /// Layers that make one of the masks of their values.
  static let combining: Set<String> = [
    "Add", "Average", "Concatenate", "Dot", "Maximum", "Merge", "Minimum", "Multiply", "Subtract",
  ]

  /// Layers whose conversions say which masks their values have.
  static let own: Set<String> = [
    "Embedding", "Masking", "SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional",
    "SimpleRNNCell", "GRUCell", "LSTMCell", "GlobalAveragePooling1D",
  ]

  /// Layers that compute otherwise where steps are masked, which the engine does not.
  static let heeding: Set<String> = [
    "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "MultiHeadAttention", "GroupQueryAttention",
    "Attention", "AdditiveAttention", "Softmax", "TimeDistributed",
  ]
}
