import Bytes
import Engine
import TestSupport
import Testing

/// Quantised numbers, and the operators on matrices and losses.
@Suite struct GeneralQuantizationTests {
  private func bytes(_ values: Int64..., as element: ElementType = .uint8) -> AnyTensor {
    AnyTensor([values.count], integers: values, element: element)
  }

  private func scalar(_ value: Float) -> AnyTensor { AnyTensor([], floats: [value]) }

  @Test func `numbers become the nearest integers that the type has`() throws {
    // The standard's example for QuantizeLinear.
    let x = AnyTensor.vector(0, 2, 3, 1000, -254, -1000)
    let zero = AnyTensor([], integers: [128], element: .uint8)
    let whole = Quantize(QuantizationGrid(axis: 0), to: .uint8)
    #expect(
      try whole.evaluate([x, scalar(2), zero]) == bytes(128, 129, 130, 255, 1, 0))
    let ties = try whole.evaluate([.vector(1, 3, 5, .nan), scalar(2), zero])
    #expect(ties == bytes(128, 130, 130, 128))
    let rows = try Quantize(QuantizationGrid(axis: 0), to: .int8).evaluate([
      AnyTensor([2, 2], floats: [1, -300, 1, -300]), .vector(1, 4),
      bytes(0, 10, as: .int8),
    ])
    #expect(rows.integers == [1, -128, 10, -65])
    #expect(
      try Quantize(QuantizationGrid(axis: 0), to: .uint16)
        .evaluate([.vector(70_000, .infinity), scalar(1)]).integers == [65_535, 65_535])
  }

  @Test func `integers become numbers by tensor, axis and block`() throws {
    let q = AnyTensor([2, 4], integers: [0, 1, 2, 3, 4, 5, 6, 7], element: .uint8)
    let zero = AnyTensor([], integers: [3], element: .uint8)
    #expect(
      try Dequantize(QuantizationGrid(axis: 0)).evaluate([q, scalar(0.5), zero]).floats
        == [-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2])
    let columns = Dequantize(QuantizationGrid(axis: 1))
    #expect(
      try columns.evaluate([q, .vector(1, 2, 3, 4)]).floats == [0, 2, 6, 12, 4, 10, 18, 28])
    let blocks = Dequantize(QuantizationGrid(axis: 1, blockSize: 3))
    #expect(
      try blocks.evaluate([q, AnyTensor([2, 2], floats: [1, 10, 2, 20])]).floats
        == [0, 1, 2, 30, 8, 10, 12, 140])
    #expect(throws: EngineError.self) { try columns.evaluate([q, .vector(1, 2)]) }
    #expect(throws: EngineError.self) {
      try blocks.evaluate([q, AnyTensor([2, 3], floats: [1, 2, 3, 4, 5, 6])])
    }
    #expect(throws: EngineError.self) {
      try columns.outputType(of: [TensorType([2], .int64), TensorType([])])
    }
    #expect(throws: EngineError.self) {
      try columns.outputType(of: [q.type, TensorType([]), TensorType([], .int8)])
    }
    let large = try Dequantize(QuantizationGrid(axis: 0)).evaluate([
      AnyTensor([1], integers: [Int64(1 << 24) + 1], element: .int32), scalar(1),
    ])
    #expect(large.floats == [0x1p24])
  }

  @Test(arguments: [ElementType.int8, .uint8, .int16, .uint16])
  func `rounding to steps has the bits of quantising and back`(_ element: ElementType) throws {
    var random = RandomNumbers(seed: 2)
    let odd: [Float] = [.nan, .infinity, -.infinity, -0.0, 0.15, 0.45, -0.15, 1e30, 0x1p-140]
    for (scale, zero) in [(Float(0.3), Int64(3)), (0x1p-7, 100), (1.7e-5, 0)] {
      let values = random.floats(60, scale: scale * 400) + odd + odd.map { $0 * scale }
      let x = AnyTensor([1, values.count], floats: values)
      let constants = [scalar(scale), AnyTensor([], integers: [zero], element: element)]
      let grid = QuantizationGrid(axis: 0)
      let pair = try Dequantize(grid).evaluate(
        [Quantize(grid, to: element).evaluate([x] + constants)] + constants)
      let fused = try #require(
        FakeQuantization(scale: scale, zeroPoint: zero, element: element))
      let core = Operator.fakeQuantization(fused)
      let once = try core.evaluate([x], layout: .batchChannelsFirst)
      #expect(once == pair)
      #expect(try core.evaluate([once], layout: .batchChannelsFirst) == once)
    }
  }

  @Test func `rounding to steps is for narrow types and ordinary scales`() {
    #expect(FakeQuantization(scale: 1, zeroPoint: 0, element: .int32) == nil)
    #expect(FakeQuantization(scale: 1, zeroPoint: 256, element: .uint8) == nil)
    for scale: Float in [0, -1, .nan, .infinity, 0x1p-120] {
      #expect(FakeQuantization(scale: scale, zeroPoint: 0, element: .int8) == nil)
    }
  }

  @Test func `a quantised network has one result on all kernels, and passes gradients on`() throws {
    var random = RandomNumbers(seed: 3)
    var graph = try Graph(inputShape: [3, 6, 7], layout: .batchChannelsFirst)
    let steps = try #require(FakeQuantization(scale: 0.02, zeroPoint: 7, element: .int8))
    var value = try graph.append(.fakeQuantization(steps), named: "q", to: [graph.input])
    let layer = try Layer.convolution(
      .init(inputs: 3, outputs: 18, order: .outputsInputsRowsColumns), &random)
    value = try graph.append(layer.operation, named: "c", to: [value])
    value = try graph.append(.fakeQuantization(steps), named: "q", to: [value])
    value = try graph.append(
      .flatten(Flatten(order: .channelsFirst)), named: "v", to: [value])
    try expectPlainBits(of: graph, random.tensor([3, 3, 6, 7], scale: 3))
    // Beyond the type's bounds nothing passes.
    var small = try Graph(inputShape: [3], layout: .batchChannelsFirst)
    try small.append(.fakeQuantization(steps), named: "q", to: [small.input])
    let x = try Tensor(shape: [1, 3], values: [0.5, 100, -100])
    let gradient = try Network(small).lossGradient(x, labels: [1]).gradient
    #expect(gradient[0] != 0)
    #expect(gradient[1] == 0)
    #expect(gradient[2] == 0)
  }

  @Test func `sums are requantised with one rounding and held within the type`() throws {
    let sums = AnyTensor([2, 2], integers: [10, -10, 100_000, 3], element: .int32)
    let q = try Requantize().evaluate([
      sums, scalar(0.5), .vector(1, 0.25), scalar(2), AnyTensor([], integers: [1], element: .int8),
    ])
    // 2.5 is a tie: 2, and 1 more.
    #expect(q.integers == [3, 0, 127, 1])
    #expect(throws: EngineError.self) {
      try Requantize().outputType(of: [
        sums.type, TensorType([]), TensorType([3]), TensorType([]), TensorType([], .int8),
      ])
    }
  }

  @Test func `dynamic scales span the tensor and 0`() throws {
    // The standard's example for DynamicQuantizeLinear.
    let x = AnyTensor.vector(0, 2, -3, -2.5, 1.34, 0.5)
    #expect(try DynamicQuantize(.values).evaluate([x]) == bytes(153, 255, 0, 26, 221, 179))
    #expect(try DynamicQuantize(.scale).evaluate([x]).floats == [Float(5) / 255])
    #expect(try DynamicQuantize(.zeroPoint).evaluate([x]).integers == [153])
    #expect(try DynamicQuantize(.scale).evaluate([.vector(0, 0)]).floats == [1])
  }

  @Test func `integer convolutions are sums of products`() throws {
    // The standard's example for ConvInteger, the zero point taken away.
    let x = AnyTensor([1, 1, 3, 3], integers: Array(1...9), element: .int32)
    let w = AnyTensor([1, 1, 2, 2], integers: [1, 1, 1, 1], element: .int32)
    let zeros = [0, 0]
    let window = try WindowND(
      kernel: [2, 2], strides: [1, 1], dilations: [1, 1], begins: zeros, ends: zeros)
    #expect(
      try IntegerConvolution(window: window, groups: 1).evaluate([x, w]).integers
        == [12, 16, 24, 28])
    let padded = try WindowND(
      kernel: [2, 2], strides: [2, 2], dilations: [1, 1], begins: [1, 1], ends: zeros)
    let bias = AnyTensor([1], integers: [100], element: .int32)
    #expect(
      try IntegerConvolution(window: padded, groups: 1).evaluate([x, w, bias]).integers
        == [101, 105, 111, 128])
    #expect(throws: EngineError.self) {
      try IntegerConvolution(window: window, groups: 1).outputType(of: [
        TensorType([1, 1, 3, 3], .int8), w.type,
      ])
    }
  }

  @Test func `triangles, diagonals and determinants`() throws {
    let x = AnyTensor([3, 3], integers: Array(1...9), element: .int32)
    func triangle(_ isUpper: Bool, _ diagonal: Int) throws -> [Int64] {
      try Triangle(isUpper: isUpper, diagonal: diagonal).evaluate([x]).integers
    }
    #expect(try triangle(true, 0) == [1, 2, 3, 0, 5, 6, 0, 0, 9])
    #expect(try triangle(false, -1) == [0, 0, 0, 4, 0, 0, 7, 8, 0])
    #expect(try triangle(true, .max) == .init(repeating: 0, count: 9))
    #expect(try triangle(false, .max) == Array(1...9))
    #expect(try triangle(true, .min) == Array(1...9))
    #expect(try Diagonal(axes: [[0, 1]]).evaluate([x]).integers == [1, 5, 9])
    let real = x.converted(to: .float32)
    try expectGradients(of: Triangle(isUpper: true, diagonal: 1), [real])
    try expectGradients(of: Diagonal(axes: [[0, 1]]), [real])
    let matrices = AnyTensor([3, 2, 2], floats: [1, 2, 3, 4, 0, 1, 1, 0, 2, 4, 1, 2])
    #expect(try Determinant().evaluate([matrices]).floats == [-2, -1, 0])
    #expect(throws: EngineError.self) { try Determinant().outputType(of: [TensorType([2, 3])]) }
  }

  @Test func `the work of an evaluation is known before it`() throws {
    func work(_ operation: Operator, _ shapes: [Int]...) throws -> Int {
      try operation.operations(of: shapes.map { TensorType($0) }, layout: .batchChannelsFirst)
    }
    #expect(try work(.general(Determinant()), [1 << 14, 1 << 14]) == 1 << 42)
    #expect(try work(.general(MatMul()), [1 << 14, 1 << 10], [1 << 10, 1 << 14]) == 1 << 38)
    let pool = MaxPool(window: Window(kernel: Extent(2)))
    #expect(
      try work(.maxPool(pool), [64, 3, 8, 8]) == 64 * work(.maxPool(pool), [1, 3, 8, 8]))
    #expect(throws: EngineError.self) { try work(.general(MatMul()), [1 << 15, 1], [1, 1 << 15]) }
  }

  @Test func `the likelihood of classes, weighted and with ignored ones`() throws {
    let x = AnyTensor([3, 2], floats: [-0.5, -1, -2, -0.25, -3, -4])
    let target = AnyTensor.whole(0, 1, -1)
    func loss(_ summary: NegativeLogLikelihood.Summary, _ more: AnyTensor...) throws -> [Float] {
      try NegativeLogLikelihood(summary, ignoring: -1).evaluate([x, target] + more).floats
    }
    #expect(try loss(.none) == [0.5, 0.25, 0])
    #expect(try loss(.sum, .vector(2, 4)) == [2])
    #expect(try loss(.mean, .vector(2, 4)) == [Float(2.0 / 6)])
    #expect(throws: EngineError.self) {
      try NegativeLogLikelihood(.sum, ignoring: nil).evaluate([x, target])
    }
  }
}
