import Bytes
import Engine
import Formats

extension ContributedOperators {
  /// Several operators of the standard in one, and gates that it has not.
  static let fused: [String: ONNXConversion] = [
    "FusedConv": { (context, call) throws(EngineError) in
      let inputs = try [call.input(0), call.input(1), call.present(2)]
      let convolved = try context.standard("Conv", inputs, call.attributes, for: call)
      let sum = try context.sum(of: [convolved, call.present(3)], for: call)
      return [try activated(context, call, sum, parameters: call.floats("activation_params") ?? [])]
    },
    "FusedGemm": { (context, call) throws(EngineError) in
      let inputs = try [call.input(0), call.input(1), call.present(2)]
      let product = try context.standard("Gemm", inputs, call.attributes, for: call)
      let parameters = try ["alpha", "beta", "gamma"].map { (name) throws(EngineError) in
        try call.float("activation_\(name)")
      }
      return [try activated(context, call, product, parameters: parameters)]
    },
    "FusedMatMul": product, "TransposeMatMul": product,
    "Gelu": { (context, call) throws(EngineError) in
      [try context.standard("Gelu", [call.input(0)], for: call)]
    },
    "BiasGelu": { (context, call) throws(EngineError) in
      let sum = try context.sum(of: [call.input(0), call.input(1)], for: call)
      return [try context.standard("Gelu", [sum], for: call)]
    },
    "FastGelu": { (context, call) throws(EngineError) in
      let sum = try context.sum(of: [call.input(0), call.present(1)], for: call)
      return [try context.elementwise(Elementwise(.geluTanh), sum, for: call)]
    },
    "QuickGelu": { (context, call) throws(EngineError) in
      let alpha = try call.float("alpha", default: 1.702)
      return [try context.standard("Swish", [call.input(0)], ["alpha": .float(alpha)], for: call)]
    },
    "SkipLayerNormalization": { (context, call) throws(EngineError) in
      try normalizedSum(context, call, "LayerNormalization", bias: 4) { (sum) throws(EngineError) in
        try [sum, call.input(2), call.present(3)]
      }
    },
    "SkipSimplifiedLayerNormalization": { (context, call) throws(EngineError) in
      try normalizedSum(context, call, "RMSNormalization", bias: 3) { (sum) throws(EngineError) in
        try [sum, call.input(2)]
      }
    },
    "EmbedLayerNormalization": embedding,
  ]

  /// alpha A B, each matrix turned first where an attribute says so.
  private static func product(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    for name in ["transBatchA", "transBatchB"] { try call.demandOff(name) }
    let sides = try ["transA", "transB"].enumerated().map { (index, name) throws(EngineError) in
      let rank = try call.type(index).shape.count
      guard try call.flag(name), rank >= 2 else { return try call.input(index) }
      let axes = Array(0..<rank - 2) + [rank - 1, rank - 2]
      return try context.standard(
        "Transpose", [call.input(index)], ["perm": .integers(axes)], for: call)
    }
    let product = try context.standard("MatMul", sides, for: call)
    let alpha = try call.float("alpha", default: 1)
    if alpha == 1 { return [product] }
    let element = product.type?.element ?? .float32
    let factor = ONNXValue.known(AnyTensor([], floats: [alpha]).converted(to: element))
    return [try context.standard("Mul", [product, factor], for: call)]
  }

  /// A value behind the activation that the node names, its parameters in the order in which the
  /// standard lists them.
  private static func activated(
    _ context: ONNXContext, _ call: ONNXCall, _ value: ONNXValue, parameters: [Float?]
  ) throws(EngineError) -> ONNXValue {
    guard let name = try call.text("activation"), !name.isEmpty else { return value }
    let names: [String: [String]] = [
      "Relu": [], "Sigmoid": [], "Tanh": [], "Softplus": [], "Softsign": [], "HardSwish": [],
      "LeakyRelu": ["alpha"], "Elu": ["alpha"], "ThresholdedRelu": ["alpha"],
      "HardSigmoid": ["alpha", "beta"], "Selu": ["alpha", "gamma"],
    ]
    if name == "Clip" {
      let bounds = parameters.prefix(2).map { $0.map { ONNXValue.float(Double($0)) } }
      return try context.standard("Clip", [value] + bounds, for: call)
    }
    guard let wanted = names[name] else {
      throw EngineError(
        .unsupported, "activation",
        expected: (names.keys + ["Clip"]).sorted().joined(separator: ", "), found: name)
    }
    // The second parameter of Selu is the third of the list where it has three.
    let given =
      name == "Selu" && parameters.count == 3 ? [parameters[0], parameters[2]] : parameters
    var attributes: [String: ONNXAttribute.Value] = [:]
    for (name, value) in zip(wanted, given) { attributes[name] = value.map { .float($0) } }
    return try context.standard(name, [value], attributes, for: call)
  }

  /// A sum of input, skip and bias, normalised along its last axis; the sum is the fourth output.
  private static func normalizedSum(
    _ context: ONNXContext, _ call: ONNXCall, _ operatorType: String, bias: Int,
    inputs: (ONNXValue) throws(EngineError) -> [ONNXValue?]
  ) throws(EngineError) -> [ONNXValue] {
    try call.demandUnwanted(1, "mean")
    try call.demandUnwanted(2, "inv_std_var")
    let sum = try context.sum(
      of: [call.input(0), call.input(1), call.present(bias)], for: call)
    let y = try context.standard(
      operatorType, inputs(sum), ["epsilon": .float(call.float("epsilon", default: 1e-12))],
      for: call)
    return [y, .none, .none, sum]
  }

  /// The embeddings of words, places and segments, summed and normalised; then how many words of
  /// each row the mask keeps, and the sum.
  private static func embedding(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let shape = try call.type(0).shape
    guard shape.count == 2, let places = try call.input(3).type?.shape, places.count == 2,
      shape[1] <= places[0]
    else {
      throw EngineError(
        "input_ids", expected: "rows of at most as many words as there are places",
        found: "\(shape)")
    }
    let words = try context.standard("Gather", [call.input(2), call.input(0)], for: call)
    let placed =
      if let ids = call.present(8) {
        try context.standard("Gather", [call.input(3), ids], for: call)
      } else {
        try context.part(
          of: call.input(3), axis: 0, Slice.Span(start: 0, count: shape[1]), for: call)
      }
    var segments: ONNXValue?
    if let ids = call.present(1) {
      segments = try context.standard("Gather", [call.input(4), ids], for: call)
    }
    let sum = try context.sum(of: [words, placed, segments], for: call)
    let y = try context.standard(
      "LayerNormalization", [sum, call.input(5), call.input(6)],
      ["epsilon": .float(call.float("epsilon", default: 1e-12))], for: call)
    var kept = ONNXValue.none
    if call.wantsOutput(1) {
      if let mask = call.present(7) {
        kept = try context.standard(
          "ReduceSum", [mask, .integers([1])], ["keepdims": .integer(0)], for: call)
      } else {
        kept = .known(
          AnyTensor([shape[0]], integers: .init(repeating: 0, count: shape[0]), element: .int32))
      }
    }
    return [y, kept, sum]
  }
}
