import Bytes

/// Blocks laid over an image and added: ONNX' `Col2Im`, torch's `fold`.
///
/// x: N x (channels times taps of a block) x blocks; y: N x channels x image. Each element is the
/// binary64 sum from +0 of what lies on it, in the order of x, rounded once; dx is dy from there.
public struct ColumnsToImage: GeneralOperator {
  private let image: [Int]
  private let window: WindowND

  /// Creates the operator for an image of the sizes and blocks as the window states them.
  public init(image: [Int], window: WindowND) {
    self.image = image
    self.window = window
  }

  /// "columns to image".
  public var name: String { "columns to image" }

  /// Rows, channels, and the image's sizes.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    let x = inputs[0].shape
    let taps = window.kernel.reduce(1) { saturatingProduct($0, $1) }
    let blocks = try window.outputSizes(for: image)
    guard x.count == 3, x[1].isMultiple(of: taps), blocks.reduce(1, *) == x[2] else {
      throw EngineError(
        "input", expected: "blocks of \(taps) numbers, \(blocks) of them", found: "\(x)")
    }
    let shape = [x[0], x[1] / taps] + image
    _ = try EngineLimits.elements(of: shape, attribute: "image_shape")
    return TensorType(shape, inputs[0].element)
  }

  /// The image.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let x = inputs[0].doubles
    var y = [Double](repeating: 0, count: type.count)
    for (number, place) in try places(inputs[0].shape).enumerated() where place >= 0 {
      y[place] += x[number]
    }
    return AnyTensor(type.shape, doubles: y, element: type.element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dy under each block.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let count = dy.count
    return [
      dy.followedByZero.gathered(
        inputs[0].shape, at: try places(inputs[0].shape).map { $0 < 0 ? count : $0 })
    ]
  }

  /// For each element of x its place in y; -1 in the padding.
  private func places(_ x: [Int]) throws(EngineError) -> [Int] {
    let blocks = try window.outputSizes(for: image)
    let taps = window.kernel.reduce(1, *)
    let size = image.reduce(1, *)
    let along = image.indices.map { axis in
      (0..<window.kernel[axis]).map { tap in
        (0..<blocks[axis]).map { block in
          let index =
            block * window.strides[axis] + tap * window.dilations[axis] - window.begins[axis]
          return (0..<image[axis]).contains(index) ? index : -1
        }
      }
    }
    var places: [Int] = []
    places.reserveCapacity(x.reduce(1, *))
    for channel in 0..<x[0] * (x[1] / max(1, taps)) {
      for tap in 0..<taps {
        var rest = tap
        var lists: [[Int]] = []
        for axis in image.indices.reversed() {
          lists.insert(along[axis][rest % window.kernel[axis]], at: 0)
          rest /= window.kernel[axis]
        }
        places.append(
          contentsOf: crossedPlaces(lists, of: image).map { $0 < 0 ? -1 : channel * size + $0 })
      }
    }
    return places
  }
}

/// The grid of places that affine maps give, as `GridSample` takes it.
///
///     y[n, r..., a] = round(sum from +0 over b ascending of theta[n, a, b] p[b])   in binary64
///     dtheta[n, a, b] = round(sum over the places of dy p[b])
///
/// theta: N x axes x (axes + 1); p: the place's coordinates from -1 to 1, the last axis first, then
/// 1. y: N x sizes x axes.
public struct AffineGrid: GeneralOperator {
  private let sizes: [Int]
  private let alignsCorners: Bool

  /// Creates the operator for maps of the sizes.
  public init(sizes: [Int], alignsCorners: Bool) {
    self.sizes = sizes
    self.alignsCorners = alignsCorners
  }

  /// "affine grid".
  public var name: String { "affine grid" }

  /// Places for each row.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    let theta = inputs[0].shape
    guard theta.count == 3, theta[1] == sizes.count, theta[2] == sizes.count + 1,
      sizes.allSatisfy({ $0 > 0 })
    else {
      throw EngineError(
        "theta", expected: "rows of \(sizes.count) x \(sizes.count + 1) for sizes of 1 or more",
        found: "\(theta) for \(sizes)")
    }
    let shape = [theta[0]] + sizes + [sizes.count]
    _ = try EngineLimits.elements(of: shape, attribute: "size")
    return TensorType(shape, inputs[0].element)
  }

  /// The places.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let theta = inputs[0].doubles
    let width = sizes.count + 1
    var y: [Double] = []
    y.reserveCapacity(type.count)
    for row in 0..<type.shape[0] {
      for number in 0..<sizes.reduce(1, *) {
        let place = place(number)
        for axis in sizes.indices {
          var sum = 0.0
          for b in 0..<width {
            sum += theta[(row * sizes.count + axis) * width + b] * place[b]
          }
          y.append(sum)
        }
      }
    }
    return AnyTensor(type.shape, doubles: y, element: type.element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dtheta.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let dy = dy.doubles
    let width = sizes.count + 1
    let count = sizes.reduce(1, *)
    var sums = [Double](repeating: 0, count: inputs[0].count)
    for number in 0..<count {
      let place = place(number)
      for row in 0..<inputs[0].shape[0] {
        for axis in sizes.indices {
          let slope = dy[(row * count + number) * sizes.count + axis]
          for b in 0..<width {
            sums[(row * sizes.count + axis) * width + b] += slope * place[b]
          }
        }
      }
    }
    return [AnyTensor(inputs[0].shape, floats: sums.map { Float($0) })]
  }

  /// The coordinates of a place, the last axis first, and 1.
  private func place(_ number: Int) -> [Double] {
    var rest = number
    var place: [Double] = []
    for size in sizes.reversed() {
      let index = Double(rest % size)
      rest /= size
      place.append(
        alignsCorners
          ? (size == 1 ? -1 : -1 + index * (2 / Double(size - 1)))
          : -1 + (2 * index + 1) / Double(size))
    }
    return place + [1]
  }
}
