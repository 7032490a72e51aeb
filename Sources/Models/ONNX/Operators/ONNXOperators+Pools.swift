import Bytes
import Engine

extension ONNXOperators {
  static let pools: [String: ONNXConversion] = [
    "MaxPool": { (context, call) throws(EngineError) in
      let input = try call.type(0)
      if call.outputCount == 1, input.shape.count == 4, input.element == .float32,
        let window = try mapWindow(call, input: input.shape)
      {
        return try [
          context.apply(.maxPool(MaxPool(window: window)), to: [call.input(0)], for: call)
        ]
      }
      return try PoolConversion.maxPool(context, call)
    },
    "AveragePool": { (context, call) throws(EngineError) in
      let input = try call.type(0)
      let countsPadding = try call.flag("count_include_pad")
      if input.shape.count == 4, input.element == .float32,
        try !call.flag("ceil_mode") || !countsPadding,
        let window = try mapWindow(call, input: input.shape)
      {
        let pool = AveragePool(window: window, countsPadding: countsPadding)
        return try [context.apply(.averagePool(pool), to: [call.input(0)], for: call)]
      }
      return try PoolConversion.averagePool(context, call)
    },
    "GlobalAveragePool": { (context, call) throws(EngineError) in
      let input = try call.type(0)
      guard input.shape.count == 4, input.element == .float32 else {
        return try PoolConversion.globalAveragePool(context, call)
      }
      return try [
        context.apply(
          .globalAveragePool(GlobalAveragePool(keepsAxes: true)), to: [call.input(0)], for: call)
      ]
    },
    "GlobalMaxPool": { (context, call) throws(EngineError) in
      let input = try call.type(0).shape
      guard input.count == 4, input[2] * input[3] <= MaxPool.tapLimit else {
        return try PoolConversion.globalMaxPool(context, call)
      }
      let window = Window(kernel: Extent(height: input[2], width: input[3]))
      return try [
        context.apply(.maxPool(MaxPool(window: window)), to: [call.input(0)], for: call)
      ]
    },
  ]

  /// The window of a pool over a map where the core has such a pool; `ceil_mode` is padding at
  /// the end, which pools leave out.
  private static func mapWindow(_ call: ONNXCall, input: [Int]) throws(EngineError) -> Window? {
    var window = try ONNXWindow(call, input: input).window
    let rounding = try call.flag("ceil_mode") ? WindowND.Rounding.up : .down
    window = try window.extended(for: Array(input.dropFirst(2)), rounding: rounding)
    let fits = zip(window.begins, zip(window.ends, window.coverage)).allSatisfy {
      $0 < $1.1 && $1.0 < $1.1
    }
    let isSpread = window.dilations.contains { $0 != 1 }
    let isPadded = (window.begins + window.ends).contains { $0 != 0 }
    guard fits, !(isSpread && isPadded), window.kernel.reduce(1, *) <= MaxPool.tapLimit else {
      return nil
    }
    return try window.asMap
  }
}
