import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let elementwise: [String: ONNXConversion] = [
    "Exp": function(.exp), "Log": function(.log), "Sqrt": function(.sqrt),
    "Reciprocal": function(.reciprocal), "Erf": function(.erf),
    "Sigmoid": function(.sigmoid), "Tanh": function(.tanh),
    "Softplus": function(.softplus), "Softsign": function(.softsign), "Mish": function(.mish),
    "Sin": function(.sin), "Cos": function(.cos), "Tan": function(.tan),
    "Asin": function(.asin), "Acos": function(.acos), "Atan": function(.atan),
    "Sinh": function(.sinh), "Cosh": function(.cosh), "Asinh": function(.asinh),
    "Acosh": function(.acosh), "Atanh": function(.atanh),
    "HardSwish": function(.hardSwish), "Elu": function(.elu, "alpha"),
    "Celu": function(.celu, "alpha"), "ThresholdedRelu": function(.thresholdedReLU, "alpha"),
    "Selu": function(.selu, "alpha", "gamma"),
    "HardSigmoid": function(.hardSigmoid, "alpha", "beta"),
    "Shrink": function(.shrink, "lambd", "bias"),
    "Gelu": { (context, call) throws(EngineError) in
      let form = try call.text("approximate", default: "none")
      guard let function = ["none": ElementaryFunction.gelu, "tanh": .geluTanh][form] else {
        throw EngineError("approximate", expected: "none or tanh", found: form)
      }
      return try [context.elementwise(Elementwise(function), call.input(0), for: call)]
    },
    "Swish": { (context, call) throws(EngineError) in
      let alpha = try call.float("alpha", default: 1)
      let x = try call.input(0)
      guard alpha != 1 else {
        return try [context.elementwise(Elementwise(.silu), x, for: call)]
      }
      let factor = AnyTensor([], floats: [alpha]).converted(to: try call.type(0).element)
      let scaled = try context.apply(Arithmetic(.multiply), to: [x, .known(factor)], for: call)
      let gate = try context.elementwise(Elementwise(.sigmoid), scaled, for: call)
      return try [context.apply(Arithmetic(.multiply), to: [x, gate], for: call)]
    },
    "Neg": unary(.negate), "Abs": unary(.absolute), "Sign": unary(.sign),
    "Floor": unary(.floor), "Ceil": unary(.ceiling), "Round": unary(.round), "Not": unary(.not),
    "IsNaN": unary(.isNaN), "BitwiseNot": unary(.bitNot),
    "IsInf": { (context, call) throws(EngineError) in
      let operation = try UnaryOperation.Operation.isInfinite(
        negative: call.flag("detect_negative", default: true),
        positive: call.flag("detect_positive", default: true))
      return try [context.apply(UnaryOperation(operation), to: [call.input(0)], for: call)]
    },
    "Cast": { (context, call) throws(EngineError) in
      guard let number = try call.integer("to"),
        let stored = ONNXElementType(rawValue: number)
      else {
        throw EngineError("to", expected: "an element type", found: "none")
      }
      guard let element = stored.stored else {
        throw EngineError(
          .unsupported, "to", expected: "numbers of 8 to 64 bits other than float8",
          found: stored.name)
      }
      return try [context.cast(call.input(0), to: element, for: call)]
    },
    "CastLike": { (context, call) throws(EngineError) in
      try [context.cast(call.input(0), to: call.type(1).element, for: call)]
    },
  ]

  /// A conversion to a function whose parameters are attributes of the given names.
  private static func function(
    _ function: ElementaryFunction, _ alpha: String? = nil, _ beta: String? = nil
  ) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      var parameters: [Float?] = []
      for name in [alpha, beta] {
        if let name { parameters.append(try call.float(name)) } else { parameters.append(nil) }
      }
      let operation = Elementwise(function, alpha: parameters[0], beta: parameters[1])
      return try [context.elementwise(operation, call.input(0), for: call)]
    }
  }

  /// A conversion to an operation that no rounding touches.
  private static func unary(_ operation: UnaryOperation.Operation) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      try [context.apply(UnaryOperation(operation), to: [call.input(0)], for: call)]
    }
  }
}

extension ONNXContext {
  /// A function of every element: in the core where the value is a map or a vector of binary32.
  func elementwise(
    _ operation: Elementwise, _ value: ONNXValue, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    if isCore(value) { return try apply(.elementwise(operation), to: [value], for: call) }
    return try apply(operation, to: [value], for: call)
  }

  /// Whether core operators take the value; constants are evaluated by general ones.
  func isCore(_ value: ONNXValue) -> Bool {
    guard case .computed(_, let type) = value else { return false }
    return type.element == .float32 && !type.shape.contains(0)
  }

  /// The value in another element type.
  func cast(
    _ value: ONNXValue, to element: ElementType, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    if value.type?.element == element { return value }
    return try apply(Cast(to: element), to: [value], for: call)
  }
}
