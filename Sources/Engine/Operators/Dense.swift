import CKernels

/// A fully connected layer over a vector.
///
///     y[o] = chain from bias[o] over i ascending of x[i] w[o, i]
///
/// x: inputs, w: outputs x inputs. Input gradient:
///
///     dx[i] = chain from +0 over o ascending of dy[o] w[o, i]
///
/// Both are the convolution of one pixel by a 1 x 1 kernel.
public struct Dense: Sendable {
  /// The weights.
  public let kernel: DenseKernel
  /// One number for each output; nil counts as +0.
  public let bias: Tensor?

  /// Creates a layer; an error when kernel and bias do not belong together.
  public init(kernel: DenseKernel, bias: Tensor? = nil) throws(EngineError) {
    self.kernel = kernel
    self.bias = bias
    if let bias { try requireCount(kernel.outputs, of: bias, attribute: "bias") }
  }
}

extension Dense: OperatorDefinition {
  var name: String { "dense" }
  var parameterCount: Int { kernel.count + (bias?.count ?? 0) }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    guard inputs[0].count == 1 else {
      throw EngineError(
        .unsupported, "input", expected: "a vector", found: "shape \(inputs[0])")
    }
    guard inputs[0] == [kernel.inputs] else {
      throw EngineError("kernel", expected: "\(inputs[0][0]) inputs", found: "\(kernel.inputs)")
    }
    return [kernel.outputs]
  }

  func multiplyAccumulates(input: Features, output: Features) -> Int { kernel.count }

  func plain(_ place: Place) -> any PlainOperator {
    PlainConvolution(
      shape: ck_window(
        input: place.input, output: place.output, window: Window(kernel: Extent(1))),
      kernel: kernel.inChainOrder, bias: bias?.values)
  }
}
