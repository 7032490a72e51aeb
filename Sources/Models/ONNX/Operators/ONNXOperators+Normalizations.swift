import Bytes
import Engine

extension ONNXOperators {
  static let normalizations: [String: ONNXConversion] = [
    "BatchNormalization": batchNormalization,
    "LRN": { (context, call) throws(EngineError) in
      guard let size = try call.integer("size") else {
        throw EngineError("size", expected: "a number of channels", found: "none")
      }
      let operation = try LocalResponseNormalization(
        size: size, alpha: call.float("alpha", default: 1e-4),
        beta: call.float("beta", default: 0.75), bias: call.float("bias", default: 1))
      return try [context.apply(operation, to: [call.input(0)], for: call)]
    },
    "InstanceNormalization": { (context, call) throws(EngineError) in
      let rank = try call.type(0).shape.count
      let operation = Standardization(
        axes: Array(2..<max(2, rank)), epsilon: try epsilon(call))
      let factors = try (1...2).map { (index) throws(EngineError) in
        try perChannel(context, call, index, rank: rank)
      }
      return try [context.apply(operation, to: [call.input(0)] + factors, for: call)]
    },
    "LayerNormalization": { (context, call) throws(EngineError) in
      let axes = try axesFromAxis(call)
      let epsilon = try epsilon(call)
      let operation = Standardization(axes: axes, epsilon: epsilon)
      var results = try [context.apply(operation, to: call.inputs(), for: call)]
      if call.outputCount > 1 {
        for result in [Standardization.Result.mean, .inverseDeviation] {
          let statistic = Standardization(axes: axes, epsilon: epsilon, result: result)
          results.append(try context.apply(statistic, to: [call.input(0)], for: call))
        }
      }
      return results
    },
    "RMSNormalization": { (context, call) throws(EngineError) in
      let operation = try Standardization(
        axes: axesFromAxis(call), epsilon: epsilon(call), centers: false)
      return try [context.apply(operation, to: call.inputs(), for: call)]
    },
    // onnxruntime's name for it, in the standard's domain.
    "SimplifiedLayerNormalization": { (context, call) throws(EngineError) in
      try [context.standard("RMSNormalization", call.inputs(), call.attributes, for: call)]
    },
    "GroupNormalization": groupNormalization,
    "MeanVarianceNormalization": { (context, call) throws(EngineError) in
      let rank = try call.type(0).shape.count
      let operation = try Standardization(
        axes: call.axes(call.integers("axes") ?? [0, 2, 3], rank: rank), epsilon: 1e-9,
        deviation: .sumWithRoot)
      return try [context.apply(operation, to: [call.input(0)], for: call)]
    },
    "LpNormalization": { (context, call) throws(EngineError) in
      let rank = try call.type(0).shape.count
      let operation = try NormDivision(
        axis: call.axis(call.integer("axis", default: -1), rank: rank),
        order: call.integer("p", default: 2))
      return try [context.apply(operation, to: [call.input(0)], for: call)]
    },
  ]

  private static func epsilon(_ call: ONNXCall) throws(EngineError) -> Double {
    Double(try call.float("epsilon", default: 1e-5))
  }

  /// All axes from the attribute `axis` on.
  private static func axesFromAxis(_ call: ONNXCall) throws(EngineError) -> [Int] {
    let rank = try call.type(0).shape.count
    return Array(try call.axis(call.integer("axis", default: -1), rank: rank)..<rank)
  }

  /// A vector of one number for each channel, as it stretches to a tensor of the rank.
  private static func perChannel(
    _ context: ONNXContext, _ call: ONNXCall, _ index: Int, rank: Int
  ) throws(EngineError) -> ONNXValue {
    let shape = try call.type(index).shape + [Int](repeating: 1, count: max(0, rank - 2))
    return try context.reshape(call.input(index), to: shape, for: call)
  }

  /// `GroupNormalization`: the channels cut into groups. Scale and bias are one for each group
  /// before operator set 21, for each channel since.
  private static func groupNormalization(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let shape = try call.type(0).shape
    let groups = try call.integer("num_groups", default: 0)
    guard shape.count >= 2, groups > 0, shape[1].isMultiple(of: groups) else {
      throw EngineError(
        "num_groups", expected: "a divisor of \(shape)'s axis 1", found: "\(groups)")
    }
    let size = shape[1] / groups
    let split = [shape[0], groups, size] + shape.dropFirst(2)
    let x = try context.reshape(call.input(0), to: split, for: call)
    let ones = [Int](repeating: 1, count: shape.count - 2)
    let factors = try (1...2).map { (index) throws(EngineError) in
      let count = try call.type(index).count
      return try context.reshape(
        call.input(index), to: [groups, count == groups ? 1 : size] + ones, for: call)
    }
    let operation = Standardization(
      axes: Array(2..<split.count), epsilon: try epsilon(call))
    let y = try context.apply(operation, to: [x] + factors, for: call)
    return try [context.reshape(y, to: shape, for: call)]
  }

  /// `BatchNormalization` with stored statistics; maps of other ranks are seen as columns.
  private static func batchNormalization(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0)
    let isTraining = try call.opset < 14 ? call.outputCount > 1 : call.flag("training_mode")
    guard !isTraining, input.element == .float32, input.shape.count >= 2,
      let gamma = call.optional(1)?.tensor, let beta = call.optional(2)?.tensor,
      let mean = call.optional(3)?.tensor, let variance = call.optional(4)?.tensor
    else {
      return try isTraining
        ? trainingNormalization(context, call)
        : [
          context.apply(ChannelNormalization(epsilon: epsilon(call)), to: call.inputs(), for: call)
        ]
    }
    let operation = try BatchNormalization(
      gamma: gamma.single("scale"), beta: beta.single("B"), mean: mean.single("mean"),
      variance: variance.single("var"), epsilon: epsilon(call))
    let shape = input.shape
    // Several rows lie beside one another in a map.
    let turns = !call.takesCore(input) && !shape.contains(0)
    let axes = [1, 0] + Array(shape.indices.dropFirst(2))
    func turned(_ value: ONNXValue) throws(EngineError) -> ONNXValue {
      turns ? try context.apply(Transpose(axes: axes), to: [value], for: call) : value
    }
    let isCore = shape.count == 4 || shape.count == 2
    let rest = shape.dropFirst(2).reduce(1, *)
    let map = turns ? [1, shape[1], shape[0], rest] : [shape[0], shape[1], 1, rest]
    let x = try context.reshape(
      turned(call.input(0)), to: isCore && !turns ? shape : map, for: call)
    let y = try context.apply(.batchNormalization(operation), to: [x], for: call)
    return try [
      turned(context.reshape(y, to: turns ? axes.map { shape[$0] } : shape, for: call))
    ]
  }

  /// `BatchNormalization` with the statistics of the batch, and the running ones behind it.
  private static func trainingNormalization(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    guard case .known(let x) = try call.input(0), x.shape.count >= 2 else {
      throw EngineError(
        .unsupported, "training_mode", expected: "inference, which treats each row alone",
        found: "statistics over the batch")
    }
    let axes = x.shape.indices.filter { $0 != 1 }
    let channels = [x.shape[1]]
    var inputs = try (0...2).map { (index) throws(EngineError) in try call.input(index) }
    var running: [ONNXValue] = []
    let momentum = try call.float("momentum", default: 0.9)
    for (index, result) in [(3, Standardization.Result.mean), (4, .variance)] {
      let stored = try call.input(index)
      let element = try call.type(index).element
      let statistics = try context.reshape(
        context.apply(
          Standardization(axes: axes, epsilon: 0, result: result), to: [.known(x)], for: call),
        to: channels, for: call)
      inputs.append(statistics)
      let parts = try [(stored, momentum), (statistics, 1 - momentum)].map {
        (value, factor) throws(EngineError) in
        let factor = AnyTensor([], floats: [factor]).converted(to: element)
        return try context.apply(
          Arithmetic(.multiply), to: [context.cast(value, to: element, for: call), .known(factor)],
          for: call)
      }
      running.append(try context.apply(Arithmetic(.add), to: parts, for: call))
    }
    let y = try context.apply(
      ChannelNormalization(epsilon: epsilon(call)), to: inputs, for: call)
    return [y] + running
  }
}
