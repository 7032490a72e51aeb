import Bytes
import Engine
import Glibc
import TestSupport
import Testing

/// Operators on single elements, in every element type.
@Suite struct GeneralElementwiseTests {
  static let functions: [(ElementaryFunction, @Sendable (Double) -> Double)] = [
    (.exp, { exp($0) }), (.log, { log($0) }), (.erf, { erf($0) }), (.sqrt, { sqrt($0) }),
    (.reciprocal, { 1 / $0 }), (.softplus, { log1p(exp($0)) }), (.softsign, { $0 / (1 + abs($0)) }),
    (.mish, { $0 * tanh(log1p(exp($0))) }), (.silu, { $0 / (1 + exp(-$0)) }),
    (.gelu, { $0 / 2 * erfc(-$0 / 2.squareRoot()) }),
    (
      .geluTanh,
      { x in x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) }
    ),
    (.sigmoid, { 1 / (1 + exp(-$0)) }), (.tanh, { tanh($0) }),
    (.sin, { sin($0) }), (.cos, { cos($0) }), (.tan, { tan($0) }), (.asin, { asin($0) }),
    (.acos, { acos($0) }), (.atan, { atan($0) }), (.sinh, { sinh($0) }), (.cosh, { cosh($0) }),
    (.asinh, { asinh($0) }), (.acosh, { acosh($0) }), (.atanh, { atanh($0) }),
    (.elu, { $0 >= 0 ? $0 : expm1($0) }), (.celu, { $0 >= 0 ? $0 : expm1($0) }),
    (.hardSwish, { $0 * max(0, min(1, $0 / 6 + 0.5)) }),
  ]

  @Test(arguments: functions)
  func `binary64 functions agree with the C library's`(
    _ function: ElementaryFunction, _ reference: @Sendable (Double) -> Double
  ) throws {
    let numbers = [0.1, 0.7, 0.3333333333333333, -0.6180339887498949, 1.7, -2.9, 12.34567890123]
    let y = try Elementwise(function).evaluate([
      AnyTensor([numbers.count], doubles: numbers, element: .float64)
    ])
    #expect(y.element == .float64)
    for (found, x) in zip(y.doubles, numbers) {
      let expected = reference(x)
      guard expected.isFinite else { continue }
      #expect(abs(found - expected) <= 1e-12 * max(1e-3, abs(expected)), "\(function) of \(x)")
    }
  }

  @Test func `binary64 numbers that binary32 cannot hold are refused, not rounded`() throws {
    func of(_ function: ElementaryFunction, _ x: Double) throws -> Double {
      try Elementwise(function).evaluate([AnyTensor([1], doubles: [x], element: .float64)])
        .doubles[0]
    }
    #expect(throws: EngineError.self) { try of(.log, 1e60) }
    #expect(throws: EngineError.self) { try of(.log, 1e-60) }
    #expect(throws: EngineError.self) { try of(.log, 1e-40) }
    #expect(try of(.log, .infinity) == .infinity)
    #expect(try of(.log, 0) == -.infinity)
    #expect(try of(.sinh, 1e-60) == 1e-60)
    #expect(try of(.sqrt, 0x1p-200) == 0x1p-100)
    #expect(try of(.reciprocal, 0x1p200) == 0x1p-200)
    #expect(try of(.exp, .nan).isNaN)
  }

  @Test(arguments: functions)
  func `gradients of functions agree with differences`(
    _ function: ElementaryFunction, _ reference: @Sendable (Double) -> Double
  ) throws {
    let x: [Float] = function == .acosh ? [1.25, 1.5, 3] : [0.125, 0.3, 0.8]
    try expectGradients(of: Elementwise(function), [AnyTensor([3], floats: x)])
  }

  @Test func `narrow floats are rounded once more`() throws {
    let half = AnyTensor([2], floats: [1.5, -20], element: .float16)
    #expect(try Elementwise(.exp).evaluate([half]).floats == [4.48046875, 0])
    let brain = AnyTensor([1], floats: [1.5], element: .bfloat16)
    #expect(try Elementwise(.exp).evaluate([brain]).floats == [4.46875])
    #expect(throws: EngineError.self) { try Elementwise(.exp).outputType(of: [.init([1], .int32)]) }
  }

  @Test func `functions are one operator in the core and beside it`() throws {
    var random = RandomNumbers(seed: 4)
    for function in ElementaryFunction.allCases {
      let x = try random.tensor([1, 3, 2, 5], scale: 2)
      let core = try Operator.elementwise(Elementwise(function))
        .evaluate([AnyTensor(x)], layout: .batchChannelsFirst)
      #expect(try core == Elementwise(function).evaluate([AnyTensor(x)]), "\(function)")
    }
  }

  @Test(arguments: [ElementaryFunction.gelu, .exp, .log, .elu, .hardSigmoid, .tan])
  func `functions have one result on all kernels`(_ function: ElementaryFunction) throws {
    var random = RandomNumbers(seed: 5)
    var graph = try Graph(inputShape: [3, 5, 6], layout: .batchChannelsFirst)
    let layer = try Layer.convolution(
      .init(inputs: 3, outputs: 19, order: .outputsInputsRowsColumns), &random)
    var value = try graph.append(layer.operation, named: "c", to: [graph.input])
    value = try graph.append(.elementwise(Elementwise(function)), named: "f", to: [value])
    value = try graph.append(
      .convolution(
        Convolution(
          kernel: ConvolutionKernel(
            random.tensor([4, 19, 2, 2]), order: .outputsInputsRowsColumns))), named: "d",
      to: [value])
    try graph.append(.flatten(Flatten(order: .channelsFirst)), named: "v", to: [value])
    try expectPlainBits(of: graph, random.tensor([3, 3, 5, 6]))
  }

  static let exact: [(UnaryOperation.Operation, AnyTensor, AnyTensor)] = [
    (.negate, .vector(1, -0.0, -.infinity), .vector(-1, 0, .infinity)),
    (.negate, .whole(3, .min), .whole(-3, .min)),
    (.absolute, .vector(-2, -0.0), .vector(2, 0)),
    (
      .absolute, AnyTensor([1], integers: [-1], element: .uint64),
      AnyTensor([1], integers: [-1], element: .uint64)
    ),
    (.sign, .vector(-3, 0, 9), .vector(-1, 0, 1)), (.sign, .whole(-3, 0, 9), .whole(-1, 0, 1)),
    (.floor, .vector(-1.5, 1.5), .vector(-2, 1)), (.ceiling, .vector(-1.5, 1.5), .vector(-1, 2)),
    (.round, .vector(0.5, 1.5, 2.5, -0.5, -2.5), .vector(0, 2, 2, -0.0, -2)),
    (.not, AnyTensor(true), AnyTensor(false)),
    (
      .bitNot, AnyTensor([2], integers: [0, 5], element: .uint8),
      AnyTensor([2], integers: [255, 250], element: .uint8)
    ),
    (
      .isNaN, .vector(.nan, 1, .infinity),
      AnyTensor([3], integers: [1, 0, 0], element: .bool)
    ),
    (
      .isInfinite(negative: false, positive: true), .vector(-.infinity, .infinity, 3),
      AnyTensor([3], integers: [0, 1, 0], element: .bool)
    ),
  ]

  @Test(arguments: exact)
  func `exact operations are exact`(
    _ operation: UnaryOperation.Operation, _ x: AnyTensor, _ y: AnyTensor
  ) throws {
    #expect(try UnaryOperation(operation).evaluate([x]) == y)
    #expect(try UnaryOperation(operation).outputType(of: [x.type]) == y.type)
  }

  @Test func `operations refuse the types that they do not have`() throws {
    let cases: [(UnaryOperation.Operation, ElementType)] = [
      (.negate, .bool), (.floor, .int32), (.not, .uint8), (.bitNot, .float32), (.bitNot, .bool),
      (.isNaN, .int8),
    ]
    for (operation, element) in cases {
      #expect(throws: EngineError.self) {
        try UnaryOperation(operation).outputType(of: [TensorType([2], element)])
      }
    }
    try expectGradients(of: UnaryOperation(.absolute), [.vector(1.5, -2)])
    try expectGradients(of: UnaryOperation(.negate), [.vector(1.5, -2)])
  }

  @Test func `casts round, cut and wrap`() throws {
    func cast(_ x: AnyTensor, _ element: ElementType) throws -> AnyTensor {
      try Cast(to: element).evaluate([x])
    }
    #expect(try cast(.vector(-1.75, 300, .nan, 2.9), .int16).integers == [-1, 300, 0, 2])
    #expect(try cast(.whole(300, -1), .uint8).integers == [44, 255])
    #expect(try cast(.vector(65_519, 65_520, 0x1p-25), .float16).floats == [65_504, .infinity, 0])
    #expect(try cast(.vector(0.5, 0, -0.0, .nan), .bool).integers == [1, 0, 0, 1])
    let largest = AnyTensor([1], integers: [-1], element: .uint64)
    #expect(try cast(largest, .float32).floats == [0x1p64])
    // Half-way in binary32, not in binary64: one rounding, not two.
    let wide = AnyTensor([1], doubles: [1 + 0x1p-11 + 0x1p-40], element: .float64)
    #expect(try cast(wide, .float16).floats == [1 + 0x1p-10])
  }

  @Test func `powers of every type`() throws {
    let power = Exponentiation()
    func of(_ x: AnyTensor, _ y: AnyTensor) throws -> AnyTensor { try power.evaluate([x, y]) }
    #expect(try of(.vector(2, -2, 4), .vector(10, 3, 0.5)) == .vector(1024, -8, 2))
    #expect(try of(.whole(2, -3, 5, -1), .whole(62, 3, 0, 7)) == .whole(1 << 62, -27, 1, -1))
    #expect(try of(.whole(2, 1, -1), .whole(-1, -5, -3)) == .whole(0, 1, -1))
    #expect(try of(.whole(9, 10), .vector(0.5, 2)) == .whole(3, 100))
    #expect(try of(.vector(3), .whole(4)) == .vector(81))
    #expect(throws: EngineError.self) { try of(.whole(0), .whole(-1)) }
    let wide = try of(
      AnyTensor([2], doubles: [1.1, 7], element: .float64),
      AnyTensor([2], doubles: [2.5, -3], element: .float64)
    ).doubles
    #expect(abs(wide[0] - pow(1.1, 2.5)) < 1e-14)
    #expect(abs(wide[1] - pow(7.0, -3.0)) < 1e-16)
    #expect(throws: EngineError.self) {
      try of(
        AnyTensor([1], doubles: [1e300], element: .float64),
        AnyTensor([1], doubles: [1], element: .float64))
    }
    try expectGradients(
      of: power, [.vector(0.5, 2, 3), .vector(2, -1.5, 0.3)], inputs: [0, 1])
  }

  @Test func `the mean of tensors is rounded once`() throws {
    let mean = MeanOfTensors()
    let y = try mean.evaluate([.vector(0x1p24), .vector(1), .vector(1)])
    #expect(y.floats == [Float(0x1p24 + 2) / 3])
    try expectGradients(
      of: mean, [AnyTensor([2, 2], floats: [1, 2, 3, 4]), .vector(1, 2)], inputs: [0, 1])
  }
}
