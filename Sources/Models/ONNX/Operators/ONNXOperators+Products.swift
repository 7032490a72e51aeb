import Bytes
import Engine

extension ONNXOperators {
  static let products: [String: ONNXConversion] = [
    "Gemm": gemm,
    "MatMul": { (context, call) throws(EngineError) in
      if let y = try dense(context, call, order: .inputsOutputs, bias: nil) { return [y] }
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
    if alpha == 1, beta == 1, !transposesA {
      let bias = call.optional(2)
      let columns = try call.type(1).shape.dropFirst(transposesB ? 0 : 1).first ?? 0
      let isBias = bias == nil || bias?.tensor.map { isRow($0.shape, of: columns) } == true
      if isBias,
        let y = try dense(
          context, call, order: transposesB ? .outputsInputs : .inputsOutputs,
          bias: bias?.tensor.map {
            $0.count == 1 && columns != 1 ? $0.filled(columns) : $0.reshaped([columns])
          })
      {
        return [y]
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

  /// The dense layer by constant weights of a vector of floats. The rows of a matrix with a bias are
  /// pixels that a convolution goes over: the same chains, which begin at the bias. Nil for the
  /// rest, and for matrices without a bias, whose chains are those of the general product.
  private static func dense(
    _ context: ONNXContext, _ call: ONNXCall, order: DenseKernel.Order, bias: AnyTensor?
  ) throws(EngineError) -> ONNXValue? {
    let input = try call.type(0)
    guard input.element == .float32, input.shape.count == 2,
      let weights = call.optional(1)?.tensor, weights.element == .float32,
      weights.shape.count == 2, !weights.shape.contains(0), input.shape[0] > 0
    else { return nil }
    guard !call.takesCore(input) else {
      let dense = try Dense(
        kernel: DenseKernel(weights.single("weights"), order: order), bias: bias?.single("bias"))
      return try context.apply(.dense(dense), to: [call.input(0)], for: call)
    }
    guard let bias, !input.shape.contains(0) else { return nil }
    func turned(_ value: ONNXValue) throws(EngineError) -> ONNXValue {
      try context.apply(Transpose(axes: [1, 0]), to: [value], for: call)
    }
    let byOutput = order == .outputsInputs ? .known(weights) : try turned(.known(weights))
    let (rows, inputs, outputs) = (input.shape[0], input.shape[1], bias.count)
    let x = try context.reshape(turned(call.input(0)), to: [1, inputs, 1, rows], for: call)
    let kernel = try context.reshape(byOutput, to: [outputs, inputs, 1, 1], for: call)
    let y = try context.standard("Conv", [x, kernel, .known(bias)], for: call)
    return try turned(context.reshape(y, to: [outputs, rows], for: call))
  }
}
