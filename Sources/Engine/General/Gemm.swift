import Bytes

/// alpha A B + beta C with factors and transpositions.
///
///     y = round(round(alpha P) + round(beta C)),  P the product as in `MatMul`
///
/// A factor of 1 rounds nothing; C is stretched to the product's shape.
public struct Gemm: GeneralOperator {
  let alpha: Float
  let beta: Float
  let transposesA: Bool
  let transposesB: Bool

  /// Creates the operator.
  public init(alpha: Float, beta: Float, transposesA: Bool, transposesB: Bool) {
    self.alpha = alpha
    self.beta = beta
    self.transposesA = transposesA
    self.transposesB = transposesB
  }

  /// "gemm".
  public var name: String { "gemm" }

  /// Rows of A by columns of B.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...3)
    try requireOneElement(inputs)
    guard inputs[0].shape.count == 2, inputs[1].shape.count == 2 else {
      throw EngineError("inputs", expected: "matrices", found: "\(inputs.map(\.shape))")
    }
    let a = transposesA ? inputs[0].shape.reversed() : inputs[0].shape
    let b = transposesB ? inputs[1].shape.reversed() : inputs[1].shape
    let sizes = try MatMulSizes(a, b)
    if inputs.count == 3 {
      guard try Broadcast.shape(of: [sizes.result, inputs[2].shape]) == sizes.result else {
        throw EngineError(
          "C", expected: "a shape that stretches to \(sizes.result)",
          found: "\(inputs[2].shape)")
      }
    }
    return TensorType(sizes.result, inputs[0].element)
  }

  /// One for each factor of each chain.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int {
    saturatingProduct(output.count, inputs[0].shape[transposesA ? 0 : 1])
  }

  /// alpha A B + beta C.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    var y = try MatMul().evaluate([left(inputs[0]), right(inputs[1])])
    if alpha != 1 { y = try scaled(y, by: alpha) }
    guard inputs.count == 3 else { return y }
    let c = beta == 1 ? inputs[2] : try scaled(inputs[2], by: beta)
    return try Arithmetic(.add).evaluate([y, c])
  }

  private func left(_ a: AnyTensor) -> AnyTensor { transposesA ? transposed(a) : a }
  private func right(_ b: AnyTensor) -> AnyTensor { transposesB ? transposed(b) : b }

  func transposed(_ matrix: AnyTensor) -> AnyTensor {
    matrix.gathered(
      matrix.shape.reversed(), at: Transpose(axes: [1, 0]).places(from: matrix.shape))
  }

  private func scaled(_ tensor: AnyTensor, by factor: Float) throws(EngineError) -> AnyTensor {
    let number =
      tensor.element.isFloat
      ? AnyTensor([], floats: [factor]).converted(to: tensor.element)
      : AnyTensor([], integers: [Int64(factor)], element: tensor.element)
    return try Arithmetic(.multiply).evaluate([tensor, number])
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// As for `MatMul`, of round(alpha dy); dC = round(beta dy), summed where C was stretched.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let product = alpha == 1 ? dy : try scaled(dy, by: alpha)
    let parts = try MatMul().gradients(
      product, inputs: [left(inputs[0]), right(inputs[1])], output: output)
    var gradients: [AnyTensor?] = [
      parts[0].map { transposesA ? transposed($0) : $0 },
      parts[1].map { transposesB ? transposed($0) : $0 },
    ]
    if inputs.count == 3 {
      let c = beta == 1 ? dy : try scaled(dy, by: beta)
      gradients.append(Broadcast.reduced(c.floats, of: dy.shape, to: inputs[2].shape))
    }
    return gradients
  }
}
