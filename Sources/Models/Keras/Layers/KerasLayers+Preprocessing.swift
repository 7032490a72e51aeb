import Bytes
import Engine

extension KerasLayers {
  static let preprocessing: [String: KerasSingleConversion] = [
    "Rescaling": rescaling, "Normalization": normalization, "CenterCrop": centerCrop,
    "Discretization": discretization, "CategoryEncoding": categoryEncoding,
    "Resizing": { (call) throws(EngineError) in
      for key in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"]
      where try call.layer.bool(key, default: false) {
        throw call.layer.unsupported(key, "false", "true")
      }
      return try call.resized(
        call.singles(call.input()),
        to: [call.layer.integer("height"), call.layer.integer("width")],
        by: call.layer.text("interpolation", default: "bilinear"), format: call.dataFormat())
    },
  ]

  /// What changes images at random, in training only.
  static let augmentations: [String: KerasSingleConversion] = Dictionary(
    uniqueKeysWithValues: augmentationNames.map { ($0, identity) })

  private static let augmentationNames = [
    "AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomElasticTransform", "RandomErasing",
    "RandomFlip", "RandomGaussianBlur", "RandomHeight", "RandomHue", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness",
    "RandomShear", "RandomTranslation", "RandomWidth", "RandomZoom",
  ]

  /// `Rescaling`: x scale + offset, each rounded.
  private static func rescaling(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    var y = try call.singles(call.input())
    y = try call.arithmetic(.multiply, y, call.numbers("scale", default: 1))
    return try call.arithmetic(.add, y, call.numbers("offset", default: 0))
  }

  /// `Normalization`: (x - mean) / max(sqrt(variance), 1e-7), or back from there.
  private static func normalization(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.singles(call.input())
    let shape = call.shape(of: x)
    let axes = try call.axes(
      call.layer.has("axis") ? call.layer.integers("axis") ?? [] : [], rank: shape.count)
    var stretched = [Int](repeating: 1, count: shape.count)
    for axis in axes { stretched[axis] = shape[axis] }
    let count = stretched.reduce(1, *)
    func statistic(_ name: String, _ stored: Tensor?) throws(EngineError) -> AnyTensor {
      let values: [Float]
      if let stored {
        values = stored.values
      } else {
        values = try call.layer.flatNumbers(name).map { Float($0) }
      }
      guard values.count == count || values.count == 1 else {
        throw EngineError(name, expected: "\(count) numbers", found: "\(values.count)")
      }
      let ones = [Int](repeating: 1, count: shape.count)
      return AnyTensor(values.count == 1 ? ones : stretched, floats: values)
    }
    let isStated = call.layer.has("mean")
    let names =
      call.weights.entries.count == 2 ? ["mean", "variance"] : ["mean", "variance", "count"]
    let stored = isStated ? [] : try call.weights.tensors(named: names)
    let mean = try statistic("mean", stored.first)
    let variance = try statistic("variance", isStated ? nil : stored[1])
    let deviation = AnyTensor(
      variance.shape, floats: variance.floats.map { max($0.squareRoot(), 1e-7) })
    guard try !call.layer.bool("invert", default: false) else {
      return try call.arithmetic(
        .add, call.constant(mean), call.arithmetic(.multiply, x, call.constant(deviation)))
    }
    return try call.arithmetic(
      .divide, call.arithmetic(.subtract, x, call.constant(mean)), call.constant(deviation))
  }

  /// `Discretization`: how many boundaries are at or below x, as a number or as its code.
  private static func discretization(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    guard let boundaries = try call.layer.doubles("bin_boundaries") else {
      throw call.layer.wrong("bin_boundaries", "numbers", .null)
    }
    let x = try call.singles(call.input())
    let shape = call.shape(of: x)
    let limits = AnyTensor([boundaries.count], floats: boundaries.map { Float($0) })
    // What is not below all of them is NaN too, which Keras puts behind the last.
    let isBelow = try call.append(
      Comparison(.less), to: [call.reshape(x, to: shape + [1]), call.constant(limits)])
    let below = try call.append(
      Reduction(.sum, axes: [shape.count], keepsAxes: false),
      to: [call.append(Cast(to: .int32), to: [isBelow])])
    let bins = try call.append(
      Arithmetic(.subtract),
      to: [
        call.constant(AnyTensor([], integers: [Int64(boundaries.count)], element: .int32)), below,
      ])
    return try call.encoded(bins, depth: boundaries.count + 1, default: "int")
  }

  /// `CategoryEncoding` of whole numbers.
  private static func categoryEncoding(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    var x = try call.input()
    if call.type(of: x).element != .int32 { x = try call.append(Cast(to: .int32), to: [x]) }
    let depth = try call.layer.integer("num_tokens")
    guard (1...EngineLimits.valueElements).contains(depth) else {
      throw call.layer.wrong(
        "num_tokens", "1 or more", call.layer.attributes["num_tokens"] ?? .null)
    }
    return try call.encoded(x, depth: depth, default: "multi_hot")
  }

  /// `CenterCrop` of an image at least as large as the crop.
  private static func centerCrop(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let format = try call.dataFormat()
    let x = try call.singles(call.input())
    let target = [try call.layer.integer("height"), try call.layer.integer("width")]
    let sizes = try call.spatialSizes(of: x, rank: 2, format: format)
    var spans: [Slice.Span] = []
    for (target, size) in zip(target, sizes) {
      guard (1...size).contains(target) else {
        throw call.layer.unsupported(
          "height", "a crop within the input of \(sizes)", "\(target)")
      }
      spans.append(Slice.Span(start: (size - target) / 2, count: target))
    }
    return try call.sliced(x, spans, format: format)
  }
}

extension KerasCall {
  /// The value in binary32.
  func singles(_ x: Graph.Value) throws(EngineError) -> Graph.Value {
    type(of: x).element == .float32 ? x : try append(Cast(to: .float32), to: [x])
  }

  /// Whole numbers below `depth` as the layer's `output_mode` says: as they are, or 1 at their
  /// places, of each or of all of a row together.
  fileprivate func encoded(
    _ x: Graph.Value, depth: Int, default mode: String
  ) throws(EngineError) -> Graph.Value {
    guard try !layer.bool("sparse", default: false) else {
      throw layer.unsupported("sparse", "false", "true")
    }
    let mode = try layer.text("output_mode", default: mode)
    if mode == "int" { return x }
    var shape = shape(of: x)
    guard ["one_hot", "multi_hot", "count"].contains(mode) else {
      throw layer.unsupported("output_mode", "int, one_hot, multi_hot or count", mode)
    }
    guard !shape.isEmpty, mode == "one_hot" || shape.count == 1 else {
      throw layer.unsupported("input", "rows of one axis", "shape \(shape)")
    }
    if mode == "one_hot", shape.last == 1 { shape.removeLast() }
    let places = AnyTensor([depth], integers: (0..<depth).map(Int64.init), element: .int32)
    let isThere = try append(
      Comparison(.equal), to: [reshape(x, to: shape + [1]), constant(places)])
    let ones = try append(Cast(to: .float32), to: [isThere])
    guard mode != "one_hot" else { return ones }
    return try append(
      Reduction(mode == "count" ? .sum : .maximum, axes: [0], keepsAxes: false), to: [ones])
  }

  /// A number, or one for each of the last axis.
  fileprivate func numbers(
    _ key: String, default number: Double
  ) throws(EngineError) -> Graph.Value {
    guard layer.has(key) else { return try constant(number) }
    let list = try layer.flatNumbers(key)
    return try constant(
      AnyTensor(list.count == 1 ? [] : [list.count], floats: list.map { Float($0) }))
  }
}

extension KerasLayerConfig {
  /// The numbers of an attribute that is one, a list of such, or Keras 3's `__numpy__` or
  /// `__tensor__` object around them.
  func flatNumbers(_ key: String) throws(EngineError) -> [Double] {
    func flat(_ json: JSON) throws(EngineError) -> [Double] {
      if let value = json["config"]?["value"] { return try flat(value) }
      guard let list = json.array else {
        guard let number = json.double, number.isFinite else { throw wrong(key, "numbers", json) }
        return [number]
      }
      return try list.map { (json) throws(EngineError) in try flat(json) }.flatMap { $0 }
    }
    return try flat(attributes[key] ?? .null)
  }
}
