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
