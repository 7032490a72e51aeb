/// The channels of two or more values, one behind the other.
///
///     y[c0 + c, r, q] = x[c, r, q],  c0: the channels of the values before;   dx is that part of dy
///
/// Maps agree in rows and columns; the channels of vectors are their elements.
public struct Concatenation: Sendable {
  /// Creates the operator.
  public init() {}
}

extension Concatenation: OperatorDefinition {
  var name: String { "concat" }
  var inputCount: ClosedRange<Int> { 1...EngineLimits.nodes }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    let isMap = layout.isMap(inputs[0])
    var features = layout.features(ofShape: inputs[0])
    for shape in inputs {
      guard isMap ? layout.isMap(shape) : layout.isVector(shape) else {
        throw EngineError(
          "inputs", expected: isMap ? "feature maps" : "vectors", found: "shape \(shape)")
      }
    }
    for shape in inputs.dropFirst() {
      let next = layout.features(ofShape: shape)
      guard next.height == features.height, next.width == features.width else {
        throw EngineError(
          "inputs", expected: "maps of \(features.height) x \(features.width)",
          found: "\(next.height) x \(next.width)")
      }
      let (sum, overflow) = features.channels.addingReportingOverflow(next.channels)
      guard !overflow else {
        throw EngineError(.limit, "inputs", expected: "channels of 64 bits", found: "more")
      }
      features.channels = sum
    }
    return isMap ? layout.shape(of: features) : layout.vectorShape(features.channels)
  }

  func plain(_ place: Place) -> any PlainOperator {
    PlainConcatenation(inputs: place.inputs, output: place.output)
  }

  /// Values that begin with a block are written in place by what makes them, or copied block by
  /// block where another concatenation has them. The rest is moved element by element
  /// behind them, for a copy also writes the unused lanes of its last block.
  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    let output = try plan.map(of: unit.value)
    for (number, start) in starts(unit).enumerated() where isAligned(start, output.geometry) {
      let input = try plan.map(of: unit.inputs[number])
      if plan.isInPlace(unit.inputs[number], at: start, of: unit.value) { continue }
      plan.append(
        copy(
          from: input,
          to: output.channels(from: start, count: input.geometry.features.channels)))
    }
    for (number, start) in starts(unit).enumerated() where !isAligned(start, output.geometry) {
      let input = try plan.map(of: unit.inputs[number])
      plan.append(
        RearrangeStep(
          from: input.buffer, input.geometry.places, to: output.buffer,
          output.geometry.places(from: start, count: input.geometry.features.channels)))
    }
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    let dy = plan.gradient(of: unit)
    for (number, start) in starts(unit).enumerated() {
      guard plan.needsContribution(unit.inputs[number]) else { continue }
      let dx = try plan.contribution(to: unit.inputs[number], of: unit, edge: number)
      let channels = dx.geometry.features.channels
      if isAligned(start, dy.geometry) {
        plan.append(copy(from: dy.channels(from: start, count: channels), to: dx))
      } else {
        plan.append(
          RearrangeStep(
            from: dy.buffer, dy.geometry.places(from: start, count: channels), to: dx.buffer,
            dx.geometry.places))
      }
    }
  }

  private func isAligned(_ start: Int, _ geometry: Geometry) -> Bool {
    start.isMultiple(of: geometry.lanes)
  }

  /// The channel at which each value begins.
  func starts(_ unit: Unit) -> [Int] {
    var start = 0
    return unit.place.inputs.map { features in
      defer { start += features.channels }
      return start
    }
  }
}

private struct PlainConcatenation: PlainOperator {
  let inputs: [Features]
  let output: Features

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(output)
    y.values = inputs.flatMap(\.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var start = 0
    return self.inputs.map { features in
      var dx = PlainMap(features)
      dx.values = Array(dy.values[start..<start + features.count])
      start += features.count
      return dx
    }
  }
}

extension Geometry {
  /// The places of the elements of some channels in plain order.
  func places(from channel: Int, count: Int) -> [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(count * features.pixels)
    for channel in channel..<channel + count {
      for row in 0..<features.height {
        let start = offset(channel, row, 0)
        for column in 0..<features.width { places.append(Int32(start + column * lanes)) }
      }
    }
    return places
  }
}
