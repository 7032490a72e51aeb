import Bytes

/// An operator over tensors of any rank and type, stated by its plain form.
///
/// Its inputs lie in row-major order in the model's own axes. The plain form is the definition;
/// no bit depends on how it is called.
public protocol GeneralOperator: Sendable {
  /// The name in messages and listings.
  var name: String { get }
  /// How many constants it holds.
  var parameterCount: Int { get }
  /// The type of the output, or why there is none.
  func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType
  /// Multiply-accumulates of one evaluation.
  func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int
  /// Elements looked at, or multiply-accumulates, of one evaluation; saturating.
  func operations(inputs: [TensorType], output: TensorType) -> Int
  /// The output; an error for numbers that have none, such as an index out of range.
  func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor
  /// The axes of the first input along which it takes elements together: with a batch along one of
  /// them, what it gives for a row depends on the others.
  func joinedAxes(of input: TensorType) -> [Int]
  /// Whether a loss can be differentiated through it.
  var isDifferentiable: Bool { get }
  /// For each input the gradient that the gradient `dy` of the output becomes; nil where there is
  /// none, as for indices. Only asked of operators that are differentiable.
  func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?]
  /// How far other evaluations in binary32 may lie from the output, as `AnyOrderBound` defines
  /// it; unknown unless the operator says otherwise.
  func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations
}

extension GeneralOperator {
  /// None.
  public var parameterCount: Int { 0 }

  /// None.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int { 0 }

  /// As many as the largest value has elements.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    max(
      multiplyAccumulates(inputs: inputs, output: output), output.count,
      inputs.map(\.count).max() ?? 0)
  }

  /// None.
  public func joinedAxes(of input: TensorType) -> [Int] { [] }

  /// No.
  public var isDifferentiable: Bool { false }

  /// Not asked.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    throw EngineError(
      .unsupported, "gradient", expected: "a differentiable operator", found: name)
  }
}

extension GeneralOperator {
  /// Throws unless there are as many inputs as the range says.
  func requireCount(
    _ inputs: [TensorType], _ range: ClosedRange<Int>
  ) throws(EngineError) {
    guard range.contains(inputs.count) else {
      let count =
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw EngineError("inputs", expected: count, found: "\(inputs.count)")
    }
  }

  /// Throws unless all inputs have one element type.
  func requireOneElement(_ inputs: [TensorType]) throws(EngineError) {
    for input in inputs.dropFirst() where input.element != inputs[0].element {
      throw EngineError(
        "inputs", expected: "one element type, \(inputs[0].element)", found: "\(input.element)")
    }
  }

  /// Throws unless an input holds floats.
  func requireFloat(_ input: TensorType) throws(EngineError) {
    guard input.element.isFloat else {
      throw EngineError("input", expected: "floats", found: "\(input.element)")
    }
  }
}

/// A tensor that the model holds: weights that stand as operands of general operators.
public struct Constant: GeneralOperator {
  /// The numbers.
  public let tensor: AnyTensor

  /// Creates the operator.
  public init(_ tensor: AnyTensor) {
    self.tensor = tensor
  }

  /// "constant".
  public var name: String { "constant" }
  /// The number of elements of a tensor of floats with axes; scalars and indices count as attributes.
  public var parameterCount: Int {
    tensor.element.isFloat && !tensor.shape.isEmpty ? tensor.count : 0
  }

  /// The tensor's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 0...0)
    return tensor.type
  }

  /// The tensor.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor { tensor }
}
