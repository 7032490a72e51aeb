import CKernels

/// The largest element of each window, channel by channel.
///
///     y[c, r, q] = the first largest x[c, r', q'] over (ky, kx) ascending
///
/// Taps in the padding do not exist. -0 and +0 are equal, so the first of them stays; the first
/// NaN of a window is its result. x and y: channels x height x width. Input gradient:
///
///     dx[c, r', q'] = round(binary64 sum from +0 of dy[c, r, q] over the windows (r, q)
///                     ascending whose result was this element)
public struct MaxPool: Sendable {
  /// Kernel, stride, dilation and padding.
  public let window: Window

  /// The most taps of a window: a gradient remembers the winner, or that there is none, in two
  /// bytes.
  public static let tapLimit = Int(UInt16.max)

  /// Creates a pool.
  public init(window: Window) {
    self.window = window
  }
}

extension MaxPool: OperatorDefinition {
  var name: String { "max pool" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    let taps = saturatingProduct(window.kernel.height, window.kernel.width)
    guard taps <= MaxPool.tapLimit else {
      throw EngineError(
        .unsupported, "kernel", expected: "at most \(MaxPool.tapLimit) taps", found: "\(taps)")
    }
    return try window.pooledShape(of: requireFeatures(inputs, layout: layout), layout: layout)
  }

  func operations(input: Features, output: Features) -> Int {
    window.looks(input: input, output: output)
  }

  func plain(_ place: Place) -> any PlainOperator {
    PlainMaxPool(shape: ck_window(input: place.input, output: place.output, window: window))
  }

  /// Whether the windows are squares of four elements side by side.
  var takesFours: Bool {
    window.kernel == Extent(2) && window.stride == Extent(2) && window.dilation == Extent(1)
      && window.padding == .none
  }

  func writesGradientInPlanes(_ place: Place) -> Bool {
    takesFours && place.output.width >= MaxPool.fewWindows
      && place.input.height == 2 * place.output.height
      && place.input.width == 2 * place.output.width
  }

  /// The fewest windows of a row that the kernel for planes takes.
  private static let fewWindows = 8

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    if plan.isPooled(unit.inputs[0]) { return }
    plan.append(
      MaxPoolStep(
        pool: Pool(unit.place, window: window), input: try plan.map(of: unit.inputs[0]),
        output: try plan.map(of: unit.value), winners: plan.winners(of: unit),
        isRectified: plan.leavesRectifierToPool(unit.inputs[0])))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    guard let winners = plan.winners(of: unit) else { return }
    plan.append(
      MaxPoolGradientStep(
        pool: Pool(unit.place, window: window), dy: plan.gradient(of: unit), winners: winners,
        dx: try plan.contribution(to: unit.inputs[0], of: unit)))
  }
}

private struct PlainMaxPool: PlainOperator {
  let shape: ck_window

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(shape.output)
    ck_plain_max_pool(shape, inputs[0].values, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(shape.input)
    ck_plain_max_pool_gradient(shape, inputs[0].values, dy.values, &dx.values)
    return [dx]
  }
}

extension Window {
  /// The shape behind a pool; an error when a window may lie wholly in the padding.
  func pooledShape(of input: Features, layout: Layout) throws(EngineError) -> [Int] {
    let extent = try outputExtent(for: input)
    let rows = (kernel.height - 1) * dilation.height + 1
    let columns = (kernel.width - 1) * dilation.width + 1
    guard max(padding.top, padding.bottom) < rows, max(padding.left, padding.right) < columns else {
      throw EngineError(
        "padding", expected: "less than the kernel's \(rows) x \(columns)", found: "\(padding)")
    }
    guard dilation == Extent(1) || padding == .none else {
      throw EngineError(
        .unsupported, "dilation", expected: "1 where a pool has padding",
        found: "\(dilation.height) x \(dilation.width)")
    }
    return layout.shape(
      of: Features(channels: input.channels, height: extent.height, width: extent.width))
  }

  /// Elements that a pool looks at, saturating.
  func looks(input: Features, output: Features) -> Int {
    saturatingProduct(
      output.count, min(kernel.height, input.height), min(kernel.width, input.width))
  }
}
