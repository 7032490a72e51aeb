import Bytes
import Engine
import Formats

extension ContributedOperators {
  /// Operators on quantised tensors: x = (q - zero) scale, computed on x, the result quantised.
  static let quantized: [String: ONNXConversion] = [
    "QuantizeLinear": { (context, call) throws(EngineError) in
      let inputs = try [call.input(0), call.input(1), call.present(2)]
      return [try context.standard("QuantizeLinear", inputs, call.attributes, for: call)]
    },
    "DequantizeLinear": { (context, call) throws(EngineError) in
      let inputs = try [call.input(0), call.input(1), call.present(2)]
      return [try context.standard("DequantizeLinear", inputs, call.attributes, for: call)]
    },
    "QLinearAdd": pair("Add"), "QLinearMul": pair("Mul"),
    "QLinearSigmoid": one("Sigmoid"), "QLinearLeakyRelu": one("LeakyRelu"),
    "QLinearReduceMean": one("ReduceMean", opset: 13),
    "QLinearAveragePool": map("AveragePool"), "QLinearGlobalAveragePool": map("GlobalAveragePool"),
    "QLinearSoftmax": { (context, call) throws(EngineError) in
      try one("Softmax", opset: call.integer("opset", default: 13))(context, call)
    },
    "QLinearConcat": { (context, call) throws(EngineError) in
      var values: [ONNXValue] = []
      for place in stride(from: 2, to: call.inputs.count, by: 3) {
        values.append(try dequantized(context, call, place))
      }
      let joined = try context.standard("Concat", values, call.attributes, for: call)
      return [try requantized(context, call, joined, scale: 0, like: 2)]
    },
    "QLinearWhere": { (context, call) throws(EngineError) in
      let (x, y) = try (dequantized(context, call, 1), dequantized(context, call, 4))
      let chosen = try context.standard("Where", [call.input(0), x, y], for: call)
      return [try requantized(context, call, chosen, scale: 7, like: 1)]
    },
  ]

  /// A conversion of an operator on two quantised tensors.
  private static func pair(_ operatorType: String) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      let (a, b) = try (dequantized(context, call, 0), dequantized(context, call, 3))
      let y = try context.standard(operatorType, [a, b], for: call)
      return [try requantized(context, call, y, scale: 6, like: 0)]
    }
  }

  /// A conversion of an operator on one quantised tensor.
  private static func one(_ operatorType: String, opset: Int? = nil) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      let x = try dequantized(context, call, 0)
      let y = try context.standard(operatorType, [x], call.attributes, opset: opset, for: call)
      return [try requantized(context, call, y, scale: 3, like: 0)]
    }
  }

  /// The same on maps whose channels may stand last.
  private static func map(_ operatorType: String) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      try call.demandOff("channels_last")
      return try one(operatorType)(context, call)
    }
  }

  /// The numbers of a tensor that its scale and zero point follow among the inputs.
  private static func dequantized(
    _ context: ONNXContext, _ call: ONNXCall, _ index: Int
  ) throws(EngineError) -> ONNXValue {
    try context.standard(
      "DequantizeLinear",
      [call.input(index), call.input(index + 1), call.present(index + 2)], for: call)
  }

  /// Numbers by the scale at the index and the zero point behind it; without one it is 0 of the
  /// type of another input.
  private static func requantized(
    _ context: ONNXContext, _ call: ONNXCall, _ value: ONNXValue, scale: Int, like other: Int
  ) throws(EngineError) -> ONNXValue {
    let zero =
      if let zero = call.present(scale + 1) { zero } else {
        ONNXValue.known(AnyTensor([], integers: [0], element: try call.type(other).element))
      }
    return try context.standard(
      "QuantizeLinear", [value, call.input(scale), zero], for: call)
  }
}
