import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let quantizations: [String: ONNXConversion] = [
    "QuantizeLinear": { (context, call) throws(EngineError) in
      var element = ElementType.uint8
      if let number = try call.integer("output_dtype"), number != 0 {
        guard let stored = ONNXElementType(rawValue: number)?.stored else {
          throw EngineError(
            .unsupported, "output_dtype", expected: "an integer type of 8 to 32 bits",
            found: ONNXElementType(rawValue: number)?.name ?? "\(number)")
        }
        element = stored
      }
      if let zero = call.optional(2)?.type { element = zero.element }
      let operation = Quantize(try grid(call), to: element)
      return try [context.apply(operation, to: call.inputs(), for: call)]
    },
    "DequantizeLinear": { (context, call) throws(EngineError) in
      if let value = try quantized(context, call) { return [value] }
      let operation = Dequantize(try grid(call))
      return try [context.apply(operation, to: call.inputs(), for: call)]
    },
    "DynamicQuantizeLinear": { (context, call) throws(EngineError) in
      try [.values, .scale, .zeroPoint].map {
        (result: DynamicQuantize.Result) throws(EngineError) in
        try context.apply(DynamicQuantize(result), to: [call.input(0)], for: call)
      }
    },
    "MatMulInteger": { (context, call) throws(EngineError) in
      let a = try centered(context, call, 0, zero: 2, axis: -2)
      let b = try centered(context, call, 1, zero: 3, axis: -1)
      return try [context.apply(MatMul(), to: [a, b], for: call)]
    },
    "QLinearMatMul": { (context, call) throws(EngineError) in
      let a = try centered(context, call, 0, zero: 2, axis: -2)
      let b = try centered(context, call, 3, zero: 5, axis: -1)
      let sums = try context.apply(MatMul(), to: [a, b], for: call)
      let scaleA = try along(context, call, call.input(1), of: call.type(0).shape.count, axis: -2)
      return try [
        context.apply(
          Requantize(), to: [sums, scaleA, call.input(4), call.input(6), call.input(7)], for: call)
      ]
    },
    "ConvInteger": { (context, call) throws(EngineError) in
      try [integerConvolution(context, call, weights: 1, zeros: (2, 3), bias: nil)]
    },
    "QLinearConv": { (context, call) throws(EngineError) in
      let sums = try integerConvolution(
        context, call, weights: 3, zeros: (2, 5), bias: call.optional(8))
      let rank = try call.type(0).shape.count
      let scale = try along(context, call, call.input(4), of: rank, axis: 1)
      return try [
        context.apply(
          Requantize(), to: [sums, call.input(1), scale, call.input(6), call.input(7)], for: call)
      ]
    },
  ]

  private static func grid(_ call: ONNXCall) throws(EngineError) -> QuantizationGrid {
    let rank = try call.type(0).shape.count
    // The axis counts for nothing where there is one scale, whatever the tensor's rank.
    let isSingle = try call.type(1).shape.allSatisfy { $0 == 1 }
    let blockSize = try call.integer("block_size", default: 0)
    if isSingle, blockSize == 0 { return QuantizationGrid(axis: 0) }
    return QuantizationGrid(
      axis: try call.axis(call.integer("axis", default: 1), rank: rank), blockSize: blockSize)
  }

  /// What `DequantizeLinear` gives where it undoes a `QuantizeLinear` of the same scale and zero
  /// point: the value rounded to steps, in the core. A value that has been rounded to these steps
  /// is taken as it is.
  private static func quantized(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> ONNXValue? {
    let graph = context.builder.graph
    guard case .computed(let value, let type) = try call.input(0), let node = graph.node(of: value),
      case .general(let quantize) = node.operation, quantize is Quantize,
      let scale = call.optional(1)?.tensor, scale.count == 1,
      scale.element == .float32, graph.constant(node.inputs[1])?.floats == scale.floats
    else { return nil }
    let zero = call.optional(2)?.tensor
    let other = node.inputs.count > 2 ? graph.constant(node.inputs[2]) : nil
    let x = ONNXValue.computed(node.inputs[0], graph.type(of: node.inputs[0]))
    guard (zero == nil) == (node.inputs.count == 2), zero?.integers == other?.integers,
      context.isCore(x),
      let operation = FakeQuantization(
        scale: scale.floats[0], zeroPoint: zero?.integers[0] ?? 0, element: type.element)
    else { return nil }
    if graph.isRounded(node.inputs[0], by: operation) { return x }
    return try context.apply(.fakeQuantization(operation), to: [x], for: call)
  }

  /// A vector of numbers along an axis, counted from the end where negative, as it stretches to a
  /// tensor of the rank; anything else as it is.
  private static func along(
    _ context: ONNXContext, _ call: ONNXCall, _ value: ONNXValue, of rank: Int, axis: Int
  ) throws(EngineError) -> ONNXValue {
    guard let shape = value.type?.shape, shape.count == 1, rank > 1 else { return value }
    let behind = axis < 0 ? -1 - axis : rank - 1 - axis
    return try context.reshape(
      value, to: shape + [Int](repeating: 1, count: max(0, behind)), for: call)
  }

  /// An input of integers, as 32-bit ones with the zero point taken away.
  private static func centered(
    _ context: ONNXContext, _ call: ONNXCall, _ index: Int, zero: Int, axis: Int
  ) throws(EngineError) -> ONNXValue {
    let type = try call.type(index)
    guard !type.element.isFloat, type.element.size == 1, type.element != .bool else {
      throw EngineError(
        .unsupported, "input \(index)", expected: "int8 or uint8", found: type.element.rawValue)
    }
    let value = try context.cast(call.input(index), to: .int32, for: call)
    guard case .some(let given) = call.optional(zero) else { return value }
    let zeros = try along(
      context, call, context.cast(given, to: .int32, for: call), of: type.shape.count, axis: axis)
    return try context.apply(Arithmetic(.subtract), to: [value, zeros], for: call)
  }

  private static func integerConvolution(
    _ context: ONNXContext, _ call: ONNXCall, weights: Int, zeros: (Int, Int), bias: ONNXValue?
  ) throws(EngineError) -> ONNXValue {
    let x = try centered(context, call, 0, zero: zeros.0, axis: 1)
    let w = try centered(context, call, weights, zero: zeros.1, axis: 0)
    let window = try ONNXWindow(
      call, input: call.type(0).shape, kernel: Array(call.type(weights).shape.dropFirst(2))
    ).window
    let operation = IntegerConvolution(
      window: window, groups: try call.integer("group", default: 1))
    return try context.apply(operation, to: [x, w] + (bias.map { [$0] } ?? []), for: call)
  }
}

extension Graph {
  /// The tensor that a value is where the model holds it.
  fileprivate func constant(_ value: Value) -> AnyTensor? {
    guard case .general(let operation) = node(of: value)?.operation else { return nil }
    return (operation as? Constant)?.tensor
  }

  /// Whether every element of a value is a step of the operator already: rounding it again changes
  /// no bit. Pools and reshapes pick among elements.
  fileprivate func isRounded(_ value: Value, by operation: FakeQuantization) -> Bool {
    var value = value
    while let node = node(of: value) {
      switch node.operation {
      case .fakeQuantization(let known): return known == operation
      case .maxPool, .flatten, .reshape, .identity: value = node.inputs[0]
      default: return false
      }
    }
    return false
  }
}
