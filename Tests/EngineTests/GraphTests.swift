import Engine
import TestSupport
import Testing

/// Shape rules, and what a graph refuses.
@Suite struct GraphTests {
  @Test func `shapes follow the operators`() throws {
    let graph = try TestNetworks.digits()
    #expect(
      graph.nodes.map(\.shape) == [
        [26, 26, 32], [26, 26, 32], [13, 13, 32], [5408], [128], [128], [10], [10],
      ])
    #expect(graph.parameterCount == 693_962)
    #expect(graph.multiplyAccumulates == 26 * 26 * 32 * 9 + 5408 * 128 + 1280)
    #expect(graph.nodes[0].operation.name == "convolution")
    #expect(graph.shape(of: graph.logits) == [10])
  }

  /// Input size, kernel, stride, dilation, and TensorFlow's output size and padding before and
  /// after.
  static let same = [
    (28, 3, 1, 1, 28, 1, 1), (28, 3, 2, 1, 14, 0, 1), (27, 3, 2, 1, 14, 1, 1),
    (28, 1, 2, 1, 14, 0, 0), (7, 5, 3, 1, 3, 2, 2), (10, 2, 1, 1, 10, 0, 1),
    (10, 3, 1, 2, 10, 2, 2), (5, 2, 4, 1, 2, 0, 1),
  ]

  @Test(arguments: same)
  func `padding same is TensorFlow's`(
    _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ output: Int, _ before: Int,
    _ after: Int
  ) throws {
    let input = Features(channels: 1, height: size, width: size)
    let window = try Window(
      kernel: Extent(kernel), stride: Extent(stride), dilation: Extent(dilation)
    ).paddedToSame(for: input)
    #expect(window.padding == Padding(top: before, left: before, bottom: after, right: after))
    var graph = try Graph(inputShape: [1, size, size], layout: .channelsFirst)
    if dilation == 1 {
      try graph.append(
        .averagePool(AveragePool(window: window)), named: "pool", to: [graph.input])
      #expect(graph.outputShape == [1, output, output])
    }
  }

  @Test func `an error names the layer, the attribute, what was expected and found`() throws {
    var random = RandomNumbers(seed: 1)
    var graph = try Graph(inputShape: [8, 8, 3], layout: .channelsLast)
    let layer = try Layer.convolution(.init(inputs: 4, outputs: 2), &random)
    #expect(
      throws: EngineError(
        .malformed, "kernel", expected: "3 input channels", found: "4"
      ).inside(layer: "stem")
    ) { try graph.append(layer.operation, named: "stem", to: [graph.input]) }
    do {
      try graph.append(layer.operation, named: "stem", to: [graph.input])
    } catch {
      #expect("\(error)" == "layer stem: kernel: expected 3 input channels, found 4")
    }
    #expect(graph.nodes.isEmpty)
  }

  @Test func `operators that do not fit their input are refused`() throws {
    var random = RandomNumbers(seed: 1)
    let vector = try Graph(inputShape: [12], layout: .channelsLast)
    let map = try Graph(inputShape: [4, 3, 1], layout: .channelsLast)
    let wide = Window(kernel: Extent(5))
    let padded = Window(
      kernel: Extent(2), padding: Padding(top: 2, left: 0, bottom: 0, right: 0))
    let cases: [(Graph, Operator)] = try [
      (vector, Layer.convolution(.init(inputs: 12, outputs: 1), &random).operation),
      (vector, .maxPool(MaxPool(window: Window(kernel: Extent(2))))),
      (vector, .globalAveragePool(GlobalAveragePool())),
      (
        try Graph(inputShape: [300, 300, 1], layout: .channelsLast),
        .maxPool(MaxPool(window: Window(kernel: Extent(257))))
      ),
      (vector, Layer.dense(11, 2, &random).operation),
      (map, Layer.dense(12, 2, &random).operation),
      (map, Layer.normalization(2, &random).operation),
      (map, .maxPool(MaxPool(window: wide))),
      (map, .averagePool(AveragePool(window: padded))),
      (map, .reshape(Reshape(shape: [5, 5]))),
      (map, .reshape(Reshape(shape: [-1, 12]))),
      (map, .add(Add())),
      (map, .maxPool(MaxPool(window: Window(kernel: Extent(0))))),
      (map, .maxPool(MaxPool(window: Window(kernel: Extent(1), stride: Extent(-1))))),
      (map, .zeroPadding(ZeroPadding(Padding(top: -1, left: 0, bottom: 0, right: 0)))),
      (map, .zeroPadding(ZeroPadding(Padding(top: .max, left: 0, bottom: 0, right: 0)))),
      (
        map,
        .maxPool(
          MaxPool(window: Window(kernel: Extent(.max), dilation: Extent(.max))))
      ),
    ]
    for (graph, operation) in cases {
      var graph = graph
      #expect(throws: EngineError.self) {
        try graph.append(operation, named: "layer", to: [graph.input])
      }
    }
  }

  @Test func `constants that do not belong together are refused`() throws {
    func tensor(_ shape: [Int]) throws -> Tensor { try Tensor(shape: shape) { _ in } }
    #expect(throws: EngineError.self) {
      try ConvolutionKernel(tensor([3, 3, 4]), order: .outputsInputsRowsColumns)
    }
    #expect(throws: EngineError.self) {
      try ConvolutionKernel(tensor([3, 3, 0, 4]), order: .rowsColumnsInputsOutputs)
    }
    let kernel = try ConvolutionKernel(tensor([3, 3, 2, 4]), order: .rowsColumnsInputsOutputs)
    #expect(throws: EngineError.self) { try Convolution(kernel: kernel, bias: tensor([3])) }
    #expect(throws: EngineError.self) { try Convolution(kernel: kernel, groups: 3) }
    #expect(throws: EngineError.self) { try Convolution(kernel: kernel, groups: 0) }
    #expect(throws: EngineError.self) { try Convolution(kernel: kernel, stride: Extent(0)) }
    #expect(throws: EngineError.self) { try DenseKernel(tensor([3]), order: .inputsOutputs) }
    #expect(throws: EngineError.self) { try Clip(minimum: 1, maximum: 0) }
    #expect(throws: EngineError.self) { try Clip(minimum: .nan, maximum: 0) }
    #expect(throws: EngineError.self) {
      try BatchNormalization(
        gamma: nil, beta: tensor([2]), mean: tensor([3]), variance: tensor([3]), epsilon: 1e-3)
    }
  }

  @Test func `limits hold before memory is reserved`() throws {
    for shape in [
      [1 << 40], [1 << 20, 1 << 20, 1 << 20, 1 << 20], [0, 3], [-4], [1 << 14, 1 << 15],
    ] {
      #expect(throws: EngineError.self) {
        try Graph(inputShape: shape, layout: .channelsLast)
      }
    }
    var graph = try Graph(inputShape: [1 << 12, 1 << 12, 4], layout: .channelsLast)
    let border = Padding(top: 1 << 16, left: 1 << 16, bottom: 1 << 16, right: 1 << 16)
    #expect(throws: EngineError.self) {
      try graph.append(.zeroPadding(ZeroPadding(border)), named: "pad", to: [graph.input])
    }
    // Work without weights: each output looks at most of the map.
    let pool = Window(kernel: Extent(1 << 11))
    #expect(throws: EngineError.self) {
      try graph.append(.maxPool(MaxPool(window: pool)), named: "pool", to: [graph.input])
    }
    // Each value within its limit, together beyond the memory of one run.
    var value = graph.input
    var values = [value]
    for index in 0..<20 {
      value = try graph.append(.elementwise(Elementwise(.sigmoid)), named: "s\(index)", to: [value])
      values.append(value)
    }
    try graph.append(.add(Add()), named: "sum", to: values)
    #expect(throws: EngineError.self) { try Network(graph) }
  }

  @Test func `a graph takes as many nodes as the limit and no more`() throws {
    var graph = try Graph(inputShape: [1], layout: .channelsLast)
    var value = graph.input
    for _ in 0..<EngineLimits.nodes {
      value = try graph.append(.relu(ReLU()), named: "r", to: [value])
    }
    #expect(throws: EngineError.self) {
      try graph.append(.relu(ReLU()), named: "r", to: [value])
    }
  }

  @Test func `a graph of many nodes is planned in one pass`() throws {
    var graph = try Graph(inputShape: [1], layout: .channelsLast)
    var values = [graph.input]
    for _ in 0..<4_000 {
      values.append(try graph.append(.relu(ReLU()), named: "r", to: values.suffix(1)))
    }
    try graph.append(.add(Add()), named: "sum", to: values)
    let one = try Tensor(shape: [1, 1], values: [1])
    let network = try Network(graph)
    #expect(try network.forward(one).values == [4_001])
    #expect(try network.lossGradient(one, labels: [0]).gradient.values == [0])
  }

  @Test func `the output may be any value, and nodes behind it do not run`() throws {
    var graph = try Graph(inputShape: [2], layout: .channelsLast)
    let first = try graph.append(.relu(ReLU()), named: "a", to: [graph.input])
    try graph.append(.elementwise(Elementwise(.sigmoid)), named: "b", to: [first])
    try graph.setOutput(first)
    let input = try Tensor(shape: [1, 2], values: [-1, 2])
    for variant in KernelVariant.available {
      let network = try Network(graph, variant: variant)
      #expect(try network.forward(input).values == [0, 2])
      #expect(try network.lossGradient(input, labels: [0]).gradient[0] == 0)
    }
  }

  @Test func `a graph without nodes gives its input back`() throws {
    let graph = try Graph(inputShape: [3], layout: .channelsLast)
    let input = try Tensor(shape: [2, 3], values: [1, -0.0, .nan, 4, 5, 6])
    for variant in KernelVariant.available {
      let network = try Network(graph, variant: variant)
      #expect(try network.forward(input, threads: 2) == input)
      let gradient = try network.lossGradient(input.rows(1..<2), labels: [2]).gradient
      #expect(abs(gradient.values.reduce(0, +)) < 1e-6)
    }
  }

  @Test func `a value of another graph is refused`() throws {
    var small = try Graph(inputShape: [2], layout: .channelsLast)
    let large = try TestNetworks.digits()
    #expect(throws: EngineError.self) {
      try small.append(.relu(ReLU()), named: "r", to: [large.output])
    }
    #expect(throws: EngineError.self) { try small.setOutput(large.output) }
  }

  @Test func `a loss needs a vector of classes`() throws {
    var graph = try Graph(inputShape: [2, 2, 3], layout: .channelsLast)
    try graph.append(.softmax(Softmax()), named: "s", to: [graph.input])
    for variant in KernelVariant.available {
      let network = try Network(graph, variant: variant)
      let input = try Tensor(shape: [1, 2, 2, 3], values: [Float](repeating: 1, count: 12))
      #expect(try network.forward(input).values == [Float](repeating: 1.0 / 3, count: 12))
      #expect(try network.logits(input) == input)
      #expect(throws: EngineError.self) { try network.lossGradient(input, labels: [0]) }
    }
  }

  @Test func `an unknown kernel variant is refused with the names there are`() throws {
    for name in ["", "sse9", "AVX2", "best"] {
      #expect(throws: EngineError.self) { try KernelVariant(named: name) }
    }
    for variant in KernelVariant.available {
      #expect(try KernelVariant(named: variant.rawValue) == variant)
    }
    for variant in KernelVariant.allCases where !variant.isAvailable {
      #expect(throws: EngineError.self) { try KernelVariant(named: variant.rawValue) }
      let graph = try Graph(inputShape: [1], layout: .channelsLast)
      #expect(throws: EngineError.self) { try Network(graph, variant: variant) }
    }
  }
}
