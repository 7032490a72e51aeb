import Bytes
import Engine

extension KerasLayers {
  static let attention: [String: KerasSingleConversion] = [
    "MultiHeadAttention": multiHeadAttention,
    "Attention": { (call) throws(EngineError) in try dotAttention(call) },
    "AdditiveAttention": { (call) throws(EngineError) in
      let (q, k, v) = try call.queryKeyValue()
      let scale =
        try call.layer.bool("use_scale", default: true)
        ? try call.weights.tensors(named: ["scale"])[0] : nil
      let tanh = try call.elementwise(.tanh, to: call.pairSums(q, k))
      let weighted =
        try scale.map { (scale) throws(EngineError) in
          try call.arithmetic(.multiply, tanh, call.constant(AnyTensor(scale)))
        } ?? tanh
      let scores = try call.append(
        Reduction(.sum, axes: [2], keepsAxes: false), to: [weighted])
      return try call.attended(scores, v)
    },
  ]

  /// `Attention`: softmax(q k^T) v for each batch, or of a sum of tangents.
  private static func dotAttention(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let (q, k, v) = try call.queryKeyValue()
    let mode = try call.layer.text("score_mode", default: "dot")
    let hasScale = try call.layer.bool("use_scale", default: false)
    let names =
      (hasScale ? ["scale"] : []) + (mode == "concat" ? ["concat_score_weight"] : [])
    let tensors = try call.weights.tensors(named: names)
    let scale = hasScale ? try call.constant(AnyTensor(tensors[0]).reshaped([])) : nil
    switch mode {
    case "dot":
      var scores = try call.append(MatMul(), to: [q, call.transpose(k, [1, 0])])
      if let scale { scores = try call.arithmetic(.multiply, scores, scale) }
      return try call.attended(scores, v)
    case "concat":
      var sums = try call.pairSums(q, k)
      if let scale { sums = try call.arithmetic(.multiply, sums, scale) }
      let scores = try call.append(
        Reduction(.sum, axes: [2], keepsAxes: false),
        to: [call.elementwise(.tanh, to: sums)])
      let weight = try call.constant(AnyTensor(tensors[names.count - 1]).reshaped([]))
      return try call.attended(call.arithmetic(.multiply, scores, weight), v)
    case let other:
      throw call.layer.unsupported("score_mode", "dot or concat", other)
    }
  }

  /// `MultiHeadAttention` over steps of vectors: projections, then for each head
  /// softmax(q k^T / sqrt(key_dim)) v, then a projection of all heads.
  private static func multiHeadAttention(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    for key in ["use_gate", "flash_attention"] where try call.layer.bool(key, default: false) {
      throw call.layer.unsupported(key, "false", "true")
    }
    guard !call.layer.has("sliding_window") else {
      throw call.layer.unsupported("sliding_window", "none", "a window")
    }
    let (q, k, v) = try call.queryKeyValue()
    let hasBias = try call.layer.bool("use_bias", default: true)
    let step = hasBias ? 2 : 1
    func projection(_ name: String, _ number: Int) throws(EngineError) -> [Tensor] {
      try call.weights.part(name, number * step..<(number + 1) * step)
        .tensors(named: hasBias ? ["kernel", "bias"] : ["kernel"])
    }
    func heads(_ x: Graph.Value, _ tensors: [Tensor]) throws(EngineError) -> Graph.Value {
      let shape = tensors[0].shape
      guard shape.count == 3 else {
        throw EngineError("kernel", expected: "inputs x heads x size", found: "\(shape)")
      }
      let width = shape[1] * shape[2]
      let y = try call.product(
        x, kernel: AnyTensor(tensors[0]).reshaped([shape[0], width]).single("kernel"),
        bias: tensors.count > 1 ? call.flat(tensors[1], count: width) : nil)
      return try call.transpose(
        call.reshape(y, to: [call.shape(of: x)[0], shape[1], shape[2]]), [1, 0, 2])
    }
    let size = try call.layer.integer("key_dim")
    guard size > 0 else { throw EngineError("key_dim", expected: "above 0", found: "\(size)") }
    let queries = try call.arithmetic(
      .multiply, heads(q, projection("query_dense", 0)), 1 / Double(size).squareRoot())
    let keys = try heads(k, projection("key_dense", 1))
    let values = try heads(v, projection("value_dense", 2))
    let scores = try call.masked(
      call.append(MatMul(), to: [queries, call.transpose(keys, [0, 2, 1])]))
    let weights = try call.append(AxisSoftmax(.softmax, axis: 2), to: [scores])
    let attended = try call.transpose(call.append(MatMul(), to: [weights, values]), [1, 0, 2])
    let output = try projection("output_dense", 3)
    let (steps, shape) = (call.shape(of: attended), output[0].shape)
    guard shape.count == 3, shape[0] == steps[1], shape[1] == steps[2] else {
      throw EngineError("kernel", expected: "\(steps.dropFirst()) x outputs", found: "\(shape)")
    }
    return try call.product(
      call.reshape(attended, to: [steps[0], steps[1] * steps[2]]),
      kernel: AnyTensor(output[0]).reshaped([shape[0] * shape[1], shape[2]]).single("kernel"),
      bias: output.count > 1 ? output[1] : nil)
  }
}

extension KerasCall {
  /// Query, key and value: steps of vectors each. Keras takes query, value and, where it is
  /// another, key.
  fileprivate func queryKeyValue() throws(EngineError) -> (
    query: Graph.Value, key: Graph.Value, value: Graph.Value
  ) {
    var values = inputs
    for (name, argument) in arguments.named {
      switch (name, argument) {
      case ("query", .value(let value)): values.insert(value, at: 0)
      case ("value", .value(let value)), ("key", .value(let value)): values.append(value)
      case (_, .constant(.bool(false))): break
      case (_, .constant(.null)), ("training", _): break
      case ("use_causal_mask", .constant(.bool(true))): break
      default: throw layer.unsupported(name, "none", "one")
      }
    }
    guard (2...3).contains(values.count) else {
      throw EngineError("inbound_nodes", expected: "2 or 3 inputs", found: "\(values.count)")
    }
    for value in values where shape(of: value).count != 2 {
      throw layer.unsupported("input", "steps of vectors", "shape \(shape(of: value))")
    }
    return (values[0], values.count > 2 ? values[2] : values[1], values[1])
  }

  /// q + k for each pair of their steps.
  fileprivate func pairSums(
    _ q: Graph.Value, _ k: Graph.Value
  ) throws(EngineError) -> Graph.Value {
    let (queries, keys) = (shape(of: q), shape(of: k))
    return try arithmetic(
      .add, reshape(q, to: [queries[0], 1, queries[1]]), reshape(k, to: [1, keys[0], keys[1]]))
  }

  /// The mean of the values by the softmax of scores.
  fileprivate func attended(
    _ scores: Graph.Value, _ v: Graph.Value
  ) throws(EngineError) -> Graph.Value {
    let weights = try append(AxisSoftmax(.softmax, axis: 1), to: [masked(scores)])
    return try append(MatMul(), to: [weights, v])
  }

  /// Scores whose last axes are queries and keys; where the call says so, those of keys behind the
  /// query are so low that the softmax makes them 0.
  fileprivate func masked(_ scores: Graph.Value) throws(EngineError) -> Graph.Value {
    let isCausal = arguments.named.contains {
      guard $0.name == "use_causal_mask", case .constant(.bool(true)) = $0.argument else {
        return false
      }
      return true
    }
    guard isCausal else { return scores }
    let sizes = Array(shape(of: scores).suffix(2))
    let isSeen = (0..<sizes[0]).flatMap { query in
      (0..<sizes[1]).map { Int64($0 <= query ? 1 : 0) }
    }
    return try append(
      Select(),
      to: [
        constant(AnyTensor(sizes, integers: isSeen, element: .bool)), scores, constant(-1e9),
      ])
  }

  fileprivate func flat(_ tensor: Tensor, count: Int) throws(EngineError) -> Tensor {
    guard tensor.count == count else {
      throw EngineError("bias", expected: "\(count) numbers", found: "\(tensor.shape)")
    }
    return try AnyTensor(tensor).reshaped([count]).single("bias")
  }
}
