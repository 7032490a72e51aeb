import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let convolutions: [String: ONNXConversion] = ["Conv": convolution]

  /// `Conv`: over two spatial axes, or over one that is seen as a map of one row.
  private static func convolution(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0)
    let rank = input.shape.count - 2
    guard rank == 1 || rank == 2, input.element == .float32,
      let weights = call.optional(1)?.tensor, weights.shape.count == rank + 2
    else {
      return try [
        context.apply(
          ConvolutionND(
            window: ONNXWindow(call, input: input.shape, kernel: call.type(1).shape)
              .window, groups: call.integer("group", default: 1)),
          to: call.inputs(), for: call)
      ]
    }
    let bias = try call.knownIfPresent(2, "bias")?.single("bias")
    let window = try ONNXWindow(
      call, input: input.shape, kernel: Array(weights.shape.dropFirst(2)))
    let isLine = rank == 1
    let kernelShape =
      isLine ? [weights.shape[0], weights.shape[1], 1, weights.shape[2]] : weights.shape
    let map = try window.asMap
    let operation = try Convolution(
      kernel: ConvolutionKernel(
        weights.reshaped(kernelShape).single("weights"), order: .outputsInputsRowsColumns),
      bias: bias, stride: map.stride, dilation: map.dilation, padding: map.padding,
      groups: call.integer("group", default: 1))
    guard isLine else {
      return try [context.apply(.convolution(operation), to: [call.input(0)], for: call)]
    }
    let shape = input.shape
    let x = try context.reshape(
      call.input(0), to: [shape[0], shape[1], 1, shape[2]], for: call)
    let y = try context.apply(.convolution(operation), to: [x], for: call)
    guard let result = y.type?.shape else { return [y] }
    return try [context.reshape(y, to: [result[0], result[1], result[3]], for: call)]
  }
}

/// The window of a convolution or a pool over any number of spatial axes, as ONNX states it.
struct ONNXWindow {
  let window: WindowND

  /// Reads `kernel_shape`, `strides`, `dilations`, `pads` and `auto_pad`. `input` has the batch and
  /// channel axes; `kernel`, where given, are the sizes that the weights have.
  init(_ call: ONNXCall, input: [Int], kernel: [Int]? = nil) throws(EngineError) {
    guard input.count >= 3 else {
      throw EngineError("input", expected: "three axes or more", found: "\(input)")
    }
    let spatial = Array(input.dropFirst(2))
    let rank = spatial.count
    func sizes(_ name: String, default size: Int) throws(EngineError) -> [Int] {
      let list = try call.integers(name) ?? [Int](repeating: size, count: rank)
      guard list.count == rank, list.allSatisfy({ (1...EngineLimits.window).contains($0) }) else {
        throw EngineError(
          name, expected: "\(rank) numbers from 1 to \(EngineLimits.window)", found: "\(list)")
      }
      return list
    }
    let stated = try call.integers("kernel_shape")
    guard let kernel = stated ?? kernel else {
      throw EngineError("kernel_shape", expected: "sizes", found: "none")
    }
    guard kernel.count == rank, kernel.allSatisfy({ (1...EngineLimits.window).contains($0) })
    else {
      throw EngineError("kernel_shape", expected: "\(rank) sizes", found: "\(kernel)")
    }
    if call.node.operatorType == "Conv" {
      let weights = try call.type(1).shape.dropFirst(2)
      guard kernel[...] == weights else {
        throw EngineError(
          "kernel_shape", expected: "the weights' \(Array(weights))", found: "\(kernel)")
      }
    }
    let strides = try sizes("strides", default: 1)
    let dilations = try sizes("dilations", default: 1)
    let pads = try ONNXWindow.pads(
      call, input: spatial, kernel: kernel, strides: strides, dilations: dilations)
    window = try WindowND(
      kernel: kernel, strides: strides, dilations: dilations, begins: pads.begins,
      ends: pads.ends)
  }

  private static func pads(
    _ call: ONNXCall, input: [Int], kernel: [Int], strides: [Int], dilations: [Int]
  ) throws(EngineError) -> (begins: [Int], ends: [Int]) {
    let rank = input.count
    let zeros = [Int](repeating: 0, count: rank)
    let mode = try call.text("auto_pad", default: "NOTSET")
    switch mode {
    case "VALID": return (zeros, zeros)
    case "SAME_UPPER", "SAME_LOWER":
      var begins = zeros
      var ends = zeros
      for axis in 0..<rank {
        let covered = (kernel[axis] - 1) * dilations[axis] + 1
        let total = max(
          0, (input[axis] - 1) / strides[axis] * strides[axis] + covered - input[axis])
        let less = total / 2
        begins[axis] = mode == "SAME_UPPER" ? less : total - less
        ends[axis] = total - begins[axis]
      }
      return (begins, ends)
    case "NOTSET":
      let pads = try call.integers("pads") ?? zeros + zeros
      guard pads.count == 2 * rank, pads.allSatisfy({ (0...EngineLimits.window).contains($0) })
      else {
        throw EngineError(
          "pads", expected: "\(2 * rank) numbers from 0 to \(EngineLimits.window)",
          found: "\(pads)")
      }
      return (Array(pads.prefix(rank)), Array(pads.suffix(rank)))
    default:
      throw EngineError(
        "auto_pad", expected: "NOTSET, SAME_UPPER, SAME_LOWER or VALID", found: mode)
    }
  }

  /// The window over a map: the last two of the axes, or of one the columns of a single row.
  var asMap: Window {
    get throws(EngineError) { try window.asMap }
  }
}
