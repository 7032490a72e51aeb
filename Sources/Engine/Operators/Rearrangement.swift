import CKernels

/// Elements in another order: output element k, counted in plain order (channel, row, column), is
/// input element `sources[k]`; each is taken once.
struct Rearrangement: PlainOperator {
  let output: Features
  let sources: [Int]

  /// Whether every element stays at its place.
  var isPlain: Bool { sources == Array(0..<sources.count) }

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(output)
    ck_gather(inputs[0].values, [0], 1, sources, sources.count, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(inputs[0].features)
    ck_scatter(dy.values, sources, sources.count, &dx.values)
    return [dx]
  }
}

extension Plan {
  /// Lays a rearranged map out.
  mutating func rearrange(
    _ unit: Unit, _ arrangement: Rearrangement
  ) throws(EngineError) {
    let input = try map(of: unit.inputs[0])
    let output = try map(of: unit.value)
    append(
      RearrangeStep(
        from: input.buffer, arrangement.sourcePlaces(in: input.geometry), to: output.buffer,
        output.geometry.places))
  }

  /// Puts the gradient back.
  mutating func rearrangeGradient(
    _ unit: Unit, _ arrangement: Rearrangement
  ) throws(EngineError) {
    let dy = gradient(of: unit)
    let dx = try contribution(to: unit.inputs[0], of: unit)
    append(
      RearrangeStep(
        from: dy.buffer, dy.geometry.places, to: dx.buffer,
        arrangement.sourcePlaces(in: dx.geometry)))
  }
}

extension Rearrangement {
  /// The place of each source in a map of the given geometry.
  func sourcePlaces(in geometry: Geometry) -> [Int32] {
    let places = geometry.places
    return sources.map { places[$0] }
  }
}

extension Layout {
  /// For each element of a tensor of the given shape, in row-major order, its place in plain
  /// order (channel, row, column).
  func positions(ofShape shape: [Int]) -> [Int] {
    let features = features(ofShape: shape)
    guard self == .channelsLast, isMap(shape) else { return Array(0..<features.count) }
    var positions: [Int] = []
    positions.reserveCapacity(features.count)
    for pixel in 0..<features.pixels {
      for channel in 0..<features.channels {
        positions.append(channel * features.pixels + pixel)
      }
    }
    return positions
  }
}

/// An operator that only puts elements elsewhere.
protocol RearrangingDefinition: OperatorDefinition {
  /// Where each element of the output comes from.
  func rearrangement(_ place: Place) -> Rearrangement
}

extension RearrangingDefinition {
  func plain(_ place: Place) -> any PlainOperator { rearrangement(place) }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.rearrange(unit, rearrangement(unit.place))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.rearrangeGradient(unit, rearrangement(unit.place))
  }
}
