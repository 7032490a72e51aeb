import Bytes
import CKernels

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
    try requireCount(inputs, 2...3)
    try requireOneElement(inputs)
    try requireFloat(inputs[0])
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    let rank = window.kernel.count
    guard x.count == rank + 2, w.count == rank + 2 else {
      throw EngineError("input", expected: "\(rank) spatial axes", found: "\(x) and \(w)")
    }
    guard groups >= 1, w[0] > 0, w[0].isMultiple(of: groups),
      x[1] == saturatingProduct(w[1], groups)
    else {
      throw EngineError(
        "kernel", expected: "\(x[1]) input channels in \(groups) groups", found: "\(w)")
    }
    guard Array(w.dropFirst(2)) == window.kernel else {
      throw EngineError("kernel_shape", expected: "\(w.dropFirst(2))", found: "\(window.kernel)")
    }
    if inputs.count == 3, inputs[2].shape != [w[0]] {
      throw EngineError("bias", expected: "shape [\(w[0])]", found: "\(inputs[2].shape)")
    }
    return TensorType(
      [x[0], w[0]] + (try window.outputSizes(for: Array(x.dropFirst(2)))), inputs[0].element)
  }

  /// One for each tap of each output.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int {
    saturatingProduct(output.count, inputs[1].shape.dropFirst().reduce(1, *))
  }

  /// Each group as one product of its weights with the window's elements laid out as columns.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    let taps = WindowTaps(
      window, input: Array(x.dropFirst(2)), output: Array(type.shape.dropFirst(2)))
    let values = inputs[0].floats
    let weights = inputs[1].floats
    let bias = inputs.count == 3 ? inputs[2].floats : [Float](repeating: 0, count: w[0])
    let outputs = w[0] / groups
    let inner = w[1] * taps.kernelCount
    var y: [Float] = []
    y.reserveCapacity(type.count)
    for output in 0..<x[0] * w[0] {
      y.append(contentsOf: repeatElement(bias[output % w[0]], count: taps.outputCount))
    }
    for row in 0..<x[0] {
      for group in 0..<groups {
        var columns: [Float] = []
        columns.reserveCapacity(inner * taps.outputCount)
        for input in 0..<w[1] {
          let start = (row * x[1] + group * w[1] + input) * taps.inputCount
          for place in taps.places { columns.append(place < 0 ? 0 : values[start + place]) }
        }
        multiply(
          rows: outputs, inner: inner, columns: taps.outputCount,
          MatrixSide(values: weights, offset: group * outputs * inner, rowStride: inner), columns,
          into: &y, yOffset: (row * w[0] + group * outputs) * taps.outputCount)
      }
    }
    return AnyTensor(type.shape, floats: y, element: type.element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dx: chains from +0 over (o, k...) ascending, taps outside dy as +0, taps of another stride
  /// phase left out, as in `Convolution`. Weights and bias get none.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    let transposed = TransposedTaps(
      window, input: Array(x.dropFirst(2)), output: Array(dy.shape.dropFirst(2)))
    let weights = inputs[1].floats
    let dy = dy.floats
    let outputs = w[0] / groups
    let taps = transposed.kernelCount
    var dx = [Float](repeating: 0, count: inputs[0].count)
    for row in 0..<x[0] {
      for channel in 0..<x[1] {
        let (group, input) = (channel / w[1], channel % w[1])
        for place in 0..<transposed.inputCount {
          var sum: Float = 0
          for o in 0..<outputs {
            let output = group * outputs + o
            let start = (row * w[0] + output) * transposed.outputCount
            for (tap, from) in transposed.taps(of: place) {
              let factor = from < 0 ? 0 : dy[start + from]
              sum = ck_plain_fma(factor, weights[(output * w[1] + input) * taps + tap], sum)
            }
          }
          dx[(row * x[1] + channel) * transposed.inputCount + place] = sum
        }
      }
    }
    return [AnyTensor(x, floats: dx), nil, nil].prefix(inputs.count).map { $0 }
  }
}
