import Bytes
import Engine
import Formats

// Layers without weights that leave the shape as it is; PReLU has one weight for each channel.
extension TorchLayers {
  static let activations: [String: TorchLayer] = [
    "ReLU": simple("Relu"), "Sigmoid": simple("Sigmoid"), "Tanh": simple("Tanh"),
    "SELU": simple("Selu"), "Hardswish": simple("HardSwish"), "Softsign": simple("Softsign"),
    "ReLU6": TorchLayer { (call, input) throws(EngineError) in
      try call.apply("Clip", [input, .float(0), .float(6)])
    },
    "Hardtanh": TorchLayer { (call, input) throws(EngineError) in
      try call.apply(
        "Clip",
        [
          input, .float(call.number("min_val", default: -1)),
          .float(call.number("max_val", default: 1)),
        ])
    },
    "LeakyReLU": TorchLayer { (call, input) throws(EngineError) in
      let slope = try call.number("negative_slope", default: 0.01)
      return try call.apply("LeakyRelu", [input], ["alpha": .float(Float(slope))])
    },
    "ELU": TorchLayer { (call, input) throws(EngineError) in
      let alpha = try call.number("alpha", default: 1)
      return try call.apply("Elu", [input], ["alpha": .float(Float(alpha))])
    },
    "GELU": TorchLayer { (call, input) throws(EngineError) in
      let form = try call.text("approximate", default: "none")
      return try call.apply("Gelu", [input], ["approximate": .text(ByteSlice(utf8: form))])
    },
    "SiLU": TorchLayer { (call, input) throws(EngineError) in
      try call.apply("Mul", [input, call.apply("Sigmoid", [input])])
    },
    "Hardsigmoid": TorchLayer { (call, input) throws(EngineError) in
      try call.apply("HardSigmoid", [input], ["alpha": .float(1 / 6), "beta": .float(0.5)])
    },
    "Softplus": TorchLayer { (call, input) throws(EngineError) in
      let (beta, threshold) = try (
        call.number("beta", default: 1), call.number("threshold", default: 20)
      )
      guard beta != 0 else {
        throw EngineError("beta", expected: "a number other than 0", found: "0")
      }
      // Above 20 torch gives x itself, which log(1 + exp(x)) rounds to.
      if beta == 1, threshold >= 20 { return try call.apply("Softplus", [input]) }
      let scaled = try call.apply("Mul", [input, .float(beta)])
      let soft = try call.apply("Div", [call.apply("Softplus", [scaled]), .float(beta)])
      let isFar = try call.apply("Greater", [scaled, .float(threshold)])
      return try call.apply("Where", [isFar, input, soft])
    },
    "CELU": TorchLayer { (call, input) throws(EngineError) in
      let alpha = try call.number("alpha", default: 1)
      return try call.apply("Celu", [input], ["alpha": .float(Float(alpha))])
    },
    "Mish": simple("Mish"),
    "Hardshrink": TorchLayer { (call, input) throws(EngineError) in
      let limit = try call.number("lambd", default: 0.5)
      return try call.apply("Shrink", [input], ["lambd": .float(Float(limit))])
    },
    "Softshrink": TorchLayer { (call, input) throws(EngineError) in
      let limit = ONNXAttribute.Value.float(Float(try call.number("lambd", default: 0.5)))
      return try call.apply("Shrink", [input], ["lambd": limit, "bias": limit])
    },
    "Tanhshrink": TorchLayer { (call, input) throws(EngineError) in
      try call.apply("Sub", [input, call.apply("Tanh", [input])])
    },
    "LogSigmoid": TorchLayer { (call, input) throws(EngineError) in
      let soft = try call.apply("Softplus", [call.apply("Neg", [input])])
      return try call.apply("Neg", [soft])
    },
    "Threshold": TorchLayer { (call, input) throws(EngineError) in
      let (limit, value) = try (
        call.number("threshold", default: 0), call.number("value", default: 0)
      )
      let isAbove = try call.apply("Greater", [input, .float(limit)])
      return try call.apply("Where", [isAbove, input, .float(value)])
    },
    "RReLU": TorchLayer { (call, input) throws(EngineError) in
      // At inference the middle of the slopes that training draws from.
      let slope =
        try (call.number("lower", default: 0.125) + call.number("upper", default: 1.0 / 3)) / 2
      return try call.apply("LeakyRelu", [input], ["alpha": .float(Float(slope))])
    },
    "GLU": TorchLayer { (call, input) throws(EngineError) in
      let shape = try call.shape(input)
      let axis = try axis(call, "dim", default: -1, rank: shape.count)
      let half = shape[axis] / 2
      let parts = try [(0, half), (half, 2 * half)].map { (part) throws(EngineError) in
        try call.apply(
          "Slice", [input, .integers([part.0]), .integers([part.1]), .integers([axis])])
      }
      guard shape[axis] == 2 * half else {
        throw EngineError("dim", expected: "an axis of even size", found: "\(shape[axis])")
      }
      return try call.apply("Mul", [parts[0], call.apply("Sigmoid", [parts[1]])])
    },
    "Softmax2d": TorchLayer { (call, input) throws(EngineError) in
      _ = try call.spatial(input, count: 2)
      return try call.apply("Softmax", [input], ["axis": .integer(1)])
    },
    "Softmin": TorchLayer { (call, input) throws(EngineError) in
      let negative = try call.apply("Neg", [input])
      return try softmax("Softmax").build(call, negative)
    },
    "PReLU": TorchLayer(["weight"]) { (call, input) throws(EngineError) in
      let weight = try call.required("weight")
      let rank = try call.shape(input).count
      // One slope, or one for each channel: the second axis.
      let shape = weight.shape + [Int](repeating: 1, count: max(0, rank - 2))
      return try call.apply("PRelu", [input, .known(weight.reshaped(shape))])
    },
    "Softmax": softmax("Softmax"), "LogSoftmax": softmax("LogSoftmax"),
  ]

  /// At inference they pass everything on.
  static let dropouts: [String: TorchLayer] = {
    var table: [String: TorchLayer] = [:]
    for name in [
      "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout",
    ] {
      table[name] = TorchLayer { (_, input) throws(EngineError) in input }
    }
    return table
  }()

  private static func simple(_ operatorType: String) -> TorchLayer {
    TorchLayer { (call, input) throws(EngineError) in try call.apply(operatorType, [input]) }
  }

  /// Along `dim`, which counts the batch axis. Where it is None, torch takes the first axis behind
  /// the batch for vectors and maps; for three axes the batch's own, which no row can be told from.
  private static func softmax(_ operatorType: String) -> TorchLayer {
    TorchLayer { (call, input) throws(EngineError) in
      let rank = try call.shape(input).count
      let stated = call.module.attribute("dim")
      let isOpen = stated == nil || stated == TorchAttribute.none
      let dim = isOpen ? (rank == 3 ? 0 : 1) : try call.integer("dim", default: 1)
      let axis = dim < 0 ? dim &+ rank : dim
      guard (1..<max(rank, 2)).contains(axis) else {
        throw EngineError(
          .unsupported, "dim", expected: "an axis behind the batch", found: "\(dim)")
      }
      return try call.apply(operatorType, [input], ["axis": .integer(axis)])
    }
  }
}
