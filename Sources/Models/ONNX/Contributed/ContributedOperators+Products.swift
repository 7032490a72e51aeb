import Bytes
import Engine
import Formats

extension ContributedOperators {
  /// Products of integers that stand for products of floats.
  static let integerProducts: [String: ONNXConversion] = [
    "QGemm": gemm,
    "DynamicQuantizeMatMul": { (context, call) throws(EngineError) in
      let a = try Quantized(of: call.input(0), context, call)
      let sums = try context.standard(
        "MatMulInteger", [a.values, call.input(1), a.zero, call.present(3)], for: call)
      return [
        try scaled(context, call, sums, a.scale, call.input(2), bias: call.present(4))
      ]
    },
    "MatMulIntegerToFloat": { (context, call) throws(EngineError) in
      let sums = try context.standard(
        "MatMulInteger", [call.input(0), call.input(1), call.present(4), call.present(5)],
        for: call)
      return [
        try scaled(context, call, sums, call.input(2), call.input(3), bias: call.present(6))
      ]
    },
    "MatMulNBits": { (context, call) throws(EngineError) in
      let product = try context.standard(
        "MatMul", [call.input(0), .known(PackedWeights(call).matrix())], for: call)
      return [try context.sum(of: [product, call.present(5)], for: call)]
    },
    "DynamicQuantizeLSTM": recurrent,
  ]

  /// A tensor as unsigned 8-bit integers whose scale fits it.
  struct Quantized {
    let values: ONNXValue
    let scale: ONNXValue
    let zero: ONNXValue

    init(
      of value: ONNXValue, _ context: ONNXContext, _ call: ONNXCall
    ) throws(EngineError) {
      let parts = try context.outputs("DynamicQuantizeLinear", [value], for: call)
      (values, scale, zero) = (parts[0], parts[1], parts[2])
    }
  }

  /// Sums of products of integers times both scales, and a bias.
  static func scaled(
    _ context: ONNXContext, _ call: ONNXCall, _ sums: ONNXValue, _ a: ONNXValue, _ b: ONNXValue,
    bias: ONNXValue?
  ) throws(EngineError) -> ONNXValue {
    let scale = try context.standard("Mul", [a, b], for: call)
    let floats = try context.cast(sums, to: .float32, for: call)
    return try context.sum(
      of: [context.standard("Mul", [floats, scale], for: call), bias], for: call)
  }

  /// alpha A B + C of quantised matrices, C in steps of both scales; quantised where the output's
  /// scale is given.
  private static func gemm(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let sides = try [("transA", 0), ("transB", 3)].map { (name, index) throws(EngineError) in
      guard try call.flag(name) else { return try call.input(index) }
      return try context.standard("Transpose", [call.input(index)], for: call)
    }
    let products = try context.standard(
      "MatMulInteger", [sides[0], sides[1], call.present(2), call.present(5)], for: call)
    let sums = try context.sum(of: [products, call.present(6)], for: call)
    var scale = try call.input(1)
    let alpha = try call.float("alpha", default: 1)
    if alpha != 1 {
      scale = try context.standard("Mul", [scale, .float(Double(alpha))], for: call)
    }
    guard let steps = call.present(7) else {
      return [try scaled(context, call, sums, scale, call.input(4), bias: nil)]
    }
    return try [
      context.apply(
        Requantize(), to: [sums, scale, call.input(4), steps, call.input(8)], for: call)
    ]
  }
}
