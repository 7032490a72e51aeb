import Bytes
import Engine

/// A value of a Keras model: which output of which call of which layer.
struct KerasReference: Hashable {
  let layer: String
  let node: Int
  let tensor: Int

  /// Reads `[layer, node, tensor]`; nil for anything else.
  init?(_ json: JSON) {
    guard let list = json.array, list.count >= 3, let layer = list[0].string,
      let node = list[1].wholeNumber, let tensor = list[2].wholeNumber
    else { return nil }
    self.init(layer: layer, node: node, tensor: tensor)
  }

  init(layer: String, node: Int = 0, tensor: Int = 0) {
    self.layer = layer
    self.node = node
    self.tensor = tensor
  }
}

extension KerasReference {
  /// What values are called: by the role where there is one, else by their layers, told apart by a
  /// number where a layer gives several.
  static func names(_ references: [KerasReference], _ role: String) -> [String] {
    guard references.count > 1 else { return [role] }
    var counts: [String: Int] = [:]
    return references.map { reference in
      let count = counts[reference.layer, default: 0]
      counts[reference.layer] = count + 1
      return count == 0 ? reference.layer : "\(reference.layer):\(count)"
    }
  }
}

/// What a layer is called with: values, lists of them, and constants of the configuration.
enum KerasArgument<Value> {
  case value(Value)
  case list([KerasArgument])
  case constant(JSON)

  /// All values, depth first.
  var values: [Value] {
    switch self {
    case .value(let value): [value]
    case .list(let list): list.flatMap(\.values)
    case .constant: []
    }
  }

  /// The same with other values.
  func map<Other>(
    _ transform: (Value) throws(EngineError) -> Other
  ) throws(EngineError) -> KerasArgument<Other> {
    switch self {
    case .value(let value): return .value(try transform(value))
    case .constant(let json): return .constant(json)
    case .list(let list):
      var mapped: [KerasArgument<Other>] = []
      for argument in list { mapped.append(try argument.map(transform)) }
      return .list(mapped)
    }
  }
}

/// The arguments of one call, by place and by name.
struct KerasArguments<Value> {
  var positional: [KerasArgument<Value>]
  var named: [(name: String, argument: KerasArgument<Value>)] = []

  /// All values, in the order in which the layer sees them.
  var values: [Value] {
    positional.flatMap(\.values) + named.flatMap(\.argument.values)
  }

  func map<Other>(
    _ transform: (Value) throws(EngineError) -> Other
  ) throws(EngineError) -> KerasArguments<Other> {
    var mapped = KerasArguments<Other>(positional: [])
    for argument in positional { mapped.positional.append(try argument.map(transform)) }
    for (name, argument) in named { mapped.named.append((name, try argument.map(transform))) }
    return mapped
  }
}

extension KerasArguments<KerasReference> {
  /// Reads one of a layer's `inbound_nodes`. Keras 3: `{args, kwargs}` with `__keras_tensor__`
  /// objects that hold a `keras_history`. Before: `[[layer, node, tensor, kwargs], ...]`, or
  /// without the outer list where there is one.
  init(inboundNode json: JSON) throws(EngineError) {
    if let arguments = json["args"]?.array {
      positional = try arguments.map { (json) throws(EngineError) in try argument(json) }
      for member in json["kwargs"]?.object ?? [] where member.value != .null {
        named.append((member.name, try argument(member.value)))
      }
      return
    }
    let tensors = json.array ?? []
    let entries = tensors.first?.string == nil ? tensors : [json]
    var values: [KerasArgument<KerasReference>] = []
    for entry in entries {
      guard let reference = KerasReference(entry) else {
        throw EngineError(
          .unsupported, "inbound_nodes", expected: "values of other layers",
          found: String(entry.compactText().prefix(80)))
      }
      values.append(.value(reference))
      for member in entry.array?.dropFirst(3).first?.object ?? [] where member.value != .null {
        named.append((member.name, oldArgument(member.value)))
      }
    }
    positional = values.count == 1 ? values : [.list(values)]
  }
}

/// An argument of Keras 3.
private func argument(_ json: JSON) throws(EngineError) -> KerasArgument<KerasReference> {
  if json["class_name"]?.string == "__keras_tensor__" {
    guard let history = json["config"]?["keras_history"],
      let reference = KerasReference(history)
    else {
      throw EngineError(
        "inbound_nodes", expected: "a value with its history",
        found: String(json.compactText().prefix(80)))
    }
    return .value(reference)
  }
  guard let list = json.array else { return .constant(json) }
  var arguments: [KerasArgument<KerasReference>] = []
  for element in list { arguments.append(try argument(element)) }
  return .list(arguments)
}

/// An argument by name of Keras 2: `[layer, node, tensor]` is a value, also in a list; scalars may
/// stand as `["_CONSTANT_VALUE", -1, number]`.
private func oldArgument(_ json: JSON) -> KerasArgument<KerasReference> {
  if let list = json.array, list.first?.string == "_CONSTANT_VALUE", list.count >= 3 {
    return .constant(list[2])
  }
  if let reference = KerasReference(json) { return .value(reference) }
  guard let list = json.array else { return .constant(json) }
  return .list(list.map(oldArgument))
}
