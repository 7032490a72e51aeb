import Bytes
import Engine
import Formats

/// One module as its conversion sees it: attributes read with errors that name them, weights, and
/// calls of ONNX' operators.
struct TorchCall {
  let module: TorchModule
  let path: String
  let context: ONNXContext

  // Attributes.

  func integer(_ name: String, default value: Int) throws(EngineError) -> Int {
    switch module.attribute(name) {
    case nil, .none?: return value
    case .integer(let value)?: return value
    case let other?: throw wrong(name, "an integer", other)
    }
  }

  func flag(_ name: String, default value: Bool) throws(EngineError) -> Bool {
    switch module.attribute(name) {
    case nil: return value
    case .bool(let value)?: return value
    case .integer(let value)?: return value != 0
    case let other?: throw wrong(name, "true or false", other)
    }
  }

  func number(_ name: String, default value: Double) throws(EngineError) -> Double {
    switch module.attribute(name) {
    case nil: return value
    case .double(let value)?: return value
    case .integer(let value)?: return Double(value)
    case let other?: throw wrong(name, "a number", other)
    }
  }

  func text(_ name: String, default value: String) throws(EngineError) -> String {
    switch module.attribute(name) {
    case nil: return value
    case .text(let value)?: return value
    case let other?: throw wrong(name, "a text", other)
    }
  }

  /// One integer for each of `count` axes; a single one stands for all.
  func sizes(_ name: String, count: Int, default value: Int) throws(EngineError) -> [Int] {
    guard let attribute = module.attribute(name) else {
      return .init(repeating: value, count: count)
    }
    guard let list = attribute.integers, list.count == count || list.count == 1 else {
      throw wrong(name, "\(count) integers", attribute)
    }
    return list.count == count ? list : .init(repeating: list[0], count: count)
  }

  /// Throws unless an attribute is absent or what is given.
  func demand(_ name: String, _ wanted: TorchAttribute) throws(EngineError) {
    guard let found = module.attribute(name), found != wanted else { return }
    throw wrong(name, wanted.brief, found)
  }

  func wrong(_ name: String, _ expected: String, _ found: TorchAttribute) -> EngineError {
    EngineError(.unsupported, name, expected: expected, found: found.brief)
  }

  // Values.

  /// A parameter or buffer; nil where the module has none.
  func weight(_ name: String) throws(EngineError) -> AnyTensor? {
    guard let stored = module.tensor(name) else { return nil }
    do {
      let tensor = try AnyTensor(stored.storedTensor())
      guard tensor.element == .float32 || name == "num_batches_tracked" else {
        throw EngineError(.unsupported, name, expected: "float32", found: tensor.element.rawValue)
      }
      return tensor
    } catch let error as EngineError {
      throw error
    } catch {
      throw EngineError(name, expected: "a tensor", found: "\(error)")
    }
  }

  /// A parameter or buffer that must be there.
  func required(_ name: String) throws(EngineError) -> AnyTensor {
    guard let tensor = try weight(name) else {
      throw EngineError(.unsupported, name, expected: "a tensor", found: "none")
    }
    return tensor
  }

  /// The shape of a tensor, its batch axis in front.
  func shape(_ value: ONNXValue) throws(EngineError) -> [Int] {
    guard let shape = value.type?.shape else {
      throw EngineError("input", expected: "a tensor", found: "another value")
    }
    return shape
  }

  /// The sizes behind batch and channels; an error unless there are `count`.
  func spatial(_ value: ONNXValue, count: Int) throws(EngineError) -> [Int] {
    let shape = try shape(value)
    guard shape.count == count + 2 else {
      throw EngineError(
        "input", expected: "channels and \(count) axes behind the batch",
        found: "shape \(Array(shape.dropFirst()))")
    }
    return Array(shape.dropFirst(2))
  }

  /// The output of one of ONNX' operators.
  func apply(
    _ operatorType: String, _ inputs: [ONNXValue?],
    _ attributes: [String: ONNXAttribute.Value] = [:]
  ) throws(EngineError) -> ONNXValue {
    guard let conversion = ONNXOperators.table[""]?[operatorType] else {
      throw EngineError(
        .unsupported, "operator", expected: "an operator of the engine", found: operatorType)
    }
    let node = ONNXNode(calling: operatorType, named: path, attributes: attributes)
    let results = try conversion(
      context, ONNXCall(node: node, opset: TorchGraphBuilder.opset, inputs: inputs))
    guard let first = results.first else {
      throw EngineError("outputs", expected: "a value", found: "none")
    }
    return first
  }
}

extension ONNXValue {
  /// A known vector of integers.
  static func integers(_ values: [Int]) -> ONNXValue { .known(AnyTensor(indices: values)) }

  /// A known scalar.
  static func float(_ value: Double) -> ONNXValue { .known(AnyTensor([], floats: [Float(value)])) }
}

extension TorchAttribute {
  /// The value in words.
  var brief: String {
    switch self {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .text(let value): "'\(value.prefix(40))'"
    case .list(let values): "(" + values.prefix(8).map(\.brief).joined(separator: ", ") + ")"
    case .other(let words): String(words.prefix(80))
    }
  }
}
