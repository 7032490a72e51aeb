import Bytes
import Engine
import Formats

extension ONNXOperators {
  /// Lists of values and values that may be missing: both exist only while the graph is built.
  static let sequences: [String: ONNXConversion] = [
    "SequenceEmpty": { (context, call) throws(EngineError) in [.list([])] },
    "SequenceConstruct": { (context, call) throws(EngineError) in
      [.list(try call.inputs())]
    },
    "SequenceLength": { (context, call) throws(EngineError) in
      let count = try call.list(0).count
      return [.known(AnyTensor(indices: [count]).reshaped([]))]
    },
    "SequenceAt": { (context, call) throws(EngineError) in
      let list = try call.list(0)
      return [list[try call.position(1, count: list.count)]]
    },
    "SequenceInsert": { (context, call) throws(EngineError) in
      var list = try call.list(0)
      try context.charge(list)
      let place =
        call.present(2) == nil
        ? list.count : try call.position(2, count: list.count, allowsEnd: true)
      list.insert(try call.input(1), at: place)
      return [.list(list)]
    },
    "SequenceErase": { (context, call) throws(EngineError) in
      var list = try call.list(0)
      try context.charge(list)
      let place =
        if call.present(1) == nil, !list.isEmpty { list.count - 1 } else {
          try call.position(1, count: list.count)
        }
      list.remove(at: place)
      return [.list(list)]
    },
    "ConcatFromSequence": { (context, call) throws(EngineError) in
      let list = try call.list(0)
      guard let rank = list.first?.type?.shape.count else {
        throw EngineError("input", expected: "a sequence of tensors", found: "none")
      }
      let axis = try call.integer("axis") ?? 0
      if try call.flag("new_axis") {
        return [try context.stacked(list, axis: axis, type: nil, for: call)]
      }
      let place = try call.axis(axis, rank: rank)
      return [try context.apply(Concatenate(axis: place), to: list, for: call)]
    },
    "SplitToSequence": { (context, call) throws(EngineError) in
      let shape = try call.type(0).shape
      let axis = try call.axis(call.integer("axis", default: 0), rank: shape.count)
      guard shape.indices.contains(axis) else {
        throw EngineError("input", expected: "one axis or more", found: "\(shape)")
      }
      guard let split = try call.knownIfPresent(1, "split") else {
        let keepsAxes = try call.flag("keepdims", default: true)
        return [
          .list(
            try (0..<shape[axis]).map { (place) throws(EngineError) in
              keepsAxes
                ? try context.part(
                  of: call.input(0), axis: axis, Slice.Span(start: place, count: 1), for: call)
                : try context.element(of: call.input(0), axis: axis, at: place, for: call)
            })
        ]
      }
      var sizes = split.indices
      if split.shape.isEmpty, let size = sizes.first {
        guard size >= 1 else { throw EngineError("split", expected: "1 or more", found: "\(size)") }
        let count = shape[axis] / size
        sizes = [Int](repeating: size, count: count)
        if shape[axis] > count * size { sizes.append(shape[axis] - count * size) }
      }
      return [.list(try parts(context, call, axis: axis, sizes: sizes))]
    },
    "SequenceMap": sequenceMap,
    "Optional": { (context, call) throws(EngineError) in [call.present(0) ?? .none] },
    "OptionalHasElement": { (context, call) throws(EngineError) in
      [.known(AnyTensor(call.present(0) != nil))]
    },
    "OptionalGetElement": { (context, call) throws(EngineError) in
      guard let value = call.present(0) else {
        throw EngineError("input", expected: "an optional that holds a value", found: "none")
      }
      return [value]
    },
  ]

  /// `SequenceMap`: the body for each element; further sequences are gone through beside it.
  private static func sequenceMap(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let body = try call.graph("body")
    let list = try call.list(0)
    guard body.inputs.count == call.inputs.count else {
      throw EngineError(
        "body", expected: "\(call.inputs.count) inputs", found: "\(body.inputs.count)")
    }
    var results = [[ONNXValue]](repeating: [], count: body.outputs.count)
    for number in list.indices {
      var values: [String: ONNXValue] = [:]
      for (index, input) in body.inputs.enumerated() {
        let value = try call.input(index)
        guard case .list(let beside) = value else {
          values[input.name] = value
          continue
        }
        guard beside.count == list.count else {
          throw EngineError(
            "input \(index)", expected: "\(list.count) elements", found: "\(beside.count)")
        }
        values[input.name] = beside[number]
      }
      for (index, output) in try context.run(body, inputs: values).enumerated() {
        results[index].append(output)
      }
    }
    return results.map { .list($0) }
  }
}

extension ONNXCall {
  /// An input that must be a sequence.
  func list(_ index: Int) throws(EngineError) -> [ONNXValue] {
    guard case .list(let list) = try input(index) else {
      throw EngineError("input \(index)", expected: "a sequence", found: "another value")
    }
    return list
  }

  /// A place in a list, which must be known; negative ones count from the end.
  func position(
    _ index: Int, count: Int, allowsEnd: Bool = false
  ) throws(EngineError) -> Int {
    let tensor = try known(index, "position")
    let last = allowsEnd ? count : count - 1
    guard tensor.count == 1, let position = tensor.indices.first,
      position >= -count, position <= last
    else {
      throw EngineError(
        "position", expected: "-\(count) to \(last)",
        found: tensor.count == 1 ? "\(tensor.indices[0])" : "\(tensor.count) numbers")
    }
    return position < 0 ? position + count : position
  }
}
