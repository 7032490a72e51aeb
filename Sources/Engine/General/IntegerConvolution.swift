import Bytes

/// A convolution of integers, exact until the result wraps to 32 bits.
///
///     y[n, o, r...] = bias[o] + sum over (i, k...) of x[n, g I + i, r s + k d - begin] w[o, i, k...]
///
/// Shapes as in `ConvolutionND`; zero points are taken away before, so that padding is 0.
public struct IntegerConvolution: GeneralOperator {
  private let shapes: ConvolutionND
  private let window: WindowND
  private let groups: Int

  /// Creates the operator.
  public init(window: WindowND, groups: Int) {
    shapes = ConvolutionND(window: window, groups: groups)
    self.window = window
    self.groups = groups
  }

  /// "integer convolution".
  public var name: String { "integer convolution" }

  /// Batch, outputs, and the window's output sizes.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    for input in inputs where input.element != .int32 {
      throw EngineError("input", expected: "int32", found: input.element.rawValue)
    }
    let type = try shapes.outputType(of: inputs.map { TensorType($0.shape) })
    return TensorType(type.shape, .int32)
  }

  /// One for each tap of each output.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int {
    shapes.multiplyAccumulates(inputs: inputs, output: output)
  }

  /// Output by output.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    let taps = WindowTaps(
      window, input: Array(x.dropFirst(2)), output: Array(type.shape.dropFirst(2)))
    let (values, weights) = (inputs[0].integers, inputs[1].integers)
    let bias = inputs.count == 3 ? inputs[2].integers : .init(repeating: 0, count: w[0])
    let outputs = w[0] / groups
    var y: [Int64] = []
    y.reserveCapacity(type.count)
    for row in 0..<x[0] {
      for output in 0..<w[0] {
        var sums = [Int64](repeating: bias[output], count: taps.outputCount)
        for input in 0..<w[1] {
          let start = (row * x[1] + output / outputs * w[1] + input) * taps.inputCount
          for tap in 0..<taps.kernelCount {
            let weight = weights[(output * w[1] + input) * taps.kernelCount + tap]
            for place in 0..<taps.outputCount {
              let from = taps.places[tap * taps.outputCount + place]
              if from >= 0 { sums[place] &+= values[start + from] &* weight }
            }
          }
        }
        y.append(contentsOf: sums)
      }
    }
    return AnyTensor(type.shape, integers: y, element: .int32)
  }
}
