import CKernels

/// Rows and columns of +0 around a feature map.
///
///     y[c, r + top, q + left] = x[c, r, q], +0 elsewhere;    dx is that part of dy
public struct ZeroPadding: Sendable {
  /// How much on each side.
  public let padding: Padding

  /// Creates the operator.
  public init(_ padding: Padding) {
    self.padding = padding
  }
}

extension ZeroPadding: OperatorDefinition {
  var name: String { "zero padding" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    var features = try requireFeatures(inputs, layout: layout)
    try padding.check()
    features.height += padding.top + padding.bottom
    features.width += padding.left + padding.right
    return layout.shape(of: features)
  }

  func plain(_ place: Place) -> any PlainOperator {
    PlainZeroPadding(input: place.input, output: place.output, padding: padding)
  }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    let output = try plan.zeroedMap(of: unit)
    plan.append(
      copy(
        from: try plan.map(of: unit.inputs[0]),
        to: output.from(row: padding.top, column: padding.left)))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    let dy = plan.gradient(of: unit)
    let dx = try plan.contribution(to: unit.inputs[0], of: unit)
    plan.append(copy(from: dy.from(row: padding.top, column: padding.left), to: dx))
  }
}

private struct PlainZeroPadding: PlainOperator {
  let input: Features
  let output: Features
  let padding: Padding

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(output)
    ck_plain_place(
      input.channels, input.height, input.width, inputs[0].values, output.height, output.width,
      padding.top, padding.left, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(input)
    ck_plain_cut(
      input.channels, input.height, input.width, &dx.values, output.features.height,
      output.features.width, padding.top, padding.left, dy.values)
    return [dx]
  }
}
