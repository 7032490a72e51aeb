import CKernels

/// One or more nodes that the kernels compute in one go: an operator with the normalisation, the
/// sum with another value and the activation that follow it. Fusing changes no bit: each step stays
/// one rounding of its own.
struct Unit: Sendable {
  /// The first node.
  let node: Int
  /// What the first node computes.
  let operation: Operator
  /// The shapes around the first node.
  let place: Place
  /// The indices of the values that it takes.
  let inputs: [Int]
  /// The index of the value that the last node gives.
  fileprivate(set) var value: Int
  fileprivate(set) var normalization: BatchNormalization?
  fileprivate(set) var sum: Sum?
  fileprivate(set) var activation: ck_activation?
}

/// The sum of what a unit has computed and a value that another unit gave before.
struct Sum: Sendable {
  /// The node that adds.
  let node: Int
  /// The value, and which of the node's inputs it is.
  let value: Int
  let edge: Int
}

/// A vector that is another value's elements in another order, never laid out itself: the dense
/// layer behind it reads that value.
struct View: Sendable {
  /// The node that flattens.
  let node: Int
  let source: Int
  let arrangement: Rearrangement
}

/// The units of a graph, in order.
struct Fusion: Sendable {
  private(set) var units: [Unit] = []
  /// The views, by the index of the value that the dense layer takes.
  private(set) var views: [Int: View] = [:]
  /// For each value the units that read it, views looked through.
  private(set) var readers: [[Int]]

  /// The values that others need besides their readers: targets and those added to others.
  private var isTaken: Set<Int>
  /// For each value the unit that gives it; nil for the input and for views.
  private(set) var makers: [Int?]

  /// Fuses the nodes that the targets depend on; those are laid out. Constants are no units.
  init(_ graph: Graph, targets: [Graph.Value]) {
    let nodes = graph.ancestors(of: targets)
    var takers = [[Int]](repeating: [], count: graph.valueCount)
    for node in nodes {
      for input in graph.nodes[node].inputs { takers[input.index].append(node) }
    }
    let isKept = Set(targets.map(\.index))
    isTaken = isKept
    /// The only node that takes a value which need not be laid out.
    func next(after value: Int) -> Int? {
      takers[value].count == 1 && !isKept.contains(value) ? takers[value][0] : nil
    }
    readers = [[Int]](repeating: [], count: graph.valueCount)
    makers = [Int?](repeating: nil, count: graph.valueCount)
    var isDone = [Bool](repeating: false, count: graph.nodes.count)
    for index in nodes where !isDone[index] {
      let node = graph.nodes[index]
      if node.inputs.isEmpty { continue }
      let value = graph.valueIndex(ofNode: index)
      if let arrangement = node.rearrangement, let taker = next(after: value),
        case .dense = graph.nodes[taker].operation, views[node.inputs[0].index] == nil
      {
        views[value] = View(
          node: index, source: node.inputs[0].index, arrangement: arrangement)
        continue
      }
      var unit = Unit(
        node: index, operation: node.operation, place: node.place,
        inputs: node.inputs.map(\.index), value: value)
      unit.normalization = node.operation.normalization
      unit.activation = node.operation.fusibleActivation
      let definition = node.operation.definition
      if definition?.fusesNormalization == true, let follower = next(after: unit.value),
        case .batchNormalization(let normalization) = graph.nodes[follower].operation
      {
        unit.normalization = normalization
        unit.value = graph.valueIndex(ofNode: follower)
        isDone[follower] = true
      }
      if definition?.fusesSum(unit.place) == true, let follower = next(after: unit.value),
        let sum = graph.sum(ofNode: follower, with: unit.value), makers[sum.value] != nil
      {
        unit.sum = sum
        isTaken.insert(sum.value)
        unit.value = graph.valueIndex(ofNode: follower)
        isDone[follower] = true
      }
      if definition?.fusesActivation == true, let follower = next(after: unit.value),
        let activation = graph.nodes[follower].operation.fusibleActivation
      {
        unit.activation = activation
        unit.value = graph.valueIndex(ofNode: follower)
        isDone[follower] = true
      }
      for input in unit.inputs { readers[views[input]?.source ?? input].append(units.count) }
      makers[unit.value] = units.count
      units.append(unit)
    }
  }

  /// The unit that reads a value, where nothing else does.
  func onlyReader(of value: Int) -> Int? {
    readers[value].count == 1 && !isTaken.contains(value) ? readers[value][0] : nil
  }
}

extension Graph {
  /// The node as a sum of two values, one of which is given.
  fileprivate func sum(ofNode node: Int, with value: Int) -> Sum? {
    guard case .add = nodes[node].operation else { return nil }
    let inputs = nodes[node].inputs.map(\.index)
    guard inputs.count == 2, let edge = inputs.firstIndex(where: { $0 != value }) else {
      return nil
    }
    return Sum(node: node, value: inputs[edge], edge: edge)
  }
}

extension Graph.Node {
  /// The order of the elements, where the node changes nothing else.
  fileprivate var rearrangement: Rearrangement? {
    switch operation {
    case .flatten(let flatten): flatten.rearrangement(place)
    case .reshape(let reshape): reshape.rearrangement(place)
    default: nil
    }
  }
}

extension Operator {
  /// The normalisation that the operator is.
  fileprivate var normalization: BatchNormalization? {
    if case .batchNormalization(let normalization) = self { normalization } else { nil }
  }

  /// The activation that a kernel can apply as it stores.
  fileprivate var fusibleActivation: ck_activation? {
    switch self {
    case .relu(let relu): relu.activation
    case .leakyReLU(let relu): relu.activation
    case .clip(let clip): clip.activation
    default: nil
    }
  }
}
