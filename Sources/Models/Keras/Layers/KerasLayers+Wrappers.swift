import Bytes
import Engine

extension KerasLayers {
  static let wrappers: [String: KerasSingleConversion] = [
    "TimeDistributed": timeDistributed, "SpectralNormalization": spectralNormalization,
  ]

  /// Layers that take any number of axes and look only along the last.
  private static let anyRank: Set<String> = [
    "Dense", "Activation", "Dropout", "ReLU", "LeakyReLU", "ELU", "Rescaling",
  ]

  /// `SpectralNormalization`: the inner layer; its kernel was divided by its norm in training.
  private static func spectralNormalization(
    _ call: KerasCall
  ) throws(EngineError) -> Graph.Value {
    let weights = call.weights.part("layer", 0..<max(0, call.weights.entries.count - 1))
    return try call.apply(call.innerLayer("layer"), weights: weights, to: call.input())
  }

  /// `TimeDistributed`: the inner layer applied to each step.
  private static func timeDistributed(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let inner = try call.innerLayer("layer")
    let weights = call.weights.part("layer")
    let x = try call.input()
    let shape = call.shape(of: x)
    guard shape.count > 1, shape[0] > 0 else {
      throw EngineError("input", expected: "steps of a sequence", found: "shape \(shape)")
    }
    if anyRank.contains(inner.className) { return try call.apply(inner, weights: weights, to: x) }
    var steps: [Graph.Value] = []
    for step in 0..<shape[0] {
      let spans =
        [Slice.Span(start: step, count: 1)]
        + shape.dropFirst().map { Slice.Span(start: 0, count: $0) }
      let slice = try call.reshape(
        call.append(Slice(spans: spans), to: [x]), to: Array(shape.dropFirst()))
      let y = try call.apply(inner, weights: weights, to: slice)
      steps.append(try call.reshape(y, to: [1] + call.shape(of: y)))
    }
    return try call.append(Concatenate(axis: 0), to: steps)
  }
}

extension KerasCall {
  /// The layer that an attribute holds.
  func innerLayer(_ key: String) throws(EngineError) -> KerasLayerConfig {
    guard layer.has(key), let json = layer.attributes[key] else {
      throw layer.wrong(key, "a layer", .null)
    }
    return try KerasLayerConfig(unnamed: json, name: layer.name)
  }
}
