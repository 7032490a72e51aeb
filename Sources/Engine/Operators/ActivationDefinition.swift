import CKernels

/// An element-wise operator of one input.
protocol ActivationDefinition: OperatorDefinition, PlainOperator {
  /// The operator as C knows it.
  var activation: ck_activation { get }
}

extension ActivationDefinition {
  func plain(_ place: Place) -> any PlainOperator { self }

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(inputs[0].features)
    ck_plain_activation(activation, inputs[0].values, y.values.count, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(dy.features)
    ck_plain_activation_gradient(
      activation, inputs[0].values, output.values, dy.values, dx.values.count, &dx.values)
    return [dx]
  }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.combine(unit)
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.passGradient(of: unit)
  }
}

/// A step that copies a map into one of another geometry or at another place.
func copy(from input: MapBuffer, to output: MapBuffer) -> CombineStep {
  CombineStep(inputs: [input], output: output, finish: FinishTables(Finish()), passed: nil)
}
