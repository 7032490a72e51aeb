import Bytes
import Engine

extension ONNXOperators {
  static let products: [String: ONNXConversion] = [
    "Gemm": gemm,
    "MatMul": { (context, call) throws(EngineError) in
      let (a, b) = try (call.type(0), call.type(1))
      if let dense = try dense(call, a, order: .inputsOutputs, bias: nil) {
        return try [context.apply(.dense(dense), to: [call.input(0)], for: call)]
      }
      _ = b
      return try [context.apply(MatMul(), to: [call.input(0), call.input(1)], for: call)]
    },
  ]

  /// `Gemm`: alpha A B + beta C. With plain factors and constant weights it is a dense layer,
  /// whose chains begin at the bias.
  private static func gemm(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let alpha = try call.float("alpha", default: 1)
    let beta = try call.float("beta", default: 1)
    let transposesA = try call.flag("transA")
    let transposesB = try call.flag("transB")
    let a = try call.type(0)
    if alpha == 1, beta == 1, !transposesA {
      let bias = call.optional(2)
      let columns = try call.type(1).shape.dropFirst(transposesB ? 0 : 1).first ?? 0
      let isBias = bias == nil || bias?.tensor.map { isRow($0.shape, of: columns) } == true
      if isBias,
        let dense = try dense(
          call, a, order: transposesB ? .outputsInputs : .inputsOutputs,
          bias: bias?.tensor.map {
            $0.count == 1 && columns != 1 ? $0.filled(columns) : $0.reshaped([columns])
          })
      {
        return try [context.apply(.dense(dense), to: [call.input(0)], for: call)]
      }
    }
    let operation = Gemm(
      alpha: alpha, beta: beta, transposesA: transposesA, transposesB: transposesB)
    return try [context.apply(operation, to: call.inputs(), for: call)]
  }

  /// Whether a bias of the shape is one number for each column.
  private static func isRow(_ shape: [Int], of columns: Int) -> Bool {
    shape == [columns] || shape == [1, columns] || shape.allSatisfy { $0 == 1 }
  }

  /// The dense layer by constant weights, where the input is a vector of floats.
  private static func dense(
    _ call: ONNXCall, _ input: TensorType, order: DenseKernel.Order, bias: AnyTensor?
  ) throws(EngineError) -> Dense? {
    guard input.element == .float32, input.shape.count == 2,
      let weights = call.optional(1)?.tensor, weights.element == .float32,
      weights.shape.count == 2, !weights.shape.contains(0), input.shape[0] > 0
    else { return nil }
    return try Dense(
      kernel: DenseKernel(weights.single("weights"), order: order), bias: bias?.single("bias"))
  }
}
