import CKernels

/// Normalisation of each channel by statistics stored with the model.
///
///     y[c, ...] = fma(x[c, ...], s32[c], t32[c]) in binary32
///     s = gamma / sqrt(variance + epsilon) in binary64, s32 = round(s)
///     t32 = round(fma(-mean, s, beta)), the fma in binary64, s unrounded
///
/// A missing gamma is 1, a missing beta +0. Never folded into a neighbour's weights. Input
/// gradient: `dx = dy s32`, one rounded product.
public struct BatchNormalization: Sendable {
  /// s32, one for each channel.
  let scale: [Float]
  /// t32, one for each channel.
  let shift: [Float]
  /// |mean s| + |beta|, one for each channel: what t32 is made of.
  let shiftTerms: [Double]
  /// The number of constants in the file.
  let parameterCount: Int

  /// Creates the operator; an error when the constants do not belong together.
  ///
  /// `epsilon` is the file's number: Keras' as it stands in the JSON, ONNX' widened.
  public init(
    gamma: Tensor?, beta: Tensor?, mean: Tensor, variance: Tensor, epsilon: Double
  ) throws(EngineError) {
    let channels = mean.count
    try requireCount(channels, of: mean, attribute: "mean")
    try requireCount(channels, of: variance, attribute: "variance")
    if let gamma { try requireCount(channels, of: gamma, attribute: "gamma") }
    if let beta { try requireCount(channels, of: beta, attribute: "beta") }
    let unrounded = (0..<channels).map { channel in
      Double(gamma?[channel] ?? 1) / (Double(variance[channel]) + epsilon).squareRoot()
    }
    scale = unrounded.map { Float($0) }
    shift = (0..<channels).map { channel in
      Float(ck_fma64(-Double(mean[channel]), unrounded[channel], Double(beta?[channel] ?? 0)))
    }
    shiftTerms = (0..<channels).map { channel in
      abs(Double(mean[channel]) * unrounded[channel]) + abs(Double(beta?[channel] ?? 0))
    }
    parameterCount = channels * (2 + (gamma == nil ? 0 : 1) + (beta == nil ? 0 : 1))
  }
}

extension BatchNormalization: OperatorDefinition {
  var name: String { "batch normalization" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    let channels = layout.features(ofShape: inputs[0]).channels
    guard layout.isMap(inputs[0]) || layout.isVector(inputs[0]) else {
      throw EngineError(
        .unsupported, "input", expected: "a feature map or a vector", found: "shape \(inputs[0])")
    }
    guard channels == scale.count else {
      throw EngineError("mean", expected: "\(channels) channels", found: "\(scale.count)")
    }
    return inputs[0]
  }

  var fusesActivation: Bool { true }

  func plain(_ place: Place) -> any PlainOperator { PlainBatchNormalization(definition: self) }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.combine(unit)
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.passGradient(of: unit)
  }
}

private struct PlainBatchNormalization: PlainOperator {
  let definition: BatchNormalization

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    let x = inputs[0]
    var y = PlainMap(x.features)
    ck_plain_normalization(
      x.features.channels, x.features.pixels, x.values, definition.scale, definition.shift,
      &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(dy.features)
    ck_plain_normalization_gradient(
      dy.features.channels, dy.features.pixels, dy.values, definition.scale, &dx.values)
    return [dx]
  }
}
