import Bytes
import Engine

extension ONNXOperators {
  static let matrices: [String: ONNXConversion] = [
    "Det": { (context, call) throws(EngineError) in
      try [context.apply(Determinant(), to: [call.input(0)], for: call)]
    },
    "Trilu": { (context, call) throws(EngineError) in
      let diagonal = try call.knownIfPresent(1, "k")?.indices.first ?? 0
      let operation = Triangle(
        isUpper: try call.flag("upper", default: true), diagonal: diagonal)
      return try [context.apply(operation, to: [call.input(0)], for: call)]
    },
    "Einsum": { (context, call) throws(EngineError) in
      guard let equation = try call.text("equation") else {
        throw EngineError("equation", expected: "a sum of products", found: "none")
      }
      let values = try call.inputs()
      let shapes = try values.indices.map { (index) throws(EngineError) in
        try call.type(index).shape
      }
      let sum = try EinsteinSum(equation, shapes: shapes)
      return try [sum.apply(to: values, context, call)]
    },
  ]

  static let losses: [String: ONNXConversion] = [
    "NegativeLogLikelihoodLoss": { (context, call) throws(EngineError) in
      try [likelihood(context, call, of: call.input(0))]
    },
    "SoftmaxCrossEntropyLoss": { (context, call) throws(EngineError) in
      let logarithms = try context.apply(
        AxisSoftmax(.logarithm, axis: 1), to: [call.input(0)], for: call)
      return try [likelihood(context, call, of: logarithms), logarithms]
    },
  ]

  private static func likelihood(
    _ context: ONNXContext, _ call: ONNXCall, of logarithms: ONNXValue
  ) throws(EngineError) -> ONNXValue {
    let name = try call.text("reduction", default: "mean")
    guard let summary = NegativeLogLikelihood.Summary(rawValue: name) else {
      throw EngineError("reduction", expected: "none, sum or mean", found: name)
    }
    let ignored = try call.integer("ignore_index").map(Int64.init)
    return try context.apply(
      NegativeLogLikelihood(summary, ignoring: ignored),
      to: [logarithms] + call.inputs(from: 1), for: call)
  }
}
