import Bytes
import Engine

/// One layer of a Keras configuration: its class, its name and its attributes, read with errors
/// that name the attribute. The graph adds the layer's name.
struct KerasLayerConfig {
  let className: String
  let name: String
  let attributes: JSON
  /// Where the class lies in Keras 3; nil in files of earlier versions.
  let module: String?
  /// The shape that the layer was built for, with the batch axis; null where the file has none.
  let buildConfig: JSON
  /// Whether the layer is a function of `keras.ops`, as in `x + y`.
  let isOperation: Bool

  /// Reads `{class_name, config: {name, ...}}`. The attributes of a model may be its layers.
  init(_ json: JSON) throws(EngineError) {
    guard let className = json["class_name"]?.string, let attributes = json["config"],
      attributes.object != nil || attributes.array != nil
    else {
      throw EngineError("config", expected: "a layer with a class and a config", found: "neither")
    }
    guard let name = attributes["name"]?.string ?? json["name"]?.string ?? layersName(attributes)
    else { throw EngineError("name", expected: "a layer's name", found: "none") }
    self.className = className
    self.attributes = currentAttributes(of: className, attributes)
    self.name = name
    module = json["module"]?.string
    // An `.h5` names no modules, but only operations and one layer do not say whether they train.
    let isKeras3Call = json["inbound_nodes"]?.array?.first?["args"] != nil
    isOperation =
      module?.contains(".ops")
      ?? (isKeras3Call && attributes["trainable"] == nil && className != "Discretization")
    buildConfig = json["build_config"] ?? .null
    try checkClass(registeredName: json["registered_name"]?.string)
    try checkNumbers()
  }

  /// A layer that stands for an attribute of another, such as an activation.
  init(className: String, name: String, attributes: JSON) {
    self.className = className
    self.name = name
    self.attributes = attributes
    module = nil
    isOperation = false
    buildConfig = .null
  }

  /// Whether the layer is itself a model.
  var isModel: Bool { ["Sequential", "Functional", "Model"].contains(className) }

  /// A class of the model's author may bear the name of one of Keras; its code is not in the file.
  private func checkClass(registeredName: String?) throws(EngineError) {
    let isForeign = module.map { !$0.hasPrefix("keras") && !$0.hasPrefix("tf_keras") } ?? false
    guard isForeign || registeredName?.contains(">") == true else { return }
    throw EngineError(
      .unsupported, "class", expected: "layers of Keras",
      found: "custom class \(registeredName ?? className)"
    ).inside(layer: name)
  }

  /// The engine computes in binary32; a policy for other numbers would be another function.
  private func checkNumbers() throws(EngineError) {
    guard let dtype = attributes["dtype"], dtype != .null, className != "InputLayer" else { return }
    let policy = dtype.string ?? dtype["config"]?["name"]?.string ?? dtype.compactText()
    guard policy == "float32" || takesIntegers(policy) else {
      throw EngineError(.unsupported, "dtype", expected: "float32", found: policy)
        .inside(layer: name)
    }
  }

  /// A layer that begins a Sequential may carry the input's type; it does not compute in it.
  private func takesIntegers(_ policy: String) -> Bool {
    has("batch_input_shape") && ["int32", "int64", "uint8"].contains(policy)
  }

  /// Whether an attribute has a value other than null.
  func has(_ key: String) -> Bool {
    attributes[key].map { $0 != .null } ?? false
  }

  func text(_ key: String, default value: String) throws(EngineError) -> String {
    guard has(key), let json = attributes[key] else { return value }
    guard let text = json.string else { throw wrong(key, "a string", json) }
    return text
  }

  func bool(_ key: String, default value: Bool) throws(EngineError) -> Bool {
    guard has(key), let json = attributes[key] else { return value }
    guard let flag = json.bool else { throw wrong(key, "true or false", json) }
    return flag
  }

  func integer(_ key: String, default value: Int) throws(EngineError) -> Int {
    guard has(key), let json = attributes[key] else { return value }
    guard let number = json.wholeNumber else { throw wrong(key, "an integer", json) }
    return number
  }

  /// An integer that the layer cannot do without.
  func integer(_ key: String) throws(EngineError) -> Int {
    guard has(key) else { throw wrong(key, "an integer", .null) }
    return try integer(key, default: 0)
  }

  func double(_ key: String, default value: Double) throws(EngineError) -> Double {
    guard has(key), let json = attributes[key] else { return value }
    guard let number = json.double, number.isFinite else { throw wrong(key, "a number", json) }
    return number
  }

  /// A list of integers, or one in its place; nil where there is none.
  func integers(_ key: String) throws(EngineError) -> [Int]? {
    guard has(key), let json = attributes[key] else { return nil }
    var list: [Int] = []
    for element in json.array ?? [json] {
      guard let number = element.wholeNumber else { throw wrong(key, "integers", json) }
      list.append(number)
    }
    return list
  }

  /// A list of numbers, or one in its place; nil where there is none.
  func doubles(_ key: String) throws(EngineError) -> [Double]? {
    guard has(key), let json = attributes[key] else { return nil }
    var list: [Double] = []
    for element in json.array ?? [json] {
      guard let number = element.double, number.isFinite else { throw wrong(key, "numbers", json) }
      list.append(number)
    }
    return list
  }

  /// One integer for all spatial axes or one for each.
  func sizes(
    _ key: String, rank: Int, default value: [Int]
  ) throws(EngineError) -> [Int] {
    guard let list = try integers(key) else { return value }
    if list.count == 1 { return [Int](repeating: list[0], count: rank) }
    guard list.count == rank else {
      throw wrong(key, "one integer or \(rank)", attributes[key] ?? .null)
    }
    return list
  }

  /// A pair for each spatial axis, or one integer for each or for all.
  func pairs(_ key: String, rank: Int) throws(EngineError) -> [(before: Int, after: Int)] {
    let json = attributes[key] ?? .null
    if rank > 1 || json.array?.count == 2, let list = json.array {
      let pairs = rank == 1 ? [json] : list
      if pairs.allSatisfy({ $0.array?.count == 2 }) {
        guard pairs.count == rank else { throw wrong(key, "\(rank) pairs", json) }
        return try pairs.map { (pair) throws(EngineError) in
          guard let before = pair.array?[0].wholeNumber, let after = pair.array?[1].wholeNumber,
            before >= 0, after >= 0
          else { throw wrong(key, "pairs of sizes", json) }
          return (before, after)
        }
      }
    }
    return try sizes(key, rank: rank, default: .init(repeating: 1, count: rank)).map {
      (size) throws(EngineError) in
      guard size >= 0 else { throw wrong(key, "sizes of 0 or more", json) }
      return (size, size)
    }
  }

  /// The shape of the input without the batch axis: `batch_shape` in Keras 3, `batch_input_shape`
  /// before. A size that the model leaves open is taken from `rowShape`.
  func inputShape(rowShape: [Int]? = nil) throws(EngineError) -> [Int]? {
    let keys = ["batch_shape", "batch_input_shape"]
    guard let key = keys.first(where: has), let json = attributes[key] else { return nil }
    return try shape(json, key, rowShape: rowShape)
  }

  /// A shape whose first axis is the batch.
  func shape(_ json: JSON, _ key: String, rowShape: [Int]?) throws(EngineError) -> [Int] {
    guard let axes = json.array?.dropFirst(), json.array?.isEmpty == false else {
      throw wrong(key, "a shape", json)
    }
    var shape: [Int] = []
    for (index, axis) in axes.enumerated() {
      var size = axis.wholeNumber
      if axis == .null, let rowShape, rowShape.count == axes.count { size = rowShape[index] }
      guard let size, size > 0 else {
        throw EngineError(
          .unsupported, key, expected: "fixed sizes after the batch, or a stated input shape",
          found: json.compactText())
      }
      shape.append(size)
    }
    return shape
  }

  /// The order of the axes that the layer says; nil where it does not.
  func layout() throws(EngineError) -> Layout? {
    guard has("data_format"), let json = attributes["data_format"] else { return nil }
    switch json.string {
    case "channels_last": return .channelsLast
    case "channels_first": return .channelsFirst
    default: throw wrong("data_format", "channels_last or channels_first", json)
    }
  }

  func wrong(_ key: String, _ expected: String, _ found: JSON) -> EngineError {
    EngineError(key, expected: expected, found: String(found.compactText().prefix(80)))
  }

  func unsupported(_ key: String, _ expected: String, _ found: String) -> EngineError {
    EngineError(.unsupported, key, expected: expected, found: found)
  }
}

extension JSON {
  /// An integer, also written as `2.0`.
  var wholeNumber: Int? {
    if let integer { return integer }
    guard let double, double.rounded() == double, abs(double) < 0x1p53 else { return nil }
    return Int(double)
  }
}

/// The name that a model without attributes of its own goes by: very old files have the list of
/// layers itself as config.
private func layersName(_ attributes: JSON) -> String? {
  attributes.array == nil ? nil : "sequential"
}
