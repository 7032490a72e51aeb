import CKernels

/// The mean of each window, channel by channel.
///
///     y[c, r, q] = round(S / n),  S = binary64 sum from +0 of x[c, r', q'] over (ky, kx) ascending
///
/// n is the number of taps inside the map, or with `countsPadding` inside the padded map; taps in
/// the padding add nothing. The division is in binary64. Input gradient:
///
///     dx[c, r', q'] = round(binary64 sum from +0 of dy[c, r, q] / n over the windows (r, q)
///                     ascending that hold this element)
public struct AveragePool: Sendable {
  /// Kernel, stride, dilation and padding.
  public let window: Window
  /// Whether taps in the padding count in n.
  public let countsPadding: Bool

  /// Creates a pool.
  public init(window: Window, countsPadding: Bool = false) {
    self.window = window
    self.countsPadding = countsPadding
  }
}

extension AveragePool: OperatorDefinition {
  var name: String { "average pool" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    try window.pooledShape(of: requireFeatures(inputs, layout: layout), layout: layout)
  }

  func operations(input: Features, output: Features) -> Int {
    window.looks(input: input, output: output)
  }

  func plain(_ place: Place) -> any PlainOperator {
    PlainAveragePool(
      shape: ck_window(input: place.input, output: place.output, window: window),
      countsPadding: countsPadding)
  }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.averagePool(unit, window: window, countsPadding: countsPadding)
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.averagePoolGradient(unit, window: window, countsPadding: countsPadding)
  }
}

extension Plan {
  fileprivate mutating func averagePool(
    _ unit: Unit, window: Window, countsPadding: Bool = false
  ) throws(EngineError) {
    append(
      AveragePoolStep(
        pool: Pool(unit.place, window: window, countsPadding: countsPadding),
        from: try map(of: unit.inputs[0]), to: try map(of: unit.value), isGradient: false))
  }

  fileprivate mutating func averagePoolGradient(
    _ unit: Unit, window: Window, countsPadding: Bool = false
  ) throws(EngineError) {
    append(
      AveragePoolStep(
        pool: Pool(unit.place, window: window, countsPadding: countsPadding),
        from: gradient(of: unit), to: try contribution(to: unit.inputs[0], of: unit),
        isGradient: true))
  }
}

/// The mean of each channel: the average pool whose one window is the whole map. The result is a
/// vector, or with `keepsAxes` a map of one pixel.
public struct GlobalAveragePool: Sendable {
  /// Whether the result keeps its three axes.
  public let keepsAxes: Bool

  /// Creates a pool.
  public init(keepsAxes: Bool = false) {
    self.keepsAxes = keepsAxes
  }
}

extension GlobalAveragePool: OperatorDefinition {
  var name: String { "global average pool" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    let input = try requireFeatures(inputs, layout: layout)
    return keepsAxes
      ? layout.shape(of: Features(channels: input.channels, height: 1, width: 1))
      : layout.vectorShape(input.channels)
  }

  func plain(_ place: Place) -> any PlainOperator {
    PlainAveragePool(
      shape: ck_window(
        input: place.input, output: place.output, window: GlobalAveragePool.window(place.input)),
      countsPadding: false)
  }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.averagePool(unit, window: GlobalAveragePool.window(unit.place.input))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    try plan.averagePoolGradient(unit, window: GlobalAveragePool.window(unit.place.input))
  }

  /// The window that holds the whole map.
  static func window(_ input: Features) -> Window {
    Window(kernel: Extent(height: input.height, width: input.width))
  }
}

private struct PlainAveragePool: PlainOperator {
  let shape: ck_window
  let countsPadding: Bool

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(shape.output)
    ck_plain_average_pool(shape, countsPadding, inputs[0].values, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(shape.input)
    ck_plain_average_pool_gradient(shape, countsPadding, dy.values, &dx.values)
    return [dx]
  }
}
