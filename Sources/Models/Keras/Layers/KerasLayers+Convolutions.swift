import Bytes
import Engine

extension KerasLayers {
  static let convolutions: [String: KerasSingleConversion] = [
    "Conv1D": convolution(1), "Conv2D": convolution(2), "Conv3D": convolution(3),
    "Conv1DTranspose": transposed(1), "Conv2DTranspose": transposed(2),
    "Conv3DTranspose": transposed(3),
    "DepthwiseConv1D": depthwise(1), "DepthwiseConv2D": depthwise(2),
    "SeparableConv1D": separable(1), "SeparableConv2D": separable(2),
  ]

  /// `Conv1D`, `Conv2D`, `Conv3D`; the kernel is sizes x inputs of the group x outputs.
  private static func convolution(_ rank: Int) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      var (kernel, bias) = try call.kernelAndBias("kernel")
      kernel = try call.current(kernel, rank: rank, format: format)
      let sizes = try call.kernelSizes(kernel, rank: rank)
      let outputs = kernel.shape[rank + 1]
      try call.demand("filters", call.layer.integer("filters", default: outputs), outputs)
      let window = try KerasWindow(
        call, kernel: sizes, input: call.spatialSizes(of: x, rank: rank, format: format)
      ).window
      let groups = try call.layer.integer("groups", default: 1)
      guard rank == 3 else {
        let operation = try call.mapConvolution(
          kernel, .rowsColumnsInputsOutputs, bias: bias, window: window, groups: groups)
        let y = try call.append(operation, to: [call.map(x, rank: rank, format: format)])
        return try call.activated(call.unmap(y, rank: rank, format: format))
      }
      let weights = try Transpose(axes: [4, 3, 0, 1, 2]).evaluate([AnyTensor(kernel)])
      var inputs = try [
        call.batched(x, rank: rank, format: format), call.constant(weights),
      ]
      if let bias { inputs.append(try call.constant(AnyTensor(bias))) }
      let y = try call.append(ConvolutionND(window: window, groups: groups), to: inputs)
      return try call.activated(call.unbatched(y, format: format))
    }
  }

  /// `DepthwiseConv1D`, `DepthwiseConv2D`: each channel on its own.
  private static func depthwise(_ rank: Int) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let (kernel, bias) = try call.kernelAndBias("depthwise_kernel")
      return try call.activated(call.depthwise(kernel, bias: bias, rank: rank, nil))
    }
  }

  /// `SeparableConv1D`, `SeparableConv2D`: each channel on its own, then across channels.
  private static func separable(_ rank: Int) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let (kernels, bias) = try call.tensorsAndBias(["depthwise_kernel", "pointwise_kernel"])
      let ones = [Int](repeating: 1, count: rank)
      guard kernels[1].shape.count == rank + 2, kernels[1].shape.prefix(rank) == ones[...] else {
        throw EngineError(
          "pointwise_kernel", expected: "a kernel of one tap", found: "\(kernels[1].shape)")
      }
      let outputs = kernels[1].shape[rank + 1]
      try call.demand("filters", call.layer.integer("filters", default: outputs), outputs)
      let none = [Int](repeating: 0, count: rank)
      let pointwise = try call.mapConvolution(
        kernels[1], .rowsColumnsInputsOutputs, bias: bias,
        window: WindowND(kernel: ones, strides: ones, dilations: ones, begins: none, ends: none),
        groups: 1)
      return try call.activated(
        call.depthwise(kernels[0], bias: nil, rank: rank, pointwise))
    }
  }

  /// `Conv1DTranspose` to `Conv3DTranspose`; the kernel is sizes x outputs x inputs.
  private static func transposed(_ rank: Int) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      var (kernel, bias) = try call.kernelAndBias("kernel")
      kernel = try call.turned(kernel, rank: rank)
      let sizes = try call.kernelSizes(kernel, rank: rank)
      let outputs = kernel.shape[rank]
      try call.demand("filters", call.layer.integer("filters", default: outputs), outputs)
      let input = try call.spatialSizes(of: x, rank: rank, format: format)
      let (window, output) = try call.transposedWindow(kernel: sizes, input: input)
      let weights = try Transpose(axes: [rank + 1, rank] + Array(0..<rank))
        .evaluate([AnyTensor(kernel)])
      var inputs = try [
        call.batched(x, rank: rank, format: format), call.constant(weights),
      ]
      if let bias { inputs.append(try call.constant(AnyTensor(bias))) }
      let y = try call.append(
        ConvolutionTransposeND(
          window: window, groups: call.layer.integer("groups", default: 1), output: output),
        to: inputs)
      return try call.activated(call.unbatched(y, format: format))
    }
  }
}

extension KerasCall {
  /// The taps along each axis, which the configuration must state as the weights are.
  fileprivate func kernelSizes(_ kernel: Tensor, rank: Int) throws(EngineError) -> [Int] {
    guard kernel.shape.count == rank + 2, !kernel.shape.contains(0) else {
      throw EngineError(
        "kernel", expected: "\(rank + 2) axes, none empty", found: "shape \(kernel.shape)")
    }
    let sizes = Array(kernel.shape.prefix(rank))
    try demand("kernel_size", layer.sizes("kernel_size", rank: rank, default: sizes), sizes)
    return sizes
  }

  /// A convolution over a map; of one axis as columns of one row.
  fileprivate func mapConvolution(
    _ kernel: Tensor, _ order: ConvolutionKernel.Order, bias: Tensor?, window: WindowND,
    groups: Int
  ) throws(EngineError) -> Operator {
    let rank = window.kernel.count
    let plane =
      rank == 1
      ? try AnyTensor(kernel).reshaped([1] + kernel.shape).single("kernel") : kernel
    let map = try window.asMap
    return .convolution(
      try Convolution(
        kernel: ConvolutionKernel(plane, order: order), bias: bias, stride: map.stride,
        dilation: map.dilation, padding: map.padding, groups: groups))
  }

  /// Each channel convolved on its own, and what follows in the same map.
  fileprivate func depthwise(
    _ stored: Tensor, bias: Tensor?, rank: Int, _ next: Operator?
  ) throws(EngineError) -> Graph.Value {
    let format = try dataFormat()
    let x = try input()
    let kernel = try turned(stored, rank: rank)
    let window = try KerasWindow(
      self, kernel: kernelSizes(kernel, rank: rank),
      input: spatialSizes(of: x, rank: rank, format: format)
    ).window
    let map = try map(x, rank: rank, format: format)
    var y = try append(
      mapConvolution(
        kernel, .rowsColumnsChannelsMultiplier, bias: bias, window: window,
        groups: kernel.shape[rank]), to: [map])
    if let next { y = try append(next, to: [y]) }
    return try unmap(y, rank: rank, format: format)
  }

  /// The window of a transposed convolution and the sizes that it gives
  /// (keras/src/backend/common/backend_utils.py).
  fileprivate func transposedWindow(
    kernel: [Int], input: [Int]
  ) throws(EngineError) -> (WindowND, output: [Int]) {
    let rank = kernel.count
    let ones = [Int](repeating: 1, count: rank)
    let zeros = [Int](repeating: 0, count: rank)
    let strides = try layer.sizes("strides", rank: rank, default: ones)
    let dilations = try layer.sizes("dilation_rate", rank: rank, default: ones)
    let window = try WindowND(
      kernel: kernel, strides: strides, dilations: dilations, begins: zeros, ends: zeros)
    let padding = try layer.text("padding", default: "valid")
    guard padding == "valid" || padding == "same" else {
      throw layer.unsupported("padding", "valid or same", padding)
    }
    let isSame = padding == "same"
    let stated =
      layer.has("output_padding")
      ? try layer.sizes("output_padding", rank: rank, default: zeros) : nil
    var begins = zeros
    var output = zeros
    for axis in 0..<rank {
      let covered = window.coverage[axis]
      let stride = strides[axis]
      let (reach, overflow) = input[axis].multipliedReportingOverflow(by: stride)
      guard !overflow else {
        throw EngineError(.limit, "strides", expected: "an output of 64 bits", found: "more")
      }
      if let stated {
        guard (0..<stride).contains(stated[axis]) || stated[axis] == 0 else {
          throw EngineError(
            "output_padding", expected: "below the stride", found: "\(stated[axis])")
        }
        let rest = isSame ? covered / 2 * 2 : 0
        output[axis] = reach - stride + covered - rest + stated[axis]
      } else {
        output[axis] = isSame ? reach : reach + max(covered - stride, 0)
      }
      // As much as a convolution from the output to the input would be padded.
      begins[axis] = isSame ? max(reach - stride + covered - output[axis], 0) / 2 : 0
    }
    let padded = try WindowND(
      kernel: kernel, strides: strides, dilations: dilations, begins: begins, ends: zeros)
    return (padded, output)
  }

  /// The kernel as Keras has it today: Keras 1 stored those of `th` models as outputs, inputs,
  /// sizes, and of one axis with a second of one tap.
  fileprivate func current(
    _ kernel: Tensor, rank: Int, format: Layout
  ) throws(EngineError) -> Tensor {
    guard builder.kerasMajor < 2 else { return try turned(kernel, rank: rank) }
    if rank == 1, kernel.shape.count == 4, kernel.shape[1] == 1 {
      let line = [kernel.shape[0], kernel.shape[2], kernel.shape[3]]
      return try turned(AnyTensor(kernel).reshaped(line).single("kernel"), rank: 1)
    }
    guard rank > 1, format == .channelsFirst, kernel.shape.count == rank + 2 else {
      return try turned(kernel, rank: rank)
    }
    let axes = Array(2..<rank + 2) + [1, 0]
    return try turned(
      Transpose(axes: axes).evaluate([AnyTensor(kernel)]).single("kernel"), rank: rank)
  }

  /// A kernel of the Theano backend read backwards along its sizes.
  fileprivate func turned(_ kernel: Tensor, rank: Int) throws(EngineError) -> Tensor {
    guard builder.turnsKernels, kernel.shape.count == rank + 2, !kernel.shape.contains(0) else {
      return kernel
    }
    let spans = kernel.shape.enumerated().map { axis, size in
      axis < rank
        ? Slice.Span(start: size - 1, step: -1, count: size) : Slice.Span(start: 0, count: size)
    }
    return try Slice(spans: spans).evaluate([AnyTensor(kernel)]).single("kernel")
  }
}
