import Engine
import Glibc
import TestSupport
import Testing

/// A network of layers with its definition in binary64 beside the engine's graph.
struct LayeredNetwork: Sendable, CustomTestStringConvertible {
  /// A layer at its place: which values it takes, 0 being the input.
  private struct Placed: Sendable {
    let layer: Layer
    let inputs: [Int]
  }

  let testDescription: String
  let graph: Graph
  private let placed: [Placed]
  private let values: [Graph.Value]

  /// Appends layers, then a dense layer to five classes.
  init(
    _ name: String, input: Features, layout: Layout = .channelsLast, seed: UInt64 = 1,
    _ build: (inout Builder) throws -> Void
  ) {
    do {
      var builder = try Builder(input: input, layout: layout, seed: seed)
      try build(&builder)
      try builder.classify()
      testDescription = name
      graph = builder.graph
      placed = builder.placed.map { Placed(layer: $0.0, inputs: $0.1) }
      values = builder.values
    } catch {
      preconditionFailure("\(name): \(error)")
    }
  }

  struct Builder {
    fileprivate(set) var graph: Graph
    fileprivate var placed: [(Layer, [Int])] = []
    fileprivate var values: [Graph.Value]
    var random: RandomNumbers

    fileprivate init(input: Features, layout: Layout, seed: UInt64) throws {
      let shape =
        input.height == 1 && input.width == 1 && layout == .channelsFirst
        ? [input.channels] : layout.shape(of: input)
      graph = try Graph(inputShape: shape, layout: layout)
      values = [graph.input]
      random = RandomNumbers(seed: seed)
    }

    /// The number of the last value.
    var last: Int { values.count - 1 }

    /// The size of the last value.
    var features: Features { graph.features(of: values[last]) }

    /// Adds a layer; it takes the last value unless others are named.
    mutating func add(_ layer: Layer, to inputs: [Int]? = nil) throws {
      let inputs = inputs ?? [last]
      values.append(
        try graph.append(
          layer.operation, named: "layer \(values.count)", to: inputs.map { values[$0] }))
      placed.append((layer, inputs))
    }

    mutating func convolution(_ shape: ConvolutionShape, to inputs: [Int]? = nil) throws {
      try add(.convolution(shape, &random), to: inputs)
    }

    mutating func dense(_ outputs: Int, order: DenseKernel.Order = .inputsOutputs) throws {
      try add(.dense(features.channels, outputs, order: order, &random))
    }

    fileprivate mutating func classify() throws {
      if graph.shape(of: values[last]).count != 1 { try add(.flatten(graph.layout)) }
      try dense(5)
    }
  }

  /// The logits in binary64 for one input in the layout of the graph.
  func logits(_ input: [Double]) -> [Double] {
    var evaluator = Evaluator.binary64
    return layers(input, &evaluator).last ?? []
  }

  /// What each layer gives for one input, in the layout of the graph.
  func layers(_ input: [Double], _ evaluator: inout Evaluator) -> [[Double]] {
    let features = graph.features(of: graph.input)
    var map = Map64(features, input)
    if graph.inputShape.count == 3, graph.layout == .channelsLast {
      map = Map64(features) { c, r, q in input[(r * features.width + q) * features.channels + c] }
    }
    var values = [map]
    for place in placed {
      values.append(place.layer.apply(place.inputs.map { values[$0] }, &evaluator))
    }
    return values.dropFirst().map { value in
      value.features.pixels > 1 ? value.values(in: graph.layout) : value.values
    }
  }

  /// The number of layers, the dense one at the end included.
  var layerCount: Int { placed.count }

  /// The graph that ends behind a layer.
  func graph(endingAtLayer layer: Int) throws -> Graph {
    var graph = graph
    try graph.setOutput(values[layer + 1])
    return graph
  }

  /// The cross-entropy of the logits with a label, in binary64.
  func loss(_ input: [Double], label: Int) -> Double {
    let logits = logits(input)
    let largest = logits.max() ?? 0
    return largest - logits[label] + log(logits.reduce(0) { $0 + exp($1 - largest) })
  }
}
