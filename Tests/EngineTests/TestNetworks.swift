import Engine
import TestSupport

/// The networks of the fixtures, with random weights.
enum TestNetworks {
  /// 28 x 28 x 1, convolution 32 3 x 3, relu, pool, dense 128, relu, dense 10, softmax.
  static func digits(seed: UInt64 = 1) throws -> Graph {
    var random = RandomNumbers(seed: seed)
    var graph = try Graph(inputShape: [28, 28, 1], layout: .channelsLast)
    var value = try graph.append(
      .convolution(
        Convolution(
          kernel: ConvolutionKernel(
            random.tensor([3, 3, 1, 32], scale: 0.4), order: .rowsColumnsInputsOutputs),
          bias: random.tensor([32], scale: 0.1))),
      named: "conv2d", to: [graph.input])
    value = try graph.append(.relu(ReLU()), named: "conv2d", to: [value])
    value = try graph.append(
      .maxPool(MaxPool(window: Window(kernel: Extent(2), stride: Extent(2)))), named: "pool",
      to: [value])
    value = try graph.append(
      .flatten(Flatten(order: .channelsLast)), named: "flatten", to: [value])
    value = try graph.dense(5408, 128, named: "dense", to: value, &random)
    value = try graph.append(.relu(ReLU()), named: "dense", to: [value])
    value = try graph.dense(128, 10, named: "dense_1", to: value, &random)
    try graph.append(.softmax(Softmax()), named: "dense_1", to: [value])
    return graph
  }

  /// Three residual blocks of 16, 32 and 48 channels, TensorFlow's padding, batch norm, global
  /// average pool.
  static func residual(seed: UInt64 = 2) throws -> Graph {
    var random = RandomNumbers(seed: seed)
    var graph = try Graph(inputShape: [28, 28, 1], layout: .channelsLast)
    func convolution(_ channels: Int, _ side: Int, _ stride: Int, _ name: String, _ x: Graph.Value)
      throws -> Graph.Value
    {
      let inputs = graph.features(of: x).channels
      let scale = 1.5 / Float(inputs * side * side).squareRoot()
      let kernel = try ConvolutionKernel(
        random.tensor([side, side, inputs, channels], scale: scale),
        order: .rowsColumnsInputsOutputs)
      let layer = try Convolution(kernel: kernel, stride: Extent(stride))
        .paddedToSame(for: graph.features(of: x))
      return try graph.append(.convolution(layer), named: name, to: [x])
    }
    func normalization(_ name: String, _ x: Graph.Value) throws -> Graph.Value {
      let channels = graph.features(of: x).channels
      let variance = random.floats(channels, scale: 0.4).map { 1 + $0 }
      let operation = try BatchNormalization(
        gamma: random.tensor([channels]), beta: random.tensor([channels], scale: 0.3),
        mean: random.tensor([channels], scale: 0.3),
        variance: Tensor(shape: [channels], values: variance), epsilon: 1e-3)
      return try graph.append(.batchNormalization(operation), named: name, to: [x])
    }
    func relu(_ name: String, _ x: Graph.Value) throws -> Graph.Value {
      try graph.append(.relu(ReLU()), named: name, to: [x])
    }
    var x = try relu("r0", normalization("b0", convolution(16, 3, 1, "c0", graph.input)))
    for (name, channels, stride) in [("k1", 16, 1), ("k2", 32, 2), ("k3", 48, 2)] {
      var h = try convolution(channels, 3, stride, name + "_c1", x)
      h = try relu(name + "_r1", normalization(name + "_b1", h))
      h = try convolution(channels, 3, 1, name + "_c2", h)
      h = try normalization(name + "_b2", h)
      if stride != 1 { x = try convolution(channels, 1, stride, name + "_cs", x) }
      x = try relu(
        name + "_r2", graph.append(.add(Add()), named: name + "_add", to: [h, x]))
    }
    x = try graph.append(.globalAveragePool(GlobalAveragePool()), named: "gap", to: [x])
    x = try graph.dense(48, 10, named: "fc", to: x, &random)
    try graph.append(.softmax(Softmax()), named: "fc", to: [x])
    return graph
  }
}

extension Graph {
  mutating func dense(
    _ inputs: Int, _ outputs: Int, named name: String, to value: Value,
    _ random: inout RandomNumbers
  ) throws -> Value {
    let scale = 1.5 / Float(inputs).squareRoot()
    let kernel = try DenseKernel(
      random.tensor([inputs, outputs], scale: scale), order: .inputsOutputs)
    let layer = try Dense(kernel: kernel, bias: random.tensor([outputs], scale: 0.1))
    return try append(.dense(layer), named: name, to: [value])
  }
}
