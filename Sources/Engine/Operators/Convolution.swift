import CKernels

/// A convolution (cross-correlation) of a feature map, in groups or not.
///
///     y[o, r, c] = chain from bias[o] over (i, ky, kx) ascending of x[g I + i, r', c'] w[o, i, ky, kx]
///     r' = r stride + ky dilation - top,  c' likewise,  g = o / (outputs / groups)
///
/// x: channels x height x width; w: outputs x I x kh x kw with I = channels / groups. Taps in the
/// padding take part as +0. Each step of the chain is one fused multiply-add in binary32.
///
/// Input gradient, in gather form, with T = outputs / groups:
///
///     dx[g I + i, r', c'] = chain from +0 over (o in g T ..< (g + 1) T, ky, kx) ascending
///                           of dy[o, r, c] w[o, i, ky, kx]
///
/// where `r = (r' + top - ky dilation) / stride`: a tap whose division leaves a rest does not
/// exist, a tap outside dy takes part as +0.
public struct Convolution: Sendable {
  /// The weights.
  public let kernel: ConvolutionKernel
  /// One number for each output channel; nil counts as +0.
  public let bias: Tensor?
  /// Stride, dilation and padding; its kernel extent is the kernel's.
  public let window: Window
  /// Into how many independent convolutions the channels are cut.
  public let groups: Int

  /// Creates a convolution; an error when kernel, bias and groups do not belong together.
  public init(
    kernel: ConvolutionKernel, bias: Tensor? = nil, stride: Extent = Extent(1),
    dilation: Extent = Extent(1), padding: Padding = .none, groups: Int = 1
  ) throws(EngineError) {
    self.kernel = kernel
    self.bias = bias
    self.groups = groups
    window = Window(kernel: kernel.extent, stride: stride, dilation: dilation, padding: padding)
    try window.check()
    if let bias { try requireCount(kernel.outputs, of: bias, attribute: "bias") }
    guard groups >= 1, kernel.outputs.isMultiple(of: groups) else {
      throw EngineError(
        "groups", expected: "a divisor of \(kernel.outputs) outputs", found: "\(groups)")
    }
  }

  /// The same convolution behind TensorFlow's padding `same` for an input.
  public func paddedToSame(for input: Features) throws(EngineError) -> Convolution {
    let padded = try window.paddedToSame(for: input)
    return try Convolution(
      kernel: kernel, bias: bias, stride: window.stride, dilation: window.dilation,
      padding: padded.padding, groups: groups)
  }
}

extension Convolution: OperatorDefinition {
  var name: String { groups > 1 && kernel.inputs == 1 ? "depthwise convolution" : "convolution" }
  var parameterCount: Int { kernel.count + (bias?.count ?? 0) }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    let input = try requireFeatures(inputs, layout: layout)
    guard input.channels == saturatingProduct(kernel.inputs, groups) else {
      throw EngineError(
        "kernel", expected: "\(input.channels) input channels",
        found: groups == 1 ? "\(kernel.inputs)" : "\(kernel.inputs) in each of \(groups) groups")
    }
    let extent = try window.outputExtent(for: input)
    return layout.shape(
      of: Features(channels: kernel.outputs, height: extent.height, width: extent.width))
  }

  func multiplyAccumulates(input: Features, output: Features) -> Int {
    saturatingProduct(
      output.count, kernel.inputs, kernel.extent.height, kernel.extent.width)
  }

  var readsPlanes: Bool { groups == 1 }
  var fusesNormalization: Bool { true }
  var fusesActivation: Bool { true }

  func plain(_ place: Place) -> any PlainOperator {
    PlainConvolution(
      shape: ck_window(input: place.input, output: place.output, window: window, groups: groups),
      kernel: kernel.inChainOrder, bias: bias?.values)
  }
}

/// A convolution with its kernel as outputs x inputs of the group x rows x columns.
struct PlainConvolution: PlainOperator {
  let shape: ck_window
  let kernel: [Float]
  let bias: [Float]?

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(shape.output)
    ck_plain_convolution(shape, inputs[0].values, kernel, bias, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(shape.input)
    ck_plain_convolution_gradient(shape, dy.values, kernel, &dx.values)
    return [dx]
  }
}

extension ck_window {
  init(input: Features, output: Features, window: Window, groups: Int = 1) {
    self.init(
      channels: input.channels, height: input.height, width: input.width,
      outputs: output.channels, out_height: output.height, out_width: output.width,
      kernel_height: window.kernel.height, kernel_width: window.kernel.width,
      stride_y: window.stride.height, stride_x: window.stride.width,
      dilation_y: window.dilation.height, dilation_x: window.dilation.width,
      pad_top: window.padding.top, pad_left: window.padding.left, groups: groups)
  }

  var input: Features { Features(channels: channels, height: height, width: width) }
  var output: Features { Features(channels: outputs, height: out_height, width: out_width) }
}

/// Throws unless a constant is a vector of the given length.
func requireCount(
  _ count: Int, of constant: Tensor, attribute: String
) throws(EngineError) {
  guard constant.shape == [count] else {
    throw EngineError(attribute, expected: "shape [\(count)]", found: "\(constant.shape)")
  }
}
