import Bytes
import Engine

extension KerasLayers {
  static let shapes: [String: KerasSingleConversion] = [
    "Flatten": flatten, "Reshape": reshape, "Permute": permute, "RepeatVector": repeatVector,
    "ZeroPadding1D": zeroPadding(1), "ZeroPadding2D": zeroPadding(2),
    "ZeroPadding3D": zeroPadding(3),
    "Cropping1D": cropping(1), "Cropping2D": cropping(2), "Cropping3D": cropping(3),
    "UpSampling1D": upSampling(1), "UpSampling2D": upSampling(2), "UpSampling3D": upSampling(3),
  ]

  /// `Flatten`: rows, columns, channels; told `channels_first` it turns the axes first, not told
  /// it takes them as they lie.
  private static func flatten(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let shape = call.shape(of: x)
    let isFirst = try call.layer.layout() == .channelsFirst
    // A graph of the other order has no operator for the turn.
    let isTurnedMap = isFirst && call.layout == .channelsLast
    if shape.count == 3, call.type(of: x).element == .float32, !isTurnedMap {
      return try call.append(
        .flatten(Flatten(order: isFirst ? .channelsLast : call.layout)), to: [x])
    }
    let turned =
      isFirst && shape.count > 1
      ? try call.transpose(x, KerasCall.channelsBehind(shape.count - 1)) : x
    return try call.reshape(turned, to: [shape.reduce(1, *)])
  }

  private static func reshape(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    guard let target = try call.layer.integers("target_shape") else {
      throw call.layer.wrong("target_shape", "a shape", .null)
    }
    return try call.reshape(
      x, to: call.completed(target, count: call.shape(of: x).reduce(1, *), "target_shape"))
  }

  private static func permute(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let rank = call.shape(of: x).count
    let dims = try call.layer.integers("dims") ?? []
    guard dims.sorted() == Array(1..<rank + 1) else {
      throw call.layer.wrong(
        "dims", "an order of 1 to \(rank)", call.layer.attributes["dims"] ?? .null)
    }
    return try call.transpose(x, dims.map { $0 - 1 })
  }

  private static func repeatVector(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let shape = call.shape(of: x)
    let count = try call.layer.integer("n")
    guard shape.count == 1, count > 0 else {
      throw EngineError("n", expected: "1 or more, of a vector", found: "\(count) of \(shape)")
    }
    return try call.append(
      Expand(shape: [count, shape[0]]), to: [call.reshape(x, to: [1, shape[0]])])
  }

  private static func zeroPadding(_ rank: Int) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      let pairs = try call.layer.pairs("padding", rank: rank)
      guard rank == 3 else {
        let rows = rank == 1 ? (before: 0, after: 0) : pairs[0]
        let columns = pairs[rank - 1]
        let padding = Padding(
          top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
        return try call.unmap(
          call.append(
            .zeroPadding(ZeroPadding(padding)), to: [call.map(x, rank: rank, format: format)]),
          rank: rank, format: format)
      }
      var y = x
      for (place, pair) in pairs.enumerated() {
        y = try call.padded(y, axis: place + (format == .channelsFirst ? 1 : 0), pair)
      }
      return y
    }
  }

  private static func cropping(_ rank: Int) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      let sizes = try call.spatialSizes(of: x, rank: rank, format: format)
      var spans: [Slice.Span] = []
      for (pair, size) in zip(try call.layer.pairs("cropping", rank: rank), sizes) {
        guard pair.before < size, pair.after < size - pair.before else {
          throw EngineError(
            "cropping", expected: "less than \(size) in all",
            found: "\(pair.before) and \(pair.after)")
        }
        spans.append(Slice.Span(start: pair.before, count: size - pair.before - pair.after))
      }
      return try call.sliced(x, spans, format: format)
    }
  }

  /// `UpSampling`: each element repeated, or values between the centres of pixels.
  private static func upSampling(_ rank: Int) -> KerasSingleConversion {
    { (call) throws(EngineError) in
      let format = try call.dataFormat()
      let x = try call.input()
      let sizes = try call.spatialSizes(of: x, rank: rank, format: format)
      let factors = try call.layer.sizes(
        "size", rank: rank, default: .init(repeating: 2, count: rank))
      guard factors.allSatisfy({ (1...EngineLimits.window).contains($0) }) else {
        throw EngineError("size", expected: "factors of 1 or more", found: "\(factors)")
      }
      let interpolation = try call.layer.text("interpolation", default: "nearest")
      guard interpolation == "nearest" else {
        return try call.resized(
          x, to: zip(sizes, factors).map { $0 * $1 }, by: interpolation, format: format)
      }
      // Each axis as two: its own and the repeats.
      let first = format == .channelsFirst ? 1 : 0
      var split: [Int] = []
      var repeated: [Int] = []
      var result: [Int] = []
      for (axis, size) in call.shape(of: x).enumerated() {
        let isSpatial = sizes.indices.contains(axis - first)
        let factor = isSpatial ? factors[axis - first] : 1
        split += isSpatial ? [size, 1] : [size]
        repeated += isSpatial ? [size, factor] : [size]
        result.append(size * factor)
      }
      return try call.reshape(
        call.append(Expand(shape: repeated), to: [call.reshape(x, to: split)]), to: result)
    }
  }
}

extension KerasCall {
  /// A shape with its one -1 replaced by what is left of the count of elements.
  func completed(_ shape: [Int], count: Int, _ key: String) throws(EngineError) -> [Int] {
    let open = shape.indices.filter { shape[$0] == -1 }
    var known = 1
    for size in shape where size != -1 {
      let (product, overflow) = known.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else {
        throw EngineError(key, expected: "sizes and at most one -1", found: "\(shape)")
      }
      known = product
    }
    guard open.count <= 1 else {
      throw EngineError(key, expected: "at most one -1", found: "\(shape)")
    }
    guard let axis = open.first else {
      guard known == count else {
        throw EngineError(key, expected: "\(count) elements", found: "\(shape)")
      }
      return shape
    }
    guard known > 0, count.isMultiple(of: known) else {
      throw EngineError(key, expected: "\(count) elements", found: "\(shape)")
    }
    var completed = shape
    completed[axis] = count / known
    return completed
  }

  /// Spans of the spatial axes, all channels.
  func sliced(
    _ x: Graph.Value, _ spans: [Slice.Span], format: Layout
  ) throws(EngineError) -> Graph.Value {
    let shape = shape(of: x)
    let channels = Slice.Span(
      start: 0, count: format == .channelsFirst ? shape[0] : shape[shape.count - 1])
    return try append(
      Slice(spans: format == .channelsFirst ? [channels] + spans : spans + [channels]), to: [x])
  }

  /// Zeros in front of and behind an axis.
  fileprivate func padded(
    _ x: Graph.Value, axis: Int, _ pair: (before: Int, after: Int)
  ) throws(EngineError) -> Graph.Value {
    var parts: [Graph.Value] = []
    for (index, count) in [pair.before, 0, pair.after].enumerated() {
      if index == 1 { parts.append(x) }
      guard count > 0 else { continue }
      guard count <= EngineLimits.window else {
        throw EngineError(
          .limit, "padding", expected: "at most \(EngineLimits.window)", found: "\(count)")
      }
      var shape = shape(of: x)
      shape[axis] = count
      let zero = try constant(AnyTensor([Int](repeating: 1, count: shape.count), floats: [0]))
      parts.append(try append(Expand(shape: shape), to: [zero]))
    }
    return parts.count == 1 ? x : try append(Concatenate(axis: axis), to: parts)
  }
}

extension KerasCall {
  /// Rows and columns at other sizes, as `tf.image.resize` has them: centres of pixels on one
  /// another.
  func resized(
    _ x: Graph.Value, to sizes: [Int], by interpolation: String, format: Layout
  ) throws(EngineError) -> Graph.Value {
    let input = try spatialSizes(of: x, rank: 2, format: format)
    let modes: [String: ResizeAxis.Mode] = [
      "nearest": .nearest(.roundPreferCeil), "bilinear": .linear,
    ]
    guard let mode = modes[interpolation] else {
      throw layer.unsupported("interpolation", "nearest or bilinear", interpolation)
    }
    guard sizes.allSatisfy({ (1...EngineLimits.window).contains($0) }), !input.contains(0) else {
      throw EngineError(
        "size", expected: "sizes from 1 to \(EngineLimits.window)", found: "\(sizes)")
    }
    let first = format == .channelsFirst ? 1 : 0
    var requests: [Int: ResizeAxis.Request] = [:]
    for axis in 0..<2 {
      requests[axis + first] = ResizeAxis.Request(
        size: sizes[axis], scale: Double(sizes[axis]) / Double(input[axis]))
    }
    return try append(
      Resize(requests, method: ResizeAxis.Method(mode, coordinates: .halfPixel)), to: [x])
  }
}
