import CKernels

/// Elements in another order: output element k, counted in plain order (channel, row, column), is
/// input element `sources[k]`; each is taken once.
struct Rearrangement: PlainOperator {
  let output: Features
  let sources: [Int]

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

extension Layout {
  /// For each element of a tensor of the given shape, in row-major order, its place in plain
  /// order (channel, row, column).
  func positions(ofShape shape: [Int]) -> [Int] {
    let features = features(ofShape: shape)
    guard self == .channelsLast, shape.count == 3 else { return Array(0..<features.count) }
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
