import Bytes
import Engine
import Formats

// Layers that put elements around maps, or more elements between them.
extension TorchLayers {
  static let paddings: [String: TorchLayer] = {
    var table: [String: TorchLayer] = [:]
    for axes in 1...3 {
      table["ZeroPad\(axes)d"] = padding("constant", axes: axes)
      table["ConstantPad\(axes)d"] = padding("constant", axes: axes)
      table["ReflectionPad\(axes)d"] = padding("reflect", axes: axes)
      table["ReplicationPad\(axes)d"] = padding("edge", axes: axes)
      table["CircularPad\(axes)d"] = padding("wrap", axes: axes)
    }
    return table
  }()

  static let upsamplings: [String: TorchLayer] = [
    "Upsample": upsampling, "UpsamplingNearest2d": upsampling, "UpsamplingBilinear2d": upsampling,
  ]

  /// torch's names of ways to pad, by ONNX' names.
  static let padModes = ["reflect": "reflect", "replicate": "edge", "circular": "wrap"]

  /// `padding` begins with the last axis, each with what comes before and behind.
  private static func padding(_ mode: String, axes: Int) -> TorchLayer {
    TorchLayer { (call, input) throws(EngineError) in
      _ = try call.spatial(input, count: axes)
      let sides = try call.sizes("padding", count: 2 * axes, default: 0)
      guard mode == "constant" || sides.allSatisfy({ $0 >= 0 }) else {
        throw EngineError(.unsupported, "padding", expected: "0 or more", found: "\(sides)")
      }
      return try padded(
        call, input, mode, begins: stride(from: 2 * axes - 2, through: 0, by: -2).map { sides[$0] },
        ends: stride(from: 2 * axes - 1, through: 1, by: -2).map { sides[$0] },
        number: call.number("value", default: 0))
    }
  }

  /// A map with elements around it, by one of ONNX' modes.
  static func padded(
    _ call: TorchCall, _ input: ONNXValue, _ mode: String, begins: [Int], ends: [Int],
    number: Double = 0
  ) throws(EngineError) -> ONNXValue {
    let pads = ONNXValue.integers([0, 0] + begins + [0, 0] + ends)
    let isFilled = mode == "constant" && number != 0
    let operands = isFilled ? [input, pads, .float(number)] : [input, pads]
    return try call.apply("Pad", operands, ["mode": .text(ByteSlice(utf8: mode))])
  }

  /// torch's names of ways to interpolate: ONNX' mode, and the axes behind the channels.
  private static let modes: [String: (name: String, axes: ClosedRange<Int>)] = [
    "nearest": ("nearest", 1...3), "nearest-exact": ("nearest", 1...3), "linear": ("linear", 1...1),
    "bilinear": ("linear", 2...2), "trilinear": ("linear", 3...3), "bicubic": ("cubic", 2...2),
  ]

  private static let upsampling = TorchLayer { (call, input) throws(EngineError) in
    let shape = try call.shape(input)
    let stated = try call.text("mode", default: "nearest")
    guard let mode = modes[stated] else {
      throw EngineError(
        .unsupported, "mode", expected: modes.keys.sorted().joined(separator: ", "), found: stated)
    }
    guard mode.axes.contains(shape.count - 2) else {
      throw EngineError(
        "input", expected: "channels and as many axes as \(stated) takes",
        found: "shape \(Array(shape.dropFirst()))")
    }
    let target = try target(call, shape)
    if stated == "nearest", let places = try nearestPlaces(target, shape) {
      var y = input
      for (axis, places) in zip(shape.indices.dropFirst(2), places) {
        y = try call.apply("Gather", [y, .integers(places)], ["axis": .integer(axis)])
      }
      return y
    }
    var coordinates = stated == "nearest" ? "asymmetric" : "half_pixel"
    if mode.name != "nearest", call.module.attribute("align_corners") == .bool(true) {
      coordinates = "align_corners"
    }
    return try call.apply(
      "Resize", [input, nil] + target.operands(behind: shape),
      [
        "mode": .text(ByteSlice(utf8: mode.name)),
        "coordinate_transformation_mode": .text(ByteSlice(utf8: coordinates)),
        "nearest_mode": .text(
          ByteSlice(utf8: stated == "nearest" ? "floor" : "round_prefer_ceil")),
      ])
  }

  /// What an upsampling is told: factors, or sizes, of the axes behind the channels.
  private enum Target {
    case factors([Double])
    case sizes([Int])

    /// The operands that `Resize` takes behind the input and the region.
    func operands(behind shape: [Int]) -> [ONNXValue?] {
      switch self {
      case .factors(let factors):
        [.known(AnyTensor([shape.count], floats: [1, 1] + factors.map { Float($0) }))]
      case .sizes(let sizes): [nil, .integers(shape.prefix(2) + sizes)]
      }
    }
  }

  /// The elements that torch takes of each axis where one does not grow by a whole number: it
  /// multiplies places by a step in binary32, which can end beside the element that `Resize` takes.
  /// Nil where all grow by whole numbers.
  private static func nearestPlaces(
    _ target: Target, _ shape: [Int]
  ) throws(EngineError) -> [[Int]]? {
    let sizes = shape.dropFirst(2)
    let counts: [Double]
    let steps: [Float]
    switch target {
    case .factors(let factors):
      counts = zip(sizes, factors).map { (Double($0) * $1).rounded(.down) }
      steps = factors.map { Float(1 / $0) }
    case .sizes(let stated):
      counts = stated.map { Double($0) }
      steps = zip(sizes, stated).map { Float($0) / Float($1) }
    }
    guard counts.allSatisfy({ (1...Double(EngineLimits.window)).contains($0) }) else {
      throw EngineError(
        .unsupported, "size", expected: "1 to \(EngineLimits.window) along an axis",
        found: "\(counts)")
    }
    guard !zip(sizes, counts).allSatisfy({ Int($1).isMultiple(of: $0) }) else { return nil }
    return zip(sizes, zip(counts, steps)).map { size, axis in
      (0..<Int(axis.0)).map { min(Int((Float($0) * axis.1).rounded(.down)), size - 1) }
    }
  }

  /// torch reckons with the factors as they are stated, unless it shall take those of the rounded
  /// sizes.
  private static func target(
    _ call: TorchCall, _ shape: [Int]
  ) throws(EngineError) -> Target {
    let axes = shape.count - 2
    func numbers(_ attribute: TorchAttribute?) -> [Double]? {
      switch attribute {
      case .integer(let value)?: return .init(repeating: Double(value), count: axes)
      case .double(let value)?: return .init(repeating: value, count: axes)
      case .list(let list)?:
        let values = list.compactMap { numbers($0)?.first }
        return values.count == axes && list.count == axes ? values : nil
      default: return nil
      }
    }
    func sizes(_ numbers: [Double]) throws(EngineError) -> [Int] {
      guard numbers.allSatisfy({ $0 >= 1 && $0 <= Double(EngineLimits.valueElements) }) else {
        throw EngineError("size", expected: "sizes of 1 or more", found: "\(numbers)")
      }
      return numbers.map { Int($0) }
    }
    if let sizes = try numbers(call.module.attribute("size")).map({
      (numbers) throws(EngineError) in try sizes(numbers)
    }) {
      return .sizes(sizes)
    }
    guard let factors = numbers(call.module.attribute("scale_factor")),
      factors.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw EngineError(
        .unsupported, "scale_factor", expected: "factors above 0, or a size",
        found: call.module.attribute("scale_factor")?.brief ?? "none")
    }
    if call.module.attribute("recompute_scale_factor") == .bool(true) {
      return .sizes(try sizes(zip(shape.dropFirst(2), factors).map { Double($0) * $1 }))
    }
    return .factors(factors)
  }
}
