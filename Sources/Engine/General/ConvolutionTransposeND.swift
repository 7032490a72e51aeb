import Bytes

/// A transposed convolution over any number of spatial axes.
///
///     y[n, g T + o, r...] = chain from bias over (i, k...) ascending, the last fastest, of
///                           x[n, g I + i, q...] w[g I + i, o, k...],  q = (r + begin - k d) / s
///     dx[n, g I + i, q...] = chain from +0 over (o, k...) ascending of
///                           dy[n, g T + o, q s + k d - begin] w[g I + i, o, k...]
///
/// x: N x channels x sizes; w: channels x T x kernel with T = outputs / groups, I = channels /
/// groups. A tap whose division leaves a rest does not exist; a tap outside x, or outside dy, takes
/// part as +0. Weights and bias get no gradient.
public struct ConvolutionTransposeND: GeneralOperator {
  private let window: WindowND
  private let groups: Int
  private let output: [Int]

  /// Creates the operator; `output` are the sizes of its spatial axes, whatever the padding behind.
  public init(window: WindowND, groups: Int, output: [Int]) {
    self.window = window
    self.groups = groups
    self.output = output
  }

  /// "transposed convolution".
  public var name: String { "transposed convolution" }

  /// Batch, outputs, and the stated sizes.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    let leading = try requireConvolution(inputs, window, groups: groups) { channels, w in
      channels.isMultiple(of: groups) && w[0] == channels ? saturatingProduct(w[1], groups) : nil
    }
    guard output.count == window.kernel.count else {
      throw EngineError(
        "output_shape", expected: "\(window.kernel.count) spatial axes", found: "\(output)")
    }
    let shape = leading + output
    _ = try EngineLimits.elements(of: shape, attribute: "output_shape")
    return TensorType(shape, inputs[0].element)
  }

  /// One for each tap of each input.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int {
    saturatingProduct(inputs[0].count, inputs[1].shape.dropFirst().reduce(1, *))
  }

  /// The outputs of each stride phase as one product.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    var y = filledWithBias(type.shape, inputs.count == 3 ? inputs[2] : nil)
    window.convolveTransposed(
      inputs[0].floats, inputs[0].shape, by: inputs[1].floats, inputs[1].shape, groups: groups,
      into: &y, output: output)
    return AnyTensor(type.shape, floats: y, element: type.element)
  }

  /// All but the rows.
  public func joinedAxes(of input: TensorType) -> [Int] { Array(input.shape.indices.dropFirst(1)) }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dx, a convolution of dy with the same weights.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let x = inputs[0].shape
    var dx = [Float](repeating: 0, count: inputs[0].count)
    window.convolve(
      dy.floats, dy.shape, by: inputs[1].floats, inputs[1].shape, groups: groups, into: &dx,
      output: Array(x.dropFirst(2)))
    return [AnyTensor(x, floats: dx), nil, nil].prefix(inputs.count).map { $0 }
  }
}
