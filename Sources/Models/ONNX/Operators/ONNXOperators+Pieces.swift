import Bytes
import Engine
import Formats

extension ONNXOperators {
  /// Operators that cut, join and repeat.
  static let pieces: [String: ONNXConversion] = [
    "Pad": pad,
    "Slice": slice,
    "Split": { (context, call) throws(EngineError) in
      let shape = try call.type(0).shape
      let axis = try call.axis(call.integer("axis", default: 0), rank: shape.count)
      let count = try call.integer("num_outputs", default: call.outputCount)
      let sizes =
        if let stated = try call.integers("split", orInput: 1) { stated } else {
          try equalParts(of: shape[axis], count: count)
        }
      return try parts(context, call, axis: axis, sizes: sizes)
    },
    "Expand": { (context, call) throws(EngineError) in
      let input = try call.type(0).shape
      var shape = try call.known(1, "shape").indices
      let missing = input.count - shape.count
      if missing > 0 { shape.insert(contentsOf: input.prefix(missing), at: 0) }
      for (axis, size) in zip((shape.count - input.count)..., input) where shape[axis] == 1 {
        shape[axis] = size
      }
      return try [context.apply(Expand(shape: shape), to: [call.input(0)], for: call)]
    },
    "Tile": { (context, call) throws(EngineError) in
      guard call.opset >= 6 else {
        throw EngineError(
          .unsupported, "operator set", expected: "6 or later", found: "\(call.opset)")
      }
      let repeats = try call.known(1, "repeats").indices
      return try [context.apply(Tile(repeats: repeats), to: [call.input(0)], for: call)]
    },
    "DepthToSpace": { (context, call) throws(EngineError) in
      let (shape, block) = try blocks(call)
      let mode = try call.text("mode", default: "DCR")
      let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
      guard mode == "DCR" || mode == "CRD", c.isMultiple(of: block * block) else {
        throw EngineError(
          "blocksize", expected: "DCR or CRD and a divisor of \(c) channels",
          found: "\(mode), \(block)")
      }
      let rest = c / (block * block)
      let isDepthFirst = mode == "DCR"
      return try [
        context.apply(
          AxisRegrouping(
            split: isDepthFirst
              ? [n, block, block, rest, h, w] : [n, rest, block, block, h, w],
            axes: isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3],
            shape: [n, rest, h * block, w * block]), to: [call.input(0)], for: call)
      ]
    },
    "SpaceToDepth": { (context, call) throws(EngineError) in
      let (shape, block) = try blocks(call)
      let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
      guard h.isMultiple(of: block), w.isMultiple(of: block) else {
        throw EngineError("blocksize", expected: "a divisor of \(h) and \(w)", found: "\(block)")
      }
      return try [
        context.apply(
          AxisRegrouping(
            split: [n, c, h / block, block, w / block, block], axes: [0, 3, 5, 1, 2, 4],
            shape: [n, c * block * block, h / block, w / block]), to: [call.input(0)],
          for: call)
      ]
    },
    "CenterCropPad": { (context, call) throws(EngineError) in
      let input = try call.type(0).shape
      let wanted = try call.known(1, "shape").indices
      let stated = try call.integers("axes") ?? Array(input.indices)
      guard wanted.count == stated.count, wanted.allSatisfy({ $0 >= 0 }) else {
        throw EngineError("shape", expected: "\(stated.count) sizes", found: "\(wanted)")
      }
      _ = try call.axes(stated, rank: input.count)
      var begins = [Int](repeating: 0, count: input.count)
      var ends = begins
      for (axis, size) in zip(stated, wanted) {
        let axis = try call.axis(axis, rank: input.count)
        let (more, overflow) = size.subtractingReportingOverflow(input[axis])
        guard !overflow else { throw EngineError("shape", expected: "sizes", found: "\(size)") }
        begins[axis] = more / 2
        ends[axis] = more - more / 2
      }
      return try [
        context.apply(Pad(begins: begins, ends: ends), to: [call.input(0)], for: call)
      ]
    },
    "ReverseSequence": { (context, call) throws(EngineError) in
      let rank = try call.type(0).shape.count
      let operation = try ReverseSequence(
        rowAxis: call.axis(call.integer("batch_axis", default: 1), rank: rank, "batch_axis"),
        stepAxis: call.axis(call.integer("time_axis", default: 0), rank: rank, "time_axis"))
      return try [context.apply(operation, to: [call.input(0), call.input(1)], for: call)]
    },
    "Range": range,
    "EyeLike": { (context, call) throws(EngineError) in
      let type = try call.type(0)
      guard type.shape.count == 2 else {
        throw EngineError("input", expected: "a matrix", found: "\(type.shape)")
      }
      let element = try call.elementType("dtype") ?? type.element
      let shift = try call.integer("k", default: 0)
      var indices: [Int] = []
      for row in 0..<type.shape[0] {
        let (column, overflow) = row.addingReportingOverflow(shift)
        if !overflow, (0..<type.shape[1]).contains(column) { indices += [row, column] }
      }
      let ones = AnyTensor(
        [indices.count / 2], integers: .init(repeating: 1, count: indices.count / 2),
        element: .int64)
      return [.known(try ones.converted(to: element).scattered(indices, shape: type.shape))]
    },
  ]

  /// The shape of a map and the size of its blocks.
  private static func blocks(
    _ call: ONNXCall
  ) throws(EngineError) -> (shape: [Int], block: Int) {
    let shape = try call.type(0).shape
    let block = try call.integer("blocksize") ?? 0
    guard shape.count == 4, (1...EngineLimits.window).contains(block) else {
      throw EngineError(
        "blocksize", expected: "a map and 1 to \(EngineLimits.window)",
        found: "\(shape) and \(block)")
    }
    return (shape, block)
  }

  /// Sizes of parts of one size, the last smaller where it does not come out even.
  private static func equalParts(of size: Int, count: Int) throws(EngineError) -> [Int] {
    let part = count > 0 ? size / count + (size.isMultiple(of: count) ? 0 : 1) : 0
    let last = size - part * max(0, count - 1)
    guard count > 0, last >= 0 else {
      throw EngineError("num_outputs", expected: "1 to \(size)", found: "\(count)")
    }
    return [Int](repeating: part, count: count - 1) + [last]
  }

  /// Parts of the first input, one behind the other along an axis.
  static func parts(
    _ context: ONNXContext, _ call: ONNXCall, axis: Int, sizes: [Int]
  ) throws(EngineError) -> [ONNXValue] {
    let shape = try call.type(0).shape
    var rest = shape[axis]
    for size in sizes {
      guard size >= 0, size <= rest else {
        throw EngineError("split", expected: "parts of \(shape[axis])", found: "\(sizes)")
      }
      rest -= size
    }
    guard rest == 0 else {
      throw EngineError("split", expected: "parts of \(shape[axis])", found: "\(sizes)")
    }
    var start = 0
    var parts: [ONNXValue] = []
    for size in sizes {
      parts.append(
        try context.part(
          of: call.input(0), axis: axis, Slice.Span(start: start, count: size), for: call))
      start += size
    }
    return parts
  }

  /// `Slice`: starts and ends as attributes before operator set 10, as inputs since.
  private static func slice(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let shape = try call.type(0).shape
    guard let starts = try call.integers("starts", orInput: 1),
      let ends = try call.integers("ends", orInput: 2), starts.count == ends.count
    else {
      throw EngineError("starts", expected: "as many starts as ends", found: "others")
    }
    let stated = try call.integers("axes", orInput: 3) ?? Array(0..<starts.count)
    let steps =
      try call.knownIfPresent(4, "steps")?.indices ?? [Int](repeating: 1, count: starts.count)
    guard stated.count == starts.count, steps.count == starts.count else {
      throw EngineError(
        "axes", expected: "\(starts.count) axes and steps",
        found: "\(stated.count) and \(steps.count)")
    }
    _ = try call.axes(stated, rank: shape.count)
    var spans = shape.map { Slice.Span(start: 0, count: $0) }
    for (number, axis) in stated.enumerated() {
      let axis = try call.axis(axis, rank: shape.count)
      spans[axis] = try Slice.Span(
        from: starts[number], to: ends[number], step: steps[number], size: shape[axis])
    }
    return try [context.apply(Slice(spans: spans), to: [call.input(0)], for: call)]
  }

  /// `Pad`: zeros around a map by the core, else general.
  private static func pad(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let type = try call.type(0)
    let rank = type.shape.count
    let stated = call.opset < 2 ? try call.integers("paddings") : nil
    let name = try call.text("mode", default: "constant")
    guard let mode = Pad.Mode(rawValue: name) else {
      throw EngineError(
        "mode", expected: Pad.Mode.allCases.map(\.rawValue).joined(separator: ", "), found: name)
    }
    let pads: [Int]
    if let stated { pads = stated } else { pads = try call.integers("pads", orInput: 1) ?? [] }
    let axes =
      if let axes = try call.knownIfPresent(3, "axes")?.indices { axes } else {
        Array(0..<rank)
      }
    guard pads.count == 2 * axes.count else {
      throw EngineError("pads", expected: "\(2 * axes.count)", found: "\(pads.count)")
    }
    _ = try call.axes(axes, rank: rank)
    var begins = [Int](repeating: 0, count: rank)
    var ends = begins
    for (number, axis) in axes.enumerated() {
      let axis = try call.axis(axis, rank: rank)
      begins[axis] = pads[number]
      ends[axis] = pads[axes.count + number]
    }
    var value = call.opset >= 11 ? call.present(2) : nil
    if let number = try call.float("value"), number != 0 || number.sign == .minus {
      value = .known(AnyTensor([], floats: [number]).converted(to: type.element))
    }
    if mode != .constant { value = nil }
    let isZero = value == nil || value?.tensor?.floats.first?.bitPattern == 0
    let isMap = rank == 4 && call.takesCore(type) && mode == .constant && isZero
    if isMap, begins.prefix(2) == [0, 0], ends.prefix(2) == [0, 0],
      (begins + ends).allSatisfy({ (0...EngineLimits.window).contains($0) })
    {
      let padding = Padding(
        top: begins[2], left: begins[3], bottom: ends[2], right: ends[3])
      return try [context.apply(.zeroPadding(ZeroPadding(padding)), to: [call.input(0)], for: call)]
    }
    let inputs = try [call.input(0)] + (value.map { [$0] } ?? [])
    return try [
      context.apply(Pad(begins: begins, ends: ends, mode: mode), to: inputs, for: call)
    ]
  }

  /// `Range`: start + i step, in binary64 or 64-bit integers, rounded or cut to the type.
  private static func range(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let names = ["start", "limit", "delta"]
    let bounds = try names.enumerated().map { (index, name) throws(EngineError) in
      let tensor = try call.known(index, name)
      guard tensor.count == 1 else {
        throw EngineError(name, expected: "one number", found: "\(tensor.count)")
      }
      return tensor
    }
    let element = bounds[0].element
    guard element != .bool, bounds.allSatisfy({ $0.element == element }) else {
      throw EngineError("start", expected: "numbers of one type", found: element.rawValue)
    }
    let limit = EngineLimits.valueElements
    func tooLong(_ count: String) -> EngineError {
      EngineError(.limit, "limit", expected: "at most \(limit) elements", found: count)
    }
    if element.isFloat {
      let numbers = bounds.map { $0.doubles[0] }
      let exact = ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up)
      guard exact.isFinite else {
        throw EngineError("delta", expected: "a step that reaches the limit", found: "\(numbers)")
      }
      guard exact <= Double(limit) else { throw tooLong("\(exact)") }
      let count = max(0, Int(max(exact, -1)))
      let values = (0..<count).map { numbers[0] + Double($0) * numbers[2] }
      return [.known(AnyTensor([count], doubles: values, element: element))]
    }
    let numbers = bounds.map { $0.integers[0] }
    guard numbers[2] != 0 else { throw EngineError("delta", expected: "no 0", found: "0") }
    let (distance, overflow) = numbers[1].subtractingReportingOverflow(numbers[0])
    guard !overflow else { throw tooLong("more") }
    guard (distance > 0) == (numbers[2] > 0), distance != 0 else {
      return [.known(AnyTensor([0], integers: [], element: element))]
    }
    let count = (distance.magnitude - 1) / numbers[2].magnitude + 1
    guard count <= UInt64(limit) else { throw tooLong("\(count)") }
    let values = (0..<Int64(count)).map { numbers[0] + $0 * numbers[2] }
    return [.known(AnyTensor([values.count], integers: values, element: element))]
  }
}

extension ONNXContext {
  /// Part of a value along one axis.
  func part(
    of value: ONNXValue, axis: Int, _ span: Slice.Span, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    let shape = value.type?.shape ?? []
    var spans = shape.map { Slice.Span(start: 0, count: $0) }
    spans[axis] = span
    return try apply(Slice(spans: spans), to: [value], for: call)
  }
}

extension ONNXCall {
  /// The element type that an attribute names by its number.
  func elementType(_ name: String) throws(EngineError) -> ElementType? {
    guard let number = try integer(name) else { return nil }
    guard let type = ONNXElementType(rawValue: number)?.stored else {
      throw EngineError(
        .unsupported, name, expected: "a common type of numbers", found: "\(number)")
    }
    return type
  }
}
