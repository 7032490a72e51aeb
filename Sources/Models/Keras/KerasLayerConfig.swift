import Bytes
import Engine

/// One layer of a Keras configuration: its class, its name and its attributes, read with errors
/// that name the attribute. The graph adds the layer's name.
struct KerasLayerConfig {
  let className: String
  let name: String
  let attributes: JSON

  /// Reads `{class_name, config: {name, ...}}`.
  init(_ json: JSON) throws(EngineError) {
    guard let className = json["class_name"]?.string, let attributes = json["config"],
      attributes.object != nil
    else {
      throw EngineError("config", expected: "a layer with a class and a config", found: "neither")
    }
    guard let name = attributes["name"]?.string ?? json["name"]?.string else {
      throw EngineError("name", expected: "a layer's name", found: "none")
    }
    self.className = className
    self.attributes = attributes
    self.name = name
    try checkNumbers()
  }

  /// The engine computes in binary32; a policy for other numbers would be another function.
  private func checkNumbers() throws(EngineError) {
    guard let dtype = attributes["dtype"], dtype != .null else { return }
    let policy = dtype.string ?? dtype["config"]?["name"]?.string ?? dtype.compactText()
    guard policy == "float32" else {
      throw EngineError(.unsupported, "dtype", expected: "float32", found: policy)
        .inside(layer: name)
    }
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
    guard let number = json.integer else { throw wrong(key, "an integer", json) }
    return number
  }

  func double(_ key: String, default value: Double) throws(EngineError) -> Double {
    guard has(key), let json = attributes[key] else { return value }
    guard let number = json.double, number.isFinite else { throw wrong(key, "a number", json) }
    return number
  }

  /// One integer for both axes or a list of two.
  func extent(_ key: String, default value: Extent) throws(EngineError) -> Extent {
    guard has(key), let json = attributes[key] else { return value }
    if let side = json.integer { return Extent(side) }
    guard let list = json.array, list.count == 2, let height = list[0].integer,
      let width = list[1].integer
    else { throw wrong(key, "one or two integers", json) }
    return Extent(height: height, width: width)
  }

  /// A shape whose first axis is the batch: `batch_shape` in Keras 3, `batch_input_shape` before.
  func batchShape() throws(EngineError) -> [Int]? {
    let keys = ["batch_shape", "batch_input_shape"]
    guard let key = keys.first(where: has), let json = attributes[key] else { return nil }
    guard let axes = json.array, axes.count >= 2 else { throw wrong(key, "a shape", json) }
    var shape: [Int] = []
    for axis in axes.dropFirst() {
      guard let size = axis.integer, size > 0 else {
        throw EngineError(
          .unsupported, key, expected: "fixed sizes after the batch", found: json.compactText())
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
}
