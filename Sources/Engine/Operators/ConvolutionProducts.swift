import CKernels

// How a convolution becomes products: tables of places in chain order, whatever the layout.

extension Convolution {
  /// The most channels that are worth a kernel of their own, with pixels in the lanes.
  static let fewChannels = 4
  /// The fewest pixels of a row that fill such lanes well.
  private static let fewPixels = 8

  /// How the channels of a group lie in vectors.
  private enum Grouping {
    /// One group, or groups of whole blocks.
    case blocks
    /// Each channel is a group and gives one output.
    case depthwise
    /// Groups begin and end within blocks.
    case scattered
  }

  private var grouping: Grouping {
    if groups == 1 { return .blocks }
    if kernel.inputs == 1, kernel.outputs == groups { return .depthwise }
    let outputs = kernel.outputs / groups
    let lanes = Geometry.blockLanes
    return outputs.isMultiple(of: lanes) && kernel.inputs.isMultiple(of: lanes)
      ? .blocks : .scattered
  }

  // Forward: lanes are outputs, or pixels where there are few outputs.

  /// How far the windows reach beyond the map.
  func halo(_ place: Place) -> Padding {
    if putsPixelsInLanes(place), place.input.channels > Convolution.fewChannels { return .none }
    return reach(place)
  }

  private func reach(_ place: Place) -> Padding {
    let (input, output) = (place.input, place.output)
    let bottom =
      (output.height - 1) * window.stride.height
      + (window.kernel.height - 1) * window.dilation.height - window.padding.top
    let right =
      (output.width - 1) * window.stride.width
      + (window.kernel.width - 1) * window.dilation.width - window.padding.left
    return Padding(
      top: window.padding.top, left: window.padding.left,
      bottom: max(0, bottom + 1 - input.height), right: max(0, right + 1 - input.width))
  }

  /// The kernels with pixels in the lanes take none.
  func fusesSum(_ place: Place) -> Bool { !putsPixelsInLanes(place) }

  private func putsPixelsInLanes(_ place: Place) -> Bool {
    groups == 1 && kernel.outputs <= Convolution.fewChannels && window.stride.width == 1
      && place.output.width >= Convolution.fewPixels
  }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    var input = try plan.map(of: unit.inputs[0])
    let pool = plan.pool(with: unit)
    let output = try plan.map(of: (pool ?? unit).value)
    let inPixels = putsPixelsInLanes(unit.place)
    if inPixels, input.geometry.lanes > 1 {
      input = try plan.planes(of: input, halo: reach(unit.place))
    }
    let weights = plan.weights(of: unit) {
      inPixels
        ? TensorStorage(kernel.inChainOrder)
        : .packed(
          kernel.tensor, lanes: outputIndices,
          taps: forwardTaps.map {
            kernel.index(output: 0, input: $0.input, row: $0.row, column: $0.column)
          })
    }
    var product = forwardProduct(
      from: input.geometry, to: output.geometry, inPixels: inPixels, weights: weights,
      after: Finish(unit.normalization, unit.activation))
    if pool != nil {
      product.takePool(
        window: window.kernel.width, isRectified: plan.leavesRectifierToPool(unit.value))
    }
    plan.append(
      ProductStep(
        product, from: input.buffer, to: output.buffer, added: try plan.added(to: unit),
        winners: pool.flatMap { pool in
          plan.winners(of: pool).map { MapBuffer($0, Geometry(features: pool.place.output)) }
        }, passed: try plan.marks(of: unit)))
  }

  /// Whether its kernels can take a pool of fours with the chains, from an input in planes.
  func takesPool(_ place: Place) -> Bool {
    groups == 1 && !putsPixelsInLanes(place) && hasSharedWindows
  }

  private func forwardProduct(
    from input: Geometry, to output: Geometry, inPixels: Bool, weights: TensorStorage,
    after: Finish
  ) -> Product {
    let taps = forwardTaps
    func place(_ group: Int, _ tap: ForwardTap) -> Int {
      input.offset(
        group * kernel.inputs + tap.input,
        tap.row * window.dilation.height - window.padding.top,
        tap.column * window.dilation.width - window.padding.left)
    }
    let outputs = kernel.outputs / groups
    let panelOutputs = inPixels ? 1 : Geometry.blockLanes
    let panels = (kernel.outputs + panelOutputs - 1) / panelOutputs
    var product = Product(
      kind: inPixels ? CK_PIXELS : CK_BROADCAST,
      offsets: taps.map { Int32(place(0, $0)) }, taps: taps.count, weights: weights,
      bias: bias?.values ?? .init(repeating: 0, count: kernel.outputs),
      panelIn: .init(repeating: 0, count: panels),
      panelOut: (0..<panels).map { output.offset($0 * panelOutputs, 0, 0) })
    switch grouping {
    case .blocks:
      product.panelIn = (0..<panels).map { panel in
        input.offset(panel * panelOutputs / outputs * kernel.inputs, 0, 0)
          - input.offset(0, 0, 0)
      }
    case .depthwise:
      product.kind = CK_DEPTHWISE
      product.panelIn = (0..<panels).map { $0 * input.blockStride }
    case .scattered:
      product.kind = CK_SCATTERED
      product.offsets = scattered(panels: panels, lanes: kernel.outputs, taps: taps.count) {
        Int32(place($0 / outputs, taps[$1]))
      }
    }
    product.pixels = Extent(height: output.features.height, width: output.features.width)
    product.inRow = window.stride.height * input.rowStride
    product.inColumn = window.stride.width * input.lanes
    product.outRow = output.rowStride
    product.outColumn = output.lanes
    product.after = after
    return product
  }

  // Backward: lanes are input channels, or pixels where there are few. Pixels of a stride phase
  // have the same taps, so each phase is a product of its own.

  func gradientHalo(_ place: Place, inPlanes: Bool) -> Padding {
    readsGradientInPlanes(place) == inPlanes ? gradientReach(place) : .none
  }

  /// Few input channels leave most of a block's lanes empty; pixels fill them.
  func readsGradientInPlanes(_ place: Place) -> Bool {
    groups == 1
      && (kernel.inputs <= Convolution.fewChannels
        || 2 * kernel.inputs <= Geometry.blockLanes
          && place.input.width >= Convolution.fewPixels * window.stride.width)
  }

  private func gradientReach(_ place: Place) -> Padding {
    let (input, output) = (place.input, place.output)
    let top = window.padding.top - (window.kernel.height - 1) * window.dilation.height
    let left = window.padding.left - (window.kernel.width - 1) * window.dilation.width
    return Padding(
      top: max(0, -top.flooredQuotient(window.stride.height)),
      left: max(0, -left.flooredQuotient(window.stride.width)),
      bottom: max(
        0, (input.height - 1 + window.padding.top) / window.stride.height + 1 - output.height),
      right: max(
        0, (input.width - 1 + window.padding.left) / window.stride.width + 1 - output.width))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    let (input, output) = (unit.place.input, unit.place.output)
    var dy = plan.gradient(of: unit)
    let inPixels = readsGradientInPlanes(unit.place)
    if inPixels {
      dy = try plan.planes(of: dy, halo: gradientReach(unit.place))
    }
    let rows = phases(
      of: input.height, stride: window.stride.height, dilation: window.dilation.height,
      padding: window.padding.top, kernel: window.kernel.height)
    let columns = phases(
      of: input.width, stride: window.stride.width, dilation: window.dilation.width,
      padding: window.padding.left, kernel: window.kernel.width)
    let written = rows.map(\.count).reduce(0, +) * columns.map(\.count).reduce(0, +)
    let dx = try plan.contribution(
      to: unit.inputs[0], of: unit, isZeroed: written < input.pixels)
    for row in rows {
      for column in columns {
        let product = gradientProduct(
          from: dy.geometry, to: dx.geometry, row: row, column: column,
          outputs: output.channels / groups, inPixels: inPixels)
        plan.append(ProductStep(product, from: dy.buffer, to: dx.buffer))
      }
    }
  }

  /// The gradient at the pixels of one phase.
  private func gradientProduct(
    from dy: Geometry, to dx: Geometry, row: Phase, column: Phase, outputs: Int, inPixels: Bool
  ) -> Product {
    let taps = (0..<outputs).flatMap { output in
      row.taps.flatMap { row in
        column.taps.map { GradientTap(output: output, row: row, column: $0) }
      }
    }
    func place(_ group: Int, _ tap: GradientTap) -> Int {
      dy.offset(group * outputs + tap.output, tap.row.place, tap.column.place)
    }
    let channels = kernel.inputs * groups
    let panelChannels = inPixels ? 1 : Geometry.blockLanes
    let panels = (channels + panelChannels - 1) / panelChannels
    let tapIndices = taps.map {
      kernel.index(output: $0.output, input: 0, row: $0.row.tap, column: $0.column.tap)
    }
    var product = Product(
      kind: inPixels ? CK_PIXELS : CK_BROADCAST,
      offsets: taps.map { Int32(place(0, $0)) }, taps: taps.count,
      weights: inPixels
        ? TensorStorage(kernel.tensor.gathered(outer: inputIndices, inner: tapIndices))
        : .packed(kernel.tensor, lanes: inputIndices, taps: tapIndices),
      bias: .init(repeating: 0, count: channels),
      panelIn: .init(repeating: 0, count: panels),
      panelOut: (0..<panels).map { dx.offset($0 * panelChannels, row.first, column.first) })
    switch grouping {
    case .blocks:
      product.panelIn = (0..<panels).map { panel in
        let group = panel * panelChannels / kernel.inputs
        return dy.offset(group * outputs, 0, 0) - dy.offset(0, 0, 0)
      }
    case .depthwise:
      product.kind = CK_DEPTHWISE
      product.panelIn = (0..<panels).map { $0 * dy.blockStride }
    case .scattered:
      product.kind = CK_SCATTERED
      product.offsets = scattered(panels: panels, lanes: channels, taps: taps.count) {
        Int32(place($0 / kernel.inputs, taps[$1]))
      }
    }
    product.pixels = Extent(height: row.count, width: column.count)
    product.inRow = dy.rowStride
    product.inColumn = dy.lanes
    product.outRow = window.stride.height * dx.rowStride
    product.outColumn = window.stride.width * dx.lanes
    if channels == 1, hasSharedWindows { product.window = window.kernel.width }
    return product
  }

  /// Whether neighbouring windows overlap in all but a row or a column, and a kernel is written for
  /// their size.
  private var hasSharedWindows: Bool {
    [Extent(3), Extent(5)].contains(window.kernel) && window.stride == Extent(1)
      && window.dilation == Extent(1)
  }

  // Where the weights of lanes and taps stand in the file's tensor.

  /// The first weight of each output channel.
  private var outputIndices: [Int] {
    (0..<kernel.outputs).map { kernel.index(output: $0, input: 0, row: 0, column: 0) }
  }

  /// The first weight of each input channel, counted over the groups.
  private var inputIndices: [Int] {
    (0..<kernel.inputs * groups).map { channel in
      kernel.index(
        output: channel / kernel.inputs * (kernel.outputs / groups),
        input: channel % kernel.inputs, row: 0, column: 0)
    }
  }

  /// The taps of a group's outputs in chain order.
  private var forwardTaps: [ForwardTap] {
    (0..<kernel.inputs).flatMap { input in
      (0..<window.kernel.height).flatMap { row in
        (0..<window.kernel.width).map { ForwardTap(input: input, row: row, column: $0) }
      }
    }
  }
}

private struct ForwardTap {
  /// The input channel within the group.
  let input: Int
  let row: Int
  let column: Int
}

private struct GradientTap {
  /// The output channel within the group.
  let output: Int
  let row: Phase.Tap
  let column: Phase.Tap
}

/// Every `stride`-th row (or column) of the input from `first` on: those that the same taps reach.
private struct Phase {
  struct Tap {
    /// The kernel's row.
    let tap: Int
    /// The row of dy that it takes for the phase's first row; one more for each further row.
    let place: Int
  }

  let first: Int
  let count: Int
  var taps: [Tap]
}

/// The phases that have taps, ascending, each with its taps ascending.
private func phases(
  of size: Int, stride: Int, dilation: Int, padding: Int, kernel: Int
) -> [Phase] {
  var phases: [Int: Phase] = [:]
  for tap in 0..<kernel {
    let reach = tap * dilation - padding
    let first = reach - reach.flooredQuotient(stride) * stride
    guard first < size else { continue }
    phases[
      first,
      default: Phase(first: first, count: (size - 1 - first) / stride + 1, taps: [])
    ].taps.append(Phase.Tap(tap: tap, place: (first - reach) / stride))
  }
  return phases.values.sorted { $0.first < $1.first }
}

/// For each panel, tap and lane the place of its factor; lanes behind the last take the first
/// place, for weights that are 0.
private func scattered(
  panels: Int, lanes: Int, taps: Int, place: (_ lane: Int, _ tap: Int) -> Int32
) -> [Int32] {
  var places: [Int32] = []
  places.reserveCapacity(panels * taps * Geometry.blockLanes)
  for panel in 0..<panels {
    for tap in 0..<taps {
      for lane in 0..<Geometry.blockLanes {
        let lane = panel * Geometry.blockLanes + lane
        places.append(lane < lanes ? place(lane, tap) : 0)
      }
    }
  }
  return places
}

extension Int {
  /// The quotient rounded down, also for negative numbers.
  fileprivate func flooredQuotient(_ divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }
}

extension Product {
  /// Makes each row the square of four pixels that a max pool takes.
  fileprivate mutating func takePool(window: Int, isRectified: Bool) {
    kind = CK_POOLED
    self.window = window
    self.isRectified = isRectified
    inRow *= 2
    inColumn *= 2
  }
}

extension Plan {
  /// The map laid out as planes with a halo.
  mutating func planes(
    of map: MapBuffer, halo: Padding
  ) throws(EngineError) -> MapBuffer {
    if map.geometry.lanes == 1, map.geometry.halo == halo { return map }
    let planes = try scratch(
      Geometry(features: map.geometry.features, lanes: 1, halo: halo))
    append(PlanesStep(input: map, output: planes))
    return planes
  }
}
