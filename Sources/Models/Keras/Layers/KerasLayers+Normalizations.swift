import Bytes
import Engine

extension KerasLayers {
  static let normalizations: [String: KerasSingleConversion] = [
    "BatchNormalization": batchNormalization,
    "UnitNormalization": { (call) throws(EngineError) in
      let x = try call.input()
      let axes = try call.axes(
        call.layer.integers("axis") ?? [-1], rank: call.shape(of: x).count)
      return try call.unit(x, axes: axes)
    },
    "LayerNormalization": layerNormalization,
    "RMSNormalization": { (call) throws(EngineError) in
      let x = try call.input()
      let rank = call.shape(of: x).count
      let axes = try call.axes(call.layer.integers("axis") ?? [-1], rank: rank)
      let scale = try call.weights.tensors(named: ["scale"])[0]
      return try call.append(
        Standardization(
          axes: axes, epsilon: call.layer.double("epsilon", default: 1e-7), centers: false),
        to: [x, call.stretched(scale, over: axes, of: x, "scale")])
    },
    "GroupNormalization": groupNormalization,
    // Of the published architectures of `keras.applications`, ConvNeXt and Inception-ResNet.
    "LayerScale": { (call) throws(EngineError) in
      let x = try call.input()
      let scale = try call.weights.tensors(named: ["gamma"])[0]
      let axes = [call.shape(of: x).count - 1]
      return try call.arithmetic(.multiply, x, call.stretched(scale, over: axes, of: x, "gamma"))
    },
    "CustomScaleLayer": { (call) throws(EngineError) in
      guard call.inputs.count == 2 else {
        throw EngineError("inbound_nodes", expected: "2 inputs", found: "\(call.inputs.count)")
      }
      let scale = try call.layer.double("scale", default: 1)
      return try call.arithmetic(
        .add, call.inputs[0], call.arithmetic(.multiply, call.inputs[1], scale))
    },
  ]

  /// `LayerNormalization`: each row to mean 0 and deviation 1 along some axes.
  private static func layerNormalization(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    guard try !call.layer.bool("rms_scaling", default: false) else {
      throw call.layer.unsupported("rms_scaling", "false", "true")
    }
    let rank = call.shape(of: x).count
    let axes = try call.axes(call.layer.integers("axis") ?? [-1], rank: rank)
    var inputs = [x]
    for (name, tensor) in try call.gammaAndBeta() {
      inputs.append(try call.stretched(tensor, over: axes, of: x, name))
    }
    return try call.append(
      Standardization(axes: axes, epsilon: call.layer.double("epsilon", default: 1e-3)),
      to: inputs)
  }

  /// `GroupNormalization`: the same within groups of channels, over all other axes.
  private static func groupNormalization(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let shape = call.shape(of: x)
    let axis = try call.axis(call.layer.integer("axis", default: -1), rank: shape.count)
    let stated = try call.layer.integer("groups", default: 32)
    let groups = stated == -1 ? shape[axis] : stated
    guard groups > 0, shape[axis].isMultiple(of: groups) else {
      throw EngineError(
        "groups", expected: "a divisor of \(shape[axis]) channels", found: "\(groups)")
    }
    var grouped = shape
    grouped[axis] = shape[axis] / groups
    grouped.insert(groups, at: axis)
    var inputs = [try call.reshape(x, to: grouped)]
    for (name, tensor) in try call.gammaAndBeta() {
      guard tensor.shape == [shape[axis]] else {
        throw EngineError(name, expected: "shape [\(shape[axis])]", found: "\(tensor.shape)")
      }
      var ones = [Int](repeating: 1, count: grouped.count)
      (ones[axis], ones[axis + 1]) = (groups, shape[axis] / groups)
      inputs.append(try call.constant(AnyTensor(tensor).reshaped(ones)))
    }
    let y = try call.append(
      Standardization(
        axes: grouped.indices.filter { $0 != axis },
        epsilon: call.layer.double("epsilon", default: 1e-3)), to: inputs)
    return try call.reshape(y, to: shape)
  }

  /// `BatchNormalization` by stored statistics, along any one axis.
  private static func batchNormalization(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let hasGamma = try call.layer.bool("scale", default: true)
    let hasBeta = try call.layer.bool("center", default: true)
    let names = (hasGamma ? ["gamma"] : []) + (hasBeta ? ["beta"] : [])
    let tensors = try call.weights.tensors(named: names + ["moving_mean", "moving_variance"])
    guard try call.layer.integer("mode", default: 0) == 0 else {
      throw call.layer.unsupported("mode", "0 (stored statistics)", "another")
    }
    let rank = call.shape(of: x).count
    let stated = try call.layer.integers("axis") ?? [-1]
    guard stated.count == 1 else {
      throw call.layer.unsupported("axis", "one axis", "\(stated)")
    }
    let operation = try BatchNormalization(
      gamma: hasGamma ? tensors[0] : nil, beta: hasBeta ? tensors[hasGamma ? 1 : 0] : nil,
      mean: tensors[names.count], variance: tensors[names.count + 1],
      epsilon: call.layer.double("epsilon", default: 1e-3))
    return try call.alongChannels(
      x, axis: call.axis(stated[0], rank: rank), .batchNormalization(operation))
  }
}

extension KerasCall {
  /// Scale and shift of a normalisation; ones where only the shift is stored.
  fileprivate func gammaAndBeta() throws(EngineError) -> [(name: String, tensor: Tensor)] {
    let hasGamma = try layer.bool("scale", default: true)
    let hasBeta = try layer.bool("center", default: true)
    let names = (hasGamma ? ["gamma"] : []) + (hasBeta ? ["beta"] : [])
    var tensors = try weights.tensors(named: names)
    if hasBeta, !hasGamma {
      let ones = [Float](repeating: 1, count: tensors[0].count)
      tensors.insert(try Tensor(shape: tensors[0].shape, values: ones), at: 0)
    }
    return Array(zip(["gamma", "beta"], tensors))
  }

  /// A constant that has the given axes of a value, as one of as many axes.
  fileprivate func stretched(
    _ tensor: Tensor, over axes: [Int], of x: Graph.Value, _ name: String
  ) throws(EngineError) -> Graph.Value {
    let shape = shape(of: x)
    guard tensor.shape == axes.map({ shape[$0] }) else {
      throw EngineError(
        name, expected: "shape \(axes.map { shape[$0] })", found: "\(tensor.shape)")
    }
    var stretched = [Int](repeating: 1, count: shape.count)
    for axis in axes { stretched[axis] = shape[axis] }
    return try constant(AnyTensor(tensor).reshaped(stretched))
  }
}
