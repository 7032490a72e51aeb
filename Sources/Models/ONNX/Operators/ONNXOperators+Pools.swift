import Bytes
import Engine
import Formats

extension ONNXOperators {
  static let pools: [String: ONNXConversion] = [
    "MaxPool": maxPool,
    "AveragePool": averagePool,
    "GlobalAveragePool": { (context, call) throws(EngineError) in
      let input = try call.type(0)
      guard input.shape.count == 4, call.takesCore(input) else {
        let pool = try PoolWindow(wholeMap(input.shape))
        return try [
          context.apply(
            AveragePoolND(pool, countsPadding: false), to: [call.input(0)], for: call)
        ]
      }
      return try [
        context.apply(
          .globalAveragePool(GlobalAveragePool(keepsAxes: true)), to: [call.input(0)], for: call)
      ]
    },
    "GlobalMaxPool": { (context, call) throws(EngineError) in
      let input = try call.type(0)
      let window = try wholeMap(input.shape)
      guard input.shape.count == 4, call.takesCore(input),
        window.kernel[0] * window.kernel[1] <= MaxPool.tapLimit
      else {
        return try [
          context.apply(MaxPoolND(PoolWindow(window)), to: [call.input(0)], for: call)
        ]
      }
      return try [
        context.apply(.maxPool(MaxPool(window: window.asMap)), to: [call.input(0)], for: call)
      ]
    },
    "LpPool": { (context, call) throws(EngineError) in
      let pool = try poolWindow(call, input: call.type(0).shape)
      let power = try call.integer("p", default: 2)
      return try [context.apply(LpPoolND(pool, power: power), to: [call.input(0)], for: call)]
    },
    "GlobalLpPool": { (context, call) throws(EngineError) in
      let pool = try PoolWindow(wholeMap(call.type(0).shape))
      let power = try call.integer("p", default: 2)
      return try [context.apply(LpPoolND(pool, power: power), to: [call.input(0)], for: call)]
    },
    "MaxUnpool": maxUnpool,
  ]

  /// `MaxPool`: of the core over maps, else general; the places as a second output.
  private static func maxPool(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0)
    let pool = try poolWindow(call, input: input.shape)
    var outputs: [ONNXValue] = []
    if input.shape.count == 4, call.takesCore(input),
      let window = try mapWindow(pool, input: input.shape)
    {
      outputs.append(
        try context.apply(.maxPool(MaxPool(window: window)), to: [call.input(0)], for: call))
    } else {
      outputs.append(try context.apply(MaxPoolND(pool), to: [call.input(0)], for: call))
    }
    guard call.wantsOutput(1) else { return outputs }
    let places = try MaxPoolND(
      pool, result: .indices(firstAxisFastest: call.flag("storage_order")))
    return try outputs + [context.apply(places, to: [call.input(0)], for: call)]
  }

  /// `AveragePool`: of the core over maps, else general.
  private static func averagePool(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0)
    let countsPadding = try call.flag("count_include_pad")
    let pool = try poolWindow(call, input: input.shape)
    if input.shape.count == 4, call.takesCore(input), pool.rounding == .down || !countsPadding,
      let window = try mapWindow(pool, input: input.shape)
    {
      let pool = AveragePool(window: window, countsPadding: countsPadding)
      return try [context.apply(.averagePool(pool), to: [call.input(0)], for: call)]
    }
    return try [
      context.apply(
        AveragePoolND(pool, countsPadding: countsPadding), to: [call.input(0)], for: call)
    ]
  }

  /// `MaxUnpool`: indices count in the shape that the attributes give, whatever `output_shape` says.
  private static func maxUnpool(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0).shape
    let rank = input.count - 2
    guard rank >= 1, let kernel = try call.sizes("kernel_shape", rank: rank) else {
      throw EngineError("kernel_shape", expected: "sizes", found: "none")
    }
    let strides = try call.sizes("strides", rank: rank) ?? kernel.map { _ in 1 }
    let pads =
      try call.sizes("pads", rank: 2 * rank, from: 0) ?? [Int](repeating: 0, count: 2 * rank)
    let sizes = (0..<rank).map {
      (input[$0 + 2] - 1) * strides[$0] + kernel[$0] - pads[$0] - pads[rank + $0]
    }
    guard sizes.allSatisfy({ $0 > 0 }) else {
      throw EngineError("pads", expected: "an output of 1 or more", found: "\(sizes)")
    }
    let indexed = Array(input.prefix(2)) + sizes
    let shape = try call.knownIfPresent(2, "output_shape")?.indices ?? indexed
    return try [
      context.apply(
        MaxUnpool(indexed: indexed, shape: shape), to: [call.input(0), call.input(1)], for: call)
    ]
  }

  /// The window of a pool over any number of axes.
  private static func poolWindow(
    _ call: ONNXCall, input: [Int]
  ) throws(EngineError) -> PoolWindow {
    PoolWindow(
      try ONNXWindow(call, input: input).window,
      rounding: try call.flag("ceil_mode") ? .up : .down)
  }

  /// The window of a pool over a map where the core has such a pool; rounding up is padding at
  /// the end, which pools leave out.
  private static func mapWindow(_ pool: PoolWindow, input: [Int]) throws(EngineError) -> Window? {
    let window = try pool.window.extended(
      for: Array(input.dropFirst(2)), rounding: pool.rounding)
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

  /// The window that is the whole map.
  private static func wholeMap(_ input: [Int]) throws(EngineError) -> WindowND {
    guard input.count >= 3 else {
      throw EngineError("input", expected: "three axes or more", found: "\(input)")
    }
    let sizes = Array(input.dropFirst(2))
    return try WindowND(
      kernel: sizes, strides: sizes.map { _ in 1 }, dilations: sizes.map { _ in 1 },
      begins: sizes.map { _ in 0 }, ends: sizes.map { _ in 0 })
  }
}

extension ONNXCall {
  /// Whether the graph names an output.
  func wantsOutput(_ index: Int) -> Bool {
    index < node.outputs.count && !node.outputs[index].isEmpty
  }
}
