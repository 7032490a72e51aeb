import Bytes
import Engine

extension ONNXOperators {
  static let normalizations: [String: ONNXConversion] = [
    "BatchNormalization": batchNormalization
  ]

  /// `BatchNormalization` with stored statistics; maps of other ranks are seen as columns.
  private static func batchNormalization(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0)
    let isTraining = try call.flag("training_mode")
    guard !isTraining, input.element == .float32, input.shape.count >= 2,
      let gamma = call.optional(1)?.tensor, let beta = call.optional(2)?.tensor,
      let mean = call.optional(3)?.tensor, let variance = call.optional(4)?.tensor
    else {
      return try NormalizationConversion.batch(context, call)
    }
    let operation = try BatchNormalization(
      gamma: gamma.single("scale"), beta: beta.single("B"), mean: mean.single("mean"),
      variance: variance.single("var"), epsilon: Double(call.float("epsilon", default: 1e-5)))
    let shape = input.shape
    let isCore = shape.count == 4 || shape.count == 2
    let x = try context.reshape(
      call.input(0),
      to: isCore ? shape : [shape[0], shape[1], 1, shape.dropFirst(2).reduce(1, *)], for: call)
    let y = try context.apply(.batchNormalization(operation), to: [x], for: call)
    return try [context.reshape(y, to: shape, for: call)]
  }
}
