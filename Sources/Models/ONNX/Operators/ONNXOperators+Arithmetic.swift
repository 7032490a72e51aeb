import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let arithmetic: [String: ONNXConversion] = [
    "Add": { (context, call) throws(EngineError) in
      try [sum(context, call, call.input(0), call.input(1))]
    },
    "Sub": binary(.subtract), "Mul": binary(.multiply), "Div": binary(.divide),
    "Sum": { (context, call) throws(EngineError) in
      var total = try call.input(0)
      for value in try call.inputs(from: 1) {
        total = try sum(context, call, total, value)
      }
      return [total]
    },
    "Min": folded(.minimum), "Max": folded(.maximum),
    "Mean": { (context, call) throws(EngineError) in
      try [context.apply(MeanOfTensors(), to: call.inputs(), for: call)]
    },
    "Mod": { (context, call) throws(EngineError) in
      try binary(call.flag("fmod") ? .remainder : .modulo)(context, call)
    },
    "Pow": { (context, call) throws(EngineError) in
      let (x, y) = try legacyPair(context, call)
      return try [context.apply(Exponentiation(), to: [x, y], for: call)]
    },
    "BitwiseAnd": binary(.bitAnd), "BitwiseOr": binary(.bitOr), "BitwiseXor": binary(.bitXor),
    "BitShift": { (context, call) throws(EngineError) in
      let direction = try call.text("direction", default: "")
      guard
        let operation = ["LEFT": Arithmetic.Operation.shiftLeft, "RIGHT": .shiftRight][direction]
      else {
        throw EngineError("direction", expected: "LEFT or RIGHT", found: direction)
      }
      return try binary(operation)(context, call)
    },
    "Equal": comparison(.equal), "Less": comparison(.less),
    "LessOrEqual": comparison(.lessOrEqual), "Greater": comparison(.greater),
    "GreaterOrEqual": comparison(.greaterOrEqual), "And": comparison(.and),
    "Or": comparison(.or), "Xor": comparison(.exclusiveOr),
    "Where": { (context, call) throws(EngineError) in
      try [context.apply(Select(), to: call.inputs(), for: call)]
    },
  ]

  /// A conversion to an operation on two tensors.
  static func binary(_ operation: Arithmetic.Operation) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      let (x, y) = try legacyPair(context, call)
      return try [context.apply(Arithmetic(operation), to: [x, y], for: call)]
    }
  }

  /// A conversion to an operation on the first two of any number of tensors, then the next.
  private static func folded(_ operation: Arithmetic.Operation) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      var result = try call.input(0)
      for value in try call.inputs(from: 1) {
        result = try context.apply(Arithmetic(operation), to: [result, value], for: call)
      }
      return [result]
    }
  }

  /// A conversion to a comparison of two tensors.
  static func comparison(_ operation: Comparison.Operation) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      let (x, y) = try legacyPair(context, call)
      return try [context.apply(Comparison(operation), to: [x, y], for: call)]
    }
  }

  /// The sum of two values: the core's where both are computed and of one shape.
  private static func sum(
    _ context: ONNXContext, _ call: ONNXCall, _ x: ONNXValue, _ y: ONNXValue
  ) throws(EngineError) -> ONNXValue {
    if call.opset < 7, call.node.operatorType == "Add" {
      let (x, y) = try legacyPair(context, call)
      return try context.apply(Arithmetic(.add), to: [x, y], for: call)
    }
    if case .computed(_, let a) = x, case .computed(_, let b) = y, a == b,
      a.element == .float32
    {
      return try context.apply(.add(Add()), to: [x, y], for: call)
    }
    return try context.apply(Arithmetic(.add), to: [x, y], for: call)
  }

  /// Both inputs; before operator set 7 the second is aligned at `axis` where `broadcast` says so.
  private static func legacyPair(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> (ONNXValue, ONNXValue) {
    let (x, y) = try (call.input(0), call.input(1))
    guard call.opset < 7, try call.flag("broadcast"), let axis = try call.integer("axis") else {
      return (x, y)
    }
    let (whole, part) = try (call.type(0).shape, call.type(1).shape)
    let first = try call.axis(axis, rank: whole.count)
    guard first + part.count <= whole.count else {
      throw EngineError("axis", expected: "room for \(part)", found: "\(axis) of \(whole)")
    }
    let shape = part + [Int](repeating: 1, count: whole.count - first - part.count)
    return (x, try context.reshape(y, to: shape, for: call))
  }
}
