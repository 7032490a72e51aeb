import Engine
import Formats

// Layers with weights.
extension TorchLayers {
  static let convolutions: [String: TorchLayer] = [
    "Conv1d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try convolution(call, input, axes: 1)
    },
    "Conv2d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try convolution(call, input, axes: 2)
    },
    "ConvTranspose1d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try transposed(call, input, axes: 1)
    },
    "ConvTranspose2d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try transposed(call, input, axes: 2)
    },
  ]

  static let linear: [String: TorchLayer] = [
    "Linear": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      let weight = try call.required("weight")
      let bias = try call.weight("bias").map { ONNXValue.known($0) }
      if try call.shape(input).count == 2 {
        let operands = [input, .known(weight)] + (bias.map { [$0] } ?? [])
        return try call.apply("Gemm", operands, ["transB": .integer(1)])
      }
      let columns = try call.apply("Transpose", [.known(weight)], ["perm": .integers([1, 0])])
      let product = try call.apply("MatMul", [input, columns])
      guard let bias else { return product }
      return try call.apply("Add", [product, bias])
    },
    "Identity": TorchLayer { (_, input) throws(EngineError) in input },
  ]

  static let normalizations: [String: TorchLayer] = [
    "BatchNorm1d": normalization(ranks: 2...3), "BatchNorm2d": normalization(ranks: 4...4),
  ]

  private static func convolution(
    _ call: TorchCall, _ input: ONNXValue, axes: Int
  ) throws(EngineError) -> ONNXValue {
    try call.demand("padding_mode", .text("zeros"))
    try call.demand("transposed", .bool(false))
    let weight = try call.required("weight")
    var attributes = try window(call, weight, axes: axes)
    let kernel = Array(weight.shape.dropFirst(2))
    let dilations = try call.sizes("dilation", count: axes, default: 1)
    var begins = [Int](repeating: 0, count: axes)
    var ends = begins
    switch call.module.attribute("padding") {
    case .text("valid"): break
    case .text("same"):
      // As torch's `_reversed_padding_repeated_twice`: the odd one goes to the end.
      for axis in 0..<axes {
        let (total, overflow) = dilations[axis].multipliedReportingOverflow(by: kernel[axis] - 1)
        guard !overflow, total >= 0 else {
          throw EngineError("dilation", expected: "a small number", found: "\(dilations[axis])")
        }
        begins[axis] = total / 2
        ends[axis] = total - total / 2
      }
    default:
      begins = try call.sizes("padding", count: axes, default: 0)
      ends = begins
    }
    attributes["pads"] = .integers(begins + ends)
    return try call.apply("Conv", operands(call, input, weight), attributes)
  }

  private static func transposed(
    _ call: TorchCall, _ input: ONNXValue, axes: Int
  ) throws(EngineError) -> ONNXValue {
    try call.demand("padding_mode", .text("zeros"))
    try call.demand("transposed", .bool(true))
    let weight = try call.required("weight")
    var attributes = try window(call, weight, axes: axes)
    let padding = try call.sizes("padding", count: axes, default: 0)
    attributes["pads"] = .integers(padding + padding)
    attributes["output_padding"] = .integers(
      try call.sizes("output_padding", count: axes, default: 0))
    return try call.apply("ConvTranspose", operands(call, input, weight), attributes)
  }

  private static func operands(
    _ call: TorchCall, _ input: ONNXValue, _ weight: AnyTensor
  ) throws(EngineError) -> [ONNXValue?] {
    let bias = try call.weight("bias").map { ONNXValue.known($0) }
    return [input, .known(weight)] + (bias.map { [$0] } ?? [])
  }

  /// The attributes that both kinds of convolution have.
  private static func window(
    _ call: TorchCall, _ weight: AnyTensor, axes: Int
  ) throws(EngineError) -> [String: ONNXAttribute.Value] {
    guard weight.shape.count == axes + 2 else {
      throw EngineError("weight", expected: "\(axes + 2) axes", found: "\(weight.shape)")
    }
    let kernel = Array(weight.shape.dropFirst(2))
    if let stated = call.module.attribute("kernel_size"), stated.integers != kernel {
      throw EngineError(
        "kernel_size", expected: "the weights' \(kernel)", found: stated.brief)
    }
    return [
      "kernel_shape": .integers(kernel),
      "strides": .integers(try call.sizes("stride", count: axes, default: 1)),
      "dilations": .integers(try call.sizes("dilation", count: axes, default: 1)),
      "group": .integer(try call.integer("groups", default: 1)),
    ]
  }

  /// By stored statistics; eps is rounded to binary32 as in an ONNX file.
  private static func normalization(ranks: ClosedRange<Int>) -> TorchLayer {
    let names: Set<String> = [
      "weight", "bias", "running_mean", "running_var", "num_batches_tracked",
    ]
    return TorchLayer(names) { (call, input) throws(EngineError) in
      let shape = try call.shape(input)
      guard ranks.contains(shape.count) else {
        throw EngineError(
          "input", expected: "\(ranks.lowerBound - 1) axes", found: "\(shape.dropFirst())")
      }
      guard call.module.tensor("running_mean") != nil else {
        throw EngineError(
          .unsupported, "running_mean", expected: "stored statistics",
          found: "none: those of each batch would count")
      }
      let mean = try call.required("running_mean")
      let scale = try call.weight("weight") ?? AnyTensor([1], floats: [1]).filled(mean.count)
      let shift = try call.weight("bias") ?? AnyTensor([1], floats: [0]).filled(mean.count)
      return try call.apply(
        "BatchNormalization",
        [
          input, .known(scale), .known(shift), .known(mean), .known(call.required("running_var")),
        ], ["epsilon": .float(Float(call.number("eps", default: 1e-5)))])
    }
  }
}
