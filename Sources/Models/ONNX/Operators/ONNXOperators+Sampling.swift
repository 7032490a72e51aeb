import Bytes
import Engine

extension ONNXOperators {
  /// Operators that interpolate.
  static let sampling: [String: ONNXConversion] = [
    "Resize": resize,
    "Upsample": { (context, call) throws(EngineError) in
      let mode = try call.text("mode", default: "nearest")
      guard mode == "nearest" || mode == "linear" || mode == "bilinear" else {
        throw EngineError("mode", expected: "nearest or linear", found: mode)
      }
      let scales =
        if let stated = try call.floats("scales") { stated } else {
          try call.known(1, "scales").floats
        }
      let shape = try call.type(0).shape
      let operation = Resize(
        try requests(scales: scales, axes: Array(shape.indices), shape: shape),
        method: .init(mode == "nearest" ? .nearest(.floor) : .linear, coordinates: .asymmetric))
      return try [context.apply(operation, to: [call.input(0)], for: call)]
    },
    "GridSample": { (context, call) throws(EngineError) in
      let modes: [String: GridSample.Mode] = [
        "linear": .linear, "bilinear": .linear, "nearest": .nearest, "cubic": .cubic,
        "bicubic": .cubic,
      ]
      let mode = try call.choice("mode", default: "linear") { modes[$0] }
      let outside = try call.choice("padding_mode", default: "zeros") {
        GridSample.Outside(rawValue: $0)
      }
      let operation = GridSample(
        mode: mode, outside: outside, alignsCorners: try call.flag("align_corners"))
      return try [context.apply(operation, to: [call.input(0), call.input(1)], for: call)]
    },
    "AffineGrid": { (context, call) throws(EngineError) in
      let size = try call.known(1, "size").indices
      guard size.count == 4 || size.count == 5 else {
        throw EngineError("size", expected: "four or five sizes", found: "\(size)")
      }
      let operation = AffineGrid(
        sizes: Array(size.dropFirst(2)), alignsCorners: try call.flag("align_corners"))
      return try [context.apply(operation, to: [call.input(0)], for: call)]
    },
    "RoiAlign": { (context, call) throws(EngineError) in
      let mode = try call.choice("mode", default: "avg") { RoiAlign.Mode(rawValue: $0) }
      let isHalfPixel = try call.choice(
        "coordinate_transformation_mode",
        default: call.opset < 16 ? "output_half_pixel" : "half_pixel"
      ) { ["output_half_pixel": false, "half_pixel": true][$0] }
      let output = try Extent(
        height: call.integer("output_height", default: 1),
        width: call.integer("output_width", default: 1))
      let operation = try RoiAlign(
        mode: mode, output: output, samples: call.integer("sampling_ratio", default: 0),
        scale: call.float("spatial_scale", default: 1), isHalfPixel: isHalfPixel)
      return try [context.apply(operation, to: call.inputs(), for: call)]
    },
    "Col2Im": { (context, call) throws(EngineError) in
      let image = try call.known(1, "image_shape").indices
      let block = try call.known(2, "block_shape").indices
      let rank = image.count
      guard image.allSatisfy({ (1...EngineLimits.valueElements).contains($0) }) else {
        throw EngineError("image_shape", expected: "sizes of 1 or more", found: "\(image)")
      }
      let ones = [Int](repeating: 1, count: rank)
      let pads =
        try call.sizes("pads", rank: 2 * rank, from: 0) ?? [Int](repeating: 0, count: 2 * rank)
      let window = try WindowND(
        kernel: block, strides: call.sizes("strides", rank: rank) ?? ones,
        dilations: call.sizes("dilations", rank: rank) ?? ones,
        begins: Array(pads.prefix(rank)), ends: Array(pads.suffix(rank)))
      return try [
        context.apply(
          ColumnsToImage(image: image, window: window), to: [call.input(0)], for: call)
      ]
    },
  ]

  /// `Resize`, in all its versions: operator set 10 knows scales alone and takes the lower element.
  private static func resize(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let shape = try call.type(0).shape
    let isOld = call.opset < 11
    let name = try call.text("mode", default: "nearest")
    let nearest =
      isOld
      ? .floor
      : try call.choice("nearest_mode", default: "round_prefer_floor") {
        ResizeAxis.Nearest(rawValue: $0)
      }
    let cubic = try call.float("cubic_coeff_a", default: -0.75)
    let mode: ResizeAxis.Mode = try call.choice("mode", default: name) {
      switch $0 {
      case "nearest": .nearest(nearest)
      case "linear": .linear
      case "cubic": .cubic(a: Double(cubic))
      default: nil
      }
    }
    let coordinates =
      isOld
      ? .asymmetric
      : try call.choice("coordinate_transformation_mode", default: "half_pixel") {
        ResizeAxis.Coordinates(rawValue: $0)
      }
    let stated = try call.integers("axes") ?? Array(shape.indices)
    _ = try call.axes(stated, rank: shape.count)
    let axes = try stated.map { (axis) throws(EngineError) in
      try call.axis(axis, rank: shape.count)
    }
    let scales = try call.knownIfPresent(isOld ? 1 : 2, "scales")
    let sizes = isOld ? nil : try call.knownIfPresent(3, "sizes")
    var requests: [Int: ResizeAxis.Request]
    if let sizes, sizes.count > 0 {
      requests = try ONNXOperators.requests(call, sizes: sizes.indices, axes: axes, shape: shape)
    } else if let scales, scales.count > 0 {
      requests = try ONNXOperators.requests(scales: scales.floats, axes: axes, shape: shape)
    } else {
      throw EngineError("scales", expected: "scales or sizes", found: "none")
    }
    if coordinates == .cropAndResize {
      let region = try call.known(1, "roi").doubles
      guard region.count == 2 * axes.count else {
        throw EngineError("roi", expected: "\(2 * axes.count) numbers", found: "\(region.count)")
      }
      for (number, axis) in axes.enumerated() {
        requests[axis]?.start = region[number]
        requests[axis]?.end = region[axes.count + number]
      }
    } else {
      requests = requests.filter { $0.value.scale != 1 || $0.value.size != shape[$0.key] }
    }
    let antialiases = try call.flag("antialias")
    if antialiases, case .nearest = mode {
      throw EngineError("antialias", expected: "linear or cubic", found: name)
    }
    let operation = Resize(
      requests,
      method: .init(
        mode, coordinates: coordinates, excludesOutside: try call.flag("exclude_outside"),
        antialiases: antialiases),
      extrapolation: try call.float("extrapolation_value", default: 0))
    return try [context.apply(operation, to: [call.input(0)], for: call)]
  }

  /// Requests by scales: a size is the product with the scale in binary32, rounded down.
  private static func requests(
    scales: [Float], axes: [Int], shape: [Int]
  ) throws(EngineError) -> [Int: ResizeAxis.Request] {
    guard scales.count == axes.count else {
      throw EngineError("scales", expected: "\(axes.count)", found: "\(scales.count)")
    }
    var requests: [Int: ResizeAxis.Request] = [:]
    for (axis, scale) in zip(axes, scales) {
      let size = (Float(shape[axis]) * scale).rounded(.down)
      guard scale > 0, size <= Float(EngineLimits.valueElements) else {
        throw EngineError(
          scale > 0 ? .limit : .malformed, "scales",
          expected: "numbers above 0 and sizes up to \(EngineLimits.valueElements)",
          found: "\(scale) on an axis of \(shape[axis])")
      }
      requests[axis] = .init(size: Int(size), scale: Double(scale))
    }
    return requests
  }

  /// Requests by sizes: the scale is their quotient, or one for all axes where the file says so.
  private static func requests(
    _ call: ONNXCall, sizes: [Int], axes: [Int], shape: [Int]
  ) throws(EngineError) -> [Int: ResizeAxis.Request] {
    guard sizes.count == axes.count,
      sizes.allSatisfy({ (0...EngineLimits.valueElements).contains($0) }),
      axes.allSatisfy({ shape[$0] > 0 })
    else {
      throw EngineError(
        "sizes", expected: "\(axes.count) from 0 to \(EngineLimits.valueElements)",
        found: "\(sizes)")
    }
    var scales = zip(axes, sizes).map { Double($1) / Double(shape[$0]) }
    var sizes = sizes
    let policy = try call.text("keep_aspect_ratio_policy", default: "stretch")
    switch policy {
    case "stretch": break
    case "not_larger", "not_smaller":
      let scale = (policy == "not_larger" ? scales.min() : scales.max()) ?? 1
      scales = scales.map { _ in scale }
      // Half way goes up.
      let exact = axes.map { (scale * Double(shape[$0]) + 0.5).rounded(.down) }
      guard exact.allSatisfy({ $0 <= Double(EngineLimits.valueElements) }) else {
        throw EngineError(
          .limit, "sizes", expected: "at most \(EngineLimits.valueElements)", found: "\(exact)")
      }
      sizes = exact.map { Int($0) }
    default:
      throw EngineError(
        "keep_aspect_ratio_policy", expected: "stretch, not_larger or not_smaller",
        found: policy)
    }
    var requests: [Int: ResizeAxis.Request] = [:]
    for (number, axis) in axes.enumerated() {
      requests[axis] = .init(size: sizes[number], scale: scales[number])
    }
    return requests
  }
}

extension ONNXCall {
  /// What a text stands for; an error where it stands for nothing.
  func choice<Choice>(
    _ name: String, default value: String, _ choices: (String) -> Choice?
  ) throws(EngineError) -> Choice {
    let text = try text(name, default: value)
    guard let choice = choices(text) else {
      throw EngineError(name, expected: "a choice of the standard", found: text)
    }
    return choice
  }
}
