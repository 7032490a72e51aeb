import Bytes
import Engine
import Formats

/// The operators of the domain `com.microsoft` that onnxruntime's optimisers and quantisers write.
///
/// Each is what the operators of the standard that it stands for compute, in their order. What is
/// left over is refused by name: what only language models need, and what keeps state.
enum ContributedOperators {
  /// Their domain.
  static let domain = "com.microsoft"

  /// The conversions by name.
  static let table: [String: ONNXConversion] = [fused, attention, quantized, integerProducts]
    .reduce(into: [:]) { table, part in
      table.merge(part) { _, _ in preconditionFailure("an operator is listed once") }
    }
}

extension ONNXContext {
  /// The operator set whose forms `standard` takes.
  private static let standardSet = 21

  /// The first output of an operator of the standard, a part of the node.
  func standard(
    _ operatorType: String, _ inputs: [ONNXValue?],
    _ attributes: [String: ONNXAttribute.Value] = [:], opset: Int? = nil, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    let results = try outputs(operatorType, inputs, attributes, opset: opset, for: call)
    guard let first = results.first else {
      throw EngineError("outputs", expected: "a value", found: "none")
    }
    return first
  }

  /// All its outputs that do not have to be asked for.
  func outputs(
    _ operatorType: String, _ inputs: [ONNXValue?],
    _ attributes: [String: ONNXAttribute.Value] = [:], opset: Int? = nil, for call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    guard let conversion = ONNXOperators.table[""]?[operatorType] else {
      throw EngineError(
        .unsupported, "operator", expected: "an operator of the engine", found: operatorType)
    }
    let node = ONNXNode(calling: operatorType, named: call.node.title, attributes: attributes)
    var given = inputs
    while case .some(nil) = given.last { given.removeLast() }
    return try conversion(
      self, ONNXCall(node: node, opset: opset ?? ONNXContext.standardSet, inputs: given))
  }

  /// The sum of values one after the other; those left out count for nothing.
  func sum(
    of values: [ONNXValue?], for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    var total: ONNXValue?
    for case .some(let value) in values {
      if let sum = total {
        total = try standard("Add", [sum, value], for: call)
      } else {
        total = value
      }
    }
    guard let total else { throw EngineError("inputs", expected: "a value", found: "none") }
    return total
  }
}

extension ONNXCall {
  /// The attributes by name.
  var attributes: [String: ONNXAttribute.Value] { node.attributes.mapValues(\.value) }

  /// Throws where an input that only other forms of the operator have is given.
  func demandAbsent(_ index: Int, _ name: String) throws(EngineError) {
    guard present(index) == nil else {
      throw EngineError(.unsupported, name, expected: "none", found: "one")
    }
  }

  /// Throws where an attribute turns something on that the engine has not.
  func demandOff(_ name: String) throws(EngineError) {
    guard let value = try integer(name), value != 0 else { return }
    throw EngineError(.unsupported, name, expected: "0", found: "\(value)")
  }

  /// Throws where the graph names an output that the engine does not give.
  func demandUnwanted(_ index: Int, _ name: String) throws(EngineError) {
    guard !wantsOutput(index) else {
      throw EngineError(
        .unsupported, "output \(name)", expected: "one that nothing takes",
        found: "'\(node.outputs[index])'")
    }
  }
}
