import Bytes
import Engine
import Formats

/// One node of an ONNX graph with the values it takes: what an operator's conversion reads.
struct ONNXCall {
  let node: ONNXNode
  /// The version of the node's operator set.
  let opset: Int
  /// The values it takes; nil where an optional one is left out.
  let inputs: [ONNXValue?]

  /// How many outputs the graph asks for.
  var outputCount: Int { node.outputs.count }

  // Inputs.

  /// The input, nil where it is left out.
  func optional(_ index: Int) -> ONNXValue? { index < inputs.count ? inputs[index] : nil }

  /// The input; an error where it is left out.
  func input(_ index: Int) throws(EngineError) -> ONNXValue {
    guard let value = optional(index) else {
      throw EngineError("input \(index)", expected: "a value", found: "none")
    }
    return value
  }

  /// The inputs from `index` on; none may be left out.
  func inputs(from index: Int = 0) throws(EngineError) -> [ONNXValue] {
    var values: [ONNXValue] = []
    for place in index..<max(index, inputs.count) { values.append(try input(place)) }
    return values
  }

  /// The type of an input that must be a tensor.
  func type(_ index: Int) throws(EngineError) -> TensorType {
    guard let type = try input(index).type else {
      throw EngineError("input \(index)", expected: "a tensor", found: "a sequence or nothing")
    }
    return type
  }

  /// An input that must be known when the graph is built, such as a shape.
  func known(_ index: Int, _ what: String) throws(EngineError) -> AnyTensor {
    guard let tensor = try input(index).tensor else {
      throw EngineError(
        .unsupported, what, expected: "a constant", found: "a value that depends on the input")
    }
    return tensor
  }

  /// The same for an input that may be left out.
  func knownIfPresent(_ index: Int, _ what: String) throws(EngineError) -> AnyTensor? {
    guard case .some(let value) = optional(index) else { return nil }
    if case .none = value { return nil }
    return try known(index, what)
  }

  /// Integers from an input or, in older operator sets, from an attribute of the name.
  func integers(_ name: String, orInput index: Int) throws(EngineError) -> [Int]? {
    if let list = try integers(name) { return list }
    guard let tensor = try knownIfPresent(index, name) else { return nil }
    guard !tensor.element.isFloat, tensor.element != .bool else {
      throw EngineError(name, expected: "integers", found: tensor.element.rawValue)
    }
    return tensor.indices
  }

  // Attributes.

  func integer(_ name: String) throws(EngineError) -> Int? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .integer(let value) = attribute.value else { throw wrong(name, "an integer") }
    return value
  }

  func integer(_ name: String, default value: Int) throws(EngineError) -> Int {
    try integer(name) ?? value
  }

  func flag(_ name: String, default value: Bool = false) throws(EngineError) -> Bool {
    try integer(name).map { $0 != 0 } ?? value
  }

  func float(_ name: String) throws(EngineError) -> Float? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .float(let value) = attribute.value else { throw wrong(name, "a number") }
    return value
  }

  func float(_ name: String, default value: Float) throws(EngineError) -> Float {
    try float(name) ?? value
  }

  func text(_ name: String) throws(EngineError) -> String? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .text(let bytes) = attribute.value, let text = bytes.utf8 else {
      throw wrong(name, "text")
    }
    return text
  }

  func text(_ name: String, default value: String) throws(EngineError) -> String {
    try text(name) ?? value
  }

  func integers(_ name: String) throws(EngineError) -> [Int]? {
    guard let attribute = node.attributes[name] else { return nil }
    switch attribute.value {
    case .integers(let values): return values
    case .integer(let value): return [value]
    default: throw wrong(name, "integers")
    }
  }

  func floats(_ name: String) throws(EngineError) -> [Float]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .floats(let values) = attribute.value else { throw wrong(name, "numbers") }
    return values
  }

  func texts(_ name: String) throws(EngineError) -> [String]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .texts(let values) = attribute.value else { throw wrong(name, "texts") }
    return try values.map { (bytes) throws(EngineError) in
      guard let text = bytes.utf8 else { throw wrong(name, "texts") }
      return text
    }
  }

  func graph(_ name: String) throws(EngineError) -> ONNXGraph {
    guard case .graph(let graph) = node.attributes[name]?.value else {
      throw wrong(name, "a graph")
    }
    return graph
  }

  private func wrong(_ name: String, _ expected: String) -> EngineError {
    EngineError(name, expected: expected, found: "an attribute of another type")
  }

  // Axes.

  /// An axis of a tensor of the given rank; negative ones count from the end.
  func axis(_ axis: Int, rank: Int, _ name: String = "axis") throws(EngineError) -> Int {
    let place = axis < 0 ? axis &+ rank : axis
    guard (0..<max(rank, 1)).contains(place) else {
      throw EngineError(name, expected: "-\(rank) to \(rank - 1)", found: "\(axis)")
    }
    return place
  }

  /// Different axes of a tensor of the given rank, ascending.
  func axes(_ axes: [Int], rank: Int) throws(EngineError) -> [Int] {
    let places = try axes.map { (axis) throws(EngineError) in
      try self.axis(axis, rank: rank, "axes")
    }
    guard Set(places).count == places.count else {
      throw EngineError("axes", expected: "each once", found: "\(axes)")
    }
    return places.sorted()
  }
}
