/// Shapes that are stretched to one another (NumPy's rule, which ONNX and Keras share): aligned at
/// the last axis, sizes equal or one of them 1.
enum Broadcast {
  /// The common shape; an error where two sizes differ and neither is 1.
  static func shape(of shapes: [[Int]]) throws(EngineError) -> [Int] {
    let rank = shapes.map(\.count).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (axis, size) in zip((rank - shape.count)..<rank, shape) where size != 1 {
        guard result[axis] == 1 || result[axis] == size else {
          throw EngineError(
            "inputs", expected: "shapes that broadcast",
            found: shapes.map { "\($0)" }.joined(separator: " and "))
        }
        result[axis] = size
      }
    }
    return result
  }

  /// For each element of a broadcast shape, in row-major order, its place in a tensor of `shape`.
  static func places(of shape: [Int], in result: [Int]) -> [Int] {
    let count = result.reduce(1, *)
    if shape == result { return Array(0..<count) }
    let strides = rowMajorStrides(of: shape)
    var steps = [Int](repeating: 0, count: result.count)
    let missing = result.count - shape.count
    for axis in shape.indices where shape[axis] != 1 { steps[missing + axis] = strides[axis] }
    return stridedPlaces(of: result, strides: steps)
  }

  /// The sum over what broadcasting repeated: the gradient of the stretched tensor. In binary64,
  /// ascending, rounded once.
  static func reduced(_ dy: [Float], of result: [Int], to shape: [Int]) -> AnyTensor {
    guard shape != result else { return AnyTensor(shape, floats: dy) }
    var sums = [Double](repeating: 0, count: shape.reduce(1, *))
    for (index, place) in places(of: shape, in: result).enumerated() {
      sums[place] += Double(dy[index])
    }
    return AnyTensor(shape, floats: sums.map { Float($0) })
  }
}

/// Elements from one index to the next along each axis of a row-major tensor.
func rowMajorStrides(of shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}

/// For each index of a shape, in row-major order, `start` plus the index times the strides.
func stridedPlaces(of shape: [Int], strides: [Int], start: Int = 0) -> [Int] {
  guard !shape.contains(0) else { return [] }
  var places = [start]
  places.reserveCapacity(shape.reduce(1, *))
  // Axis by axis from the innermost: what is there is repeated, shifted by the axis' stride.
  for axis in shape.indices.reversed() {
    let block = places
    for index in 1..<max(shape[axis], 1) {
      let shift = index * strides[axis]
      places.append(contentsOf: block.lazy.map { $0 + shift })
    }
  }
  return places
}
