import Bytes

/// What a node of a graph computes. Feature maps are channels x height x width, vectors are so
/// many channels of one pixel; batches are many such values, each computed on its own.
public enum Operator: Sendable {
  /// The element-wise sum of two or more values.
  case add(Add)
  /// The mean of each window.
  case averagePool(AveragePool)
  /// Normalisation of each channel by stored statistics.
  case batchNormalization(BatchNormalization)
  /// Values held between two bounds.
  case clip(Clip)
  /// The channels of several values, one behind the other.
  case concatenation(Concatenation)
  /// A convolution, grouped or not.
  case convolution(Convolution)
  /// A fully connected layer.
  case dense(Dense)
  /// One function of every element.
  case elementwise(Elementwise)
  /// Numbers rounded to the steps of an integer type and back.
  case fakeQuantization(FakeQuantization)
  /// A feature map read as a vector.
  case flatten(Flatten)
  /// The mean of each channel.
  case globalAveragePool(GlobalAveragePool)
  /// The value itself; dropout at inference.
  case identity(Identity)
  /// Any operator over tensors of any rank.
  case general(any GeneralOperator)
  /// Negative values scaled down.
  case leakyReLU(LeakyReLU)
  /// The largest value of each window.
  case maxPool(MaxPool)
  /// Negative values set to 0.
  case relu(ReLU)
  /// The same elements under another shape.
  case reshape(Reshape)
  /// Exponentials over their sum, along the channels.
  case softmax(Softmax)
  /// Zeros around a feature map.
  case zeroPadding(ZeroPadding)

  /// The one place that lists every operator of the convolutional core; nil for general ones.
  var definition: (any OperatorDefinition)? {
    switch self {
    case .add(let definition): definition
    case .averagePool(let definition): definition
    case .batchNormalization(let definition): definition
    case .clip(let definition): definition
    case .concatenation(let definition): definition
    case .convolution(let definition): definition
    case .dense(let definition): definition
    case .elementwise(let definition): definition
    case .fakeQuantization(let definition): definition
    case .flatten(let definition): definition
    case .globalAveragePool(let definition): definition
    case .general: nil
    case .identity(let definition): definition
    case .leakyReLU(let definition): definition
    case .maxPool(let definition): definition
    case .relu(let definition): definition
    case .reshape(let definition): definition
    case .softmax(let definition): definition
    case .zeroPadding(let definition): definition
    }
  }

  /// The general operator, where it is one.
  public var general: (any GeneralOperator)? {
    if case .general(let general) = self { general } else { nil }
  }

  /// The operator's name in messages and listings.
  public var name: String { definition?.name ?? general?.name ?? "" }
  /// The number of constants that the operator holds.
  public var parameterCount: Int { definition?.parameterCount ?? general?.parameterCount ?? 0 }

  /// The type of the output, or why there is none.
  public func outputType(
    of inputs: [TensorType], layout: Layout
  ) throws(EngineError) -> TensorType {
    guard let definition else {
      guard let general else { preconditionFailure("an operator has a definition") }
      return try general.outputType(of: inputs)
    }
    guard definition.inputCount.contains(inputs.count) else {
      let range = definition.inputCount
      throw EngineError(
        "inputs",
        expected: range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) or more",
        found: "\(inputs.count)")
    }
    for input in inputs {
      guard input.element == .float32 else {
        throw EngineError(
          .unsupported, "input", expected: "float32", found: input.element.rawValue)
      }
      guard !input.shape.contains(0) else {
        throw EngineError("input", expected: "no axis of size 0", found: "\(input.shape)")
      }
    }
    return TensorType(try definition.outputShape(of: inputs.map(\.shape), layout: layout))
  }

  /// Multiply-accumulates, and elements looked at, of one evaluation.
  func work(
    inputs: [TensorType], output: TensorType, layout: Layout
  ) -> (multiplyAccumulates: Int, operations: Int) {
    guard let definition else {
      return (
        general?.multiplyAccumulates(inputs: inputs, output: output) ?? 0,
        general?.operations(inputs: inputs, output: output) ?? 0
      )
    }
    let input = layout.features(ofShape: inputs[0].shape)
    let output = layout.features(ofShape: output.shape)
    return (
      definition.multiplyAccumulates(input: input, output: output),
      definition.operations(input: input, output: output)
    )
  }
}

/// What each file in this folder states about its operator.
///
/// The plain form is the definition in running order, slow and without a trick; the fast kernels
/// are compared with it bit by bit.
protocol OperatorDefinition: Sendable {
  /// The name in messages and listings.
  var name: String { get }
  /// How many values it takes.
  var inputCount: ClosedRange<Int> { get }
  /// How many constants it holds.
  var parameterCount: Int { get }
  /// The shape of the output, or why there is none.
  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int]
  /// Multiply-accumulates for one input.
  func multiplyAccumulates(input: Features, output: Features) -> Int
  /// Elements looked at, or multiply-accumulates, for one input; saturating.
  func operations(input: Features, output: Features) -> Int
  /// The plain form.
  func plain(_ place: Place) -> any PlainOperator

  /// The zeros around the input, and around the output's gradient, that its kernels read.
  func halo(_ place: Place) -> Padding
  func gradientHalo(_ place: Place, inPlanes: Bool) -> Padding
  /// Whether its kernels also read an input that lies in planes, and write its gradient so.
  var readsPlanes: Bool { get }
  /// Whether its gradient kernels read the output's gradient in planes.
  func readsGradientInPlanes(_ place: Place) -> Bool
  /// Whether its gradient kernels can write the input's gradient in planes.
  func writesGradientInPlanes(_ place: Place) -> Bool
  /// Whether its kernels apply a batch normalisation as they store.
  var fusesNormalization: Bool { get }
  /// Whether its kernels apply an activation as they store.
  var fusesActivation: Bool { get }
  /// Whether its kernels add a map behind the normalisation, before the activation.
  func fusesSum(_ place: Place) -> Bool
  /// Adds the steps that compute the unit which begins with it.
  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError)
  /// Adds the steps that compute its contributions to the gradients of what it takes, from
  /// `plan.gradient(of: unit)`.
  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError)
}

/// The shapes around a node.
struct Place: Sendable {
  var layout: Layout
  var inputShapes: [[Int]]
  var outputShape: [Int]

  var inputs: [Features] { inputShapes.map(layout.features(ofShape:)) }
  var input: Features { layout.features(ofShape: inputShapes[0]) }
  var output: Features { layout.features(ofShape: outputShape) }
}

extension OperatorDefinition {
  var inputCount: ClosedRange<Int> { 1...1 }
  var readsPlanes: Bool { false }
  var fusesNormalization: Bool { false }
  var fusesActivation: Bool { false }
  func fusesSum(_ place: Place) -> Bool { false }

  func halo(_ place: Place) -> Padding { .none }
  func gradientHalo(_ place: Place, inPlanes: Bool) -> Padding { .none }
  func readsGradientInPlanes(_ place: Place) -> Bool { false }
  func writesGradientInPlanes(_ place: Place) -> Bool { false }
  var parameterCount: Int { 0 }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] { inputs[0] }

  func multiplyAccumulates(input: Features, output: Features) -> Int { 0 }

  func operations(input: Features, output: Features) -> Int {
    max(multiplyAccumulates(input: input, output: output), input.count, output.count)
  }

  /// The feature map of the first input, or an error when it is no map.
  func requireFeatures(_ inputs: [[Int]], layout: Layout) throws(EngineError) -> Features {
    guard layout.isMap(inputs[0]) else {
      throw EngineError(
        "input", expected: "a feature map of three axes", found: "shape \(inputs[0])")
    }
    return layout.features(ofShape: inputs[0])
  }
}

/// The product, or `Int.max` where it does not fit.
func saturatingProduct(_ factors: Int...) -> Int {
  var product = 1
  for factor in factors {
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    guard !overflow else { return Int.max }
    product = next
  }
  return product
}
