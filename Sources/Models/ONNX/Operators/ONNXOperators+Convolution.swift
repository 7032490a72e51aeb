import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let convolutions: [String: ONNXConversion] = [
    "Conv": convolution, "ConvTranspose": transposedConvolution,
  ]

  /// `Conv`: over two spatial axes, or over one that is seen as a map of one row.
  private static func convolution(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0)
    let rank = input.shape.count - 2
    guard rank == 1 || rank == 2, call.takesCore(input), let weights = call.optional(1)?.tensor,
      weights.shape.count == rank + 2
    else {
      return try [
        context.apply(
          ConvolutionND(
            window: ONNXWindow(
              call, input: input.shape, kernel: Array(call.type(1).shape.dropFirst(2))
            ).window, groups: call.integer("group", default: 1)),
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

  /// `ConvTranspose`: its padding as stated, or as much as `output_shape` or `auto_pad` leaves.
  private static func transposedConvolution(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0).shape
    let weights = try call.type(1).shape
    guard input.count >= 3, weights.count == input.count else {
      throw EngineError(
        "input", expected: "input and weights of one rank, three axes or more",
        found: "\(input) and \(weights)")
    }
    let sizes = Array(input.dropFirst(2))
    let rank = sizes.count
    let kernel = try call.sizes("kernel_shape", rank: rank) ?? Array(weights.dropFirst(2))
    let ones = [Int](repeating: 1, count: rank)
    let strides = try call.sizes("strides", rank: rank) ?? ones
    let dilations = try call.sizes("dilations", rank: rank) ?? ones
    let extra =
      try call.sizes("output_padding", rank: rank, from: 0) ?? [Int](repeating: 0, count: rank)
    let mode = try call.text("auto_pad", default: "NOTSET")
    var output = try call.sizes("output_shape", rank: rank)
    let whole = sizes.indices.map {
      strides[$0] * (sizes[$0] - 1) + extra[$0] + (kernel[$0] - 1) * dilations[$0] + 1
    }
    var begins: [Int]
    var ends: [Int]
    if output != nil || mode == "SAME_UPPER" || mode == "SAME_LOWER" {
      let wanted = output ?? zip(sizes, strides).map { saturating($0, times: $1) }
      let totals = zip(whole, wanted).map { max(0, $0 - $1) }
      begins = totals.map { mode == "SAME_UPPER" ? $0 / 2 : $0 - $0 / 2 }
      ends = zip(totals, begins).map { $0 - $1 }
      output = wanted
    } else {
      let pads =
        mode == "NOTSET"
        ? try call.sizes("pads", rank: 2 * rank, from: 0) : nil
      begins = pads.map { Array($0.prefix(rank)) } ?? [Int](repeating: 0, count: rank)
      ends = pads.map { Array($0.suffix(rank)) } ?? begins
      guard ["NOTSET", "VALID"].contains(mode) else {
        throw EngineError(
          "auto_pad", expected: "NOTSET, SAME_UPPER, SAME_LOWER or VALID", found: mode)
      }
    }
    let result = output ?? sizes.indices.map { whole[$0] - begins[$0] - ends[$0] }
    guard result.allSatisfy({ $0 > 0 }) else {
      throw EngineError("pads", expected: "an output of 1 or more", found: "\(result)")
    }
    let window = try WindowND(
      kernel: kernel, strides: strides, dilations: dilations, begins: begins, ends: ends)
    return try [
      context.apply(
        ConvolutionTransposeND(
          window: window, groups: call.integer("group", default: 1), output: result),
        to: call.inputs(), for: call)
    ]
  }

  private static func saturating(_ size: Int, times factor: Int) -> Int {
    let (product, overflow) = size.multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}

extension ONNXCall {
  /// Whether an operator of the core takes an input: a map or line of floats, of one row unless
  /// its numbers are known.
  func takesCore(_ input: TensorType) -> Bool {
    input.element == .float32 && !input.shape.contains(0)
      && (input.shape.first == 1 || inputs.first??.tensor != nil)
  }

  /// As many sizes as there are axes, each one that a window can have; nil without the attribute.
  func sizes(_ name: String, rank: Int, from least: Int = 1) throws(EngineError) -> [Int]? {
    guard let list = try integers(name) else { return nil }
    guard list.count == rank, list.allSatisfy({ (least...EngineLimits.window).contains($0) })
    else {
      throw EngineError(
        name, expected: "\(rank) numbers from \(least) to \(EngineLimits.window)",
        found: "\(list)")
    }
    return list
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
