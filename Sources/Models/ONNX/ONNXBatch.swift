import Engine

/// Where the batch lies in the values of a graph that is built for one row of it.
///
/// Such a graph computes each row alone. An operator that takes elements along the batch's axis
/// together would give other numbers for a whole batch than for its rows, so it is refused.
struct ONNXBatch {
  /// The batch's axis of each value that is known to have one.
  private var axes: [Graph.Value: Int]
  /// Values whose numbers are places in the whole batch: in a row's graph they count from the row.
  private var places: Set<Graph.Value> = []
  /// Whether the file fixes the batch at several rows, so that it may hold numbers for each of them.
  private let isFixed: Bool

  /// The batch is the first axis of the given values.
  init(leading values: [Graph.Value] = [], isFixed: Bool = false) {
    self.isFixed = isFixed
    axes = Dictionary(uniqueKeysWithValues: values.map { ($0, 0) })
  }

  /// Throws where elements along some axes of a value are taken together and the batch's is one.
  func demandApart(
    _ joined: [Int], of value: Graph.Value, by name: String
  ) throws(EngineError) {
    guard let axis = axes[value], joined.contains(axis) else { return }
    throw EngineError(
      .unsupported, "batch", expected: "rows that do not depend on one another",
      found: "\(name) along the batch's axis; 'proofmark run' evaluates the model whole")
  }

  /// Follows the batch through a node of the graph; throws where it takes rows together.
  mutating func pass(
    _ operation: Operator, from inputs: [Graph.Value], to output: Graph.Value, in graph: Graph
  ) throws(EngineError) {
    if let first = inputs.first {
      try demandApart(
        operation.joinedAxes(of: graph.type(of: first)), of: first, by: operation.name)
    }
    for input in inputs where !(operation.general is MaxUnpool) { try demandNoPlaces(input) }
    if let pool = operation.general as? MaxPoolND, pool.result != .values, axes[inputs[0]] != nil {
      places.insert(output)
    }
    if isFixed, inputs.contains(where: { axes[$0] != nil }), !operation.isRowwise {
      throw ONNXBatch.lost
    }
    let shape = graph.shape(of: output)
    for input in inputs {
      guard let axis = axes[input] else { continue }
      let place = place(of: axis, behind: operation, graph.shape(of: input), shape)
      guard let place, place < shape.count, shape[place] == 1 else {
        guard !isFixed else { throw ONNXBatch.lost }
        continue
      }
      guard !isFixed || axes[output] == nil || axes[output] == place else { throw ONNXBatch.lost }
      axes[output] = place
      guard isFixed else { return }
    }
  }

  /// Throws where the number of rows, which the file fixes, is asked for.
  func demandUncounted(_ value: Graph.Value) throws(EngineError) {
    if isFixed, axes[value] != nil { throw ONNXBatch.lost }
  }

  /// Throws for places in the whole batch, which only the way back of a max pool can take by rows.
  func demandNoPlaces(_ value: Graph.Value) throws(EngineError) {
    guard places.contains(value) else { return }
    throw EngineError(
      .unsupported, "batch", expected: "rows that do not depend on one another",
      found: "places in the whole batch; 'proofmark run' evaluates the model whole")
  }

  /// Whether a value of the graph is known to have the batch as its first axis.
  func leads(_ value: Graph.Value) -> Bool { axes[value] == 0 }

  private static let lost = EngineError(
    .unsupported, "batch", expected: "an axis that stays apart", found: "one that is taken in")

  /// The batch's axis behind an operator; nil where it cannot be told.
  private func place(
    of axis: Int, behind operation: Operator, _ input: [Int], _ output: [Int]
  ) -> Int? {
    if let transpose = operation.general as? Transpose {
      return transpose.axes.firstIndex(of: axis)
    }
    if let reduction = operation.general as? Reduction, output.count < input.count {
      return axis - reduction.axes.count { $0 < axis }
    }
    // Operands of fewer axes are stretched along those in front.
    if operation.general is Arithmetic { return axis + output.count - input.count }
    if input.count == output.count, !operation.isReshape { return axis }
    let before = input[..<axis].reduce(1, *)
    return output.indices.first { output[$0] == 1 && output[..<$0].reduce(1, *) == before }
  }
}

extension Operator {
  /// The axes of an input along which the operator takes elements together.
  fileprivate func joinedAxes(of input: TensorType) -> [Int] {
    switch self {
    // What a triangle keeps of a row depends on its place among the others.
    case .general(let general) where general is Triangle:
      Array(input.shape.indices.suffix(2))
    case .general(let general): general.joinedAxes(of: input)
    case .averagePool, .convolution, .dense, .globalAveragePool, .maxPool, .softmax, .zeroPadding:
      Array(input.shape.indices.dropFirst())
    default: []
    }
  }

  /// Whether the operator is known to compute each row of a batch, wherever its axis is, as it would
  /// alone: those of the core, and general ones that no place along the axis tells apart.
  fileprivate var isRowwise: Bool {
    guard let general else { return true }
    switch general {
    case is Arithmetic, is Comparison, is Select, is Exponentiation, is UnaryOperation, is Cast,
      is Transpose, is ShapeChange, is Concatenate, is Pad, is Resize, is AxisRegrouping,
      is MatMul, is Gemm, is ConvolutionND, is ConvolutionTransposeND, is MaxPoolND,
      is AveragePoolND, is Reduction, is Standardization, is AxisSoftmax, is ArgExtremum,
      is ChannelNormalization, is LocalResponseNormalization, is NormDivision:
      return true
    default: return false
    }
  }

  fileprivate var isReshape: Bool {
    switch self {
    case .flatten, .reshape: true
    default: general is ShapeChange
    }
  }
}
