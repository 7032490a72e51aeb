import Engine
import Foundation
import TestSupport
import Testing

/// No evaluation in binary32 leaves the bound, and the bound is no excuse for anything.
@Suite struct AnyOrderBoundTests {
  @Test(arguments: NetworkCases.all)
  func `no order of sums, fused or not, leaves the bound`(_ network: LayeredNetwork) throws {
    var random = RandomNumbers(seed: 21)
    let input = try random.tensor([1] + network.graph.inputShape)
    let wide = input.values.map(Double.init)
    let bounds = try (0..<network.layerCount).map { layer in
      try Network(network.graph(endingAtLayer: layer)).errorBounds(input)
    }
    var ratios: [Double] = []
    for seed in 0..<4 {
      var evaluator = Evaluator.binary32(seed: UInt64(seed))
      for (bound, theirs) in zip(bounds, network.layers(wide, &evaluator)) {
        #expect(bound.outputs.count == theirs.count)
        for (index, number) in theirs.enumerated() {
          let difference = abs(Double(bound.outputs[index]) - number)
          let error = Double(bound.outputErrors[index])
          #expect(error.isFinite && difference <= error)
          if difference > 0 { ratios.append(difference / error) }
        }
      }
    }
    // Not absurd either: of the elements that differ at all, half do by 1/400 of it or more.
    let median = ratios.sorted()[ratios.count / 2]
    #expect(median > 1.0 / 400 && median < 1)
  }

  @Test func `binary64 lies within the bounds of the digits and the residual network`() throws {
    for graph in try [TestNetworks.digits(), TestNetworks.residual()] {
      var random = RandomNumbers(seed: 4)
      let inputs = try random.tensor([3, 28, 28, 1])
      let network = try Network(graph)
      let bound = try network.errorBounds(inputs, threads: 2)
      #expect(try bound.outputs == network.forward(inputs))
      #expect(try bound.logits == network.logits(inputs))
      let size = bound.logits.values.map(abs).max() ?? 0
      #expect(bound.logitErrors.values.allSatisfy { $0 > 0 && $0 < 0.003 * size })
      #expect(bound.outputErrors.values.allSatisfy { $0 > 0 && $0 < 0.003 })
      // Row by row, on other kernels and on one thread it is the same bound.
      let last = try Network(graph, variant: .best).errorBounds(inputs.rows(2..<3))
      #expect(last.logits.values == Array(bound.logits.values.suffix(10)))
      for (a, b) in zip(last.logitErrors.values, bound.logitErrors.values.suffix(10)) {
        #expect(abs(a - b) <= 1e-5 * b)
      }
    }
  }

  @Test func `exact values stay exact, and infinite ones have no bound`() throws {
    var graph = try Graph(inputShape: [4], layout: .channelsLast)
    try graph.append(.relu(ReLU()), named: "r", to: [graph.input])
    let numbers = try Tensor(shape: [2, 4], values: [1, -2, 3, 4, 5, 6, .infinity, .nan])
    #expect(
      try Network(graph).errorBounds(numbers).outputErrors.values == .init(repeating: 0, count: 8))
    try graph.append(.elementwise(Elementwise(.sigmoid)), named: "s", to: [graph.output])
    let bound = try Network(graph).errorBounds(numbers)
    #expect(bound.outputErrors.values.prefix(6).allSatisfy { $0 > 0 && $0 < 1e-5 })
    #expect(bound.outputErrors[7] == .infinity)
    let nothing = try Tensor(shape: [0, 4], values: [])
    #expect(try Network(graph).errorBounds(nothing).outputs.shape == [0, 4])
  }

  @Test func `a constant is the same in every row`() throws {
    var graph = try Graph(inputShape: [4], layout: .channelsLast)
    let active = try graph.append(.elementwise(Elementwise(.tanh)), named: "t", to: [graph.input])
    let constant = try graph.append(
      .general(Constant(AnyTensor([4], floats: [1, 2, 4, 8]))), named: "c", to: [])
    try graph.append(.add(Add()), named: "s", to: [active, constant])
    let rows = try Tensor(shape: [3, 4], values: .init(repeating: 0.5, count: 12))
    let bound = try Network(graph).errorBounds(rows)
    #expect(try bound.outputs == Network(graph).forward(rows))
    let errors = bound.outputErrors.values
    #expect(errors.prefix(4).elementsEqual(errors.suffix(4)) && errors[3] > errors[0])
  }

  @Test(arguments: [Layout.channelsLast, .channelsFirst])
  func `a pool's error is the largest of its window, a flattened one's its own`(
    _ layout: Layout
  ) throws {
    // The bound of a tanh grows with the number's magnitude, so pooling finds the largest.
    var graph = try Graph(
      inputShape: layout.shape(of: Features(channels: 2, height: 5, width: 7)), layout: layout)
    let active = try graph.append(.elementwise(Elementwise(.tanh)), named: "t", to: [graph.input])
    let window = Window(
      kernel: Extent(height: 3, width: 2), stride: Extent(2),
      padding: Padding(top: 1, left: 0, bottom: 0, right: 1))
    var random = RandomNumbers(seed: 8)
    let x = try random.tensor([2] + graph.inputShape)
    let errors = try Network(graph).errorBounds(x).outputErrors
    let pooled = try graph.append(.maxPool(MaxPool(window: window)), named: "p", to: [active])
    var pool = try Graph(inputShape: graph.inputShape, layout: layout)
    try pool.append(.maxPool(MaxPool(window: window)), named: "p", to: [pool.input])
    #expect(
      try Network(graph).errorBounds(x).outputErrors == Network(pool).forward(errors))
    for order in [Layout.channelsLast, .channelsFirst] {
      try graph.append(.flatten(Flatten(order: order)), named: "f", to: [pooled])
      var flat = pool
      try flat.append(.flatten(Flatten(order: order)), named: "f", to: [pool.output])
      #expect(
        try Network(graph).errorBounds(x).outputErrors == Network(flat).forward(errors))
    }
  }

  @Test(arguments: [DenseKernel.Order.inputsOutputs, .outputsInputs])
  func `a wide dense layer has one bound in either order of its weights`(
    _ order: DenseKernel.Order
  ) throws {
    // More weights than one block takes.
    let (inputs, outputs) = (700, 60)
    var random = RandomNumbers(seed: 12)
    let weights = try random.tensor([inputs, outputs]).values
    let x = try random.tensor([3, inputs])
    let isFirst = order == .inputsOutputs
    let stored =
      isFirst
      ? weights
      : (0..<outputs).flatMap { output in (0..<inputs).map { weights[$0 * outputs + output] } }
    var graph = try Graph(inputShape: [inputs], layout: .channelsLast)
    try graph.append(.elementwise(Elementwise(.tanh)), named: "t", to: [graph.input])
    let kernel = try DenseKernel(
      Tensor(shape: isFirst ? [inputs, outputs] : [outputs, inputs], values: stored), order: order)
    let bias = try random.tensor([outputs])
    try graph.append(.dense(Dense(kernel: kernel, bias: bias)), named: "d", to: [graph.output])
    let bound = try Network(graph).errorBounds(x)
    // By the formula, in binary64.
    let u = 0x1p-24
    for row in 0..<3 {
      for output in 0..<outputs {
        var (a, squares) = (Double(abs(bias[output])), 0.0)
        for input in 0..<inputs {
          let y = abs(tanh(Double(x[row * inputs + input])))
          let (w, s) = (Double(abs(weights[input * outputs + output])), 16 * u * y)
          a += w * (y + 7 * s)
          squares += w * w * s * s
        }
        let y = Double(abs(bound.outputs[row * outputs + output]))
        let m = (a + y + 7 * squares.squareRoot()) / 2
        let expected = 7 * (squares + 2 * Double(inputs + 6) * u * u * m * m).squareRoot()
        let found = Double(bound.outputErrors[row * outputs + output])
        #expect(found >= expected && found < 1.01 * expected)
      }
    }
  }

  @Test func `an operator without a bound is named`() throws {
    var graph = try Graph(inputShape: [4], layout: .channelsLast)
    try graph.append(.general(Arithmetic(.modulo)), named: "mod", to: [graph.input, graph.input])
    let sum = try graph.append(.add(Add()), named: "sum", to: [graph.output, graph.input])
    try graph.append(.general(Arithmetic(.remainder)), named: "rest", to: [sum, graph.input])
    let one = try Tensor(shape: [1, 4], values: [1, 2, 3, 4])
    #expect(
      throws: EngineError(
        .unsupported, "any-order bound", expected: "operators with a bound",
        found: "operator remainder"
      ).inside(layer: "rest")
    ) { try Network(graph).errorBounds(one) }
  }

  /// A finite number without a bound would count as outside.
  @Test func `a singularity within reach is no bound, and named`() throws {
    var graph = try Graph(inputShape: [2], layout: .channelsLast)
    try graph.append(.elementwise(Elementwise(.tanh)), named: "t", to: [graph.input])
    try graph.append(.elementwise(Elementwise(.sqrt)), named: "root", to: [graph.output])
    let network = try Network(graph)
    let clear = try network.errorBounds(Tensor(shape: [1, 2], values: [0.5, 1]))
    #expect(clear.outputErrors.values.allSatisfy { $0 > 0 && $0 < 1e-5 })
    #expect(
      throws: EngineError(
        .unsupported, "any-order bound", expected: "numbers that have a bound",
        found: "operator sqrt near a singularity"
      ).inside(layer: "root")
    ) { try network.errorBounds(Tensor(shape: [1, 2], values: [0.5, 0x1p-140])) }
    // What is no number anyway has none and needs none.
    let broken = try network.errorBounds(Tensor(shape: [1, 2], values: [0.5, -1]))
    #expect(broken.outputs[1].isNaN && broken.outputErrors.values[1] == .infinity)
  }

  @Test(arguments: [
    Arithmetic.Operation.add, .subtract, .multiply, .divide, .minimum, .maximum, .prelu,
  ])
  func `arithmetic of two inexact values holds its bound`(
    _ operation: Arithmetic.Operation
  ) throws {
    // Two dense layers, one of positive outputs only, into one operation.
    var random = RandomNumbers(seed: 31)
    var graph = try Graph(inputShape: [50], layout: .channelsLast)
    let weights = try [random.tensor([50, 20]), random.tensor([50, 20])]
    func dense(_ weights: Tensor, bias: Float) throws -> Operator {
      .dense(
        try Dense(
          kernel: DenseKernel(weights, order: .inputsOutputs),
          bias: Tensor(shape: [20], values: .init(repeating: bias, count: 20))))
    }
    let a = try graph.append(dense(weights[0], bias: 0), named: "a", to: [graph.input])
    let b = try graph.append(dense(weights[1], bias: 40), named: "b", to: [graph.input])
    try graph.append(.general(Arithmetic(operation)), named: "y", to: [a, b])
    let input = try random.tensor([1, 50])
    let bound = try Network(graph).errorBounds(input)
    func column(_ weights: Tensor, _ output: Int) -> [(Double, Double)] {
      (0..<50).map { (Double(input[$0]), Double(weights[$0 * 20 + output])) }
    }
    for seed in 0..<40 {
      var evaluator = Evaluator.binary32(seed: UInt64(seed))
      for output in 0..<20 {
        let x = Float(evaluator.products(0, column(weights[0], output)))
        let z = Float(evaluator.products(40, column(weights[1], output)))
        let y =
          switch operation {
          case .add: x + z
          case .subtract: x - z
          case .multiply: x * z
          case .divide: x / z
          case .minimum: min(x, z)
          case .maximum: max(x, z)
          default: x < 0 ? x * z : x
          }
        #expect(abs(y - bound.outputs[output]) <= bound.outputErrors[output])
        #expect(bound.outputErrors[output] < 0.01)
      }
    }
  }

  @Test func `the general product holds the dense layer's bound, and moved elements theirs`() throws
  {
    var random = RandomNumbers(seed: 33)
    let weights = try random.tensor([50, 20])
    let input = try random.tensor([1, 50])
    var core = try Graph(inputShape: [50], layout: .channelsLast)
    try core.append(
      .dense(Dense(kernel: DenseKernel(weights, order: .inputsOutputs))), named: "d",
      to: [core.input])
    let expected = try Network(core).errorBounds(input).outputErrors.values
    var general = try Graph(inputShape: [1, 50], layout: .channelsLast)
    let matrix = try general.append(
      .general(Constant(AnyTensor(weights))), named: "w", to: [])
    let product = try general.append(.general(MatMul()), named: "p", to: [general.input, matrix])
    try general.append(.general(Transpose(axes: [1, 0])), named: "t", to: [product])
    let shaped = try Tensor(shape: [1, 1, 50], values: input.values)
    let found = try Network(general).errorBounds(shaped)
    #expect(found.outputs.shape == [1, 20, 1])
    for (a, b) in zip(found.outputErrors.values, expected) {
      #expect(a >= 0.99 * b && a < 4 * b)
    }
  }
}
