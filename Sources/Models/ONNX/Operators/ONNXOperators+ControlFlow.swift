import Bytes
import Engine
import Formats

extension ONNXOperators {
  /// Graphs inside nodes. They are put in the place of the node: conditions and trip counts must be
  /// known when the graph is built.
  static let controlFlow: [String: ONNXConversion] = [
    "If": { (context, call) throws(EngineError) in
      let isTrue = try truth(call.known(0, "condition \(call.node.inputs.first ?? "")"))
      return try context.run(call.graph(isTrue ? "then_branch" : "else_branch"), inputs: [:])
    },
    "Loop": loop,
    "Scan": { (context, call) throws(EngineError) in
      try call.opset < 9 ? scanOfRows(context, call) : scan(context, call)
    },
  ]

  /// A single truth value.
  static func truth(_ tensor: AnyTensor) throws(EngineError) -> Bool {
    guard tensor.element == .bool, tensor.count == 1 else {
      throw EngineError(
        "condition", expected: "one bool", found: "\(tensor.element.rawValue) \(tensor.shape)")
    }
    return tensor.integers[0] != 0
  }

  /// `Loop`, unrolled: as often as the trip count says and while the condition holds.
  private static func loop(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let body = try call.graph("body")
    let trips = try call.knownIfPresent(0, "trip count")
    guard trips?.count ?? 1 == 1 else {
      throw EngineError("trip count", expected: "one number", found: "\(trips?.shape ?? [])")
    }
    let limit = trips?.integers[0]
    let condition = try call.knownIfPresent(
      1, "condition \(call.node.inputs.dropFirst().first ?? "")")
    var carried = call.inputs.dropFirst(2).map { $0 ?? .none }
    guard body.inputs.count == carried.count + 2, body.outputs.count >= carried.count + 1 else {
      throw EngineError(
        "body", expected: "\(carried.count + 2) inputs and \(carried.count + 1) outputs or more",
        found: "\(body.inputs.count) and \(body.outputs.count)")
    }
    let count = carried.count
    var rows = [[ONNXValue]](repeating: [], count: body.outputs.count - count - 1)
    var goesOn = try condition.map { (tensor) throws(EngineError) in try truth(tensor) } ?? true
    var trip: Int64 = 0
    while goesOn, limit.map({ trip < $0 }) ?? true {
      var inputs = [
        body.inputs[0].name: ONNXValue.known(
          AnyTensor([], integers: [trip], element: .int64)),
        body.inputs[1].name: .known(AnyTensor(true)),
      ]
      for (input, value) in zip(body.inputs.dropFirst(2), carried) { inputs[input.name] = value }
      let outputs = try context.run(body, inputs: inputs)
      if condition != nil {
        guard let tensor = outputs[0].tensor else {
          throw EngineError(
            .unsupported, "condition \(body.outputs[0].name)", expected: "a constant",
            found: "a value that depends on the input")
        }
        goesOn = try truth(tensor)
      }
      carried = Array(outputs[1..<1 + count])
      for number in rows.indices { rows[number].append(outputs[1 + count + number]) }
      trip += 1
    }
    var results = carried
    for (number, values) in rows.enumerated() {
      results.append(
        try context.stacked(
          values, axis: 0, type: body.outputs[1 + count + number].type, for: call))
    }
    return results
  }

  /// `Scan`, unrolled along the scanned axis.
  private static func scan(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let axes = try call.integers("scan_input_axes")
    let directions = try call.integers("scan_input_directions")
    return try scanned(
      context, call, call.inputs(), inputAxes: axes, isInputBackward: directions,
      outputAxes: call.integers("scan_output_axes"),
      isOutputBackward: call.integers("scan_output_directions"))
  }

  /// `Scan` of operator set 8: each row of a batch on its own.
  private static func scanOfRows(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    guard call.present(0) == nil else {
      throw EngineError(
        .unsupported, "sequence_lens", expected: "none", found: "lengths for each row")
    }
    let inputs = try call.inputs(from: 1)
    let rows = inputs.first?.type?.shape.first ?? 0
    var results: [[ONNXValue]] = []
    for row in 0..<rows {
      var parts: [ONNXValue] = []
      for value in inputs {
        parts.append(try context.element(of: value, axis: 0, at: row, for: call))
      }
      results.append(
        try scanned(
          context, call, parts, inputAxes: nil, isInputBackward: call.integers("directions"),
          outputAxes: nil, isOutputBackward: nil))
    }
    guard let first = results.first else {
      throw EngineError("input", expected: "a batch of one row or more", found: "\(rows)")
    }
    return try first.indices.map { (number) throws(EngineError) in
      try context.stacked(results.map { $0[number] }, axis: 0, type: nil, for: call)
    }
  }

  private static func scanned(
    _ context: ONNXContext, _ call: ONNXCall, _ inputs: [ONNXValue], inputAxes: [Int]?,
    isInputBackward: [Int]?, outputAxes: [Int]?, isOutputBackward: [Int]?
  ) throws(EngineError) -> [ONNXValue] {
    let body = try call.graph("body")
    let count = try call.integer("num_scan_inputs") ?? 0
    let states = inputs.count - count
    guard count >= 1, states >= 0, body.inputs.count == inputs.count,
      body.outputs.count >= states
    else {
      throw EngineError(
        "num_scan_inputs", expected: "1 to \(inputs.count), as many as the body takes",
        found: "\(count), body of \(body.inputs.count) inputs")
    }
    let outputs = body.outputs.count - states
    for (name, list, size) in [
      ("scan_input_axes", inputAxes, count), ("scan_input_directions", isInputBackward, count),
      ("scan_output_axes", outputAxes, outputs),
      ("scan_output_directions", isOutputBackward, outputs),
    ] {
      guard let list, list.count != size else { continue }
      throw EngineError(name, expected: "\(size)", found: "\(list.count)")
    }
    var carried = Array(inputs.prefix(states))
    let scanned = Array(inputs.dropFirst(states))
    var axes: [Int] = []
    var length: Int?
    for (number, value) in scanned.enumerated() {
      guard let shape = value.type?.shape else {
        throw EngineError("inputs", expected: "tensors to scan", found: "a sequence or nothing")
      }
      let axis = try call.axis(inputAxes?[number] ?? 0, rank: shape.count, "scan_input_axes")
      guard shape.indices.contains(axis), length == nil || length == shape[axis] else {
        throw EngineError(
          "inputs", expected: "one length along the scanned axes", found: "\(shape)")
      }
      length = shape[axis]
      axes.append(axis)
    }
    let steps = length ?? 0
    var rows = [[ONNXValue]](repeating: [], count: outputs)
    for step in 0..<steps {
      var values: [String: ONNXValue] = [:]
      for (input, value) in zip(body.inputs, carried) { values[input.name] = value }
      for number in 0..<count {
        let place = isInputBackward?[number] == 1 ? steps - 1 - step : step
        values[body.inputs[states + number].name] = try context.element(
          of: scanned[number], axis: axes[number], at: place, for: call)
      }
      let results = try context.run(body, inputs: values)
      carried = Array(results.prefix(states))
      for number in rows.indices { rows[number].append(results[states + number]) }
    }
    var results = carried
    for (number, values) in rows.enumerated() {
      let ordered = isOutputBackward?[number] == 1 ? values.reversed() : values
      results.append(
        try context.stacked(
          ordered, axis: outputAxes?[number] ?? 0, type: body.outputs[states + number].type,
          for: call))
    }
    return results
  }
}

extension ONNXContext {
  /// The part of a value at one place of an axis, without the axis.
  func element(
    of value: ONNXValue, axis: Int, at place: Int, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    guard var shape = value.type?.shape, shape.indices.contains(axis) else {
      throw EngineError("inputs", expected: "a tensor with axis \(axis)", found: "another")
    }
    let part = try part(of: value, axis: axis, Slice.Span(start: place, count: 1), for: call)
    shape.remove(at: axis)
    return try reshape(part, to: shape, for: call)
  }

  /// Values of one shape along a new axis; without any, an empty tensor of the type.
  func stacked(
    _ values: [ONNXValue], axis: Int, type: ONNXType?, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    guard let first = values.first else {
      guard case .tensor(let element, let dimensions)? = type, let element = element.stored else {
        throw EngineError(
          .unsupported, "body", expected: "an output of a stated type for no steps",
          found: "none")
      }
      var shape = (dimensions ?? []).map { if case .size(let size) = $0 { size } else { 0 } }
      shape.insert(0, at: try call.axis(axis, rank: shape.count + 1))
      return .known(AnyTensor(indices: []).converted(to: element).reshaped(shape))
    }
    guard var shape = first.type?.shape else {
      throw EngineError("body", expected: "tensors", found: "a sequence or nothing")
    }
    let place = try call.axis(axis, rank: shape.count + 1)
    shape.insert(1, at: place)
    let rows = try values.map { (value) throws(EngineError) in
      guard value.type == first.type else {
        throw EngineError(
          "body", expected: "one type for all steps",
          found: "\(value.type?.shape ?? []) beside \(first.type?.shape ?? [])")
      }
      return try reshape(value, to: shape, for: call)
    }
    return try apply(Concatenate(axis: place), to: rows, for: call)
  }
}
