import CKernels

/// A value of the plain form: all channels of a feature map, each row by row.
struct PlainMap: Sendable {
  var features: Features
  var values: [Float]

  init(_ features: Features) {
    self.features = features
    values = [Float](repeating: 0, count: features.count)
  }
}

/// An operator in its plain form, its constants in chain order.
protocol PlainOperator: Sendable {
  /// The output for one input.
  func forward(_ inputs: [PlainMap]) -> PlainMap
  /// For each input the gradient that the gradient `dy` of the output becomes.
  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap]
}

/// An element-wise operator in its plain form.
protocol PlainActivation: PlainOperator {
  /// The C function's number for the operator.
  var activation: ck_activation { get }
}

extension PlainActivation {
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
}
