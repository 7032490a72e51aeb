import Bytes
import Engine
import TestSupport
import Testing

/// Softmaxes along any axis and normalisations.
@Suite struct GeneralNormalizationTests {
  private func random(_ shape: [Int], seed: UInt64 = 1, scale: Float = 2) throws -> AnyTensor {
    var random = RandomNumbers(seed: seed)
    return AnyTensor(try random.tensor(shape, scale: scale))
  }

  private func expect(_ y: AnyTensor, near expected: [Double], _ tolerance: Double = 2e-7) {
    #expect(y.count == expected.count)
    for (found, number) in zip(y.doubles, expected) { #expect(abs(found - number) <= tolerance) }
  }

  @Test func `a softmax along axis 1 has the core's bits`() throws {
    var x = try random([1, 17, 3, 4], scale: 30)
    let core = Operator.softmax(Softmax())
    #expect(
      try AxisSoftmax(.softmax, axis: 1).evaluate([x])
        == core.evaluate([x], layout: .batchChannelsFirst))
    x = AnyTensor([1, 4], floats: [1, .infinity, 2, -.infinity])
    #expect(
      try AxisSoftmax(.softmax, axis: 1).evaluate([x])
        == core.evaluate([x], layout: .batchChannelsFirst))
  }

  @Test func `softmaxes along other axes`() throws {
    // From torch in binary64.
    let x = AnyTensor([2, 2], floats: [0, 1, 2, -1])
    expect(
      try AxisSoftmax(.softmax, axis: 0).evaluate([x]),
      near: [0.11920292202211756, 0.8807970779778824, 0.8807970779778824, 0.11920292202211755])
    expect(
      try AxisSoftmax(.logarithm, axis: 1).evaluate([x]),
      near: [-1.3132616875182228, -0.3132616875182228, -0.04858735157374196, -3.048587351573742])
    #expect(
      try AxisSoftmax(.hard, axis: 1).evaluate([AnyTensor([2, 3], floats: [3, 3, 1, 0, 2, 2])])
        .floats == [1, 0, 0, 0, 1, 0])
    #expect(throws: EngineError.self) {
      try AxisSoftmax(.softmax, axis: 2).outputType(of: [x.type])
    }
  }

  @Test(arguments: [AxisSoftmax.Form.softmax, .logarithm], 0..<3)
  func `softmaxes have the gradients of differences`(
    _ form: AxisSoftmax.Form, _ axis: Int
  ) throws {
    try expectGradients(of: AxisSoftmax(form, axis: axis), [random([2, 3, 4])])
  }

  @Test func `standardised elements have mean 0 and deviation 1`() throws {
    let x = AnyTensor([1, 4], floats: [1, 2, 3, 4])
    expect(
      try Standardization(axes: [1], epsilon: 0).evaluate([x]),
      near: [-1.3416407864998738, -0.4472135954999579, 0.4472135954999579, 1.3416407864998738])
    expect(
      try Standardization(axes: [1], epsilon: 0.25, centers: false).evaluate([x, .vector(2)]),
      near: [1, 2, 3, 4].map { 2 * $0 / (7.5 + 0.25).squareRoot() })
    expect(
      try Standardization(axes: [1], epsilon: 1, deviation: .sumWithRoot)
        .evaluate([x, .vector(1), .vector(5)]),
      near: [-1.5, -0.5, 0.5, 1.5].map { $0 / (1.25.squareRoot() + 1) + 5 }, 1e-6)
    let statistics: [(Standardization.Result, Float)] = [
      (.mean, 2.5), (.variance, 1.25), (.inverseDeviation, 0.8944272),
    ]
    for (result, number) in statistics {
      let operation = Standardization(axes: [1], epsilon: 0, result: result)
      #expect(try operation.evaluate([x]).floats == [number])
      #expect(try operation.outputType(of: [x.type]).shape == [1, 1])
    }
    #expect(throws: EngineError.self) {
      try Standardization(axes: [1], epsilon: 0).outputType(of: [x.type, TensorType([3])])
    }
  }

  @Test(arguments: [true, false], [Standardization.Deviation.rootOfSum, .sumWithRoot])
  func `standardisations have the gradients of differences`(
    _ centers: Bool, _ deviation: Standardization.Deviation
  ) throws {
    let operation = Standardization(
      axes: [0, 2], epsilon: 0.01, centers: centers, deviation: deviation)
    try expectGradients(
      of: operation,
      [random([2, 3, 4]), random([3, 1], seed: 2), random([3, 1], seed: 3)], inputs: [0, 1, 2])
  }

  @Test func `local responses are divided by the squares around them`() throws {
    // b = 1 + S: 1 + 5, 1 + 14, 1 + 13.
    let x = AnyTensor([1, 3, 1, 1], floats: [1, 2, 3])
    let operation = try LocalResponseNormalization(size: 3, alpha: 3, beta: 1, bias: 1)
    expect(try operation.evaluate([x]), near: [1.0 / 6, 2.0 / 15, 3.0 / 14])
    // An even window reaches one further up: 1 + 5, 1 + 13, 1 + 9.
    let even = try LocalResponseNormalization(size: 2, alpha: 2, beta: 1, bias: 1)
    expect(try even.evaluate([x]), near: [1.0 / 6, 2.0 / 14, 3.0 / 10])
    let huge = AnyTensor([1, 1], floats: [0x1p100])
    #expect(try operation.evaluate([huge]).floats == [0])
    for size in [1, 2, 3, 4, 9] {
      let operation = try LocalResponseNormalization(size: size, alpha: 0.7, beta: 0.75, bias: 1.5)
      try expectGradients(of: operation, [random([2, 5, 2])])
    }
    #expect(throws: EngineError.self) {
      try LocalResponseNormalization(size: 0, alpha: 1, beta: 1, bias: 1)
    }
    #expect(throws: EngineError.self) {
      try LocalResponseNormalization(size: 1, alpha: 1, beta: 1, bias: 0)
    }
  }

  @Test func `norms divide, and leave zeros alone`() throws {
    let x = AnyTensor([2, 2], floats: [3, 4, 0, 0])
    expect(try NormDivision(axis: 1, order: 2).evaluate([x]), near: [0.6, 0.8, 0, 0])
    expect(try NormDivision(axis: 1, order: 1).evaluate([x]), near: [3.0 / 7, 4.0 / 7, 0, 0])
    for order in 1...2 {
      try expectGradients(of: NormDivision(axis: 1, order: order), [random([2, 3, 2])])
    }
    #expect(throws: EngineError.self) { try NormDivision(axis: 0, order: 3) }
  }

  @Test func `batch normalisation by values has the core's bits`() throws {
    var random = RandomNumbers(seed: 7)
    let x = AnyTensor(try random.tensor([1, 3, 4, 2]))
    let constants = try (0..<3).map { _ in try random.tensor([3]) }
    let variance = try Tensor(shape: [3], values: random.floats(3, scale: 0.5).map { $0 + 1 })
    let core = try BatchNormalization(
      gamma: constants[0], beta: constants[1], mean: constants[2], variance: variance,
      epsilon: 1e-5)
    let inputs = [x] + (constants + [variance]).map { AnyTensor($0) }
    let operation = ChannelNormalization(epsilon: 1e-5)
    #expect(
      try operation.evaluate(inputs)
        == Operator.batchNormalization(core).evaluate([x], layout: .batchChannelsFirst))
    try expectGradients(of: operation, inputs)
    #expect(throws: EngineError.self) {
      try operation.outputType(of: inputs.map(\.type).dropLast() + [TensorType([2])])
    }
  }

  @Test func `norms and softmaxes inside a network have one result on all kernels`() throws {
    var random = RandomNumbers(seed: 9)
    var graph = try Graph(inputShape: [5, 4, 3], layout: .batchChannelsFirst)
    let operations: [any GeneralOperator] = try [
      LocalResponseNormalization(size: 3, alpha: 0.5, beta: 0.75, bias: 1),
      Standardization(axes: [2, 3], epsilon: 1e-5), AxisSoftmax(.logarithm, axis: 3),
      NormDivision(axis: 1, order: 2),
      Reduction(.logSumExp, axes: [3], keepsAxes: false),
    ]
    var value = graph.input
    for operation in operations {
      value = try graph.append(.general(operation), named: operation.name, to: [value])
    }
    let two = try graph.append(
      .general(Constant(AnyTensor([1], floats: [2]))), named: "two", to: [])
    value = try graph.append(.general(Exponentiation()), named: "square", to: [value, two])
    value = try graph.append(
      .elementwise(Elementwise(.tanh)), named: "tanh", to: [value])
    value = try graph.append(
      .reshape(Reshape(shape: [1, 20])), named: "vector", to: [value])
    try graph.append(
      .dense(
        Dense(kernel: DenseKernel(random.tensor([20, 4]), order: .inputsOutputs), bias: nil)),
      named: "dense", to: [value])
    try expectPlainBits(of: graph, random.tensor([3, 5, 4, 3]))
  }
}
