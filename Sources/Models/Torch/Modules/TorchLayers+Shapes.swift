import Bytes
import Engine
import Formats

// Pools, and layers that move or repeat elements.
extension TorchLayers {
  static let pools: [String: TorchLayer] = [
    "MaxPool1d": maxPool(axes: 1), "MaxPool2d": maxPool(axes: 2),
    "AvgPool1d": averagePool(axes: 1), "AvgPool2d": averagePool(axes: 2),
    "AdaptiveAvgPool1d": adaptivePool("AveragePool", global: "GlobalAveragePool", axes: 1),
    "AdaptiveAvgPool2d": adaptivePool("AveragePool", global: "GlobalAveragePool", axes: 2),
    "AdaptiveMaxPool1d": adaptivePool("MaxPool", global: "GlobalMaxPool", axes: 1),
    "AdaptiveMaxPool2d": adaptivePool("MaxPool", global: "GlobalMaxPool", axes: 2),
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

  static let paddings: [String: TorchLayer] = [
    "ZeroPad2d": TorchLayer { (call, input) throws(EngineError) in
      _ = try call.spatial(input, count: 2)
      // Left, right, top, bottom.
      let sides = try call.sizes("padding", count: 4, default: 0)
      guard sides.allSatisfy({ $0 >= 0 }) else {
        throw EngineError(.unsupported, "padding", expected: "0 or more", found: "\(sides)")
      }
      let pads = [0, 0, sides[2], sides[0], 0, 0, sides[3], sides[1]]
      return try call.apply("Pad", [input, .integers(pads)])
    }
  ]

  static let upsamplings: [String: TorchLayer] = [
    "Upsample": TorchLayer { (call, input) throws(EngineError) in
      let mode = try call.text("mode", default: "nearest")
      guard mode == "nearest" else {
        throw EngineError(.unsupported, "mode", expected: "nearest", found: mode)
      }
      let factors = try upsamplingFactors(call, input)
      let scales = AnyTensor([4], floats: [1, 1] + factors.map { Float($0) })
      return try call.apply(
        "Resize", [input, nil, .known(scales)],
        [
          "mode": .text(ByteSlice(utf8: "nearest")),
          "coordinate_transformation_mode": .text(ByteSlice(utf8: "asymmetric")),
          "nearest_mode": .text(ByteSlice(utf8: "floor")),
        ])
    },
    "UpsamplingNearest2d": TorchLayer { (call, input) throws(EngineError) in
      guard let upsample = upsamplings["Upsample"] else { return input }
      return try upsample.build(call, input)
    },
  ]

  /// An axis behind the batch; negative ones count from the end.
  private static func axis(
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

  /// Pools into a given number of windows, where all of them have the same size.
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
        zip(targets, sizes).allSatisfy({ $0 > 0 && $1.isMultiple(of: $0) })
      else {
        throw EngineError(
          .unsupported, "output_size", expected: "1 or divisors of \(sizes)",
          found: stated?.brief ?? "none")
      }
      if targets.allSatisfy({ $0 == 1 }) { return try call.apply(global, [input]) }
      let kernel = zip(sizes, targets).map { $0 / $1 }
      return try call.apply(
        operatorType, [input], ["kernel_shape": .integers(kernel), "strides": .integers(kernel)])
    }
  }

  /// Whole numbers that the rows and columns are repeated by.
  private static func upsamplingFactors(
    _ call: TorchCall, _ input: ONNXValue
  ) throws(EngineError) -> [Int] {
    let sizes = try call.spatial(input, count: 2)
    func numbers(_ attribute: TorchAttribute?) -> [Double]? {
      switch attribute {
      case .integer(let value)?: return [Double(value), Double(value)]
      case .double(let value)?: return [value, value]
      case .list(let list)?:
        let values = list.compactMap { numbers($0)?.first }
        return values.count == 2 && list.count == 2 ? values : nil
      default: return nil
      }
    }
    var factors = numbers(call.module.attribute("scale_factor"))
    if factors == nil, let targets = numbers(call.module.attribute("size")) {
      factors = zip(targets, sizes).map { $0 / Double($1) }
    }
    let whole = (factors ?? []).compactMap { Int(exactly: $0) }
    guard whole.count == 2, whole.allSatisfy({ (1...EngineLimits.window).contains($0) }) else {
      throw EngineError(
        .unsupported, "scale_factor", expected: "whole numbers of at least 1",
        found: call.module.attribute("scale_factor")?.brief ?? "none")
    }
    return whole
  }
}
