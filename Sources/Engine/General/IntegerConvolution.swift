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
    let output = Array(type.shape.dropFirst(2))
    let places = OutputPlaces(window, input: Array(x.dropFirst(2)), output: output)
    let (inputCount, count) = (x.dropFirst(2).reduce(1, *), output.reduce(1, *))
    let taps = window.kernel.reduce(1, *)
    let (values, weights) = (inputs[0].integers, inputs[1].integers)
    let bias = inputs.count == 3 ? inputs[2].integers : .init(repeating: 0, count: w[0])
    let outputs = w[0] / groups
    var y = (0..<x[0] * w[0]).flatMap { repeatElement(bias[$0 % w[0]], count: count) }
    let piece = max(1, min(count, pieceElements / taps))
    for first in stride(from: 0, to: count, by: piece) {
      let columns = min(piece, count - first)
      let table = places.table(first..<first + columns)
      for row in 0..<x[0] {
        for output in 0..<w[0] {
          let sums = (row * w[0] + output) * count + first
          for input in 0..<w[1] {
            let start = (row * x[1] + output / outputs * w[1] + input) * inputCount
            for tap in 0..<taps {
              let weight = weights[(output * w[1] + input) * taps + tap]
              for column in 0..<columns {
                let from = table[tap * columns + column]
                if from >= 0 { y[sums + column] &+= values[start + from] &* weight }
              }
            }
          }
        }
      }
    }
    return AnyTensor(type.shape, integers: y, element: .int32)
  }
}
