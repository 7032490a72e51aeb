import Bytes
import Engine

/// Functions of `keras.ops` among the layers of a functional model, as `x + y` makes them, and
/// those of TensorFlow that Keras 2 keeps as `TFOpLambda`.
enum KerasOperations {
  /// The names that can be built, sorted.
  static var names: [String] { table.keys.sorted() }

  /// The conversion of an operation; an error that names it where there is none.
  static func conversion(of layer: KerasLayerConfig) throws(EngineError) -> KerasConversion {
    if layer.className == "Split" { return { (call) throws(EngineError) in try call.split() } }
    guard let conversion = table[layer.className] else {
      throw EngineError(
        .unsupported, "class", expected: "an operation that the engine knows",
        found: "keras.ops \(layer.className)")
    }
    return { (call) throws(EngineError) in [try conversion(call)] }
  }

  /// `TFOpLambda`: a function of TensorFlow by its name, without code.
  static let lambda: KerasSingleConversion = { (call) throws(EngineError) in
    let function = try call.layer.text("function", default: "")
    guard let name = functions[function], let conversion = table[name] else {
      throw EngineError(
        .unsupported, "function", expected: "a function that the engine knows",
        found: "tf.\(function)")
    }
    return try conversion(call)
  }

  private static let functions = [
    "__operators__.add": "Add", "math.add": "Add", "__operators__.subtract": "Subtract",
    "math.subtract": "Subtract", "math.multiply": "Multiply", "__operators__.mul": "Multiply",
    "math.truediv": "Divide", "math.divide": "Divide", "math.maximum": "Maximum",
    "math.minimum": "Minimum", "math.negative": "Negative", "math.square": "Square",
    "math.sqrt": "Sqrt", "math.exp": "Exp", "math.abs": "Abs", "math.sigmoid": "Sigmoid",
    "nn.sigmoid": "Sigmoid", "math.tanh": "Tanh", "nn.tanh": "Tanh", "nn.relu": "Relu",
    "nn.relu6": "Relu6", "nn.softmax": "Softmax", "nn.silu": "Silu", "nn.swish": "Silu",
    "nn.gelu": "Gelu", "nn.elu": "Elu", "nn.selu": "Selu", "nn.softplus": "Softplus",
    "math.reduce_mean": "Mean", "math.reduce_sum": "Sum", "math.reduce_max": "Max",
    "math.reduce_min": "Min", "reshape": "Reshape", "concat": "Concatenate",
    "math.pow": "Power", "pad": "Pad", "linalg.matmul": "Matmul", "nn.bias_add": "Add",
    "expand_dims": "ExpandDims",
  ]

  private static let table: [String: KerasSingleConversion] = [
    "Add": binary(.add), "Subtract": binary(.subtract), "Multiply": binary(.multiply),
    "Divide": binary(.divide), "TrueDivide": binary(.divide), "Maximum": binary(.maximum),
    "Minimum": binary(.minimum),
    "Negative": { (call) throws(EngineError) in
      try call.arithmetic(.multiply, call.value(0, "x"), -1)
    },
    "Square": { (call) throws(EngineError) in
      let x = try call.value(0, "x")
      return try call.arithmetic(.multiply, x, x)
    },
    "Abs": { (call) throws(EngineError) in
      try call.append(UnaryOperation(.absolute), to: [call.value(0, "x")])
    },
    "Absolute": { (call) throws(EngineError) in
      try call.append(UnaryOperation(.absolute), to: [call.value(0, "x")])
    },
    "Sqrt": function(.sqrt), "Exp": function(.exp), "Expm1": function(.expm1),
    "Log": function(.log), "Log1p": function(.log1p), "Sin": function(.sin),
    "Cos": function(.cos), "Erf": function(.erf),
    "Rsqrt": { (call) throws(EngineError) in
      let root = try call.elementwise(.sqrt, to: call.value(0, "x"))
      return try call.arithmetic(.divide, call.constant(1), root)
    },
    "Relu": activation("relu"), "Relu6": activation("relu6"), "Sigmoid": activation("sigmoid"),
    "Tanh": activation("tanh"), "Silu": activation("silu"), "Swish": activation("silu"),
    "Selu": activation("selu"), "Softplus": activation("softplus"),
    "Softsign": activation("softsign"), "HardSigmoid": activation("hard_sigmoid"),
    "HardSilu": activation("hard_silu"), "HardSwish": activation("hard_silu"),
    "HardTanh": activation("hard_tanh"), "Mish": activation("mish"),
    "LogSigmoid": activation("log_sigmoid"),
    "Elu": { (call) throws(EngineError) in
      try call.elementwise(
        .elu, alpha: Float(call.number("alpha", 1, default: 1)), to: call.value(0, "x"))
    },
    "LeakyRelu": { (call) throws(EngineError) in
      let slope = Float(try call.number("negative_slope", 1, default: 0.2))
      return try call.append(.leakyReLU(LeakyReLU(slope: slope)), to: [call.value(0, "x")])
    },
    "ReLU": { (call) throws(EngineError) in
      try call.rectified(
        call.value(0, "x"), slope: call.number("negative_slope", 1, default: 0),
        maximum: call.option("max_value", 2) == nil
          ? nil : call.number("max_value", 2, default: 0),
        threshold: call.number("threshold", 3, default: 0))
    },
    "Gelu": { (call) throws(EngineError) in
      // Keras 3's `ops.gelu` is the approximation unless told otherwise; `tf.nn.gelu` is not.
      let isApproximate =
        call.option("approximate", 1)?.bool ?? call.layer.isOperation
      return try call.elementwise(
        isApproximate ? .geluTanh : .gelu, to: call.value(0, "x"))
    },
    "Softmax": { (call) throws(EngineError) in
      let x = try call.value(0, "x")
      return try call.alongChannels(x, axis: call.optionAxis(of: x), .softmax(Softmax()))
    },
    "LogSoftmax": { (call) throws(EngineError) in
      let x = try call.value(0, "x")
      return try call.append(AxisSoftmax(.logarithm, axis: call.optionAxis(of: x)), to: [x])
    },
    "Clip": { (call) throws(EngineError) in
      try call.append(
        .clip(
          Clip(
            minimum: Float(call.number("x_min", 1, default: -.greatestFiniteMagnitude)),
            maximum: Float(call.number("x_max", 2, default: .greatestFiniteMagnitude)))),
        to: [call.value(0, "x")])
    },
    "Mean": reduction(.mean), "Sum": reduction(.sum), "Max": reduction(.maximum),
    "Min": reduction(.minimum),
    "Concatenate": { (call) throws(EngineError) in
      let values = call.inputs
      return try call.concatenated(values, axis: call.optionInteger("axis", 1, default: -1))
    },
    "Reshape": { (call) throws(EngineError) in
      let x = try call.value(0, "x")
      guard let list = call.option("newshape", 1) ?? call.option("shape", 1),
        let sizes = list.array?.map({ $0 == .null ? -1 : $0.wholeNumber ?? -2 }),
        sizes.first == -1
      else {
        throw call.layer.unsupported(
          "newshape", "-1 for the batch, then sizes", "another shape")
      }
      return try call.reshape(
        x,
        to: call.completed(
          Array(sizes.dropFirst()), count: call.shape(of: x).reduce(1, *), "newshape"))
    },
    "Transpose": { (call) throws(EngineError) in
      let x = try call.value(0, "x")
      let rank = call.shape(of: x).count
      let axes = call.option("axes", 1)?.array?.map { $0.wholeNumber ?? -1 } ?? []
      guard axes.first == 0, axes.sorted() == Array(0..<rank + 1) else {
        throw call.layer.unsupported("axes", "the batch axis first", "\(axes)")
      }
      return try call.transpose(x, axes.dropFirst().map { $0 - 1 })
    },
    "ExpandDims": { (call) throws(EngineError) in
      let x = try call.value(0, "x")
      var shape = call.shape(of: x)
      let axis = try call.axis(
        call.optionInteger("axis", 1, default: -1), rank: shape.count + 1)
      shape.insert(1, at: axis)
      return try call.reshape(x, to: shape)
    },
    "Squeeze": { (call) throws(EngineError) in
      let x = try call.value(0, "x")
      let shape = call.shape(of: x)
      let axes =
        try call.optionAxes(rank: shape.count) ?? shape.indices.filter { shape[$0] == 1 }
      guard axes.allSatisfy({ shape[$0] == 1 }) else {
        throw EngineError("axis", expected: "axes of size 1", found: "\(axes) of \(shape)")
      }
      return try call.reshape(
        x, to: shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
    },
    "Matmul": { (call) throws(EngineError) in
      let (x, y) = try (call.value(0, "x1"), call.value(1, "x2"))
      guard call.shape(of: x).count == call.shape(of: y).count, call.shape(of: x).count > 1 else {
        throw call.layer.unsupported(
          "inputs", "stacks of matrices", "\(call.shape(of: x)) and \(call.shape(of: y))")
      }
      return try call.append(MatMul(), to: [x, y])
    },
    "Power": { (call) throws(EngineError) in
      let (x, y) = try call.operands()
      return try call.append(Exponentiation(), to: [x, y])
    },
    "Pad": { (call) throws(EngineError) in try call.padded() },
    "LogicalAnd": { (call) throws(EngineError) in
      try call.append(Comparison(.and), to: [call.value(0, "x1"), call.value(1, "x2")])
    },
    "LogicalOr": { (call) throws(EngineError) in
      try call.append(Comparison(.or), to: [call.value(0, "x1"), call.value(1, "x2")])
    },
    "NotEqual": { (call) throws(EngineError) in try call.isOther() },
    "Any": { (call) throws(EngineError) in
      let x = try call.append(Cast(to: .int32), to: [call.value(0, "x")])
      guard let axes = try call.optionAxes(rank: call.shape(of: x).count) else {
        throw call.layer.unsupported("axis", "axes behind the batch", "all")
      }
      let keeps = call.option("keepdims", 2)?.bool ?? false
      let most = try call.append(Reduction(.maximum, axes: axes, keepsAxes: keeps), to: [x])
      return try call.append(Cast(to: .bool), to: [most])
    },
    "Identity": { (call) throws(EngineError) in try call.value(0, "x") },
    "StopGradient": { (call) throws(EngineError) in try call.value(0, "variable") },
    "GetItem": { (call) throws(EngineError) in try call.item() },
  ]

  private static func function(_ function: ElementaryFunction) -> KerasSingleConversion {
    { (call) throws(EngineError) in try call.elementwise(function, to: call.value(0, "x")) }
  }

  private static func activation(_ name: String) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      try call.activated(call.value(0, "x"), by: name, "activation")
    }
  }

  private static func binary(_ operation: Arithmetic.Operation) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let (x, y) = try call.operands()
      return try call.arithmetic(operation, x, y)
    }
  }

  private static func reduction(_ operation: Reduction.Operation) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let x = try call.value(0, "x", "input_tensor")
      let rank = call.shape(of: x).count
      guard let axes = try call.optionAxes(rank: rank) else {
        throw call.layer.unsupported("axis", "axes behind the batch", "all")
      }
      return try call.append(
        Reduction(operation, axes: axes, keepsAxes: call.option("keepdims", 2)?.bool ?? false),
        to: [x])
    }
  }
}

extension KerasCall {
  /// An argument by its place or one of its names.
  private func argument(_ place: Int, _ names: [String]) -> KerasArgument<Graph.Value>? {
    if arguments.positional.indices.contains(place) { return arguments.positional[place] }
    return arguments.named.first { names.contains($0.name) }?.argument
  }

  /// An argument that must be a value.
  func value(_ place: Int, _ names: String...) throws(EngineError) -> Graph.Value {
    guard case .value(let value) = argument(place, names) else {
      throw layer.unsupported("inbound_nodes", "a value for '\(names[0])'", "none or a constant")
    }
    return value
  }

  /// What an argument or an attribute of the name says; nil where neither does.
  func option(_ name: String, _ place: Int) -> JSON? {
    func json(_ argument: KerasArgument<Graph.Value>) -> JSON {
      switch argument {
      case .constant(let json): json
      case .list(let list): .array(list.map(json))
      case .value: .null
      }
    }
    if layer.has(name) { return layer.attributes[name] }
    let found = argument(place, [name]).map(json)
    return found == .null ? nil : found
  }

  func optionInteger(
    _ name: String, _ place: Int, default value: Int
  ) throws(EngineError) -> Int {
    guard let json = option(name, place) else { return value }
    guard let number = json.wholeNumber else { throw layer.wrong(name, "an integer", json) }
    return number
  }

  func number(
    _ name: String, _ place: Int, default value: Double
  ) throws(EngineError) -> Double {
    guard let json = option(name, place) else { return value }
    guard let number = json.double else { throw layer.wrong(name, "a number", json) }
    return number
  }

  fileprivate func optionAxis(of x: Graph.Value) throws(EngineError) -> Int {
    try axis(optionInteger("axis", 1, default: -1), rank: shape(of: x).count)
  }

  fileprivate func optionAxes(rank: Int) throws(EngineError) -> [Int]? {
    guard let json = option("axis", 1) else { return nil }
    let stated = json.array ?? [json]
    return try axes(stated.map { $0.wholeNumber ?? 0 }, rank: rank)
  }

  /// Two values, or one and a constant; NumPy aligns axes from the last, the batch axis counts.
  fileprivate func operands() throws(EngineError) -> (Graph.Value, Graph.Value) {
    var values: [Graph.Value] = []
    var isValue: [Bool] = []
    for (place, names) in [["x1", "x", "value"], ["x2", "y", "bias"]].enumerated() {
      switch argument(place, names) {
      case .value(let value):
        values.append(value)
        isValue.append(true)
      case .constant, .list:
        values.append(try constant(place, names))
        isValue.append(false)
      case nil: throw EngineError("inbound_nodes", expected: "two operands", found: "one")
      }
    }
    let ranks = values.map { shape(of: $0).count }
    for (index, other) in [(0, 1), (1, 0)] where !isValue[index] && ranks[index] > ranks[other] {
      // A constant with a batch axis of 1.
      let stated = shape(of: values[index])
      guard stated.count == ranks[other] + 1, stated[0] == 1 else {
        throw layer.unsupported("inbound_nodes", "a constant for each row", "shape \(stated)")
      }
      values[index] = try reshape(values[index], to: Array(stated.dropFirst()))
    }
    guard !isValue[0] || !isValue[1] || ranks[0] == ranks[1] else {
      throw layer.unsupported(
        "inbound_nodes", "values of as many axes", "\(ranks[0]) and \(ranks[1])")
    }
    return (values[0], values[1])
  }

  /// A number, lists of numbers, or Keras 3's `__numpy__` and `__tensor__` objects.
  private func constant(_ place: Int, _ names: [String]) throws(EngineError) -> Graph.Value {
    guard var json = names.lazy.compactMap({ option($0, place) }).first else {
      throw EngineError("inbound_nodes", expected: "two operands", found: "one")
    }
    json = json["config"]?["value"] ?? json
    var shape: [Int] = []
    var level = json
    while let list = level.array {
      shape.append(list.count)
      level = list.first ?? .null
    }
    let numbers = try KerasLayerConfig(
      className: layer.className, name: layer.name,
      attributes: .object([JSON.Member("value", json)])
    ).flatNumbers("value")
    guard numbers.count == shape.reduce(1, *) else {
      throw layer.wrong("inbound_nodes", "a constant of one shape", json)
    }
    return try constant(AnyTensor(shape, floats: numbers.map { Float($0) }))
  }

  /// `x[...]`: slices and indices, the batch whole.
  fileprivate func item() throws(EngineError) -> Graph.Value {
    let x = try value(0, "x")
    let shape = shape(of: x)
    let stated = option("key", 1)
    let keys = stated?.array ?? stated.map { [$0] } ?? []
    guard let first = keys.first, isWhole(first), keys.count <= shape.count + 1 else {
      throw layer.unsupported(
        "key", "slices and indices behind the whole batch", stated?.compactText() ?? "none")
    }
    var spans: [Slice.Span] = []
    var result: [Int] = []
    for (axis, size) in shape.enumerated() {
      let key = axis + 1 < keys.count ? keys[axis + 1] : nil
      if let index = key?.wholeNumber {
        let place = index < 0 ? size + index : index
        guard (0..<size).contains(place) else {
          throw EngineError("key", expected: "an index below \(size)", found: "\(index)")
        }
        spans.append(Slice.Span(start: place, count: 1))
        continue
      }
      guard key == nil || key?["class_name"]?.string == "__slice__" else {
        throw layer.unsupported(
          "key", "slices and indices", key?.compactText() ?? "none")
      }
      let bounds = key?["config"] ?? .null
      let step = bounds["step"]?.wholeNumber ?? 1
      let span = try Slice.Span(
        from: bounds["start"]?.wholeNumber ?? (step < 0 ? .max : 0),
        to: bounds["stop"]?.wholeNumber ?? (step < 0 ? .min / 2 : .max), step: step, size: size)
      spans.append(span)
      result.append(span.count)
    }
    guard !result.contains(0) else {
      throw EngineError("key", expected: "a slice that is not empty", found: "\(result)")
    }
    return try reshape(append(Slice(spans: spans), to: [x]), to: result)
  }

  private func isWhole(_ key: JSON) -> Bool {
    key["class_name"]?.string == "__slice__"
      && ["start", "stop", "step"].allSatisfy { (key["config"]?[$0] ?? .null) == .null }
  }
}
