import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let constants: [String: ONNXConversion] = [
    "Constant": { (context, call) throws(EngineError) in
      let names = ["value", "value_float", "value_floats", "value_int", "value_ints"]
      guard let attribute = names.lazy.compactMap({ call.node.attributes[$0] }).first else {
        throw EngineError(
          .unsupported, "value", expected: "a tensor or numbers",
          found: call.node.attributes.keys.sorted().joined(separator: ", "))
      }
      switch attribute.value {
      case .tensor(let tensor): return [.known(try context.builder.constant(tensor))]
      case .float(let number): return [.known(AnyTensor([], floats: [number]))]
      case .floats(let numbers): return [.known(AnyTensor([numbers.count], floats: numbers))]
      case .integer(let number):
        return [.known(AnyTensor(indices: [number]).reshaped([]))]
      case .integers(let numbers): return [.known(AnyTensor(indices: numbers))]
      default:
        throw EngineError("value", expected: "a tensor or numbers", found: "something else")
      }
    },
    "ConstantOfShape": { (context, call) throws(EngineError) in
      let shape = try call.known(0, "shape").indices
      var value = AnyTensor([1], floats: [0])
      if case .tensor(let tensor) = call.node.attributes["value"]?.value {
        value = try context.builder.constant(tensor)
      }
      guard value.count == 1 else {
        throw EngineError("value", expected: "one number", found: "\(value.count)")
      }
      return try [
        context.apply(
          Expand(shape: shape),
          to: [.known(value.reshaped(.init(repeating: 1, count: shape.count)))], for: call)
      ]
    },
  ]
}
