/// The value itself: dropout at inference, and layers that only regularise training.
public struct Identity: Sendable {
  /// Creates the operator.
  public init() {}
}

extension Identity: OperatorDefinition, PlainOperator {
  var name: String { "identity" }

  func plain(_ place: Place) -> any PlainOperator { self }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.combine(unit)
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.passGradient(of: unit)
  }

  func forward(_ inputs: [PlainMap]) -> PlainMap { inputs[0] }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] { [dy] }
}
