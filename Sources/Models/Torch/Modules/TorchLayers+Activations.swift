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
      // Above 20 torch gives x itself, which log(1 + exp(x)) rounds to.
      guard beta == 1, threshold >= 20 else {
        throw EngineError(
          .unsupported, "beta", expected: "1, and a threshold of 20",
          found: "\(beta) and \(threshold)")
      }
      return try call.apply("Softplus", [input])
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
