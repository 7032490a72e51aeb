import Bytes

/// A convolution over any number of spatial axes, its weights a value like its input.
///
///     y[n, o, r...] = chain from bias[o] over (i, k...) ascending, the last fastest, of
///                     x[n, g I + i, r s + k d - begin] w[o, i, k...]
///
/// x: N x channels x sizes, w: outputs x I x kernel with I = channels / groups. Taps in the padding
/// take part as +0, as in `Convolution`.
public struct ConvolutionND: GeneralOperator {
  private let window: WindowND
  private let groups: Int

  /// Creates the operator.
  public init(window: WindowND, groups: Int) {
    self.window = window
    self.groups = groups
  }

  /// "convolution".
  public var name: String { "convolution" }

  /// Batch, outputs, and the window's output sizes.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    let leading = try requireConvolution(inputs, window, groups: groups) { channels, w in
      w[0] > 0 && w[0].isMultiple(of: groups) && channels == saturatingProduct(w[1], groups)
        ? w[0] : nil
    }
    let sizes = try window.outputSizes(for: Array(inputs[0].shape.dropFirst(2)))
    return TensorType(leading + sizes, inputs[0].element)
  }

  /// One for each tap of each output.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int {
    saturatingProduct(output.count, inputs[1].shape.dropFirst().reduce(1, *))
  }

  /// Each group as one product of its weights with the window's elements laid out as columns.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    var y = filledWithBias(type.shape, inputs.count == 3 ? inputs[2] : nil)
    window.convolve(
      inputs[0].floats, inputs[0].shape, by: inputs[1].floats, inputs[1].shape, groups: groups,
      into: &y, output: Array(type.shape.dropFirst(2)))
    return AnyTensor(type.shape, floats: y, element: type.element)
  }

  /// All but the rows.
  public func joinedAxes(of input: TensorType) -> [Int] { Array(input.shape.indices.dropFirst(1)) }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dx: chains from +0 over (o, k...) ascending, taps outside dy as +0, taps of another stride
  /// phase left out, as in `Convolution`. Weights and bias get none.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let x = inputs[0].shape
    var dx = [Float](repeating: 0, count: inputs[0].count)
    window.convolveTransposed(
      dy.floats, dy.shape, by: inputs[1].floats, inputs[1].shape, groups: groups, into: &dx,
      output: Array(x.dropFirst(2)))
    return [AnyTensor(x, floats: dx), nil, nil].prefix(inputs.count).map { $0 }
  }
}
