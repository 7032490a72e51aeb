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
    "Conv3d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try convolution(call, input, axes: 3)
    },
    "ConvTranspose1d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try transposed(call, input, axes: 1)
    },
    "ConvTranspose2d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try transposed(call, input, axes: 2)
    },
    "ConvTranspose3d": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      try transposed(call, input, axes: 3)
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

  /// Rows of a table by whole numbers.
  static let embeddings: [String: TorchLayer] = [
    "Embedding": TorchLayer(["weight"]) { (call, input) throws(EngineError) in
      try call.demand("max_norm", .none)
      let places = try call.apply("Cast", [input], ["to": .integer(7)])
      return try call.apply("Gather", [.known(call.required("weight")), places])
    }
  ]

  private static func convolution(
    _ call: TorchCall, _ input: ONNXValue, axes: Int
  ) throws(EngineError) -> ONNXValue {
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
    let mode = try call.text("padding_mode", default: "zeros")
    var input = input
    if mode != "zeros" {
      guard let name = padModes[mode] else {
        throw call.wrong("padding_mode", "zeros, reflect, replicate or circular", .text(mode))
      }
      _ = try call.spatial(input, count: axes)
      input = try padded(call, input, name, begins: begins, ends: ends)
      begins = begins.map { _ in 0 }
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
}
