import Bytes
import Engine

extension ONNXOperators {
  static let activations: [String: ONNXConversion] = [
    "Relu": { (context, call) throws(EngineError) in
      guard try call.type(0).element == .float32 else {
        let input = try call.type(0)
        let zero = AnyTensor([], integers: [0], element: .int64).converted(to: input.element)
        return try [
          context.apply(Arithmetic(.maximum), to: [call.input(0), .known(zero)], for: call)
        ]
      }
      return try [context.apply(.relu(ReLU()), to: [call.input(0)], for: call)]
    },
    "LeakyRelu": { (context, call) throws(EngineError) in
      let slope = try call.float("alpha", default: 0.01)
      guard try context.isCore(call.input(0)) else {
        let factor = AnyTensor([], floats: [slope]).converted(to: try call.type(0).element)
        return try [
          context.apply(Arithmetic(.prelu), to: [call.input(0), .known(factor)], for: call)
        ]
      }
      return try [
        context.apply(.leakyReLU(LeakyReLU(slope: slope)), to: [call.input(0)], for: call)
      ]
    },
    "PRelu": { (context, call) throws(EngineError) in
      let (shape, slopes) = try (call.type(0).shape, call.type(1).shape)
      var slope = try call.input(1)
      // Before operator set 7 a vector of slopes belongs to the channels.
      if call.opset < 7, shape.count > 1, slopes == [shape[1]] {
        let ones = [Int](repeating: 1, count: shape.count - 2)
        slope = try context.reshape(slope, to: slopes + ones, for: call)
      }
      return try [context.apply(Arithmetic(.prelu), to: [call.input(0), slope], for: call)]
    },
    "Clip": clip,
    "Identity": { (context, call) throws(EngineError) in try [call.input(0)] },
    "Dropout": { (context, call) throws(EngineError) in
      if let isTraining = try call.knownIfPresent(2, "training_mode"), isTraining.indices == [1],
        try call.knownIfPresent(1, "ratio")?.floats != [0]
      {
        throw EngineError(
          .unsupported, "training_mode", expected: "inference", found: "random dropout")
      }
      let shape = try call.type(0).shape
      let mask = AnyTensor(
        shape, integers: .init(repeating: 1, count: shape.reduce(1, *)), element: .bool)
      return try [call.input(0), .known(mask)]
    },
  ]

  /// `Clip`: bounds are attributes before operator set 11, inputs since.
  private static func clip(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let input = try call.type(0)
    if input.element == .float32 {
      let low = try bound(call, 1, "min")
      let high = try bound(call, 2, "max")
      let minimum = low ?? -.greatestFiniteMagnitude
      let maximum = high ?? .greatestFiniteMagnitude
      if low == nil, high == nil { return try [call.input(0)] }
      // Where the bounds cross, the upper one wins for every number.
      let clip = try Clip(minimum: min(minimum, maximum), maximum: maximum)
      let bounded = minimum > maximum ? try Clip(minimum: maximum, maximum: maximum) : clip
      return try [context.apply(.clip(bounded), to: [call.input(0)], for: call)]
    }
    var value = try call.input(0)
    if let low = call.optional(1) {
      value = try context.apply(Arithmetic(.maximum), to: [value, low], for: call)
    }
    if let high = call.optional(2) {
      value = try context.apply(Arithmetic(.minimum), to: [value, high], for: call)
    }
    return [value]
  }

  /// A bound of `Clip`; nil where there is none.
  private static func bound(
    _ call: ONNXCall, _ index: Int, _ name: String
  ) throws(EngineError) -> Float? {
    if let tensor = try call.knownIfPresent(index, name) { return tensor.floats.first }
    return try call.float(name)
  }
}
