import Bytes
import Engine

extension ONNXOperators {
  static let shapes: [String: ONNXConversion] = [
    "Shape": { (context, call) throws(EngineError) in
      let shape = try call.type(0).shape
      try context.builder.demandUncounted(call.input(0))
      let span = try Slice.Span(
        from: call.integer("start", default: 0), to: call.integer("end", default: shape.count),
        step: 1, size: shape.count)
      return [.known(AnyTensor(indices: Array(shape[span.start..<span.start + span.count])))]
    },
    "Size": { (context, call) throws(EngineError) in
      let count = try call.type(0).count
      try context.builder.demandUncounted(call.input(0))
      return [.known(AnyTensor(indices: [count]).reshaped([]))]
    },
    "Reshape": { (context, call) throws(EngineError) in
      let input = try call.type(0).shape
      guard let stated = try call.integers("shape", orInput: 1) else {
        throw EngineError("shape", expected: "a shape", found: "none")
      }
      let keepsZero = try call.flag("allowzero")
      var shape: [Int] = []
      for (axis, size) in stated.enumerated() {
        guard size == 0, !keepsZero else {
          shape.append(size)
          continue
        }
        guard axis < input.count else {
          throw EngineError("shape", expected: "an axis of the input", found: "\(stated)")
        }
        shape.append(input[axis])
      }
      return try [
        context.reshape(call.input(0), to: completed(shape, count: call.type(0).count), for: call)
      ]
    },
    "Flatten": { (context, call) throws(EngineError) in
      let input = try call.type(0).shape
      let stated = try call.integer("axis", default: 1)
      let axis = stated == input.count ? stated : try call.axis(stated, rank: input.count)
      let shape = [
        input[..<axis].reduce(1, *), input[axis...].reduce(1, *),
      ]
      if case .computed(_, let type) = try call.input(0), shape[0] == 1, type.element == .float32,
        Layout.batchChannelsFirst.isMap(input)
      {
        return try [
          context.apply(.flatten(Flatten(order: .channelsFirst)), to: [call.input(0)], for: call)
        ]
      }
      return try [context.reshape(call.input(0), to: shape, for: call)]
    },
    "Squeeze": { (context, call) throws(EngineError) in
      let input = try call.type(0).shape
      let axes =
        try call.integers("axes", orInput: 1).map { (axes) throws(EngineError) in
          try call.axes(axes, rank: input.count)
        } ?? input.indices.filter { input[$0] == 1 }
      for axis in axes where input[axis] != 1 {
        throw EngineError("axes", expected: "axes of size 1", found: "\(input[axis])")
      }
      let shape = input.indices.filter { !axes.contains($0) }.map { input[$0] }
      return try [context.reshape(call.input(0), to: shape, for: call)]
    },
    "Unsqueeze": { (context, call) throws(EngineError) in
      let input = try call.type(0).shape
      guard let stated = try call.integers("axes", orInput: 1) else {
        throw EngineError("axes", expected: "axes", found: "none")
      }
      let axes = try call.axes(stated, rank: input.count + stated.count)
      var shape = input
      for axis in axes { shape.insert(1, at: axis) }
      return try [context.reshape(call.input(0), to: shape, for: call)]
    },
    "Transpose": { (context, call) throws(EngineError) in
      let rank = try call.type(0).shape.count
      let axes = try call.integers("perm") ?? Array((0..<rank).reversed())
      return try [
        context.apply(Transpose(axes: axes), to: [call.input(0)], for: call)
      ]
    },
    "Concat": { (context, call) throws(EngineError) in
      let values = try call.inputs()
      guard let first = values.first?.type else {
        throw EngineError("inputs", expected: "tensors", found: "none")
      }
      let axis = try call.axis(call.integer("axis", default: 1), rank: first.shape.count)
      return [try context.concatenated(values, axis: axis, for: call)]
    },
  ]

  /// A shape with its one -1 replaced by what the count of elements leaves.
  private static func completed(_ shape: [Int], count: Int) throws(EngineError) -> [Int] {
    guard let open = shape.firstIndex(of: -1) else { return shape }
    var rest = 1
    for (axis, size) in shape.enumerated() where axis != open {
      let (product, overflow) = rest.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else {
        throw EngineError("shape", expected: "sizes and one -1", found: "\(shape)")
      }
      rest = product
    }
    guard rest > 0, count.isMultiple(of: rest) else {
      throw EngineError("shape", expected: "one of \(count) elements", found: "\(shape)")
    }
    var completed = shape
    completed[open] = count / rest
    return completed
  }
}

extension ONNXContext {
  /// Values one behind the other: channels of maps and elements of vectors by the core.
  func concatenated(
    _ values: [ONNXValue], axis: Int, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    if values.count == 1 { return values[0] }
    let types = values.compactMap(\.type)
    let layout = Layout.batchChannelsFirst
    let isCore =
      axis == 1 && values.contains { $0.tensor == nil }
      && types.allSatisfy {
        $0.element == .float32 && !$0.shape.contains(0)
          && (layout.isMap($0.shape) || layout.isVector($0.shape))
          && $0.shape.count == types[0].shape.count
      }
    return isCore
      ? try apply(.concatenation(Concatenation()), to: values, for: call)
      : try apply(Concatenate(axis: axis), to: values, for: call)
  }
}
