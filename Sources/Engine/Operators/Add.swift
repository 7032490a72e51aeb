import CKernels

/// The element-wise sum of two or more values of one shape.
///
///     y = (x0 + x1) + x2 ...    each sum rounded, in binary32;    dx of each input is dy
public struct Add: Sendable {
  /// Creates the operator.
  public init() {}
}

extension Add: OperatorDefinition, PlainOperator {
  var name: String { "add" }
  var inputCount: ClosedRange<Int> { 2...EngineLimits.nodes }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    for shape in inputs where shape != inputs[0] {
      throw EngineError(
        .unsupported, "inputs", expected: "one shape, \(inputs[0])", found: "\(shape)")
    }
    return inputs[0]
  }

  var fusesActivation: Bool { true }

  func plain(_ place: Place) -> any PlainOperator { self }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.combine(unit)
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.passGradient(of: unit)
  }

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = inputs[0]
    for x in inputs.dropFirst() { ck_plain_add(x.values, x.values.count, &y.values) }
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    inputs.map { _ in dy }
  }
}
