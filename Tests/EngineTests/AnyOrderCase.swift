import Bytes
import Engine
import TestSupport
import Testing

/// An operator behind h = x w + shift of 64 x 24 weights, as Fixtures/goldens/any_order.py has it.
struct AnyOrderCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let operation: Operator
  let divisor: Float
  let shift: Float
  /// The shape that h takes.
  let shape: [Int]
  /// Further inputs of the operator.
  let constants: [AnyTensor]
  /// Of how many weights at least a thousandth more must show; 0 where the bound is wider.
  let leastSeen: Int

  var detects: Bool { leastSeen > 0 }
  /// Whether its bound takes the errors of its inputs as uncorrelated with others.
  var addsSquares: Bool {
    switch operation {
    case .general(let operation):
      operation is MatMul || operation is Gemm || operation is ConvolutionND
        || operation is ConvolutionTransposeND || operation is ChannelNormalization
    default: false
    }
  }

  init(
    _ name: String, _ operation: Operator, divisor: Float = 1.5, shift: Float = 0.125,
    shape: [Int] = [1, 2, 3, 4], constants: [AnyTensor] = [], leastSeen: Int = 12
  ) {
    testDescription = name
    self.operation = operation
    self.divisor = divisor
    self.shift = shift
    self.shape = shape
    self.constants = constants
    self.leastSeen = leastSeen
  }

  /// x.
  var input: Tensor {
    get throws { try Tensor(shape: [1, 64], values: divided([1, 64], 1, by: 3).floats) }
  }

  /// The network, on request with a thousandth added to the weight of the largest x for a column.
  func network(changing column: Int? = nil) throws -> Network {
    var weights = divided([64, 24], 2, by: divisor).floats
    if let column {
      let x = try input.values
      let row = try #require(x.indices.max { abs(x[$0]) < abs(x[$1]) })
      weights[row * 24 + column] += 1e-3
    }
    var graph = try Graph(
      inputs: [Graph.Input(name: "x", type: TensorType([1, 64]))], layout: .batchChannelsFirst)
    func constant(_ tensor: AnyTensor) throws -> Graph.Value {
      try graph.append(.general(Constant(tensor)), named: "constant", to: [])
    }
    let w = try constant(AnyTensor([64, 24], floats: weights))
    let product = try graph.append(.general(MatMul()), named: "p", to: [graph.input, w])
    let number = try constant(AnyTensor([1], floats: [shift]))
    let sum = try graph.append(.general(Arithmetic(.add)), named: "s", to: [product, number])
    let h = try graph.append(.general(ShapeChange(shape: shape)), named: "h", to: [sum])
    let further = try constants.map(constant)
    try graph.append(operation, named: "y", to: [h] + further)
    return try Network(graph)
  }

  /// What the frameworks gave, by name.
  func recorded() throws -> [(String, [Double])] {
    let cases = try #require(GoldenNumbers.json("any_order.json")["cases"])
    let results = try #require(cases[testDescription]?.object)
    return try results.map { ($0.name, try #require($0.value.array).compactMap(\.double)) }
  }
}

/// A pattern divided by a number in binary32, so that its sums round.
private func divided(_ shape: [Int], _ seed: Int, by divisor: Float = 1) -> AnyTensor {
  AnyTensor(shape, floats: pattern(shape, seed).floats.map { $0 / divisor })
}

/// The numbers of a tensor after a function.
private func mapped(_ tensor: AnyTensor, _ function: (Float) -> Float) -> AnyTensor {
  AnyTensor(tensor.shape, floats: tensor.floats.map(function))
}

extension AnyOrderCase {
  static let all: [AnyOrderCase] = {
    do {
      return try functions + reductions + normalizations + arithmetic + products() + windows()
        + movements
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  /// Every function, where its domain is.
  private static let functions = ElementaryFunction.allCases.map { function in
    let place: (divisor: Float, shift: Float) =
      switch function {
      case .log, .log2, .log10, .log1p, .acosh, .sqrt, .reciprocal: (6, 2)
      case .asin, .acos, .atanh: (6, 0)
      case .tan: (4, 0.125)
      case .hardSwish, .hardSigmoid: (0.2, 0.125)
      default: (0.5, 0.125)
      }
    let isCut = function == .shrink || function == .thresholdedReLU
    return AnyOrderCase(
      function.rawValue, .elementwise(Elementwise(function)), divisor: place.divisor,
      shift: place.shift, leastSeen: isCut ? 2 : 12)
  }

  private static let reductions: [AnyOrderCase] = [
    reduced(.sum, [3]), reduced(.mean, [2, 3]), reduced(.product, [3], isNearTwo: true),
    reduced(.maximum, [3], leastSeen: 6), reduced(.minimum, [2, 3], leastSeen: 2),
    reduced(.l1, [3]), reduced(.l2, [2, 3], leastSeen: 6), reduced(.logSum, [3], isNearTwo: true),
    reduced(.logSumExp, [3]), reduced(.sumSquare, [2, 3], leastSeen: 6),
    AnyOrderCase(
      "cumulative sum", .general(CumulativeSum(axis: 3, isExclusive: false, isReversed: false))),
    AnyOrderCase("softmax", .general(AxisSoftmax(.softmax, axis: 3))),
    AnyOrderCase("log softmax", .general(AxisSoftmax(.logarithm, axis: 1))),
  ]

  private static func reduced(
    _ operation: Reduction.Operation, _ axes: [Int], isNearTwo: Bool = false, leastSeen: Int = 12
  ) -> AnyOrderCase {
    AnyOrderCase(
      operation.rawValue, .general(Reduction(operation, axes: axes, keepsAxes: false)),
      divisor: isNearTwo ? 6 : 1.5, shift: isNearTwo ? 2 : 0.125, leastSeen: leastSeen)
  }

  private static let normalizations: [AnyOrderCase] = {
    let row = [divided([4], 3, by: 0.75), divided([4], 4, by: 3)]
    let channels = [divided([2, 1, 1], 3, by: 0.75), divided([2, 1, 1], 4, by: 3)]
    let statistics =
      (3...5).map { divided([2], $0, by: 0.75) } + [mapped(divided([2], 6)) { abs($0) + 0.5 }]
    func standardized(
      _ name: String, _ axes: [Int], _ constants: [AnyTensor], centers: Bool = true,
      shift: Float = 0.125, leastSeen: Int = 12
    ) -> AnyOrderCase {
      AnyOrderCase(
        name, .general(Standardization(axes: axes, epsilon: 1e-5, centers: centers)),
        shift: shift, constants: constants, leastSeen: leastSeen)
    }
    do {
      return [
        standardized("layer norm", [3], row),
        // The mean square less the squared mean has lost all that a thousandth changes.
        standardized("layer norm far from 0", [3], row, shift: 10, leastSeen: 0),
        standardized("instance norm", [2, 3], channels),
        standardized("group norm", [1, 2, 3], channels),
        standardized("rms norm", [3], [row[0]], centers: false),
        AnyOrderCase(
          "local response norm",
          .general(try LocalResponseNormalization(size: 3, alpha: 0.75, beta: 0.75, bias: 1))),
        AnyOrderCase("norm of order 1", .general(try NormDivision(axis: 3, order: 1))),
        AnyOrderCase("norm of order 2", .general(try NormDivision(axis: 3, order: 2))),
        AnyOrderCase(
          "batch norm", .general(ChannelNormalization(epsilon: 1e-5)), constants: statistics),
      ]
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  private static let arithmetic: [AnyOrderCase] = {
    let column = mapped(divided([3, 1], 5, by: 0.75)) { $0 + 1.5 }
    let operations: [Arithmetic.Operation] = [.add, .subtract, .multiply, .divide]
    let powers: [Float] = [2, 3, 0.5, -1.5, -1]
    return operations.map {
      AnyOrderCase($0.rawValue, .general(Arithmetic($0)), constants: [column])
    }
      + powers.map {
        AnyOrderCase(
          "power \($0)", .general(Exponentiation()), divisor: $0 > 1 ? 1.5 : 6,
          shift: $0 > 1 ? 0.125 : 2, constants: [AnyTensor([1], floats: [$0])])
      }
      + [AnyOrderCase("mean of tensors", .general(MeanOfTensors()), constants: [column])]
  }()

  private static func products() throws -> [AnyOrderCase] {
    func window(_ kernel: [Int], stride: Int = 1, padding: Int = 0) throws -> WindowND {
      try WindowND(
        kernel: kernel, strides: kernel.map { _ in stride }, dilations: kernel.map { _ in 1 },
        begins: kernel.map { _ in padding }, ends: kernel.map { _ in padding })
    }
    let matrix = divided([4, 5], 5, by: 3)
    return [
      AnyOrderCase("matrix product", .general(MatMul()), constants: [matrix]),
      AnyOrderCase(
        "gemm", .general(Gemm(alpha: 0.5, beta: 2, transposesA: false, transposesB: false)),
        shape: [6, 4], constants: [matrix, divided([5], 6, by: 3)]),
      AnyOrderCase(
        "convolution", .general(ConvolutionND(window: try window([3], padding: 1), groups: 1)),
        shape: [1, 2, 12], constants: [divided([3, 2, 3], 5, by: 3), divided([3], 6, by: 3)]),
      AnyOrderCase(
        "convolution 3", .general(ConvolutionND(window: try window([2, 1, 2]), groups: 1)),
        shape: [1, 2, 2, 2, 3], constants: [divided([2, 2, 2, 1, 2], 5, by: 3)]),
      AnyOrderCase(
        "transposed convolution",
        .general(
          ConvolutionTransposeND(
            window: try window([2, 3], stride: 2), groups: 1, output: [6, 9])),
        constants: [divided([2, 3, 2, 3], 5, by: 3), divided([3], 6, by: 3)]),
    ]
  }

  private static func windows() throws -> [AnyOrderCase] {
    let pool = PoolWindow(
      try WindowND(kernel: [3], strides: [2], dilations: [1], begins: [0], ends: [0]))
    func resized(
      _ name: String, _ sizes: [Int], _ coordinates: ResizeAxis.Coordinates
    ) -> AnyOrderCase {
      var requests: [Int: ResizeAxis.Request] = [:]
      for (axis, size) in [2, 3].enumerated() {
        requests[size] = ResizeAxis.Request(
          size: sizes[axis], scale: Double(sizes[axis]) / Double(axis + 3))
      }
      return AnyOrderCase(
        name, .general(Resize(requests, method: .init(.linear, coordinates: coordinates))))
    }
    let line = [1, 2, 12]
    return [
      AnyOrderCase(
        "average pool", .general(AveragePoolND(pool, countsPadding: false)), shape: line),
      AnyOrderCase("max pool", .general(MaxPoolND(pool)), shape: line, leastSeen: 6),
      AnyOrderCase("Lp pool", .general(try LpPoolND(pool, power: 3)), shape: line, leastSeen: 8),
      resized("resize", [6, 8], .halfPixel),
      resized("resize by corners", [5, 7], .alignCorners),
    ]
  }

  private static let movements: [AnyOrderCase] = {
    let column = mapped(divided([3, 1], 5, by: 0.75)) { $0 + 1.5 }
    let last = AnyTensor([1, 2, 3, 1], floats: column.floats + column.floats)
    return [
      AnyOrderCase(
        "pad", .general(Pad(begins: [0, 0, 0, 1], ends: [0, 0, 0, 1], mode: .reflect))),
      AnyOrderCase(
        "slice",
        .general(
          Slice(
            spans: [1, 2, 3].map { Slice.Span(start: 0, count: $0) }
              + [Slice.Span(start: 1, count: 3)]))),
      AnyOrderCase("transpose", .general(Transpose(axes: [0, 3, 1, 2]))),
      AnyOrderCase(
        "gather", .general(Gather(axis: 3)), constants: [AnyTensor(indices: [2, 0, 2])]),
      AnyOrderCase("concat", .general(Concatenate(axis: 3)), constants: [last]),
      AnyOrderCase("negate", .general(UnaryOperation(.negate))),
      AnyOrderCase("absolute", .general(UnaryOperation(.absolute))),
    ]
  }()
}
