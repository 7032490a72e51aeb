import Bytes
import Engine

extension KerasLayers {
  static let activations: [String: KerasSingleConversion] = [
    "Activation": { (call) throws(EngineError) in try call.activated(call.input()) },
    "ReLU": rectifier,
    "LeakyReLU": { (call) throws(EngineError) in
      // `alpha` before Keras 3.
      let key = call.layer.has("alpha") ? "alpha" : "negative_slope"
      let slope = Float(try call.layer.double(key, default: 0.3))
      return try call.append(.leakyReLU(LeakyReLU(slope: slope)), to: [call.input()])
    },
    "ELU": { (call) throws(EngineError) in
      try call.elementwise(
        .elu, alpha: Float(call.layer.double("alpha", default: 1)), to: call.input())
    },
    "ThresholdedReLU": { (call) throws(EngineError) in
      try call.elementwise(
        .thresholdedReLU, alpha: Float(call.layer.double("theta", default: 1)), to: call.input())
    },
    "PReLU": parametricRectifier,
    "Softmax": softmax,
  ]

  /// `ReLU`: x up to `max_value`, `negative_slope` (x - threshold) below the threshold.
  private static func rectifier(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    try call.rectified(
      call.input(), slope: call.layer.double("negative_slope", default: 0),
      maximum: call.layer.has("max_value") ? call.layer.double("max_value", default: 0) : nil,
      threshold: call.layer.double("threshold", default: 0))
  }

  /// `PReLU`: a slope for each element, or for those that `shared_axes` leaves apart.
  private static func parametricRectifier(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let alpha = try call.weights.tensors(named: ["alpha"])[0]
    return try call.append(Arithmetic(.prelu), to: [x, call.constant(AnyTensor(alpha))])
  }

  private static func softmax(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    guard call.inputs.count == 1 else {
      throw call.layer.unsupported("mask", "none", "a value")
    }
    let x = try call.input()
    let rank = call.shape(of: x).count
    let stated = try call.layer.integers("axis") ?? [-1]
    guard stated.count == 1 else {
      throw call.layer.unsupported("axis", "one axis", "\(stated)")
    }
    return try call.alongChannels(
      x, axis: call.axis(stated[0], rank: rank), .softmax(Softmax()))
  }
}

extension KerasCall {
  /// A function of every element.
  func elementwise(
    _ function: ElementaryFunction, alpha: Float? = nil, beta: Float? = nil, to x: Graph.Value
  ) throws(EngineError) -> Graph.Value {
    try append(.elementwise(Elementwise(function, alpha: alpha, beta: beta)), to: [x])
  }

  /// The value behind the activation that the layer states: a name, a function object of Keras 3,
  /// or a layer.
  func activated(
    _ x: Graph.Value, _ key: String = "activation"
  ) throws(EngineError) -> Graph.Value {
    guard layer.has(key), let json = layer.attributes[key] else { return x }
    if let name = json.string { return try activated(x, by: name, key) }
    guard let className = json["class_name"]?.string else {
      throw layer.wrong(key, "the name of an activation", json)
    }
    guard className == "function" else {
      let inner = try KerasLayerConfig(unnamed: json, name: layer.name)
      return try apply(inner, weights: weights.part("activation"), to: x)
    }
    let name = json["config"]?.string ?? json.compactText()
    guard json["module"]?.string?.hasPrefix("keras") == true else {
      throw layer.unsupported(key, "an activation of Keras", "the custom function '\(name)'")
    }
    return try activated(x, by: name, key)
  }

  /// The value behind an activation of Keras by its name.
  func activated(
    _ x: Graph.Value, by name: String, _ key: String
  ) throws(EngineError) -> Graph.Value {
    let last = max(shape(of: x).count, 1) - 1
    switch name {
    case "linear": return x
    case "relu": return try append(.relu(ReLU()), to: [x])
    case "relu6": return try append(.clip(try Clip(minimum: 0, maximum: 6)), to: [x])
    case "leaky_relu": return try append(.leakyReLU(LeakyReLU(slope: 0.2)), to: [x])
    case "hard_tanh": return try append(.clip(try Clip(minimum: -1, maximum: 1)), to: [x])
    case "sigmoid": return try elementwise(.sigmoid, to: x)
    case "tanh": return try elementwise(.tanh, to: x)
    case "softmax": return try alongChannels(x, axis: last, .softmax(Softmax()))
    case "log_softmax": return try append(AxisSoftmax(.logarithm, axis: last), to: [x])
    case "hard_sigmoid":
      // max(0, min(1, x / 5 + 1 / 2)) before Keras 3, x / 6 since.
      return try elementwise(
        .hardSigmoid, alpha: builder.kerasMajor < 3 ? 0.2 : 1 / 6, beta: 0.5, to: x)
    case "log_sigmoid":
      let negative = try arithmetic(.multiply, x, -1)
      return try arithmetic(.multiply, elementwise(.softplus, to: negative), -1)
    case "tanh_shrink":
      return try arithmetic(.subtract, x, elementwise(.tanh, to: x))
    case "squareplus":
      let square = try arithmetic(.add, arithmetic(.multiply, x, x), 4)
      let sum = try arithmetic(.add, x, elementwise(.sqrt, to: square))
      return try arithmetic(.divide, sum, 2)
    default:
      guard let function = KerasCall.functions[name] else {
        throw layer.unsupported(key, "an activation of Keras", "'\(name)'")
      }
      return try elementwise(
        function.name, alpha: function.alpha, beta: function.beta, to: x)
    }
  }

  /// Activations that are one function of the engine.
  static let functions: [String: (name: ElementaryFunction, alpha: Float?, beta: Float?)] = [
    "elu": (.elu, 1, nil), "selu": (.selu, nil, nil), "celu": (.celu, 1, nil),
    "softplus": (.softplus, nil, nil), "softsign": (.softsign, nil, nil),
    "silu": (.silu, nil, nil), "swish": (.silu, nil, nil), "gelu": (.gelu, nil, nil),
    "exponential": (.exp, nil, nil), "mish": (.mish, nil, nil),
    "hard_silu": (.hardSwish, nil, nil), "hard_swish": (.hardSwish, nil, nil),
    "hard_shrink": (.shrink, 0.5, 0), "soft_shrink": (.shrink, 0.5, 0.5),
  ]

  /// Keras's `relu`: 0 or a slope below the threshold, held below a maximum.
  func rectified(
    _ x: Graph.Value, slope: Double, maximum: Double?, threshold: Double
  ) throws(EngineError) -> Graph.Value {
    if let maximum, maximum < 0 {
      throw EngineError("max_value", expected: "0 or more", found: "\(maximum)")
    }
    guard threshold != 0 || slope != 0 || maximum != nil else {
      return try append(.relu(ReLU()), to: [x])
    }
    guard threshold != 0 else {
      guard let maximum else {
        return try append(.leakyReLU(LeakyReLU(slope: Float(slope))), to: [x])
      }
      let high = Float(maximum)
      guard slope != 0 else {
        return try append(.clip(try Clip(minimum: 0, maximum: high)), to: [x])
      }
      let leaky = try append(.leakyReLU(LeakyReLU(slope: Float(slope))), to: [x])
      return try append(
        .clip(try Clip(minimum: -.greatestFiniteMagnitude, maximum: high)), to: [leaky])
    }
    var y = try elementwise(.thresholdedReLU, alpha: Float(threshold), to: x)
    if let maximum {
      y = try append(.clip(try Clip(minimum: 0, maximum: Float(maximum))), to: [y])
    }
    guard slope != 0 else { return y }
    let below = try append(
      .relu(ReLU()), to: [arithmetic(.subtract, constant(threshold), x)])
    return try arithmetic(.subtract, y, arithmetic(.multiply, below, slope))
  }
}

extension KerasLayerConfig {
  /// A layer that is an attribute of another and may have no name of its own.
  init(unnamed json: JSON, name: String) throws(EngineError) {
    if json["config"]?["name"] != nil || json["name"] != nil {
      try self.init(json)
    } else {
      try self.init(
        .object((json.object ?? []) + [JSON.Member("name", .string(name))]))
    }
  }
}
