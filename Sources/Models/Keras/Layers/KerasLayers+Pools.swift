import Bytes
import Engine

extension KerasLayers {
  static let pools: [String: KerasSingleConversion] = [
    "MaxPooling1D": pool(1, .largest), "MaxPooling2D": pool(2, .largest),
    "MaxPooling3D": pool(3, .largest),
    "AveragePooling1D": pool(1, .mean), "AveragePooling2D": pool(2, .mean),
    "AveragePooling3D": pool(3, .mean),
    "GlobalMaxPooling1D": globalPool(1, .largest), "GlobalMaxPooling2D": globalPool(2, .largest),
    "GlobalMaxPooling3D": globalPool(3, .largest),
    "GlobalAveragePooling1D": globalPool(1, .mean),
    "GlobalAveragePooling2D": globalPool(2, .mean),
    "GlobalAveragePooling3D": globalPool(3, .mean),
    "AdaptiveMaxPooling1D": adaptivePool(1, .largest),
    "AdaptiveMaxPooling2D": adaptivePool(2, .largest),
    "AdaptiveMaxPooling3D": adaptivePool(3, .largest),
    "AdaptiveAveragePooling1D": adaptivePool(1, .mean),
    "AdaptiveAveragePooling2D": adaptivePool(2, .mean),
    "AdaptiveAveragePooling3D": adaptivePool(3, .mean),
  ]

  /// What is left of each window.
  fileprivate enum Pooled {
    case largest, mean
  }

  /// `MaxPooling`, `AveragePooling`; means do not count padding.
  private static func pool(_ rank: Int, _ pooled: Pooled) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      let size = try call.layer.sizes(
        "pool_size", rank: rank, default: .init(repeating: 2, count: rank))
      let window = try KerasWindow(
        call, kernel: size, strides: size,
        input: call.spatialSizes(of: x, rank: rank, format: format)
      ).window
      guard rank < 3 else {
        let pool = PoolWindow(window)
        let operation: any GeneralOperator =
          pooled == .largest ? MaxPoolND(pool) : AveragePoolND(pool, countsPadding: false)
        let y = try call.append(operation, to: [call.batched(x, rank: rank, format: format)])
        return try call.unbatched(y, format: format)
      }
      let map = try window.asMap
      let operation: Operator =
        pooled == .largest
        ? .maxPool(MaxPool(window: map)) : .averagePool(AveragePool(window: map))
      return try call.unmap(
        call.append(operation, to: [call.map(x, rank: rank, format: format)]), rank: rank,
        format: format)
    }
  }

  /// `GlobalMaxPooling`, `GlobalAveragePooling`.
  private static func globalPool(_ rank: Int, _ pooled: Pooled) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      _ = try call.spatialSizes(of: x, rank: rank, format: format)
      let y =
        if rank == 1, pooled == .mean, let mask = try call.mask(of: x) {
          try call.maskedMean(x, mask, format: format)
        } else {
          try call.globalPool(x, pooled, format: format)
        }
      guard try call.layer.bool("keepdims", default: false) else { return y }
      let channels = call.shape(of: y)
      let ones = [Int](repeating: 1, count: rank)
      return try call.reshape(y, to: format == .channelsFirst ? channels + ones : ones + channels)
    }
  }

  /// `AdaptiveMaxPooling`, `AdaptiveAveragePooling`: output i of n looks at the elements from
  /// i size / n, rounded down, to (i + 1) size / n, rounded up.
  private static func adaptivePool(_ rank: Int, _ pooled: Pooled) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      let sizes = try call.spatialSizes(of: x, rank: rank, format: format)
      let outputs = try call.layer.sizes("output_size", rank: rank, default: [])
      guard outputs.count == rank, outputs.allSatisfy({ (1...EngineLimits.window).contains($0) })
      else {
        throw call.layer.wrong(
          "output_size", "\(rank) sizes", call.layer.attributes["output_size"] ?? .null)
      }
      return try call.adaptivePool(x, pooled, sizes: sizes, outputs: outputs, format: format)
    }
  }
}

extension KerasCall {
  /// The mean of the steps that count, of each channel: the sum of the others as +0, rounded, over
  /// their number.
  fileprivate func maskedMean(
    _ x: Graph.Value, _ mask: Graph.Value, format: Layout
  ) throws(EngineError) -> Graph.Value {
    let axis = format == .channelsFirst ? 1 : 0
    let steps = shape(of: x)[axis]
    let column = try reshape(mask, to: axis == 0 ? [steps, 1] : [1, steps])
    let kept = try append(Select(), to: [column, x, constant(0)])
    let sum = try append(Reduction(.sum, axes: [axis], keepsAxes: false), to: [kept])
    let count = try append(
      Reduction(.sum, axes: [0], keepsAxes: false),
      to: [append(Cast(to: .float32), to: [mask])])
    return try arithmetic(.divide, sum, count)
  }

  /// One number for each channel.
  fileprivate func globalPool(
    _ x: Graph.Value, _ pooled: KerasLayers.Pooled, format: Layout
  ) throws(EngineError) -> Graph.Value {
    let shape = shape(of: x)
    let channels = format == .channelsFirst ? shape[0] : shape[shape.count - 1]
    let pixels = shape.reduce(1, *) / max(channels, 1)
    // Rows and columns as they are where the map is one of the core; else one row of columns.
    let isMap = shape.count == 3 && format == layout
    let map =
      isMap
      ? x
      : try self.map(
        reshape(x, to: format == .channelsFirst ? [channels, pixels] : [pixels, channels]),
        rank: 1, format: format)
    switch pooled {
    case .mean:
      return try append(.globalAveragePool(GlobalAveragePool(keepsAxes: false)), to: [map])
    case .largest where pixels <= MaxPool.tapLimit:
      let size = builder.graph.features(of: map)
      let window = Window(kernel: Extent(height: size.height, width: size.width))
      return try reshape(append(.maxPool(MaxPool(window: window)), to: [map]), to: [channels])
    case .largest:
      return try append(
        Reduction(
          .maximum,
          axes: format == .channelsFirst
            ? Array(1..<shape.count) : Array(0..<shape.count - 1), keepsAxes: false), to: [x])
    }
  }

  /// Windows of different sizes: each on its own, put together axis by axis. Windows of one size
  /// and step are a pool.
  fileprivate func adaptivePool(
    _ x: Graph.Value, _ pooled: KerasLayers.Pooled, sizes: [Int], outputs: [Int], format: Layout
  ) throws(EngineError) -> Graph.Value {
    let shape = shape(of: x)
    let first = format == .channelsFirst ? 1 : 0
    var windows: [[Slice.Span]] = [[]]
    for axis in shape.indices {
      let place = axis - first
      guard sizes.indices.contains(place) else {
        windows = windows.map { $0 + [Slice.Span(start: 0, count: shape[axis])] }
        continue
      }
      let (size, count) = (sizes[place], outputs[place])
      let spans = (0..<count).map { index in
        let start = index * size / count
        return Slice.Span(start: start, count: ((index + 1) * size + count - 1) / count - start)
      }
      guard windows.count <= EngineLimits.nodes / count else {
        throw EngineError(
          .limit, "output_size", expected: "at most \(EngineLimits.nodes) windows", found: "more")
      }
      windows = windows.flatMap { window in spans.map { window + [$0] } }
    }
    var values: [Graph.Value] = []
    for window in windows {
      values.append(
        try globalPool(append(Slice(spans: window), to: [x]), pooled, format: format))
    }
    let channels = self.shape(of: values[0])[0]
    for (index, value) in values.enumerated() {
      values[index] = try reshape(value, to: [1, channels])
    }
    let rows = try append(Concatenate(axis: 0), to: values)
    guard format == .channelsFirst else { return try reshape(rows, to: outputs + [channels]) }
    return try reshape(transpose(rows, [1, 0]), to: [channels] + outputs)
  }
}
