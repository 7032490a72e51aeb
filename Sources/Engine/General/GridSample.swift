import Bytes

/// Elements of maps at places that a grid names, interpolated.
///
/// x: N x channels x sizes; grid: N x output sizes x axes, the last axis of x first, each number
/// from -1 to 1 across the map. y: N x channels x output sizes. All in binary64 from the binary32
/// numbers, the axes' weights multiplied from the first to the last, the sum from +0 over the taps
/// with the last axis fastest, rounded once.
///
///     dx: binary64 sums of weight times dy, outputs ascending, rounded once
///     dgrid: the sum over channels and taps with the slope of the weight along the axis
public struct GridSample: GeneralOperator {
  /// How elements are mixed.
  public enum Mode: Sendable, Hashable {
    /// The nearest element, ties to the even place.
    case nearest
    /// The two around along each axis.
    case linear
    /// The four around along each axis, by the cubic of coefficient -3/4.
    case cubic
  }

  /// What stands outside the map.
  public enum Outside: String, Sendable, CaseIterable {
    /// +0.
    case zeros
    /// The outermost elements.
    case border
    /// The map mirrored.
    case reflection
  }

  private let mode: Mode
  private let outside: Outside
  private let alignsCorners: Bool

  /// Creates the operator; with `alignsCorners` -1 and 1 are the centres of the outermost elements,
  /// else their outer borders.
  public init(mode: Mode, outside: Outside, alignsCorners: Bool) {
    self.mode = mode
    self.outside = outside
    self.alignsCorners = alignsCorners
  }

  /// "grid sample".
  public var name: String { "grid sample" }

  /// Rows and channels of x, sizes of the grid.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireFloat(inputs[0])
    try requireFloat(inputs[1])
    let (x, grid) = (inputs[0].shape, inputs[1].shape)
    guard x.count >= 3, grid.count == x.count, grid[0] == x[0], grid.last == x.count - 2,
      !x.dropFirst(2).contains(0)
    else {
      throw EngineError(
        "grid", expected: "\(x.first ?? 0) rows of places in \(x.count - 2) axes",
        found: "\(grid) for \(x)")
    }
    let shape = Array(x.prefix(2)) + grid.dropFirst().dropLast()
    _ = try EngineLimits.elements(of: shape, attribute: "grid")
    return TensorType(shape, inputs[0].element)
  }

  /// The taps of all outputs.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    let axes = inputs[0].shape.count - 2
    let taps = mode == .nearest ? 1 : mode == .linear ? 2 : 4
    return (0..<axes).reduce(max(output.count, inputs[1].count)) { count, _ in
      saturatingProduct(count, taps)
    }
  }

  /// The elements at the grid's places.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let x = inputs[0].doubles
    var y = [Double](repeating: 0, count: type.count)
    forEachPlace(inputs) { place, taps in
      for channel in 0..<place.channels {
        var sum = 0.0
        for tap in taps {
          sum += tap.weight * x[place.map(channel) + tap.place]
        }
        y[place.output(channel)] = sum
      }
    }
    return AnyTensor(type.shape, doubles: y, element: type.element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dx and dgrid.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let x = inputs[0].doubles
    let dy = dy.doubles
    var dx = [Double](repeating: 0, count: x.count)
    var dGrid = [Double](repeating: 0, count: inputs[1].count)
    let axes = inputs[0].shape.count - 2
    forEachPlace(inputs) { place, taps in
      for channel in 0..<place.channels {
        let slope = dy[place.output(channel)]
        for tap in taps {
          dx[place.map(channel) + tap.place] += tap.weight * slope
          for axis in 0..<axes {
            dGrid[place.grid + axes - 1 - axis] +=
              tap.slopes[axis] * slope * x[place.map(channel) + tap.place]
          }
        }
      }
    }
    return [
      AnyTensor(inputs[0].shape, floats: dx.map { Float($0) }),
      AnyTensor(inputs[1].shape, floats: dGrid.map { Float($0) }),
    ]
  }

  /// One place of the grid.
  private struct Place {
    let row: Int
    let number: Int
    let channels: Int
    let mapSize: Int
    let outputs: Int
    let grid: Int

    func map(_ channel: Int) -> Int { (row * channels + channel) * mapSize }
    func output(_ channel: Int) -> Int { (row * channels + channel) * outputs + number }
  }

  /// An element with its weight, and how that changes along each axis of the grid.
  private struct Tap {
    let place: Int
    let weight: Double
    let slopes: [Double]

    /// The tap with the next axis' part in it.
    func crossed(with next: AxisTap, size: Int) -> Tap {
      var slopes = slopes.map { $0 * next.weight }
      slopes.append(weight * next.slope)
      return Tap(
        place: place * size + next.index, weight: weight * next.weight, slopes: slopes)
    }
  }

  private typealias AxisTap = (index: Int, weight: Double, slope: Double)

  private func forEachPlace(_ inputs: [AnyTensor], _ body: (Place, [Tap]) -> Void) {
    let shape = inputs[0].shape
    let sizes = Array(shape.dropFirst(2))
    let grid = inputs[1].doubles
    let outputs = inputs[1].shape.dropFirst().dropLast().reduce(1, *)
    for row in 0..<shape[0] {
      for number in 0..<outputs {
        let start = (row * outputs + number) * sizes.count
        // The grid names the last axis first.
        var taps = [Tap(place: 0, weight: 1, slopes: [])]
        for (axis, size) in sizes.enumerated() {
          let along = axisTaps(at: grid[start + sizes.count - 1 - axis], size: size)
          taps = taps.flatMap { tap in along.map { tap.crossed(with: $0, size: size) } }
        }
        body(
          Place(
            row: row, number: number, channels: shape[1], mapSize: sizes.reduce(1, *),
            outputs: outputs, grid: start), taps)
      }
    }
  }

  /// The elements along one axis for a number of the grid.
  private func axisTaps(at number: Double, size: Int) -> [AxisTap] {
    let (low, high) = alignsCorners ? (0.0, Double(size - 1)) : (-0.5, Double(size) - 0.5)
    let scale = alignsCorners ? Double(size - 1) / 2 : Double(size) / 2
    var place = alignsCorners ? (number + 1) * scale : (number + 1) * scale - 0.5
    if mode == .nearest { place = place.rounded(.toNearestOrEven) }
    var direction = scale
    if place < low || place > high {
      switch outside {
      case .zeros: break
      case .border:
        place = min(max(place, 0), Double(size - 1))
        direction = 0
      case .reflection:
        let turned = reflected(place, low, high)
        place = turned.place
        direction *= turned.sign
      }
    }
    // NaN and what is far outside take no element, or the outermost.
    guard place.isFinite, abs(place) < 1e15 else {
      return outside == .zeros ? [] : [(0, .nan, .nan)]
    }
    let base = place.rounded(.down)
    let ratio = place - base
    let taps: [(offset: Int, weight: Double, slope: Double)]
    switch mode {
    case .nearest: taps = [(0, 1, 0)]
    case .linear: taps = [(0, 1 - ratio, -1), (1, ratio, 1)]
    case .cubic:
      taps = (-1...2).map {
        let distance = ratio - Double($0)
        return ($0, cubic(abs(distance)), cubicSlope(abs(distance)) * (distance < 0 ? -1 : 1))
      }
    }
    return taps.compactMap { tap in
      let index = Int(base) + tap.offset
      let slope = tap.slope * direction
      if (0..<size).contains(index) { return (index, tap.weight, slope) }
      switch outside {
      case .zeros: return nil
      case .border: return (min(max(index, 0), size - 1), tap.weight, slope)
      case .reflection:
        let turned = Int(reflected(Double(index), low, high).place)
        return (min(max(turned, 0), size - 1), tap.weight, slope)
      }
    }
  }

  /// The place mirrored at the borders until it lies between them.
  private func reflected(
    _ place: Double, _ low: Double, _ high: Double
  ) -> (place: Double, sign: Double) {
    let span = high - low
    guard span > 0, place < low || place > high else { return (min(max(place, low), high), 1) }
    let isBelow = place < low
    let distance = isBelow ? low - place : place - high
    let turns = (distance / span).rounded(.towardZero)
    let rest = distance - turns * span
    let isEven = turns.truncatingRemainder(dividingBy: 2) == 0
    // Behind an even number of turns it runs back from the border that it crossed.
    return isBelow == isEven ? (low + rest, isEven ? -1 : 1) : (high - rest, isEven ? -1 : 1)
  }

  private func cubic(_ x: Double) -> Double {
    let a = -0.75
    return x <= 1
      ? ((a + 2) * x - (a + 3)) * x * x + 1
      : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
  }

  private func cubicSlope(_ x: Double) -> Double {
    let a = -0.75
    return x <= 1 ? (3 * (a + 2) * x - 2 * (a + 3)) * x : (3 * a * x - 10 * a) * x + 8 * a
  }
}
