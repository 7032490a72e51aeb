/// How far the results of another framework may lie from ours, element by element.
///
/// Two evaluations of one network in binary32 differ: sums run in another order or in parts,
/// products are fused into sums or not, normalisations are folded into weights, elementary
/// functions are off by a few ulp. This is the bound on all of that together, derived and computed
/// for the numbers at hand; `docs/numerics.md`, section 9, has it in full.
///
/// **Model.** An operation rounds its exact result v to v (1 + d) with |d| <= u = 2^-24. The d of
/// one evaluation are taken as random numbers of mean zero whatever came before (N. J. Higham and
/// T. Mary, SIAM J. Sci. Comput. 41(5), 2019, A2815; M. P. Connolly, N. J. Higham and T. Mary,
/// SIAM J. Sci. Comput. 43(1), 2021, A566), the errors of different elements of one value as
/// uncorrelated. A *deviation* s of an element means that its error passes t s with a probability
/// of at most 2 exp(-t^2 / 2); the bound is t s with t = `confidence` = 7, so 5e-11 an element.
///
/// **A sum.** Summing n terms in any order errs by the sum of d_k p_k over the partial sums p_k.
/// Each p_k is a sum of some of the terms, so |p_k| <= M, the larger of the sum of the positive
/// and of the negative ones, M = (A + |S|) / 2 with A the sum of magnitudes and S the sum. By
/// Azuma and Hoeffding the deviation is sqrt(n) u M, whatever the order.
///
/// The certain bound n u A, carried on by |w|, is of no use: on the logits of a small residual
/// network it is 22 where frameworks differ by 4e-6, and no tampered weight ever shows in it.
///
/// Not covered, and found by the comparison: arithmetic below binary32 (TF32, bfloat16), Winograd
/// and Fourier convolutions, quantisation, approximations of a function beyond `functionUlps`.
public struct AnyOrderBound: Sendable {
  /// How many deviations make the bound.
  public static let confidence = 7.0
  /// Half the distance from 1 to the next number of binary32.
  static let unitRoundoff = 0x1p-24
  /// How far elementary functions of a framework are trusted: measured are 5.6 ulp (tanh of
  /// TensorFlow) and for sigmoid an absolute error of this size, its tail being far worse.
  static let functionUlps = 8.0

  /// The graph's first output, as we compute it: [N] + its row shape.
  public let outputs: Tensor
  /// For each element of `outputs` the bound; infinite only where the element is NaN or infinite.
  public let outputErrors: Tensor
  /// What a softmax at the end takes, or the outputs again.
  public let logits: Tensor
  /// For each element of `logits` the bound; infinite where there is none.
  public let logitErrors: Tensor
}

/// A network made ready to bound the errors of other evaluations of it.
///
/// Values and bounds go through the graph node by node. The costly part, two products for each
/// layer of weights, runs on the same kernels as the network. Of the values only those are laid out
/// that a rule reads.
public struct AnyOrderBounds: Sendable {
  /// Bytes of values and deviations that are held at a time, unless one row needs more.
  private static let chunkBytes = 256 << 20

  private let graph: Graph
  private let nodes: [Int]
  private let values: Network
  private let rules: [any DeviationRule]
  /// For each of `nodes` which output of `values` it is; nil where no rule reads it.
  private let places: [Int?]

  /// Prepares the products; an error of the kind `unsupported` that names the first operator
  /// without a bound, or of the kind `limit` where keeping all values would need too much memory.
  public init(_ network: Network) throws(EngineError) {
    var graph = network.graph.withoutIdentities
    self.graph = graph
    let nodes = graph.ancestors(of: [graph.logits, graph.output]).filter { [graph] in
      !graph.nodes[$0].inputs.isEmpty
    }
    self.nodes = nodes
    var rules: [any DeviationRule] = []
    for node in nodes {
      do {
        rules.append(try graph.deviationRule(ofNode: node, variant: network.variant))
      } catch {
        throw error.inside(layer: graph.nodes[node].name)
      }
    }
    self.rules = rules
    var read: Set<Graph.Value> = [graph.output, graph.logits]
    for (node, rule) in zip(nodes, rules) {
      if rule.readsInputs { read.formUnion(graph.nodes[node].inputs) }
      if rule.readsOutput { read.insert(graph.value(ofNode: node)) }
    }
    var outputs: [Graph.Value] = []
    places = nodes.map { [graph] node in
      let value = graph.value(ofNode: node)
      guard read.contains(value) else { return nil }
      outputs.append(value)
      return outputs.count - 1
    }
    if !outputs.isEmpty { try graph.setOutputs(outputs) }
    values = try Network(graph, variant: network.variant)
  }

  /// Outputs and logits of a batch of inputs with their bounds; an error as from `init` where an
  /// operator has none for the numbers at hand.
  public func bound(_ inputs: Tensor, threads: Int = 1) throws(EngineError) -> AnyOrderBound {
    guard graph.inputs.count == 1 else {
      throw EngineError(
        .unsupported, "any-order bound", expected: "a network of one input",
        found: "\(graph.inputs.count) inputs")
    }
    let rowBytes = nodes.reduce(graph.inputs[0].type.byteCount) {
      $0 + 2 * graph.nodes[$1].type.byteCount
    }
    let count = inputs.shape.first ?? 0
    let chunk = max(1, min(count, AnyOrderBounds.chunkBytes / max(1, rowBytes)))
    var parts: [[Tensor]] = []
    for start in stride(from: 0, to: count, by: chunk) {
      let rows = try inputs.rows(start..<min(start + chunk, count))
      parts.append(try boundChunk(rows, threads: threads))
    }
    if parts.isEmpty { parts.append(try boundChunk(inputs, threads: threads)) }
    func joined(_ place: Int) throws(EngineError) -> Tensor {
      parts.count == 1 ? parts[0][place] : try Tensor(stacking: parts.map { $0[place] })
    }
    return AnyOrderBound(
      outputs: try joined(0), outputErrors: try joined(1), logits: try joined(2),
      logitErrors: try joined(3))
  }

  /// Outputs, their errors, logits, their errors.
  private func boundChunk(_ inputs: Tensor, threads: Int) throws(EngineError) -> [Tensor] {
    let rows = inputs.shape[0]
    let given = try values.given(inputs)
    let computed = nodes.isEmpty ? [] : try values.run([given], threads: threads)
    var known = [InexactRows?](repeating: nil, count: graph.valueCount)
    known[0] = InexactRows(
      shape: inputs.shape, values: given, rowType: graph.inputs[0].type)
    for (index, node) in graph.nodes.enumerated() {
      guard node.inputs.isEmpty, let constant = node.operation.general as? Constant else {
        continue
      }
      known[graph.valueIndex(ofNode: index)] = InexactRows(constant: constant.tensor)
    }
    for (place, node) in nodes.enumerated() {
      let node = (index: node, content: graph.nodes[node])
      var taken: [InexactRows] = []
      for input in node.content.inputs {
        guard let value = known[input.index] else {
          preconditionFailure("what a node takes is computed before it")
        }
        let isGeneral = node.content.operation.general != nil
        taken.append(
          value.isConstant && !isGeneral
            ? value.repeated(rows, shape: graph.rowShape(of: input)) : value)
      }
      var output = InexactRows(
        shape: [rows] + graph.rowShape(of: graph.value(ofNode: node.index)),
        values: places[place].map { computed[$0] }, rowType: node.content.type)
      do {
        output.deviations = try rules[place].deviations(
          taken, output: output, rows: rows, threads: threads)
      } catch {
        throw error.inside(layer: node.content.name)
      }
      known[graph.valueIndex(ofNode: node.index)] = output
    }
    try requireBound(on: known[graph.output.index], known)
    return try results(known[graph.output.index]) + results(known[graph.logits.index])
  }

  /// Throws where a finite number of the output has no finite bound, naming the first operator that
  /// had none for its numbers.
  private func requireBound(
    on output: InexactRows?, _ known: [InexactRows?]
  ) throws(EngineError) {
    guard let output, let deviations = output.deviations, deviations.nonFiniteCount > 0 else {
      return
    }
    let values = try output.values.single("output")
    guard
      zip(values.values, deviations.values).contains(where: { $0.isFinite && !$1.isFinite }),
      let first = nodes.first(where: {
        (known[graph.valueIndex(ofNode: $0)]?.deviations?.nonFiniteCount ?? 0) > 0
      })
    else { return }
    throw EngineError(
      .unsupported, "any-order bound", expected: "numbers that have a bound",
      found: "operator \(graph.nodes[first].operation.name) near a singularity"
    ).inside(layer: graph.nodes[first].name)
  }

  private func results(_ value: InexactRows?) throws(EngineError) -> [Tensor] {
    guard let value, !value.isConstant else {
      throw EngineError(
        .unsupported, "any-order bound", expected: "an output that depends on the input",
        found: "a constant")
    }
    return [try value.values.single("output"), try value.errors()]
  }
}

extension Network {
  /// Outputs and logits with the bounds on what any other evaluation in binary32 gives.
  ///
  /// Prepares the network each time; `AnyOrderBounds` does it once for several batches.
  public func errorBounds(
    _ inputs: Tensor, threads: Int = 1
  ) throws(EngineError) -> AnyOrderBound {
    try AnyOrderBounds(self).bound(inputs, threads: threads)
  }
}
