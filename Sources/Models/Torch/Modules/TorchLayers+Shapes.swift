import Bytes
import Engine
import Formats

// Pools, and layers that move or repeat elements.
extension TorchLayers {
  static let pools: [String: TorchLayer] = [
    "MaxPool1d": maxPool(axes: 1), "MaxPool2d": maxPool(axes: 2), "MaxPool3d": maxPool(axes: 3),
    "AvgPool1d": averagePool(axes: 1), "AvgPool2d": averagePool(axes: 2),
    "AvgPool3d": averagePool(axes: 3),
    "AdaptiveAvgPool1d": adaptivePool("AveragePool", global: "GlobalAveragePool", axes: 1),
    "AdaptiveAvgPool2d": adaptivePool("AveragePool", global: "GlobalAveragePool", axes: 2),
    "AdaptiveAvgPool3d": adaptivePool("AveragePool", global: "GlobalAveragePool", axes: 3),
    "AdaptiveMaxPool1d": adaptivePool("MaxPool", global: "GlobalMaxPool", axes: 1),
    "AdaptiveMaxPool2d": adaptivePool("MaxPool", global: "GlobalMaxPool", axes: 2),
    "AdaptiveMaxPool3d": adaptivePool("MaxPool", global: "GlobalMaxPool", axes: 3),
  ]

  static let shapes: [String: TorchLayer] = [
    "Flatten": TorchLayer { (call, input) throws(EngineError) in
      let shape = try call.shape(input)
      let first = try axis(call, "start_dim", default: 1, rank: shape.count)
      let last = try axis(call, "end_dim", default: -1, rank: shape.count)
      guard first <= last else {
        throw EngineError("end_dim", expected: "\(first) or more", found: "\(last)")
      }
      if first == 1, last == shape.count - 1 {
        return try call.apply("Flatten", [input], ["axis": .integer(1)])
      }
      let flat = shape[first...last].reduce(1, *)
      return try call.apply(
        "Reshape", [input, .integers(shape[..<first] + [flat] + shape[(last + 1)...])])
    },
    "Unflatten": TorchLayer { (call, input) throws(EngineError) in
      let shape = try call.shape(input)
      let place = try axis(call, "dim", default: 1, rank: shape.count)
      guard let sizes = call.module.attribute("unflattened_size")?.integers, !sizes.isEmpty,
        sizes.allSatisfy({ $0 == -1 || $0 > 0 })
      else {
        throw EngineError(
          .unsupported, "unflattened_size", expected: "sizes",
          found: call.module.attribute("unflattened_size")?.brief ?? "none")
      }
      return try call.apply(
        "Reshape", [input, .integers(shape[..<place] + sizes + shape[(place + 1)...])])
    },
  ]

  static let shuffles: [String: TorchLayer] = [
    "PixelShuffle": TorchLayer { (call, input) throws(EngineError) in
      _ = try call.spatial(input, count: 2)
      return try call.apply(
        "DepthToSpace", [input],
        [
          "blocksize": .integer(try call.integer("upscale_factor", default: 0)),
          "mode": .text(ByteSlice(utf8: "CRD")),
        ])
    },
    "PixelUnshuffle": TorchLayer { (call, input) throws(EngineError) in
      let sizes = try call.spatial(input, count: 2)
      let factor = try call.integer("downscale_factor", default: 0)
      guard factor > 0, sizes.allSatisfy({ $0.isMultiple(of: factor) }) else {
        throw EngineError(
          "downscale_factor", expected: "a divisor of \(sizes)", found: "\(factor)")
      }
      let channels = try call.shape(input)[1]
      let (height, width) = (sizes[0] / factor, sizes[1] / factor)
      let split = try call.apply(
        "Reshape", [input, .integers([0, channels, height, factor, width, factor])])
      let turned = try call.apply("Transpose", [split], ["perm": .integers([0, 1, 3, 5, 2, 4])])
      return try call.apply("Reshape", [turned, .integers([0, -1, height, width])])
    },
  ]

  static let channelShuffles: [String: TorchLayer] = [
    "ChannelShuffle": TorchLayer { (call, input) throws(EngineError) in
      let shape = try call.shape(input)
      let groups = try call.integer("groups", default: 0)
      guard shape.count > 2, groups > 0, shape[1].isMultiple(of: groups) else {
        throw EngineError("groups", expected: "a divisor of \(shape)'s axis 1", found: "\(groups)")
      }
      let split = [shape[0], groups, shape[1] / groups] + shape.dropFirst(2)
      let parts = try call.apply("Reshape", [input, .integers(split)])
      let order = [0, 2, 1] + Array(split.indices.dropFirst(3))
      let turned = try call.apply("Transpose", [parts], ["perm": .integers(order)])
      return try call.apply("Reshape", [turned, .integers(shape)])
    }
  ]

  /// An axis behind the batch; negative ones count from the end.
  static func axis(
    _ call: TorchCall, _ name: String, default value: Int, rank: Int
  ) throws(EngineError) -> Int {
    let stated = try call.integer(name, default: value)
    let axis = stated < 0 ? stated &+ rank : stated
    guard (1..<max(rank, 2)).contains(axis), axis < rank else {
      throw EngineError(
        .unsupported, name, expected: "an axis behind the batch", found: "\(stated)")
    }
    return axis
  }

  private static func poolAttributes(
    _ call: TorchCall, axes: Int
  ) throws(EngineError) -> [String: ONNXAttribute.Value] {
    let kernel = try call.sizes("kernel_size", count: axes, default: 0)
    let isOpen = [nil, TorchAttribute.none].contains(call.module.attribute("stride"))
    let padding = try call.sizes("padding", count: axes, default: 0)
    return [
      "kernel_shape": .integers(kernel),
      "strides": .integers(isOpen ? kernel : try call.sizes("stride", count: axes, default: 1)),
      "pads": .integers(padding + padding),
      "ceil_mode": .integer(try call.flag("ceil_mode", default: false) ? 1 : 0),
    ]
  }

  private static func maxPool(axes: Int) -> TorchLayer {
    TorchLayer { (call, input) throws(EngineError) in
      _ = try call.spatial(input, count: axes)
      try call.demand("return_indices", .bool(false))
      var attributes = try poolAttributes(call, axes: axes)
      attributes["dilations"] = .integers(try call.sizes("dilation", count: axes, default: 1))
      return try call.apply("MaxPool", [input], attributes)
    }
  }

  private static func averagePool(axes: Int) -> TorchLayer {
    TorchLayer { (call, input) throws(EngineError) in
      _ = try call.spatial(input, count: axes)
      try call.demand("divisor_override", .none)
      var attributes = try poolAttributes(call, axes: axes)
      let countsPadding = try call.flag("count_include_pad", default: true)
      attributes["count_include_pad"] = .integer(countsPadding ? 1 : 0)
      return try call.apply("AveragePool", [input], attributes)
    }
  }

  /// Pools into a given number of windows: window i of n has the elements from i size / n, rounded
  /// down, to (i + 1) size / n, rounded up.
  private static func adaptivePool(
    _ operatorType: String, global: String, axes: Int
  ) -> TorchLayer {
    TorchLayer { (call, input) throws(EngineError) in
      let sizes = try call.spatial(input, count: axes)
      try call.demand("return_indices", .bool(false))
      let stated = call.module.attribute("output_size")
      var targets: [Int]
      switch stated {
      case .integer(let size): targets = [Int](repeating: size, count: axes)
      case .list(let list) where list.count == axes:
        // None keeps the axis as it is.
        targets = zip(list, sizes).map { attribute, size in
          switch attribute {
          case .none: size
          case .integer(let target): target
          default: 0
          }
        }
      default: targets = []
      }
      guard targets.count == axes,
        targets.allSatisfy({ (1...EngineLimits.window).contains($0) }), !sizes.contains(0)
      else {
        throw EngineError(
          .unsupported, "output_size", expected: "\(axes) sizes of 1 or more",
          found: stated?.brief ?? "none")
      }
      if targets.allSatisfy({ $0 == 1 }) { return try call.apply(global, [input]) }
      guard zip(targets, sizes).allSatisfy({ $1.isMultiple(of: $0) }) else {
        return try unevenPool(call, input, global, sizes: sizes, targets: targets)
      }
      let kernel = zip(sizes, targets).map { $0 / $1 }
      return try call.apply(
        operatorType, [input], ["kernel_shape": .integers(kernel), "strides": .integers(kernel)])
    }
  }

  /// Windows of different sizes: each on its own, put together behind the channels.
  private static func unevenPool(
    _ call: TorchCall, _ input: ONNXValue, _ global: String, sizes: [Int], targets: [Int]
  ) throws(EngineError) -> ONNXValue {
    let count = targets.reduce(1) { min($0, EngineLimits.nodes) * $1 }
    guard count <= EngineLimits.nodes / 4 else {
      throw EngineError(
        .limit, "output_size", expected: "at most \(EngineLimits.nodes / 4) windows",
        found: "more")
    }
    let shape = try call.shape(input)
    let axes = ONNXValue.integers(Array(shape.indices.dropFirst(2)))
    let windows = try (0..<count).map { (index) throws(EngineError) -> ONNXValue? in
      var rest = index
      var starts = [Int](repeating: 0, count: sizes.count)
      var ends = starts
      for axis in sizes.indices.reversed() {
        let (size, target) = (sizes[axis], targets[axis])
        starts[axis] = rest % target * size / target
        ends[axis] = ((rest % target + 1) * size + target - 1) / target
        rest /= target
      }
      let window = try call.apply("Slice", [input, .integers(starts), .integers(ends), axes])
      let pooled = try call.apply(global, [window])
      return try call.apply("Reshape", [pooled, .integers([shape[0], shape[1], 1])])
    }
    let together = try call.apply("Concat", windows, ["axis": .integer(2)])
    return try call.apply("Reshape", [together, .integers(Array(shape.prefix(2)) + targets)])
  }
}
