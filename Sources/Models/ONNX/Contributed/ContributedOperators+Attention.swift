import Bytes
import Engine
import Formats

extension ContributedOperators {
  /// Attention by heads, without what a decoder keeps from its last word.
  static let attention: [String: ONNXConversion] = [
    "Attention": { (context, call) throws(EngineError) in
      try call.demandAbsent(4, "past")
      try call.demandAbsent(6, "past_sequence_length")
      try call.demandOff("do_rotary")
      try call.demandUnwanted(1, "present")
      let width = try (call.type(1).shape.last ?? 0) / 3
      let sizes = try call.integers("qkv_hidden_sizes") ?? [width, width, width]
      let product = try context.standard("MatMul", [call.input(0), call.input(1)], for: call)
      let projected = try context.sum(of: [product, call.present(2)], for: call)
      let parts = try columns(context, call, projected, sizes: sizes)
      return [
        try attended(
          context, call, query: parts[0], key: parts[1], value: parts[2],
          mask: call.present(3), added: call.present(5))
      ]
    },
    "MultiHeadAttention": { (context, call) throws(EngineError) in
      for (index, name) in [(6, "past_key"), (7, "past_value"), (8, "past_sequence_length")] {
        try call.demandAbsent(index, name)
      }
      try call.demandUnwanted(1, "present_key")
      try call.demandUnwanted(2, "present_value")
      var parts = try (0..<3).map { (index) throws(EngineError) in try call.input(index) }
      if let bias = call.present(3) {
        let sizes = parts.map { $0.type?.shape.last ?? 0 }
        parts = try zip(parts, columns(context, call, bias, sizes: sizes)).map {
          (part, bias) throws(EngineError) in try context.sum(of: [part, bias], for: call)
        }
      }
      return [
        try attended(
          context, call, query: parts[0], key: parts[1], value: parts[2],
          mask: call.present(4), added: call.present(5))
      ]
    },
  ]

  /// Parts of a value along its last axis.
  private static func columns(
    _ context: ONNXContext, _ call: ONNXCall, _ value: ONNXValue, sizes: [Int]
  ) throws(EngineError) -> [ONNXValue] {
    let shape = value.type?.shape ?? []
    guard sizes.count == 3, sizes.allSatisfy({ $0 > 0 }),
      sizes.reduce(0, { $0.addingReportingOverflow($1).partialValue }) == shape.last
    else {
      throw EngineError(
        "weights", expected: "columns of queries, keys and values", found: "\(shape) for \(sizes)")
    }
    var start = 0
    var parts: [ONNXValue] = []
    for size in sizes {
      let span = Slice.Span(start: start, count: size)
      parts.append(try context.part(of: value, axis: shape.count - 1, span, for: call))
      start += size
    }
    return parts
  }

  /// softmax(scale Q K^T + what is masked or added) V for each head.
  private static func attended(
    _ context: ONNXContext, _ call: ONNXCall, query: ONNXValue, key: ONNXValue, value: ONNXValue,
    mask: ONNXValue?, added: ONNXValue?
  ) throws(EngineError) -> ONNXValue {
    let heads = try call.integer("num_heads", default: 0)
    /// [rows, words, heads x size] as [rows, heads, words, size], turned for a product from the left.
    func split(_ value: ONNXValue, _ axes: [Int]) throws(EngineError) -> ONNXValue {
      guard let shape = value.type?.shape, shape.count == 3, heads > 0,
        shape[2].isMultiple(of: heads)
      else {
        throw EngineError(
          .unsupported, "num_heads", expected: "a divisor of the width of [rows, words, width]",
          found: "\(heads) for \(value.type?.shape ?? [])")
      }
      let parts = [shape[0], shape[1], heads, shape[2] / heads]
      return try context.standard(
        "Transpose", [context.reshape(value, to: parts, for: call)], ["perm": .integers(axes)],
        for: call)
    }
    let (q, k, v) = try (
      split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]), split(value, [0, 2, 1, 3])
    )
    guard let size = q.type?.shape[3], let words = q.type?.shape[2], let keys = k.type?.shape[3],
      let width = value.type?.shape[2], let rows = value.type?.shape[0]
    else { throw EngineError("input", expected: "[rows, words, width]", found: "another shape") }
    let stated = try call.float("scale", default: 0)
    let scale = stated == 0 ? 1 / Float(size).squareRoot() : stated
    var scores = try context.standard(
      "Mul", [context.standard("MatMul", [q, k], for: call), .float(Double(scale))], for: call)
    if let added { scores = try context.sum(of: [scores, added], for: call) }
    let filler = try call.float("mask_filter_value", default: -10_000)
    if let mask {
      let bias = try masked(context, call, mask, rows: rows, keys: keys, filler: filler)
      scores = try context.sum(of: [scores, bias], for: call)
    }
    if try call.flag("unidirectional") {
      // A word sees itself and those before it; the keys end with the last word.
      let values = (0..<words).flatMap { word in
        (0..<keys).map { $0 <= word + keys - words ? Float(0) : -.greatestFiniteMagnitude }
      }
      let later = ONNXValue.known(AnyTensor([words, keys], floats: values))
      scores = try context.sum(of: [scores, later], for: call)
    }
    let weights = try context.standard("Softmax", [scores], ["axis": .integer(-1)], for: call)
    let y = try context.standard(
      "Transpose", [context.standard("MatMul", [weights, v], for: call)],
      ["perm": .integers([0, 2, 1, 3])], for: call)
    return try context.reshape(y, to: [rows, words, width], for: call)
  }

  /// 0 for the keys that a mask keeps and the filler for the others, as it stretches to the scores:
  /// of a mask [rows, keys] of truth values, or of the number of keys of each row.
  private static func masked(
    _ context: ONNXContext, _ call: ONNXCall, _ mask: ONNXValue, rows: Int, keys: Int,
    filler: Float
  ) throws(EngineError) -> ONNXValue {
    let shape = mask.type?.shape ?? []
    let keeps: ONNXValue
    if shape == [rows, keys] {
      let numbers = try context.cast(mask, to: .int32, for: call)
      let zero = ONNXValue.known(AnyTensor([], integers: [0], element: .int32))
      keeps = try context.standard("Greater", [numbers, zero], for: call)
    } else if shape == [rows] {
      let counts = try context.reshape(
        context.cast(mask, to: .int64, for: call), to: [rows, 1], for: call)
      keeps = try context.standard("Less", [.integers(Array(0..<keys)), counts], for: call)
    } else {
      throw EngineError(
        .unsupported, "mask", expected: "shape \([rows, keys]) or \([rows])", found: "\(shape)")
    }
    let bias = try context.standard(
      "Where", [keeps, .float(0), .float(Double(filler))], for: call)
    return try context.reshape(bias, to: [rows, 1, 1, keys], for: call)
  }
}
