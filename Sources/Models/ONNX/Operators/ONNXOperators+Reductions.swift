import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let reductions: [String: ONNXConversion] = [
    "ReduceSum": reduction(.sum), "ReduceMean": reduction(.mean),
    "ReduceMax": reduction(.maximum), "ReduceMin": reduction(.minimum),
    "ReduceProd": reduction(.product), "ReduceL1": reduction(.l1), "ReduceL2": reduction(.l2),
    "ReduceLogSum": reduction(.logSum), "ReduceLogSumExp": reduction(.logSumExp),
    "ReduceSumSquare": reduction(.sumSquare),
  ]

  /// A conversion to a reduction: axes are an attribute or, later, an input; none means all, unless
  /// `noop_with_empty_axes` says none.
  private static func reduction(_ operation: Reduction.Operation) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      let x = try call.input(0)
      let shape = try call.type(0).shape
      var axes = try call.axes(call.integers("axes", orInput: 1) ?? [], rank: shape.count)
      if axes.isEmpty, try !call.flag("noop_with_empty_axes") { axes = Array(shape.indices) }
      let keepsAxes = try call.flag("keepdims", default: true)
      let result = Reduction(operation, axes: axes, keepsAxes: keepsAxes)
      if operation == .mean, axes == [2, 3], shape.count == 4, shape[0] == 1, context.isCore(x) {
        // The core's pool has the same formula.
        let mean = try context.apply(
          .globalAveragePool(GlobalAveragePool(keepsAxes: true)), to: [x], for: call)
        return try [
          context.reshape(mean, to: keepsAxes ? [1, shape[1], 1, 1] : [1, shape[1]], for: call)
        ]
      }
      return try [context.apply(result, to: [x], for: call)]
    }
  }

  static let rankings: [String: ONNXConversion] = [
    "ArgMax": extremum(isLargest: true), "ArgMin": extremum(isLargest: false),
    "TopK": { (context, call) throws(EngineError) in
      let shape = try call.type(0).shape
      let axis = try call.axis(call.integer("axis", default: -1), rank: shape.count)
      guard let count = try call.integers("k", orInput: 1), count.count == 1 else {
        throw EngineError("k", expected: "one number", found: "none or more")
      }
      let isLargest = try call.flag("largest", default: true)
      return try [.values, .indices].map { (result: TopK.Result) throws(EngineError) in
        try context.apply(
          TopK(count: count[0], axis: axis, isLargest: isLargest, result: result),
          to: [call.input(0)], for: call)
      }
    },
    "CumSum": { (context, call) throws(EngineError) in
      let rank = try call.type(0).shape.count
      guard let axis = try call.known(1, "axis").indices.first else {
        throw EngineError("axis", expected: "one number", found: "none")
      }
      let sum = try CumulativeSum(
        axis: call.axis(axis, rank: rank), isExclusive: call.flag("exclusive"),
        isReversed: call.flag("reverse"))
      return try [context.apply(sum, to: [call.input(0)], for: call)]
    },
  ]

  private static func extremum(isLargest: Bool) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      let rank = try call.type(0).shape.count
      let extremum = try ArgExtremum(
        axis: call.axis(call.integer("axis", default: 0), rank: rank), isLargest: isLargest,
        keepsAxis: call.flag("keepdims", default: true),
        takesLast: call.flag("select_last_index"))
      return try [context.apply(extremum, to: [call.input(0)], for: call)]
    }
  }

  static let softmaxes: [String: ONNXConversion] = [
    "Softmax": softmax(.softmax), "LogSoftmax": softmax(.logarithm), "Hardmax": softmax(.hard),
  ]

  /// A conversion to a softmax along an axis. Before operator set 13 all axes from the given one on
  /// count as one. Over the channels of a map or a vector it is the core's.
  private static func softmax(_ form: AxisSoftmax.Form) -> ONNXConversion {
    { (context, call) throws(EngineError) in
      var x = try call.input(0)
      var shape = try call.type(0).shape
      let original = shape
      let stated = try call.integer("axis", default: call.opset < 13 ? 1 : -1)
      // Before operator set 13 the axis may stand behind the last.
      let isBehind = call.opset < 13 && stated == shape.count
      var axis = isBehind ? stated : try call.axis(stated, rank: shape.count)
      if shape.isEmpty || (call.opset < 13 && axis != shape.count - 1) {
        try context.builder.demandRowsApart(
          x, along: Array(axis..<original.count), by: "softmax")
        shape = [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
        axis = 1
        x = try context.reshape(x, to: shape, for: call)
      }
      let layout = Layout.batchChannelsFirst
      let isCore =
        form == .softmax && axis == 1 && context.isCore(x)
        && (layout.isMap(shape) || layout.isVector(shape))
      let y =
        isCore
        ? try context.apply(.softmax(Softmax()), to: [x], for: call)
        : try context.apply(AxisSoftmax(form, axis: axis), to: [x], for: call)
      return try [context.reshape(y, to: original, for: call)]
    }
  }
}
