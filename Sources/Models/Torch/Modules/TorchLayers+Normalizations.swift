import Engine
import Formats

// Layers that norm each row by itself, and batch norms by stored statistics.
extension TorchLayers {
  static let normalizations: [String: TorchLayer] = [
    "BatchNorm1d": batchNorm(ranks: 2...3), "BatchNorm2d": batchNorm(ranks: 4...4),
    "BatchNorm3d": batchNorm(ranks: 5...5), "SyncBatchNorm": batchNorm(ranks: 2...5),
  ]

  static let instanceNorms: [String: TorchLayer] = [
    "InstanceNorm1d": instanceNorm(axes: 1), "InstanceNorm2d": instanceNorm(axes: 2),
    "InstanceNorm3d": instanceNorm(axes: 3),
  ]

  /// eps is rounded to binary32 as in an ONNX file.
  static let rowNorms: [String: TorchLayer] = [
    "LayerNorm": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      let shape = try normedShape(call, input)
      let scale = try call.weight("weight") ?? constant(1, shape)
      let shift = try call.weight("bias").map { ONNXValue.known($0) }
      return try call.apply(
        "LayerNormalization", [input, .known(scale)] + (shift.map { [$0] } ?? []),
        ["axis": .integer(-shape.count), "epsilon": epsilon(call)])
    },
    "RMSNorm": TorchLayer(["weight"]) { (call, input) throws(EngineError) in
      let shape = try normedShape(call, input)
      let isOpen = [nil, TorchAttribute.none].contains(call.module.attribute("eps"))
      return try call.apply(
        "RMSNormalization",
        [input, .known(try call.weight("weight") ?? constant(1, shape))],
        [
          "axis": .integer(-shape.count),
          "epsilon": isOpen ? .float(.ulpOfOne) : try epsilon(call),
        ])
    },
    "GroupNorm": TorchLayer(["weight", "bias"]) { (call, input) throws(EngineError) in
      let shape = try call.shape(input)
      let groups = try call.integer("num_groups", default: 0)
      guard shape.count > 1, groups > 0, shape[1].isMultiple(of: groups) else {
        throw EngineError(
          "num_groups", expected: "a divisor of \(shape)'s axis 1", found: "\(groups)")
      }
      // As torch exports it: the groups are normed as instances, then scaled channel by channel.
      let parts = try call.apply("Reshape", [input, .integers([shape[0], groups, -1])])
      let normed = try call.apply(
        "InstanceNormalization",
        [parts, .known(constant(1, [groups])), .known(constant(0, [groups]))],
        ["epsilon": epsilon(call)])
      var y = try call.apply("Reshape", [normed, .integers(shape)])
      let ones = [Int](repeating: 1, count: shape.count - 2)
      for (name, operatorType) in [("weight", "Mul"), ("bias", "Add")] {
        guard let tensor = try call.weight(name) else { continue }
        guard tensor.shape == [shape[1]] else {
          throw EngineError(name, expected: "shape [\(shape[1])]", found: "\(tensor.shape)")
        }
        y = try call.apply(operatorType, [y, .known(tensor.reshaped([shape[1]] + ones))])
      }
      return y
    },
    "LocalResponseNorm": TorchLayer { (call, input) throws(EngineError) in
      let size = try call.integer("size", default: 0)
      // Of an even number of channels torch takes more before, ONNX more behind.
      guard size > 0, !size.isMultiple(of: 2) else {
        throw EngineError(.unsupported, "size", expected: "an odd number", found: "\(size)")
      }
      return try call.apply(
        "LRN", [input],
        [
          "size": .integer(size), "alpha": .float(Float(call.number("alpha", default: 1e-4))),
          "beta": .float(Float(call.number("beta", default: 0.75))),
          "bias": .float(Float(call.number("k", default: 1))),
        ])
    },
  ]

  private static func constant(_ number: Float, _ shape: [Int]) -> AnyTensor {
    AnyTensor(shape, floats: .init(repeating: number, count: shape.reduce(1, *)))
  }

  private static func epsilon(_ call: TorchCall) throws(EngineError) -> ONNXAttribute.Value {
    .float(Float(try call.number("eps", default: 1e-5)))
  }

  /// The last axes of the input, which are normed together.
  private static func normedShape(
    _ call: TorchCall, _ input: ONNXValue
  ) throws(EngineError) -> [Int] {
    let shape = try call.shape(input)
    let normed = call.module.attribute("normalized_shape")?.integers ?? []
    guard !normed.isEmpty, normed.count < shape.count, Array(shape.suffix(normed.count)) == normed
    else {
      throw EngineError(
        "normalized_shape", expected: "the last axes of \(Array(shape.dropFirst()))",
        found: "\(normed)")
    }
    return normed
  }

  private static let statistics: Set<String> = [
    "weight", "bias", "running_mean", "running_var", "num_batches_tracked",
  ]

  /// By the statistics of each channel of each row, or by stored ones where there are such.
  private static func instanceNorm(axes: Int) -> TorchLayer {
    TorchLayer(statistics) { (call, input) throws(EngineError) in
      _ = try call.spatial(input, count: axes)
      if call.module.tensor("running_mean") != nil { return try stored(call, input) }
      let channels = try call.shape(input)[1]
      let scale = try call.weight("weight") ?? constant(1, [channels])
      let shift = try call.weight("bias") ?? constant(0, [channels])
      return try call.apply(
        "InstanceNormalization", [input, .known(scale), .known(shift)],
        ["epsilon": epsilon(call)])
    }
  }

  private static func batchNorm(ranks: ClosedRange<Int>) -> TorchLayer {
    TorchLayer(statistics) { (call, input) throws(EngineError) in
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
      return try stored(call, input)
    }
  }

  /// A batch norm by stored statistics.
  private static func stored(
    _ call: TorchCall, _ input: ONNXValue
  ) throws(EngineError) -> ONNXValue {
    let mean = try call.required("running_mean")
    let scale = try call.weight("weight") ?? constant(1, mean.shape)
    let shift = try call.weight("bias") ?? constant(0, mean.shape)
    return try call.apply(
      "BatchNormalization",
      [input, .known(scale), .known(shift), .known(mean), .known(call.required("running_var"))],
      ["epsilon": epsilon(call)])
  }
}
